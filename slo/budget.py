"""Error budgets and burn rates in exact fractions (definitions.md section 4)."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from slo.counts import Counts
from slo.objective import Objective


@dataclass(frozen=True, slots=True)
class Budget:
    """Allowed, spent and remaining bad events of a window; the same as seconds of full outage."""

    objective: Objective
    counts: Counts
    window_seconds: int

    @property
    def allowed_events(self) -> Fraction:
        """total x (1 - target)."""
        raise NotImplementedError

    @property
    def remaining_events(self) -> Fraction:
        """allowed - spent; negative when overspent."""
        raise NotImplementedError

    @property
    def remaining_share(self) -> Fraction | None:
        """remaining / allowed; None without traffic."""
        raise NotImplementedError

    @property
    def allowed_seconds(self) -> Fraction:
        """Seconds of full outage that the window allows: 25.92 for 99.999 % over 30 days."""
        raise NotImplementedError

    @property
    def remaining_seconds(self) -> Fraction | None:
        """allowed_seconds x remaining_share; None without traffic."""
        raise NotImplementedError

    def exhausted_in_seconds(self, bad_per_second: Fraction) -> Fraction | None:
        """Seconds until nothing remains at the present rate of bad events: 0 when already spent, None at rate 0."""
        raise NotImplementedError


def burn_rate(counts: Counts, objective: Objective) -> Fraction | None:
    """(bad / total) / (1 - target); None without traffic."""
    raise NotImplementedError
