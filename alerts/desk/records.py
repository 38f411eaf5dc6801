"""What the desk remembers: one record per alert that is not over, one per group of them."""

from __future__ import annotations

from dataclasses import dataclass, field

from alerts.desk.acks import Ack
from alerts.desk.escalation import Chain
from alerts.desk.silences import SilencePolicy
from alerts.model import AlertKey, AlertState, Evidence, Severity, Subject

SHIPPED_TIERS = ("cliff", "fast", "medium", "slow", "leak")


@dataclass(frozen=True, slots=True)
class DeskPolicy:
    """How the desk decides; data.

    ``tiers``: of burn-rate rules, highest first; a higher one inhibits lower ones. ``settle_ms``: for so long after an
    alert is over what people were told still stands: nothing fires anew that only flaps, and the resolved message
    waits. ``update_ms``: least time between two notices about later members; ``widen_ms``: between two about a wider
    radius. ``unfold_ms``: a failure unfolds for so long after the first alert; what shares a product or a data center
    with a member joins its group. ``spread_ms``: least time between a page and a notice of a place that fails newly,
    and as much more after each notice of the group.
    """

    tiers: tuple[str, ...] = SHIPPED_TIERS
    settle_ms: int = 30_000
    update_ms: int = 60_000
    widen_ms: int = 5_000
    unfold_ms: int = 5_000
    spread_ms: int = 1_000
    chain: Chain = field(default_factory=Chain)
    silences: SilencePolicy = field(default_factory=SilencePolicy)

    def rank(self, rule: str) -> int | None:
        """Place of a tier, the highest first; None of what is no tier."""
        return self.tiers.index(rule) if rule in self.tiers else None


@dataclass(frozen=True, slots=True)
class Alert:
    """One alert as it is now.

    ``since_ms``: instant of the data at which it began to fire (while pending: to pend); ``over_ms``: at which it
    resolved; ``ended_ms``: the same by the desk's clock. ``told_as``: as what people heard of it since it fires; None
    when they did not. ``shown_as``: as what it was taken notice of, whether it spoke for itself or not: its place is no
    new one.
    ``silenced_by``, ``maintenance``: ids, empty when nothing hides it; ``inhibited_by``: an alert's id.
    """

    key: AlertKey
    state: AlertState
    severity: Severity
    since_ms: int
    evidence: Evidence = field(default_factory=Evidence)
    over_ms: int | None = None
    ended_ms: int | None = None
    group: str = ""
    told_as: Severity | None = None
    shown_as: Severity | None = None
    replayed: bool = False
    silenced_by: str = ""
    inhibited_by: str = ""
    maintenance: str = ""
    ack: Ack | None = None

    @property
    def firing(self) -> bool:
        """Whether it fires."""
        return self.state is AlertState.FIRING

    @property
    def told(self) -> bool:
        """Whether people heard of it, at the severity that it has."""
        return self.told_as is not None and self.told_as >= self.severity

    @property
    def hidden(self) -> bool:
        """Whether people asked not to hear of it."""
        return bool(self.silenced_by or self.maintenance)

    @property
    def audible(self) -> bool:
        """Whether it speaks for itself."""
        return self.firing and not self.hidden and not self.inhibited_by


@dataclass(frozen=True, slots=True)
class Group:
    """One failure as people hear of it: its alerts share one page.

    ``band``: severity from which alerts are in it: pages and calls share one, tickets and notices have their own.
    ``radius``: how far it reaches now; ``told_radius``: the widest that was told. ``severity``: what the page is at,
    None before there is one. ``roles``: who was told of anything. ``paged_ms``: when the page went out that is being
    escalated, ``step`` and ``stepped_ms`` where that stands; ``spoke_ms``: newest notice. ``notices``: how many there
    were.
    """

    id: str
    band: Severity
    opened_ms: int
    radius: Subject
    told_radius: Subject | None = None
    severity: Severity | None = None
    roles: tuple[str, ...] = ()
    paged_ms: int | None = None
    step: int = 0
    stepped_ms: int = 0
    spoke_ms: int = 0
    notices: int = 0
    ack: Ack | None = None


def band_of(severity: Severity) -> Severity:
    """Which alerts share a group: pages and calls do."""
    return min(severity, Severity.PAGE)
