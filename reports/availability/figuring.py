"""Slices -> exact figures -> texts. The one place where a report's numbers are made."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from reports.availability.headline import AvailabilityView, ByCenter, availability_of
from reports.availability.material import CellSlice
from slo.budget import Budget
from slo.counts import Counts, summed
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

    def only(self, center: str) -> Parts:
        """The same of one of its data centers."""
        counted = _alone(self.counted, center)
        planned = counted[1][center].excluded_ms > 0
        return Parts(counted, _alone(self.whole, center) if planned else counted, planned)


def parts_of(cells: Iterable[CellSlice]) -> dict[str, Parts]:
    """Sums over slices by product, in the order in which products come."""
    found: dict[str, list[CellSlice]] = {}
    for cell in cells:
        found.setdefault(cell.product, []).append(cell)
    return {product: _parts(mine) for product, mine in found.items()}


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
    value = percent_text(figure.value)
    low, high = (percent_text(figure.low), percent_text(figure.high)) if figure.missing else (value, value)
    return {
        "good": counts.good,
        "bad": counts.bad,
        "total": counts.total,
        "missing_estimate": figure.missing,
        "availability": value,
        "low": low,
        "high": high,
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


def _alone(part: Part, center: str) -> Part:
    return {center: part[0][center]}, {center: part[1][center]}


def _parts(cells: Sequence[CellSlice]) -> Parts:
    """Of one product; those of a month of the trend are one for each data center, and nothing to add up."""
    whole: Part = ({each.data_center: each.counts for each in cells}, {each.data_center: each.unseen for each in cells})
    planned = any(each.planned.excluded_ms for each in cells)
    if len(whole[0]) == len(cells) and not planned:
        return Parts(whole, whole, planned=False)
    by_center: dict[str, list[CellSlice]] = {}
    for cell in cells:
        by_center.setdefault(cell.data_center, []).append(cell)
    whole = (
        {center: summed([each.counts for each in mine]) for center, mine in by_center.items()},
        {center: _unseen([each.unseen for each in mine]) for center, mine in by_center.items()},
    )
    return Parts(_without_planned(by_center, whole) if planned else whole, whole, planned=planned)


def _without_planned(by_center: Mapping[str, Sequence[CellSlice]], whole: Part) -> Part:
    counts, unseen = whole
    left: tuple[dict[str, Counts], dict[str, Unseen]] = ({}, {})
    for center, cells in by_center.items():
        touched = [each for each in cells if each.planned.excluded_ms]
        left[0][center] = _minus(counts[center], summed([each.taken for each in touched]))
        planned = _unseen([each.planned for each in touched])
        left[1][center] = Unseen(
            unseen[center].lost_ms - planned.lost_ms,
            unseen[center].unwatched_ms - planned.unwatched_ms,
            planned.excluded_ms,
        )
    return left


def _unseen(every: Sequence[Unseen]) -> Unseen:
    return every[0] if len(every) == 1 else Unseen(*map(sum, zip(*every, strict=True))) if every else Unseen()


def _minus(counts: Counts, taken: Counts) -> Counts:
    return Counts(
        counts.good - taken.good,
        counts.bad - taken.bad,
        counts.ignored - taken.ignored,
        counts.transactions - taken.transactions,
    )
