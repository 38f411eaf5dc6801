"""Histograms of one source become exact counts per bucket and minute.

A bucket is a counter, so it grows by the rules of every counter (``slo.counters``); the buckets of one histogram are
born and reset together, and only differences of neighbours are kept. Counts wait in memory until their minute is over:
the store keeps the buckets as they stood then, and a collector that died goes on from there, so that nothing is lost
that a later page of the same process shows.

A histogram that cannot be read exactly (a bucket shows no whole number, or a wider one less than a narrower one) is
left out of the page: what it grew by shows when it can be read again, and the counts of requests are not touched.
Histograms of products that the catalog does not know are left out too, and whatever is beyond the limits below: nothing
that a page shows may stop the counting of requests.
"""

from __future__ import annotations

import json
import logging
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal, InvalidOperation
from operator import le, sub
from typing import TypeAlias

from collectors.mapping import MetricMap
from collectors.page import parsed_series, whole_number
from collectors.step import Proposal, Step
from slo.counters import IncreaseKind, Reading, increase
from store.latency import added
from store.latency_records import LatencyBatch, LatencyGrowth, LatencySeries

LOG = logging.getLogger(__name__)
MOST_HISTOGRAMS = 2_000
"""Different ones of one source, all others are left out."""

_MOST_NAME_BYTES = 2_000
"""Of names and bounds of one histogram: PostgreSQL indexes no key beyond some 2,700 bytes."""

_MOST_EDGE_CHARACTERS = 24
_EDGE_EXPONENTS = range(-12, 10)
_MOST_PLAIN_DIGITS = 18
_INFINITE = "+Inf"
Buckets: TypeAlias = tuple[tuple[str, ...], list[str]]
"""Series of buckets as written, and their values as text, in the same order."""

Values: TypeAlias = dict[str, tuple[int, ...]]
"""Histogram (its labels without ``le``, as text) -> cumulative counts, in the order of its bounds."""


@dataclass(frozen=True, slots=True)
class Seen:
    """The buckets as a page showed them, and the birth of their process."""

    at_ms: int
    born_ms: int | None
    values: Values


@dataclass(frozen=True, slots=True)
class _Next:
    """What is remembered once a page is stored."""

    step: Step
    seen: Seen
    minute_s: int
    waiting: Mapping[LatencySeries, tuple[int, ...]]


@dataclass(slots=True)
class _Shape:
    """Which lines of a page make up which histogram."""

    heads: tuple[str, ...] = ()
    series: dict[str, LatencySeries] = field(default_factory=dict)
    lines: dict[str, tuple[int, ...]] = field(default_factory=dict)


