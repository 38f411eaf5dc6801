"""The busiest minute of each day (definitions.md section 7): which minutes may be one. Pure, the same for every twin.

A minute counts once it has closed: every source that feeds it has an accepted page at or after its end. Not one that a
gap reaches into or out of: events that were counted after a silence are exact in number, not in their minute. A gap
that begins and ends inside one minute and lost nothing leaves that minute whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from slo.windows import HOUR_S, MINUTE_S
from store.records import Gap, Scope, SourceStatus, Span, Unit

PEAK_SCOPES = (Scope.BANK, Scope.PRODUCT, Scope.CELL)
"""Scopes whose peaks are kept. Each has its own: the maximum of sums is not the sum of maxima."""

SECOND_SCOPES = (Scope.BANK, Scope.PRODUCT)
"""Scopes whose busiest seconds are kept."""
FINEST_MS = 1000
"""A source that is read less often brings several seconds at once: while there is one no second is a peak."""

EVERYWHERE = ""
"""Data center of a source that reads several."""

_ABANDONED_S = HOUR_S  # a source that nobody tried to read for that long holds no minute open


class Peak(NamedTuple):
    """The minute (or second) of one day in which a unit had the most transactions (of equal ones the earliest).

    ``provisional``: the day has not ended for every source, so that a later one may still be busier.
    """

    day_s: int
    unit: Unit
    at_s: int
    transactions: int
    provisional: bool
    simulated: bool


class Feed(NamedTuple):
    """How far one source has come. ``data_center`` is EVERYWHERE for a source that reads several."""

    data_center: str
    watermark_ms: int
    last_at_ms: int | None


class Silence(NamedTuple):
    """A gap and the data center whose events it moves."""

    data_center: str
    from_ms: int
    to_ms: int
    exact: bool


def feeds(statuses: Iterable[SourceStatus]) -> list[Feed]:
    """Sources that ever gave an accepted page."""
    return [
        Feed(each.source.data_center, each.watermark_ms, each.last_read.at_ms if each.last_read else None)
        for each in statuses
        if each.watermark_ms is not None
    ]


def silences(gaps: Iterable[Gap], data_centers: Mapping[str, str]) -> list[Silence]:
    """Gaps with the data center of their source; of a source that nobody knows they speak of all."""
    return [Silence(data_centers.get(g.source, EVERYWHERE), g.from_ms, g.to_ms, g.exact) for g in gaps]


def unfit(minute_s: int, sources: Sequence[Feed], gaps: Sequence[Silence]) -> frozenset[str]:
    """Data centers of which a minute is still open or not known by the minute; EVERYWHERE when it is all of them.

    A cell may take its peak from the minute unless its data center is named; products and the bank need all of them.
    """
    end_s = minute_s + MINUTE_S
    still_open = {feed.data_center for feed in sources if holds_open(feed, end_s)}
    torn = {gap.data_center for gap in gaps if _reaches_over(gap, minute_s * 1000, end_s * 1000)}
    return frozenset(still_open | torn)


def holds_open(feed: Feed, end_s: int) -> bool:
    """Whether events from before ``end_s`` may still come from a source that somebody reads."""
    if feed.watermark_ms >= end_s * 1000:
        return False
    return feed.last_at_ms is None or feed.last_at_ms >= (end_s - _ABANDONED_S) * 1000


def _reaches_over(gap: Silence, from_ms: int, to_ms: int) -> bool:
    """Whether a gap touches a minute (its end too: what it held back was counted there) without lying whole in it."""
    if gap.to_ms < from_ms or gap.from_ms >= to_ms:
        return False
    return not (gap.exact and from_ms <= gap.from_ms and gap.to_ms < to_ms)


def is_torn(gap: Silence, second_s: int) -> bool:
    """Whether a gap touches a second: what it held back is counted in the second of the page that closed it."""
    return gap.from_ms < (second_s + 1) * 1000 and gap.to_ms >= second_s * 1000


def torn_seconds(gaps: Iterable[Silence], from_s: int, to_s: int) -> set[int]:
    """Seconds of a stretch that a gap touches."""
    found: set[int] = set()
    for gap in gaps:
        found.update(range(max(gap.from_ms // 1000, from_s), min(gap.to_ms // 1000 + 1, to_s)))
    return found


def is_coarse(statuses: Iterable[SourceStatus], second_s: int) -> bool:
    """Whether some source that is still read brings several seconds at once."""
    since_ms = (second_s - second_s % MINUTE_S - _ABANDONED_S) * 1000
    return any(
        each.watermark_ms is not None
        and each.source.interval_ms > FINEST_MS
        and (each.last_read is None or each.last_read.at_ms >= since_ms)
        for each in statuses
    )


def may_take(unit: Unit, unfit_for: frozenset[str]) -> bool:
    """Whether a unit may take its peak from a minute that is unfit for these data centers."""
    if unit.scope is Scope.CELL:
        return unit.data_center not in unfit_for and EVERYWHERE not in unfit_for
    return not unfit_for


def is_provisional(day_end_s: int, sources: Sequence[Feed], spans: Sequence[Span]) -> bool:
    """Whether a day may still get another peak: nobody has seen its end, or some source has not."""
    seen_s = max([*(feed.watermark_ms // 1000 for feed in sources), *(span.to_s for span in spans)], default=0)
    return seen_s < day_end_s or any(holds_open(feed, day_end_s) for feed in sources)
