"""Slices -> exact figures -> texts. The one place where a report's numbers are made."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from reports.availability.headline import AvailabilityView, ByCenter, availability_of
from reports.availability.material import CellSlice
from slo.budget import Budget
from slo.counts import Counts
from slo.formatting import percent, ratio, truncated
from slo.objective import Objective
from store.coverage import Interval, Unseen

BUDGET_DECIMALS = 2
Part = tuple[ByCenter, Mapping[str, Unseen]]


@dataclass(frozen=True, slots=True)
class Figures:
    """One unit over one stretch: what the objective sees, and (None without maintenance) with maintenance."""

    counted: AvailabilityView
    with_maintenance: AvailabilityView | None

    @property
    def whole(self) -> AvailabilityView:
        """As it happened."""
        return self.with_maintenance or self.counted


@dataclass(frozen=True, slots=True)
class Parts:
    """One product by data center: what the objective sees, and as it happened. ``planned``: whether they may differ."""

    counted: Part
    whole: Part
    planned: bool


def parts_of(cells: Iterable[CellSlice]) -> dict[str, Parts]:
    """Sums over slices by product, in the order in which products come."""
    sums: dict[str, dict[str, list[int]]] = {}
    for cell in cells:
        of_product = sums.setdefault(cell.product, {})
        mine = of_product.get(cell.data_center)
        if mine is None:
            mine = of_product[cell.data_center] = [0] * _FIELDS
        _add(mine, cell)
    return {product: _parts(by_center) for product, by_center in sums.items()}


def figures(parts: Collection[Parts], stretch_ms: int, objective: Objective) -> Figures:
    """Of any products over the same stretch: one of them, the bank, one data center."""
    window = Interval(0, stretch_ms)
    counted = availability_of([each.counted for each in parts], window, objective)
    if not any(each.planned for each in parts):
        return Figures(counted, None)
    return Figures(counted, availability_of([each.whole for each in parts], window, objective))


def view_texts(view: AvailabilityView) -> dict[str, Any]:
    """Counts and truncated texts of one view; counts of what nobody looked at are 0, its percentages None."""
    figure, counts = view.availability, view.availability.counts
    return {
        "good": counts.good,
        "bad": counts.bad,
        "total": counts.total,
        "missing_estimate": figure.missing,
        "availability": percent_text(figure.value),
        "low": percent_text(figure.low),
        "high": percent_text(figure.high),
        "verdict": figure.verdict(view.objective).value,
        "completeness": None if view.completeness is None else ratio(view.completeness),
    }


@dataclass(frozen=True, slots=True)
class BudgetTexts:
    """The error budget of a stretch, truncated; None without traffic."""

    allowed_events: str | None
    remaining_events: str | None
    spent_percent: str | None
    seconds: str


def budget_of(view: AvailabilityView, seconds: int) -> BudgetTexts:
    """Of a stretch of so many seconds."""
    budget = Budget(view.objective, view.availability.counts, seconds)
    share = budget.remaining_share
    return BudgetTexts(
        truncated(budget.allowed_events, BUDGET_DECIMALS) if share is not None else None,
        truncated(budget.remaining_events, BUDGET_DECIMALS) if share is not None else None,
        truncated((1 - share) * 100, BUDGET_DECIMALS) if share is not None else None,
        truncated(budget.allowed_seconds, BUDGET_DECIMALS),
    )


def percent_text(value: Fraction | None) -> str | None:
    """Per cent, truncated after five decimals; None stays None."""
    return None if value is None else percent(value)


_FIELDS = 13


def _add(sums: list[int], cell: CellSlice) -> None:
    """Plain integers: a report of a thousand cells over a year adds up tens of thousands of slices."""
    counts, seen = cell.counts, cell.unseen
    sums[0] += counts.good
    sums[1] += counts.bad
    sums[2] += counts.ignored
    sums[3] += counts.transactions
    sums[4] += seen.lost_ms
    sums[5] += seen.unwatched_ms
    planned = cell.planned
    if planned.excluded_ms:
        taken = cell.taken
        sums[6] += taken.good
        sums[7] += taken.bad
        sums[8] += taken.ignored
        sums[9] += taken.transactions
        sums[10] += planned.lost_ms
        sums[11] += planned.unwatched_ms
        sums[12] += planned.excluded_ms


def _parts(by_center: Mapping[str, Sequence[int]]) -> Parts:
    whole: tuple[dict[str, Counts], dict[str, Unseen]] = ({}, {})
    for center, s in by_center.items():
        whole[0][center] = Counts(*s[0:4])
        whole[1][center] = Unseen(s[4], s[5])
    if not any(s[12] for s in by_center.values()):
        return Parts(whole, whole, planned=False)
    counted: tuple[dict[str, Counts], dict[str, Unseen]] = ({}, {})
    for center, s in by_center.items():
        counted[0][center] = Counts(s[0] - s[6], s[1] - s[7], s[2] - s[8], s[3] - s[9])
        counted[1][center] = Unseen(s[4] - s[10], s[5] - s[11], s[12])
    return Parts(counted, whole, planned=True)
