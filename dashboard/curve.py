"""Transactions per second over the minutes of today, yesterday and a week ago (docs/snapshot.md, ``/api/v1/curve``)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date, timedelta

import orjson

from alerts.incidents.words import Names
from dashboard.marks import Mark, mark_json, read_marks
from dashboard.past import minute_start_s
from dashboard.sources import SourceState, source_view
from reports.load_runs.keeping import listed
from slo.windows import DAY_S, MINUTE_S, Window, day_of, day_window
from store.coverage import Interval, clipped, merged, of_spans, without
from store.port import Reader
from store.records import Gap, Level, Scope, SourceStatus, Span

MOST_RUNS = 200
NAMELESS = Names({}, {}, "UTC")
LATE_MS = 5_000
"""A minute closes when every source that is not missing has passed it, at the latest this long after its end."""

Rates = tuple[int | None, ...]
"""Transactions per second per minute of a day, truncated; None where no source watched the whole minute."""


@dataclass(frozen=True, slots=True)
class Curve:
    """The day's line and the two behind it. ``simulated_until``: leading minutes of today that were simulated;
    ``load_runs``: those that ran today; ``marks``: what else happened today."""

    day: date
    today: Rates
    yesterday: Rates
    last_week: Rates
    simulated_until: int
    load_runs: tuple[RunBand, ...] = ()
    marks: tuple[Mark, ...] = ()


@dataclass(frozen=True, slots=True)
class RunBand:
    """A load run on the curve: seconds since the begin of the day, within it."""

    run: str
    verdict: str
    from_second: int
    to_second: int


def read_curve(reader: Reader, now_ms: int, zone: str, names: Names = NAMELESS) -> Curve:
    """Reads three days of minutes and when they were watched; ``names``: of what an incident hit."""
    statuses = reader.sources()
    today = day_window(day_of(now_ms // 1000, zone), zone)
    day = day_of(today.from_s, zone)
    yesterday = day_window(day - timedelta(days=1), zone)
    last_week = day_window(day - timedelta(days=7), zone)
    spans = reader.simulated()
    so_far = Window(today.from_s, max(today.from_s, closed_until_s(statuses, now_ms)))
    known = _known(reader, statuses, spans, (last_week, yesterday, so_far))
    return Curve(
        day=day,
        today=_rates(reader, so_far, known),
        yesterday=_rates(reader, yesterday, known),
        last_week=_rates(reader, last_week, known),
        simulated_until=_simulated_minutes(spans, so_far),
        load_runs=_load_runs(reader, today),
        marks=read_marks(reader.journal(), today, names),
    )


def closed_until_s(statuses: Iterable[SourceStatus], now_ms: int) -> int:
    """End of the newest closed minute: no source that still answers will add to it."""
    newest_ms = minute_start_s(now_ms) * 1000
    marks = [
        s.watermark_ms
        for s in statuses
        if s.watermark_ms is not None and source_view(s, now_ms).state is not SourceState.MISSING
    ]
    behind = any(mark < newest_ms for mark in marks)
    if behind and now_ms - newest_ms < LATE_MS:
        return newest_ms // 1000 - MINUTE_S
    return newest_ms // 1000


def rates(transactions: Mapping[int, int], window: Window, known: Set[int]) -> Rates:
    """``transactions`` per minute (begin in seconds); ``known`` minutes without any are 0, others None."""
    return tuple(
        transactions.get(minute_s, 0) // MINUTE_S if minute_s in known else None
        for minute_s in range(window.from_s, window.to_s, MINUTE_S)
    )


def known_minutes(
    watched: Iterable[Iterable[Interval]], gaps: Iterable[Gap], simulated: Iterable[Span], windows: Iterable[Window]
) -> set[int]:
    """Minutes (begin in seconds) whose count is what happened in them, as far as one watcher saw the whole minute.

    ``watched``: per source. An exact gap that ends in a later minute hides every minute that it touches, the one that
    holds the catch-up included: their events were counted later than they happened.
    """
    hidden = {minute for g in gaps if g.exact and not _within_a_minute(g) for minute in _touched(g)}
    known: set[int] = set()
    for watcher in [*watched, of_spans(simulated)]:
        union = merged(watcher)
        for window in windows:
            for part in clipped(union, Interval(window.from_s * 1000, window.to_s * 1000)):
                known.update(_whole(part))
    return known - hidden


def as_bytes(curve: Curve) -> bytes:
    """The document as UTF-8 JSON."""
    return orjson.dumps(
        {
            "day": curve.day.isoformat(),
            "step_seconds": MINUTE_S,
            "today": curve.today,
            "yesterday": curve.yesterday,
            "last_week": curve.last_week,
            "simulated_until": curve.simulated_until,
            "load_runs": [
                {"run_id": each.run, "verdict": each.verdict, "from": each.from_second, "to": each.to_second}
                for each in curve.load_runs
            ],
            "marks": [mark_json(each) for each in curve.marks],
        }
    )


def _load_runs(reader: Reader, today: Window) -> tuple[RunBand, ...]:
    """Newest first; those that began on the day before and went on into this one, too."""
    begin_ms, end_ms = today.from_s * 1000, today.to_s * 1000
    found = listed(reader.journal(), from_ms=begin_ms - DAY_S * 1000, to_ms=end_ms, most=MOST_RUNS)
    return tuple(
        RunBand(
            run=each.id,
            verdict=each.verdict,
            from_second=max(0, each.started_ms - begin_ms) // 1000,
            to_second=-(-(min(each.ended_ms, end_ms) - begin_ms) // 1000),
        )
        for each in found
        if each.ended_ms > begin_ms
    )


def _rates(reader: Reader, window: Window, known: Set[int]) -> Rates:
    slices = reader.timeline(Level.MINUTE, Scope.BANK, window.from_s, window.to_s)
    return rates({at_s: counts.transactions for at_s, _, counts in slices}, window, known)


def _known(
    reader: Reader, statuses: Sequence[SourceStatus], spans: Sequence[Span], windows: tuple[Window, ...]
) -> set[int]:
    gaps = reader.gaps(min(w.from_s for w in windows) * 1000, max(w.to_s for w in windows) * 1000)
    watched = [_watched(reader, status, [g for g in gaps if g.source == status.source.id]) for status in statuses]
    return known_minutes(watched, gaps, spans, windows)


def _watched(reader: Reader, status: SourceStatus, gaps: Iterable[Gap]) -> list[Interval]:
    """From the first page to the last, without gaps whose events were lost or counted in another minute."""
    if status.watermark_ms is None:
        return []
    lives = reader.incarnations(status.source.id)
    first_ms = min((life.first_read_ms for life in lives), default=status.registered_ms)
    holes = [Interval(g.from_ms, g.to_ms) for g in gaps if not (g.exact and _within_a_minute(g))]
    return without(Interval(first_ms, status.watermark_ms), merged(holes))


def _within_a_minute(gap: Gap) -> bool:
    """Whether what a gap caught up is booked in the minute in which the gap began."""
    return minute_start_s(gap.from_ms) == minute_start_s(gap.to_ms - 1)


def _touched(gap: Gap) -> range:
    """Every minute that a gap touches."""
    return range(minute_start_s(gap.from_ms), minute_start_s(gap.to_ms - 1) + MINUTE_S, MINUTE_S)


def _whole(part: Interval) -> range:
    """Minutes that lie wholly within a stretch."""
    begin_s = minute_start_s(part.from_ms + MINUTE_S * 1000 - 1)
    return range(begin_s, minute_start_s(part.to_ms), MINUTE_S)


def _simulated_minutes(spans: Iterable[Span], so_far: Window) -> int:
    """Leading minutes of today that are simulated."""
    for span in spans:
        if span.from_s <= so_far.from_s < span.to_s:
            return (min(span.to_s, so_far.to_s) - so_far.from_s) // MINUTE_S
    return 0
