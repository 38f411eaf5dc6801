"""When alerts fire that are not burn rates: the figures, as data (definitions.md section 5)."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class SilencePolicy:
    """A source is silent without an accepted page for so many intervals, and at least ``least_ms``.

    ``starting_ms``: so long after a start (ours, or its registration) a source that was not seen alive since is still
    starting. ``left_ms``: an instance of a server whose other instances answer has left for good after so long.
    """

    intervals: int = 3
    least_ms: int = 5_000
    starting_ms: int = 20_000
    left_ms: int = 86_400_000

    def silent_after_ms(self, interval_ms: int) -> int:
        """Age of the last page above which a source is silent."""
        return max(self.intervals * interval_ms, self.least_ms)


@dataclass(frozen=True, slots=True)
class UnreachablePolicy:
    """So many refused connections in a row say that a process is gone."""

    refused_reads: int = 1


@dataclass(frozen=True, slots=True)
class VolumePolicy:
    """Fewer transactions than ``share`` of the forecast over ``window_seconds``.

    ``weeks``: past same weekdays that the forecast is the mean of. ``floor_transactions``: least forecast of a window
    that says anything: 70 % of 500 is 6.7 standard deviations of a Poisson count away, so that chance pages nobody in
    a thousand years. ``least_level``: how far the hour before may lower the forecast (a holiday is no outage).
    """

    share: Fraction = Fraction(7, 10)
    window_seconds: int = 30
    weeks: int = 4
    floor_transactions: int = 500
    least_level: Fraction = Fraction(1, 2)


@dataclass(frozen=True, slots=True)
class SyntheticPolicy:
    """So many vantage points fail so many of their last runs; a certificate that ends within ``tls_days``."""

    vantages: int = 2
    failures: int = 2
    of: int = 3
    tls_days: int = 14


@dataclass(frozen=True, slots=True)
class BudgetPolicy:
    """Shares of a budget whose spending is noticed. A step is noticed again only after the share fell below
    ``clear`` times the step: a rolling window must not flap around it. ``floor_events``: least bad events.
    ``least_seconds``: of fewer seconds of counts nothing is said."""

    steps: tuple[Fraction, ...] = (Fraction(1, 4), Fraction(1, 2), Fraction(3, 4), Fraction(1))
    clear: Fraction = Fraction(9, 10)
    floor_events: int = 5
    least_seconds: int = 86_400


@dataclass(frozen=True, slots=True)
class QualityPolicy:
    """``lost_share`` of a page's series gone; ``hold_ms``: so long must a product's counters be away (a process that
    was just replaced may still create them); ``completeness``: least share of the due reads of the last hour."""

    lost_share: Fraction = Fraction(1, 5)
    hold_ms: int = 30_000
    skew_ms: int = 1_000
    completeness: Fraction = Fraction(99, 100)


@dataclass(frozen=True, slots=True)
class PipelinePolicy:
    """``late_ms``: by so much may evaluation lag behind the data; ``queue_ms``: so long may a notification that is due
    wait; ``prune_seconds``: so long may a slot outlive its retention."""

    late_ms: int = 5_000
    queue_ms: int = 30_000
    prune_seconds: int = 7_200


@dataclass(frozen=True, slots=True)
class RoomPolicy:
    """When proven capacity gets short: headroom below these shares, or a proof that expires within so many days."""

    least_headroom: Fraction = Fraction(20, 100)
    least_lost: Fraction = Fraction(0)
    expires_days: int = 14


@dataclass(frozen=True, slots=True)
class KindPolicy:
    """All of them."""

    silence: SilencePolicy = field(default_factory=SilencePolicy)
    unreachable: UnreachablePolicy = field(default_factory=UnreachablePolicy)
    volume: VolumePolicy = field(default_factory=VolumePolicy)
    synthetic: SyntheticPolicy = field(default_factory=SyntheticPolicy)
    budget: BudgetPolicy = field(default_factory=BudgetPolicy)
    quality: QualityPolicy = field(default_factory=QualityPolicy)
    pipeline: PipelinePolicy = field(default_factory=PipelinePolicy)
    room: RoomPolicy = field(default_factory=RoomPolicy)