class LatencyTally:
    """Memory of the histograms of one source."""

    def __init__(self, mapping: MetricMap, remembered: bytes | None) -> None:
        """Goes on from what the store remembers; what cannot be read there is begun anew."""
        self._mapping = mapping
        self._named: set[LatencySeries] = set()
        self._seen = _decoded(remembered)
        self._minute_s: int | None = None
        self._waiting: Mapping[LatencySeries, tuple[int, ...]] = {}
        self._shape = _Shape()
        self._next: _Next | None = None

    def joined(self, buckets: Buckets, proposal: Proposal, last_page_ms: int | None) -> Proposal:
        """The same proposal with the counts of minutes that are over. ``buckets``: what the same page shows of them."""
        self._next = None
        step = proposal.step
        if step is None or not buckets[0]:
            return proposal
        found = Seen(step.at_ms, step.process_born_ms, self._values(buckets))
        minute_s = (step.at_ms - 1) // 60_000 * 60
        grown = self._grown(found, step, last_page_ms)
        seen = found if step.restarted else self._with_absent(found)
        if self._seen is None or step.restarted or self._seen.values.keys() != seen.values.keys():
            rows = (*self._rows(self._waiting, self._minute_s), *self._rows(grown, minute_s))
            self._next = _Next(step, seen, minute_s, {})
            return _with(proposal, LatencyBatch(rows, _encoded(seen)))
        if self._minute_s in (None, minute_s):
            self._next = _Next(step, seen, minute_s, _together(self._waiting, grown))
            return proposal
        self._next = _Next(step, seen, minute_s, grown)
        return _with(proposal, LatencyBatch(self._rows(self._waiting, self._minute_s), _encoded(self._seen)))

    def accept(self, proposal: Proposal) -> None:
        """Remembers a proposal that the store has taken."""
        if self._next is None or self._next.step is not proposal.step:
            return
        self._seen, self._minute_s, self._waiting = self._next.seen, self._next.minute_s, self._next.waiting
        self._next = None

    @staticmethod
    def _rows(counts: Mapping[LatencySeries, tuple[int, ...]], minute_s: int | None) -> tuple[LatencyGrowth, ...]:
        return () if minute_s is None else tuple(LatencyGrowth(minute_s, *each) for each in sorted(counts.items()))

    def _values(self, buckets: Buckets) -> Values:
        heads, values = buckets
        if heads is not self._shape.heads and heads != self._shape.heads:
            self._shape = self._admitted(_shape(heads, self._mapping))
        numbers = _numbers(values)
        found: Values = {}
        for name, lines in self._shape.lines.items():
            counts = [number for at in lines if (number := numbers[at]) is not None]
            if len(counts) == len(lines) and counts == sorted(counts):
                found[name] = tuple(counts)
        return found

    def _admitted(self, shape: _Shape) -> _Shape:
        """Without the histograms beyond the limit of different ones."""
        for name, series in list(shape.series.items()):
            if series in self._named:
                continue
            if len(self._named) < MOST_HISTOGRAMS:
                self._named.add(series)
                continue
            if name == next(reversed(shape.series)):
                LOG.warning("more than %s different histograms; the rest is left out", MOST_HISTOGRAMS)
            del shape.series[name], shape.lines[name]
        return shape

    def _with_absent(self, found: Seen) -> Seen:
        """With the buckets, as they were last, of histograms that this page of the same process does not show."""
        before = self._seen.values if self._seen is not None else {}
        absent = {name: counts for name, counts in before.items() if name not in found.values}
        if not absent or len(absent) + len(found.values) > MOST_HISTOGRAMS:
            return found
        return replace(found, values={**found.values, **absent})

    def _grown(self, seen: Seen, step: Step, last_page_ms: int | None) -> dict[LatencySeries, tuple[int, ...]]:
        """What each histogram grew by since the last page, per bucket."""
        read_ms = step.target_read_ms if last_page_ms is not None else None
        sums: dict[LatencySeries, tuple[int, ...]] = {}
        for name, counts in seen.values.items():
            before = self._seen.values.get(name) if self._seen is not None else None
            cumulative = counts if step.restarted and before else self._growth(before, counts, seen, read_ms)
            grown = _differences(cumulative)
            if grown is not None:
                series = self._shape.series[name]
                sums[series] = added(sums.get(series, (0,) * len(grown)), grown)
        return sums

    def _growth(
        self, before: tuple[int, ...] | None, counts: tuple[int, ...], seen: Seen, read_ms: int | None
    ) -> tuple[int, ...] | None:
        """Cumulative growth; None when it cannot be known."""
        if before is None or self._seen is None or len(before) != len(counts):
            begun = increase(None, Reading(seen.at_ms, counts[-1], seen.born_ms), read_ms)
            return None if begun.kind is IncreaseKind.UNKNOWN_BIRTH else counts
        if seen.born_ms == self._seen.born_ms and all(map(le, before, counts)):
            return tuple(map(sub, counts, before))  # nearly always: objects for each would cost as much as all the rest
        was = Reading(min(self._seen.at_ms, seen.at_ms - 1), before[-1], self._seen.born_ms)
        whole = increase(was, Reading(seen.at_ms, counts[-1], seen.born_ms), read_ms)
        grown = tuple(map(sub, counts, before))
        return counts if whole.kind is IncreaseKind.RESET or min(grown) < 0 else grown


