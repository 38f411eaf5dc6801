"""Error budgets and burn rates in exact fractions (definitions.md section 4)."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from slo.counts import Counts
from slo.objective import Objective


@dataclass(frozen=True, slots=True)
class Budget:
    """Allowed, spent and remaining bad events of a window; the same as seconds of full outage.

    ``to_come``: events that the rest of the window is expected to bring, when it is not over.
    """

    objective: Objective
    counts: Counts
    window_seconds: int
    to_come: Fraction = Fraction(0)

    @property
    def allowed_events(self) -> Fraction:
        """total x (1 - target), with those to come."""
        return (self.counts.total + self.to_come) * (1 - self.objective.target)

    @property
    def remaining_events(self) -> Fraction:
        """allowed - spent; negative when overspent."""
        return self.allowed_events - self.counts.bad

    @property
    def remaining_share(self) -> Fraction | None:
        """remaining / allowed; negative when overspent, None without traffic or when counts contradict."""
        return self.remaining_events / self.allowed_events if self.counts.share is not None else None

    @property
    def allowed_seconds(self) -> Fraction:
        """Seconds of full outage that the window allows: 25.92 for 99.999 % over 30 days."""
        return self.window_seconds * (1 - self.objective.target)

    @property
    def remaining_seconds(self) -> Fraction | None:
        """allowed_seconds x remaining_share; None without traffic."""
        share = self.remaining_share
        return None if share is None else self.allowed_seconds * share

    def exhausted_in_seconds(self, bad_per_second: Fraction) -> Fraction | None:
        """Seconds until nothing remains at the present rate of bad events: 0 when already spent, None at rate 0.

        None too without traffic: no budget was given out yet, so none can be spent.
        """
        if not self.counts.total:
            return None
        if self.remaining_events <= 0:
            return Fraction(0)
        return self.remaining_events / bad_per_second if bad_per_second > 0 else None


def burn_rate(counts: Counts, objective: Objective) -> Fraction | None:
    """(bad / total) / (1 - target); None without traffic."""
    return Fraction(counts.bad, counts.total) / (1 - objective.target) if counts.total else None
