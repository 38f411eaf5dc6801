"""Availability of imported history per day and month, exact (definitions.md sections 2 and 3).

- Time: ``1 - downtime / watched``. Incidents are unioned: at each instant the greatest weight counts, once.
- A period that lists partial and major seconds: ``downtime = major + weight x partial``, never more than it has.
- Events: ``good / total``. The two are never mixed in one figure.
"""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from reports.history.model import ZERO, Counted, Outage, PeriodOutage, Records, Watch, Weighing
from slo.windows import Window, day_of, day_window, month_window

DAY, MONTH = "day", "month"
TIME, EVENTS = "time", "events"
_ONE_DAY = timedelta(days=1)


class Stretch(NamedTuple):
    """``[from_s, to_s)`` in which ``weight`` of every second is downtime."""

    from_s: Fraction
    to_s: Fraction
    weight: Fraction


@dataclass(frozen=True, slots=True)
class Range:
    """What to add up. ``from_s`` and ``to_s``: the time that the files cover, when it is known better than by their
    rows; ``incidents``: the time that incidents are told of unless it is known (``assumed``). ``unlisted_good``: days
    that a list of days leaves out had no outage; None: as its reader found (``Records.sparse``)."""

    zone: str
    now_s: int
    from_s: int | None = None
    to_s: int | None = None
    unlisted_good: bool | None = None
    incidents: Window | None = None


def assumed(records: Records, covered: Range) -> Range:
    """The same range with what incidents are assumed to cover, for all services alike: whole months from the first to
    the last."""
    outages = _unlisted_outages(records)
    if not outages:
        return covered
    begin = _month_of(min(each.from_s for each in outages), covered.zone).from_s
    # The last moment of an incident that ends at midnight belongs to the day before.
    end = _month_of(max(each.to_s for each in outages) - Fraction(1, 10**9), covered.zone).to_s
    return replace(covered, incidents=Window(begin, min(end, covered.now_s)))


@dataclass(slots=True)
class Figure:
    """One day or month of one service (empty: of all together). ``basis``: time or events. ``period_seconds``: of the
    day or month; ``watched_seconds``: of it, what the files tell of; for several services the sum of theirs."""

    key: str
    service: str
    basis: str
    period_seconds: int
    watched_seconds: Fraction = ZERO
    down_seconds: Fraction = ZERO
    good: int = 0
    bad: int = 0

    @property
    def availability(self) -> Fraction | None:
        """None when nothing is known."""
        if self.basis == EVENTS:
            total = self.good + self.bad
            return Fraction(self.good, total) if total else None
        return 1 - self.down_seconds / self.watched_seconds if self.watched_seconds else None


@dataclass(frozen=True, slots=True)
class Account:
    """Figures by day and by month, oldest first; of one service or of all."""

    service: str
    days: tuple[Figure, ...] = ()
    months: tuple[Figure, ...] = ()


def account(records: Records, weighing: Weighing, covered: Range, service: str = "") -> Account:
    """Everything of some records: incidents unioned over services, listed periods and events summed over them."""
    outages = _unlisted_outages(records)
    watched = _watched(outages, records, covered)
    stretches = tuple(_inside(union(outages, weighing), watched))
    material = _Material(watched, stretches, _periods(records, covered), records.counts, weighing)
    days, months = (_figures(size, service, material, covered) for size in (DAY, MONTH))
    return Account(service, days, months)


def _unlisted_outages(records: Records) -> tuple[Outage, ...]:
    """Incidents, but for those of services whose days are listed with their outage: those say the same once more."""
    listed = {each.service for each in records.periods}
    return tuple(each for each in records.outages if each.service not in listed)


def union(outages: Iterable[Outage], weighing: Weighing) -> Iterator[Stretch]:
    """Disjoint stretches, oldest first, each with the greatest weight of the incidents that cover it."""
    weighed = [(each.from_s, each.to_s, each.impact.weight(weighing)) for each in outages]
    waiting = sorted(each for each in weighed if each[2] > 0)
    edges = sorted({edge for begin, end, _ in waiting for edge in (begin, end)})
    running: list[tuple[Fraction, Fraction]] = []
    at = 0
    for begin, end in pairwise(edges):
        while at < len(waiting) and waiting[at][0] <= begin:
            heapq.heappush(running, (-waiting[at][2], waiting[at][1]))
            at += 1
        while running and running[0][1] <= begin:
            heapq.heappop(running)
        if running:
            yield Stretch(begin, end, -running[0][0])


