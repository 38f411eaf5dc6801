"""What failed in a stretch: counts by journey step and outcome; and its worst windows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reports.availability.downtime import Worst
from reports.availability.steps import Chosen, kept_steps, steps_of
from slo.counts import Counts
from slo.downtime import union
from slo.windows import DAY_S, HOUR_S, MINUTE_S, Window, day_start
from slo.worst import worst_window
from store.port import Reader
from store.records import Level, Scope

LONGEST_BY_MINUTE_S = 2 * DAY_S
LENGTHS_S = (MINUTE_S, HOUR_S, DAY_S, 7 * DAY_S)


@dataclass(frozen=True, slots=True)
class StepRow:
    """One outcome of one journey step in one data center."""

    product: str
    data_center: str
    step: str
    outcome: str
    counts: Counts


@dataclass(frozen=True, slots=True)
class Failing:
    """``window``: of the counts; wider than asked where steps are kept by hour or day alone. ``unsplit``: counts
    of the same window that no step tells of (imported ones, for one)."""

    window: Window
    rows: tuple[StepRow, ...]
    unsplit: Counts


def failing(reader: Reader, asked: Window, product: str, data_center: str, zone: str) -> Failing:
    """Steps of one product or of all, most failures first."""
    window = _answerable(reader, asked, Chosen(Scope.STEP, product, data_center), zone)
    rows = [
        StepRow(unit.product, unit.data_center, unit.step, unit.outcome, counts)
        for unit, counts in reader.totals(Scope.STEP, window.from_s, window.to_s).items()
        if product in ("", unit.product) and data_center in ("", unit.data_center)
    ]
    rows.sort(key=lambda r: (-r.counts.bad, -r.counts.total, r.product, r.step, r.outcome, r.data_center))
    return Failing(window, tuple(rows), _unsplit(reader, window, product, data_center, rows))


def _unsplit(reader: Reader, window: Window, product: str, data_center: str, rows: Sequence[StepRow]) -> Counts:
    whole = Chosen(_scope(product, data_center), product, data_center).totals(reader, window.from_s, window.to_s)
    told, every = (sum(counts, Counts()) for counts in ((row.counts for row in rows), whole.values()))
    return Counts(every.good - told.good, every.bad - told.bad, every.ignored - told.ignored)


def _answerable(reader: Reader, asked: Window, chosen: Chosen, zone: str) -> Window:
    """The window taken outwards at each edge to the finest slices that are kept there."""
    from_s = asked.from_s if _whole(asked.from_s, zone) else _edge(reader, asked.from_s, chosen, zone).from_s
    to_s = asked.to_s if _whole(asked.to_s, zone) else _edge(reader, asked.to_s - 1, chosen, zone).to_s
    return Window(from_s, to_s)


def _whole(at_s: int, zone: str) -> bool:
    return day_start(at_s, zone) == at_s


def _edge(reader: Reader, at_s: int, chosen: Chosen, zone: str) -> Window:
    """The finest kept slice that holds an instant."""
    for name in ("minute", "hour"):
        slice_ = steps_of(name, Window(at_s, at_s + 1), zone)
        if kept_steps(reader, slice_, chosen):
            return slice_.window
    return steps_of("day", Window(at_s, at_s + 1), zone).window


def worst(reader: Reader, window: Window, product: str, data_center: str) -> list[Worst]:
    """The worst minute, hour, day and week of one unit, as it happened; those without a failure are left out.

    In steps of minutes up to two days, else of hours. Slices that a gap reaches into are passed over: their counts are
    exact only in sum.
    """
    by_minute = window.to_s - window.from_s <= LONGEST_BY_MINUTE_S
    level, step_s = (Level.MINUTE, MINUTE_S) if by_minute else (Level.HOUR, HOUR_S)
    gaps = reader.gaps(window.from_s * 1000, window.to_s * 1000)
    holes = union(Window(gap.from_ms // 1000, -(-gap.to_ms // 1000) + 1) for gap in gaps)
    every = _slices(reader, level, window, Chosen(_scope(product, data_center), product, data_center))
    slices = [(at_s, counts) for at_s, counts in every if not _touches(holes, at_s, step_s)]
    if not any(counts.bad for _, counts in slices):
        return []
    known = Window(slices[0][0], slices[-1][0] + step_s)
    found = []
    for length_s in (each for each in LENGTHS_S if each >= step_s):
        each = worst_window(slices, slice_s=step_s, length_s=length_s, period=known)
        if each is not None and each.counts.bad:
            found.append(Worst(length_s, step_s, each))
    return found


def _scope(product: str, data_center: str) -> Scope:
    if data_center:
        return Scope.CELL
    return Scope.PRODUCT if product else Scope.BANK


def _slices(reader: Reader, level: Level, window: Window, chosen: Chosen) -> list[tuple[int, Counts]]:
    """Oldest first; products of one data center are added up."""
    sums: dict[int, Counts] = {}
    for at_s, _, counts in chosen.timeline(reader, level, window):
        sums[at_s] = sums[at_s] + counts if at_s in sums else counts
    return list(sums.items())


def _touches(holes: Sequence[Window], at_s: int, step_s: int) -> bool:
    return any(hole.from_s < at_s + step_s and hole.to_s > at_s for hole in holes)
