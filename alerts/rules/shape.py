"""What of a policy can be told at a scrape interval, and how recorded series are named: ``level:metric:operation``."""

from __future__ import annotations

from dataclasses import dataclass

from alerts.model import Level
from alerts.policy import Policy, Slo, Tier

LABELS: dict[Level, tuple[str, ...]] = {
    Level.BANK: (),
    Level.PRODUCT: ("product",),
    Level.CELL: ("product", "data_center"),
    Level.DCN: ("product", "data_center", "dcn"),
}
"""Labels by which each level's recorded series differ."""
LEAST_SCRAPES = 2
"""Scrapes that a short window must hold, so that one scrape alone decides nothing."""
_UNITS = ((86400, "d"), (3600, "h"), (60, "m"), (1, "s"))


@dataclass(frozen=True, slots=True)
class Names:
    """Names of recorded series. ``base``: the metric without ``_total``; ``interval``: between two evaluations."""

    base: str
    interval: str

    @property
    def finest(self) -> str:
        """Increases by product, data center, DCN and outcome."""
        return f"dcn_outcome:{self.base}:increase{self.interval}"

    def total(self, level: Level, window: str) -> str:
        """Good and bad requests of a window."""
        return f"{level.value}:{self.base}:increase{window}"

    def bad(self, level: Level, window: str) -> str:
        """Bad requests of a window."""
        return f"{level.value}:{self.base}_bad:increase{window}"


def duration(seconds: int) -> str:
    """Seconds as Prometheus writes them, in the largest unit that is whole: 3600 -> 1h, 5400 -> 90m."""
    return next(f"{seconds // size}{unit}" for size, unit in _UNITS if seconds % size == 0)


def range_within(seconds: int) -> str:
    """A range that holds exactly the evaluations of ``seconds``: one millisecond shorter, because Prometheus 2 counts
    a sample on the left edge and Prometheus 3 does not."""
    whole = "".join(f"{amount}{unit}" for amount, unit in _pieces(seconds - 1) if amount)
    return f"{whole}999ms"


def _pieces(seconds: int) -> list[tuple[int, str]]:
    pieces = []
    for size, unit in _UNITS:
        amount, seconds = divmod(seconds, size)
        pieces.append((amount, unit))
    return pieces


def told(tier: Tier, scrape_seconds: int) -> bool:
    """Whether scrapes so far apart can fill the tier's windows."""
    fits = tier.long_seconds % scrape_seconds == 0 and tier.short_seconds % scrape_seconds == 0
    return fits and tier.short_seconds >= LEAST_SCRAPES * scrape_seconds


def tiers(policy: Policy, scrape_seconds: int) -> tuple[Tier, ...]:
    """The tiers that can be told."""
    return tuple(tier for tier in policy.tiers if told(tier, scrape_seconds))


def levels(slo: Slo) -> tuple[Level, ...]:
    """Levels at which an objective is watched: the bank's only as a whole, a product's with all its parts."""
    mine = (Level.PRODUCT, Level.CELL, Level.DCN) if slo.product else (Level.BANK,)
    return tuple(level for level in mine if level in slo.policy.levels)