def _inside(stretches: Iterable[Stretch], watched: Sequence[Stretch]) -> Iterator[Stretch]:
    """The parts of stretches that lie in watched time; both sorted and disjoint."""
    at = 0
    for each in stretches:
        while at < len(watched) and watched[at].to_s <= each.from_s:
            at += 1
        here = at
        while here < len(watched) and watched[here].from_s < each.to_s:
            seen = watched[here]
            yield Stretch(max(each.from_s, seen.from_s), min(each.to_s, seen.to_s), each.weight)
            here += 1


def _watched(outages: Sequence[Outage], records: Records, covered: Range) -> tuple[Stretch, ...]:
    """Time that incidents are told of: as the files say, else as asked, else as assumed."""
    listed = {each.service for each in records.periods}
    watches = [each for each in records.watches if each.service not in listed]
    spans = [Outage(0, "", each.from_s, each.to_s) for each in watches]
    known = {each.service for each in watches}
    if any(each.service not in known for each in outages):
        told = covered.incidents or Window(0, covered.now_s)
        begin = told.from_s if covered.from_s is None else covered.from_s
        end = told.to_s if covered.to_s is None else min(covered.to_s, covered.now_s)
        spans.append(Outage(0, "", Fraction(begin), Fraction(end)))
    return tuple(_clipped(union((each for each in spans if each.from_s < each.to_s), Weighing()), covered))


def _clipped(stretches: Iterable[Stretch], covered: Range) -> Iterator[Stretch]:
    for each in stretches:
        begin = each.from_s if covered.from_s is None else max(each.from_s, Fraction(covered.from_s))
        end = each.to_s if covered.to_s is None else min(each.to_s, Fraction(covered.to_s))
        if begin < end:
            yield Stretch(begin, end, each.weight)


