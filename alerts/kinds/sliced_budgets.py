"""Steps of the budgets of objectives by slices of time and of composites: of the rolling window alone.

A month of minutes is too much to read in every tick: each tick looks at one budget at most, and at each every five
minutes.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from fractions import Fraction

from alerts.kinds import budget
from alerts.kinds.budget import ROLLING
from alerts.kinds.policy import BudgetPolicy
from alerts.model import Evidence, Reading, Subject
from alerts.sliced.book import SliceBook
from alerts.sliced.burning import Burn, kinds
from alerts.sliced.history import History
from alerts.sliced.model import SlicedSlo
from slo.formatting import ratio, truncated
from store.port import Reader

EVERY_MS = 300_000
SETTLES_MS = 20_000
"""Nothing is looked at so soon after a start: the first look reads a whole window."""


@dataclass(frozen=True, slots=True)
class SlicedBudget:
    """One budget as ``budget.readings`` takes it."""

    of: SlicedSlo
    spent: Burn
    window: str = ROLLING

    @property
    def slo(self) -> str:
        """Its objective."""
        return self.of.id

    @property
    def subject(self) -> Subject:
        """What its alerts speak of."""
        return self.of.subject

    @property
    def covered_s(self) -> int:
        """Seconds of which there are counts."""
        return self.spent.covered * self.of.slice_seconds

    @property
    def spent_share(self) -> Fraction | None:
        """Of what the window allows; None before anything was judged."""
        return self.spent.burn_rate

    def rule(self, step: Fraction) -> str:
        """Name of a step's rule."""
        return self.of.alert_name(budget.rule(self.window, step))

    def speaks(self, policy: BudgetPolicy) -> bool:
        """Whether anything is bad: one slice may be all that is allowed, so that no floor holds."""
        return self.spent.bad > 0

    def evidence(self, share: Fraction) -> Evidence:
        """Figures of a notice."""
        values = (("window", self.window), ("method", str(self.of.method)), ("bad", truncated(self.spent.bad, 2)))
        return Evidence(budget_spent=ratio(share, 4), values=values)


class SlicedBudgetWatch:
    """For one thread. ``sources``: ids of the configuration; None for all that are registered."""

    def __init__(self, slos: Iterable[SlicedSlo], policy: BudgetPolicy, sources: Collection[str] | None) -> None:
        self._policy = policy
        self._slos = {slo.id: slo for slo in slos}
        self._books = {id: SliceBook(sources) for id in self._slos}
        self._histories = {id: History(slo, excluding=slo.excludes_maintenance) for id, slo in self._slos.items()}
        self._looked_ms: dict[str, int] = {}
        self._budgets: dict[str, SlicedBudget] = {}
        self._steps: budget.Steps = {}
        self._readings: list[Reading] = []

    def readings(self, reader: Reader, now_ms: int, started_ms: int) -> list[Reading]:
        """Of every budget, as of the last look at it. ``started_ms``: when evaluation began."""
        if now_ms - started_ms < SETTLES_MS or not self._slos:
            return self._readings
        longest_ago = min(self._slos, key=lambda id: self._looked_ms.get(id, 0))
        if 0 <= now_ms - self._looked_ms.get(longest_ago, 0) < EVERY_MS:
            return self._readings
        self._looked_ms[longest_ago] = now_ms
        slo = self._slos[longest_ago]
        self._budgets[slo.id] = SlicedBudget(slo, self._spent(reader, slo, now_ms))
        every = list(self._budgets.values())
        self._steps = budget.spent_steps(every, self._policy, self._steps)
        self._readings = budget.readings(every, self._policy, self._steps)
        return self._readings

    def _spent(self, reader: Reader, slo: SlicedSlo, now_ms: int) -> Burn:
        book, history = self._books[slo.id], self._histories[slo.id]
        wanted = dict.fromkeys(kinds(slo, excluding=slo.excludes_maintenance), slo.period_seconds)
        history.update(book.slices(reader, wanted, book.closed_s(reader, now_ms)))
        return history.burn(slo.period_seconds)