def _with(proposal: Proposal, latency: LatencyBatch) -> Proposal:
    return replace(proposal, batch=replace(proposal.batch, latency=latency))


def _together(
    before: Mapping[LatencySeries, tuple[int, ...]], more: Mapping[LatencySeries, tuple[int, ...]]
) -> dict[LatencySeries, tuple[int, ...]]:
    sums = dict(before)
    for series, counts in more.items():
        sums[series] = added(sums.get(series, (0,) * len(counts)), counts)
    return sums


def _differences(cumulative: tuple[int, ...] | None) -> tuple[int, ...] | None:
    """Counts of each bucket; None when a wider bucket grew by less than a narrower one, which no histogram does."""
    if cumulative is None:
        return None
    counts = (cumulative[0], *map(sub, cumulative[1:], cumulative))
    return counts if min(counts) >= 0 else None


def _numbers(values: list[str]) -> Sequence[int | None]:
    """Whole numbers; None for what is none. A time or an exemplar behind a value is left out."""
    together = "".join(values)
    if together.isdigit() and together.isascii() and all(values) and max(map(len, values)) <= _MOST_PLAIN_DIGITS:
        return list(map(int, values))
    return [whole_number(value.split(" ", 1)[0]) for value in values]


def _shape(heads: Iterable[str], mapping: MetricMap) -> _Shape:
    """Which of these lines make up a histogram of a known product; one without ``+Inf`` is none."""
    shape = _Shape(tuple(heads))
    edges: dict[str, list[tuple[Decimal, int]]] = {}
    places: dict[str, tuple[str, str, str]] = {}
    for at, head in enumerate(shape.heads):
        name, labels = parsed_series(head.rstrip())
        edge = _edge(labels.pop("le", ""))
        place = mapping.histogram(name, labels)
        if edge is None or place is None or (mapping.products and place[0] not in mapping.products):
            continue
        histogram = json.dumps([name, sorted(labels.items())])
        places[histogram] = place
        edges.setdefault(histogram, []).append((edge, at))
    for histogram, found in edges.items():
        found.sort()
        series = LatencySeries(*places[histogram], tuple(_edge_text(edge) for edge, _ in found))
        if found[-1][0].is_infinite() and len(set(series.bounds)) == len(found) and _is_storable(series):
            shape.series[histogram] = series
            shape.lines[histogram] = tuple(at for _, at in found)
    return shape


def _is_storable(series: LatencySeries) -> bool:
    """Whether every database takes its names."""
    text = "".join((series.product, series.step, series.traffic, *series.bounds))
    return "\0" not in text and len(text.encode()) + len(series.bounds) <= _MOST_NAME_BYTES


def _edge(text: str) -> Decimal | None:
    """The upper edge of a bucket in seconds; None for what is no time."""
    if len(text) > _MOST_EDGE_CHARACTERS:
        return None
    try:
        edge = Decimal(text)
    except InvalidOperation:
        return None
    if edge.is_nan() or edge < 0:
        return None
    return edge if edge.is_infinite() or edge.adjusted() in _EDGE_EXPONENTS else None


def _edge_text(edge: Decimal) -> str:
    return _INFINITE if edge.is_infinite() else f"{edge.normalize():f}"


def _encoded(seen: Seen) -> bytes:
    text = json.dumps([seen.at_ms, seen.born_ms, seen.values], separators=(",", ":"))
    return zlib.compress(text.encode(), 1)


def _decoded(state: bytes | None) -> Seen | None:
    if state is None:
        return None
    try:
        at_ms, born_ms, values = json.loads(zlib.decompress(state))
        return Seen(int(at_ms), born_ms, {str(name): tuple(map(int, counts)) for name, counts in values.items()})
    except (zlib.error, ValueError, TypeError, AttributeError):
        return None