def _month_of(at_s: Fraction, zone: str) -> Window:
    day = day_of(int(at_s // 1), zone)
    return month_window(day.year, day.month, zone)


def _periods(records: Records, covered: Range) -> tuple[PeriodOutage, ...]:
    """Listed periods inside the covered time, and days that were left out because nothing happened, per service."""
    found: dict[str, list[PeriodOutage]] = defaultdict(list)
    for each in records.periods:
        if _covers(covered, each.from_s, each.to_s):
            found[each.service].append(each)
    kept = [each for listed in found.values() for each in listed]
    for service, listed in found.items():
        if service in records.sparse if covered.unlisted_good is None else covered.unlisted_good:
            kept.extend(_unlisted(listed, records.of(service), covered))
    return tuple(kept)


def _covers(covered: Range, from_s: int, to_s: int) -> bool:
    return (covered.from_s is None or from_s >= covered.from_s) and (covered.to_s is None or to_s <= covered.to_s)


def _unlisted(listed: list[PeriodOutage], records: Records, covered: Range) -> Iterator[PeriodOutage]:
    """Days without an outage of one service's list that names only the others."""
    told = _told(listed, records.watches, covered)
    unknown = ((int(each.from_s), int(each.to_s)) for each in records.unknown)
    taken = sorted([*((each.from_s, each.to_s) for each in listed), *unknown])
    at = 0
    for window in _days(told.from_s, told.to_s, covered.zone):
        while at < len(taken) and taken[at][1] <= window.from_s:
            at += 1
        if at == len(taken) or taken[at][0] >= window.to_s:
            yield PeriodOutage(0, listed[0].service, window.from_s, window.to_s, ZERO, ZERO)


def _told(listed: list[PeriodOutage], watches: Sequence[Watch], covered: Range) -> Window:
    """What such a list covers: as asked, else as long as the service was watched, else whole months."""
    begin = _month_of(Fraction(min(each.from_s for each in listed)), covered.zone).from_s
    end = _month_of(Fraction(max(each.to_s for each in listed) - 1), covered.zone).to_s
    if watches:
        begin, end = (int(f) for f in (min(w.from_s for w in watches), max(w.to_s for w in watches)))
    begin = begin if covered.from_s is None else covered.from_s
    end = end if covered.to_s is None else covered.to_s
    return Window(begin, min(end, covered.now_s))


def _days(from_s: int, to_s: int, zone: str) -> Iterator[Window]:
    """Whole local days that begin in ``[from_s, to_s)``."""
    day = day_of(from_s, zone)
    while (window := day_window(day, zone)).from_s < to_s:
        if window.from_s >= from_s:
            yield window
        day += _ONE_DAY


@dataclass(frozen=True, slots=True)
class _Material:
    """What figures are made of."""

    watched: tuple[Stretch, ...]
    stretches: tuple[Stretch, ...]
    periods: tuple[PeriodOutage, ...]
    counts: tuple[Counted, ...]
    weighing: Weighing


@dataclass(slots=True)
class _Book:
    """Figures of one size, made when something is entered."""

    size: str
    service: str
    zone: str
    figures: dict[tuple[str, str], Figure] = field(default_factory=dict)

    def window(self, at_s: int) -> Window:
        """The day or month that holds an instant."""
        return _window_at(at_s, self.size, self.zone)

    def figure(self, window: Window, basis: str) -> Figure:
        """The figure of a window."""
        key = _key_at(window.from_s, self.size, self.zone)
        made = Figure(key, self.service, basis, window.to_s - window.from_s)
        return self.figures.setdefault((key, basis), made)

    def spread(self, stretches: Iterable[Stretch], enter: Callable[[Figure, Fraction], None]) -> None:
        """Cuts stretches at the ends of windows and enters weight x seconds of each piece."""
        window = Window(0, 0)
        for each in stretches:
            begin = each.from_s
            while begin < each.to_s:
                if not window.from_s <= begin < window.to_s:
                    window = self.window(int(begin // 1))
                end = min(each.to_s, Fraction(window.to_s))
                enter(self.figure(window, TIME), (end - begin) * each.weight)
                begin = end


@lru_cache(maxsize=1 << 16)
def _window_at(at_s: int, size: str, zone: str) -> Window:
    """Every way of weighing and every service asks for the same days."""
    day = day_of(at_s, zone)
    return day_window(day, zone) if size == DAY else month_window(day.year, day.month, zone)


@lru_cache(maxsize=1 << 16)
def _key_at(at_s: int, size: str, zone: str) -> str:
    day = day_of(at_s, zone)
    return day.isoformat() if size == DAY else f"{day.year:04}-{day.month:02}"


def _figures(size: str, service: str, material: _Material, covered: Range) -> tuple[Figure, ...]:
    book = _Book(size, service, covered.zone)
    book.spread(material.watched, _add_watched)
    book.spread(material.stretches, _add_down)
    for period in material.periods:
        _enter_period(book, period, material.weighing)
    for counted in material.counts:
        _enter_counts(book, counted, covered)
    return tuple(book.figures[key] for key in sorted(book.figures))


def _add_watched(figure: Figure, seconds: Fraction) -> None:
    figure.watched_seconds += seconds


def _add_down(figure: Figure, seconds: Fraction) -> None:
    figure.down_seconds += seconds


def _enter_period(book: _Book, period: PeriodOutage, weighing: Weighing) -> None:
    """A period counts where it lies in one day or month; of a longer one nobody knows which day had the outage."""
    window = book.window(period.from_s)
    if period.to_s > window.to_s:
        return
    length_seconds = Fraction(period.to_s - period.from_s)
    figure = book.figure(window, TIME)
    figure.watched_seconds += length_seconds
    figure.down_seconds += min(length_seconds, period.major_seconds + weighing.partial * period.partial_seconds)


def _enter_counts(book: _Book, counted: Counted, covered: Range) -> None:
    window = book.window(counted.from_s)
    if counted.to_s > window.to_s or not _covers(covered, counted.from_s, counted.to_s):
        return
    figure = book.figure(window, EVENTS)
    figure.good += counted.good
    figure.bad += counted.bad
