"""One channel as it was configured: who wants what over it, how often, in which language."""

from __future__ import annotations

from dataclasses import dataclass, field

from alerts.desk.notice import Notice, NoticeState
from alerts.model import Level, Severity
from alerts.notify.message import Channel
from alerts.notify.pacing import RateLimit
from alerts.notify.picking import Manner
from alerts.notify.rendering import Renderer


@dataclass(frozen=True, slots=True)
class Wants:
    """Which notices a channel is sent. Empty levels, products or roles mean any. ``roles``: as the desk names whom it
    tells; a notice without roles is for every channel. ``reminders``: of silences that end soon."""

    severity: Severity = Severity.NOTICE
    levels: frozenset[Level] = frozenset()
    products: frozenset[str] = frozenset()
    roles: frozenset[str] = frozenset()
    reminders: bool = True

    def takes(self, notice: Notice) -> bool:
        """Whether this notice is for the channel. Severity never keeps back the end of what was told: it is of the
        whole page, and does not fall while it lasts."""
        if notice.state is NoticeState.REMINDER:
            return self.reminders
        if notice.severity < self.severity or not self._addressed(notice):
            return False
        subject = notice.radius
        if self.levels and subject.level not in self.levels:
            return False
        return not self.products or not subject.product or subject.product in self.products

    def _addressed(self, notice: Notice) -> bool:
        return not self.roles or not notice.roles or not self.roles.isdisjoint(notice.roles)


@dataclass(frozen=True, slots=True)
class Outlet:
    """A channel with everything that the dispatcher needs to use it. ``give_up_ms``: age at which an unsent delivery
    is given up. ``once``: an attempt whose fate is unknown is not repeated. ``automation``: takes actions only."""

    name: str
    kind: str
    channel: Channel
    renderer: Renderer
    wants: Wants = field(default_factory=Wants)
    limit: RateLimit = field(default_factory=lambda: RateLimit(5, 3_000))
    manner: Manner = Manner.PEOPLE
    give_up_ms: int = 6 * 3_600_000
    once: bool = False
    automation: bool = False
