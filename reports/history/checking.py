"""What only shows when rows are held beside each other: duplicates, overlaps, days with more outage than they have."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import replace
from typing import TypeVar

from reports.history.model import Counted, Defect, History, Outage, PeriodOutage

Kept = TypeVar("Kept", Outage, PeriodOutage, Counted)
Period = TypeVar("Period", PeriodOutage, Counted)


def checked(history: History) -> History:
    """The same history without rows that would count twice; what was found is added to its defects, by row."""
    defects: list[Defect] = []
    records = history.records
    outages = _once(records.outages, _outage_key, defects)
    defects.extend(_overlaps(outages))
    periods = _disjoint(_once(records.periods, _period_key, defects), lambda each: (each.service,), defects)
    defects.extend(filter(None, map(_excess, periods)))
    counts = _disjoint(
        _once(records.counts, _counted_key, defects), lambda each: (each.service, each.data_center), defects
    )
    every = sorted((*history.defects, *defects), key=lambda each: each.row)
    return replace(
        history, records=replace(records, outages=outages, periods=periods, counts=counts), defects=tuple(every)
    )


def _outage_key(outage: Outage) -> Hashable:
    return (outage.service, outage.from_s, outage.to_s, outage.impact, outage.title)


def _period_key(period: PeriodOutage) -> Hashable:
    return (period.service, period.from_s, period.to_s, period.partial_seconds, period.major_seconds)


def _counted_key(counted: Counted) -> Hashable:
    return (counted.service, counted.data_center, counted.from_s, counted.to_s, counted.good, counted.bad)


def _once(items: Iterable[Kept], key: Callable[[Kept], Hashable], defects: list[Defect]) -> tuple[Kept, ...]:
    """Items without those that say the same as an earlier one."""
    first: dict[Hashable, int] = {}
    kept: list[Kept] = []
    for each in items:
        row = first.setdefault(key(each), each.row)
        if row == each.row:
            kept.append(each)
        else:
            defects.append(Defect(each.row, "", "duplicate", f"says the same as row {row}"))
    return tuple(kept)


def _overlaps(outages: Iterable[Outage]) -> Iterator[Defect]:
    """Incidents of one service that begin before an earlier one is over; both count, no second twice."""
    running: dict[str, Outage] = {}
    for each in sorted(outages, key=lambda one: (one.from_s, one.row)):
        other = running.get(each.service)
        if other is not None and each.from_s < other.to_s:
            text = f"overlaps row {other.row}; every second counts once, with the greater impact"
            yield Defect(each.row, "", "overlap", text, kept=True)
        if other is None or each.to_s > other.to_s:
            running[each.service] = each


def _disjoint(
    items: Iterable[Period], owner: Callable[[Period], Hashable], defects: list[Defect]
) -> tuple[Period, ...]:
    """Periods of which none covers part of another of the same owner; the row that comes first in the file stays."""
    ordered = sorted(items, key=lambda each: (each.from_s, each.row))
    last: dict[Hashable, Period] = {}
    kept: list[Period] = []
    for each in ordered:
        other = last.get(owner(each))
        if other is not None and each.from_s < other.to_s:
            same = (each.from_s, each.to_s) == (other.from_s, other.to_s)
            text = f"gives {'the same period as' if same else 'a period that overlaps'} row {other.row}"
            defects.append(Defect(each.row, "", "contradiction" if same else "overlapping_period", text))
            continue
        last[owner(each)] = each
        kept.append(each)
    return tuple(sorted(kept, key=lambda each: each.row))


def _excess(period: PeriodOutage) -> Defect | None:
    """More outage than there are seconds."""
    length_seconds = period.to_s - period.from_s
    outage_seconds = period.partial_seconds + period.major_seconds
    if outage_seconds <= length_seconds:
        return None
    text = f"{float(outage_seconds):g} s of outage in {length_seconds} s; counted as no more than those"
    return Defect(period.row, "", "more_than_period", text, kept=True)
