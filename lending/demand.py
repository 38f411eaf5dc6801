"""Background customers at bank scale: counts drawn per second and cell, so that a billion a day costs nothing.

Every cell and outcome is an independent Poisson variable. That is drawn cheaply, and exactly, by two facts: a Poisson
variable with mean m is the sum of one with mean m0 <= m and one with mean m - m0; and the sum of many Poisson variables
is one, whose events then fall on them by their weights. So the bulk comes from tables made for a level of demand a
little below the present one, and the little that is left, like the rare outcomes, is drawn as one total and placed.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from itertools import accumulate
from random import Random
from typing import NamedTuple

from lending.cells import Cell
from lending.chance import binomial, cumulative_poisson, poisson, scatter
from lending.curve import Curve

LEVEL_STEP = 1.02
"""Tables are made again when demand has moved by this factor: every few minutes on a morning, seldom at night."""

TABLE_MOST_MEAN = 200.0
"""Above it a table grows long and a direct draw is as good; reached at many times a billion a day."""

_NO_TABLE = (1.0,)  # always draws 0: the cell is drawn directly


class Draw(NamedTuple):
    """Events of one second by outcome; each list is parallel to the cells that were asked for."""

    ok: list[int]
    business_reject: list[int]
    system_error: list[int]
    client_abort: list[int]


class Demand:
    """Customers of one data center. ``scale``: transactions of the whole bank on an ordinary weekday.

    The same (scale, seed, data center, second, cells, faults) always draws the same numbers, whatever was drawn before:
    a restarted data center goes on as if it had never been away.
    """

    def __init__(self, scale: int, seed: int, data_center: str) -> None:
        self._curve = Curve(scale)
        self._stream = f"{seed}/{data_center}"
        self._rng = Random()
        self._cells: Sequence[Cell] = ()
        self._plan = _Plan(())

    def transactions_expected(self, second_s: int) -> float:
        """Transactions that the whole bank expects in the second that begins at ``second_s``."""
        return self._curve.transactions_expected(second_s)

    def draw(self, second_s: int, cells: Sequence[Cell], faults: Mapping[int, float]) -> Draw:
        """Events of one second in every cell.

        ``cells`` is best the same object each second: what is computed from it is kept. ``faults`` maps the index of a
        cell to the share (0 to 1) of its would-be events, whatever their outcome, that become system errors.
        """
        if cells is not self._cells:
            self._cells, self._plan = cells, _Plan(cells)
        rng = self._rng
        rng.seed(f"{self._stream}/{second_s}")
        draw = self._plan.draw(rng, self._curve.transactions_expected(second_s))
        for index, share in faults.items():
            _fail(rng, draw, index, share)
        return draw


class _Plan:
    """What is computed once per set of cells (weights) and once per level of demand (tables)."""

    def __init__(self, cells: Sequence[Cell]) -> None:
        common = [cell.weight * (1.0 - cell.reject_share - cell.error_share - cell.abort_share) for cell in cells]
        common += [cell.weight * cell.reject_share for cell in cells]
        self._count = len(cells)
        self._common = common
        self._common_until = list(accumulate(common))
        self._errors_until = list(accumulate(cell.weight * cell.error_share for cell in cells))
        self._aborts_until = list(accumulate(cell.weight * cell.abort_share for cell in cells))
        self._step: int | None = None
        self._level = 0.0
        self._tables: list[Sequence[float]] = []
        self._direct: list[int] = []

    def draw(self, rng: Random, transactions: float) -> Draw:
        """One second in which the bank expects ``transactions``."""
        count = self._count
        if transactions <= 0.0 or count == 0:
            return Draw([0] * count, [0] * count, [0] * count, [0] * count)
        self._prepare(transactions)
        random = rng.random
        common = [bisect_right(table, random()) for table in self._tables]
        for index in self._direct:
            common[index] = poisson(rng, self._level * self._common[index])
        scatter(rng, common, (transactions - self._level) * self._common_until[-1], self._common_until)
        errors, aborts = [0] * count, [0] * count
        scatter(rng, errors, transactions * self._errors_until[-1], self._errors_until)
        scatter(rng, aborts, transactions * self._aborts_until[-1], self._aborts_until)
        return Draw(common[:count], common[count:], errors, aborts)

    def _prepare(self, transactions: float) -> None:
        """Makes the tables of the level at or just below ``transactions``; which level depends on nothing else."""
        step = math.floor(math.log(transactions) / math.log(LEVEL_STEP))
        if step == self._step:
            return
        self._step, self._level = step, LEVEL_STEP**step
        means = [self._level * weight for weight in self._common]
        tables = {mean: cumulative_poisson(mean) for mean in set(means) if mean <= TABLE_MOST_MEAN}
        self._tables = [tables.get(mean, _NO_TABLE) for mean in means]
        self._direct = [index for index, mean in enumerate(means) if mean > TABLE_MOST_MEAN]


def _fail(rng: Random, draw: Draw, index: int, share: float) -> None:
    for counts in (draw.ok, draw.business_reject, draw.client_abort):
        failed = binomial(rng, counts[index], share)
        counts[index] -= failed
        draw.system_error[index] += failed
