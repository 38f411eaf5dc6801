"""Objectives by slices of time and composites, as the configuration says them: values only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from alerts.lifecycle import Timing
from alerts.model import Level, Subject
from alerts.policy import Tier
from slo.budgeting import Method
from slo.objective import Objective

MOST_HOLD_SECONDS = 60
"""False must have lasted for the short window, at most so long, before an alert closes: as everywhere."""
NO_DATA = "no-data"


@dataclass(frozen=True, slots=True)
class SlicedPart:
    """One indicator: of a product (empty: the bank). ``slice_target``: least good / total of a good slice."""

    product: str
    objective: Objective
    slice_target: Fraction = Fraction(1)
    weight: Fraction = Fraction(1)


@dataclass(frozen=True, slots=True)
class SlicedRule:
    """One tier. ``or_equal``: fires at the factor itself. ``breaching``: fires on burn; ``no_data``: fires when nobody
    saw anything of its long window."""

    tier: Tier
    or_equal: bool = False
    breaching: bool = True
    no_data: bool = False

    def exceeded(self, burn_rate: Fraction, factor: Fraction) -> bool:
        """Whether a window burns at the factor."""
        return burn_rate > factor or (self.or_equal and burn_rate == factor)

    @property
    def no_data_name(self) -> str:
        """Rule of its alert on missing data."""
        return f"{self.tier.name}-{NO_DATA}"


@dataclass(frozen=True, slots=True)
class SlicedSlo:
    """One objective over slices of ``slice_seconds`` (whole minutes, begun at whole multiples since the epoch).

    ``objective``: what the whole is held to, in a composite of slices the strictest of its parts. A composite of
    Occurrences has the burn rates of its parts, weighted, and no target of its own. ``floor_events``: bad events of all
    parts that a long window needs at least, as the alert policy says.
    """

    id: str
    parts: tuple[SlicedPart, ...]
    method: Method
    slice_seconds: int
    objective: Objective
    period_seconds: int
    rules: tuple[SlicedRule, ...]
    names: Mapping[str, str]
    runbook: str = ""
    excludes_maintenance: bool = True
    floor_events: int = 0

    @property
    def composite(self) -> bool:
        """Whether it has several indicators."""
        return len(self.parts) > 1

    @property
    def products(self) -> tuple[str, ...]:
        """Those that its parts speak of, each once."""
        return tuple(dict.fromkeys(part.product for part in self.parts))

    @property
    def product(self) -> str:
        """The product that all of it speaks of; empty for the bank and for several products."""
        return self.products[0] if len(self.products) == 1 else ""

    @property
    def subject(self) -> Subject:
        """What its alerts speak of."""
        return Subject(Level.PRODUCT, self.product) if self.product else Subject(Level.BANK)

    def alert_name(self, rule_name: str) -> str:
        """What an alert is called. One over several products is no alert of the bank's: under a name of its own it
        inhibits none of theirs."""
        return f"composite-{rule_name}" if len(self.products) > 1 else rule_name

    @property
    def longest_seconds(self) -> int:
        """The longest window that its rules look at."""
        return max((rule.tier.long_seconds for rule in self.rules), default=self.slice_seconds)

    def timings(self) -> dict[str | tuple[str, str], Timing]:
        """How long its alerts wait, by objective and rule."""
        found: dict[str | tuple[str, str], Timing] = {}
        for rule in self.rules:
            hold = min(rule.tier.short_seconds, MOST_HOLD_SECONDS)
            timing = Timing(rule.tier.after_seconds, hold, rule.tier.short_seconds)
            found[self.id, self.alert_name(rule.tier.name)] = timing
            found[self.id, self.alert_name(rule.no_data_name)] = timing
        return found
