"""Days with their transactions and busiest minute and second, of the bank or one product, read from the store."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from slo.windows import DAY_S, Window, day_of, day_start, day_window
from store.peaks import Feed, Peak, feeds, is_provisional
from store.port import Reader
from store.records import CUSTOMER, Level, Scope, Span
from store.slices import joined

LOAD_TEST = "load_test"


@dataclass(frozen=True, slots=True)
class At:
    """A busiest minute or second: when it began, and its transactions."""

    at_s: int
    transactions: int


@dataclass(frozen=True, slots=True)
class Day:
    """One local day. ``transactions``: of customers; ``load_test``: of load runs, never among them.

    ``provisional``: more may come in, the day has not closed for every source. ``incomplete``: some of it was not
    watched or lost, so that the figures are lower bounds. ``simulated``: nobody observed it.
    """

    day: date
    window: Window
    transactions: int
    load_test: int
    minute: At | None
    second: At | None
    load_test_minute: At | None
    provisional: bool
    incomplete: bool
    simulated: bool

    @property
    def number(self) -> int:
        """``date.toordinal()``, which forecasts count in."""
        return self.day.toordinal()

    @property
    def closed(self) -> bool:
        """Whether its figures are final and whole."""
        return not self.provisional and not self.incomplete

    @property
    def peak(self) -> int | None:
        """Transactions of its busiest minute: 0 of a day that had none; None when that is not known."""
        if self.minute is not None:
            return self.minute.transactions
        return 0 if self.closed and not self.transactions else None


@dataclass(frozen=True, slots=True)
class Days:
    """``product``: empty for the bank. ``days``: those with any transaction, and quiet ones between them, oldest
    first."""

    product: str
    zone: str
    days: tuple[Day, ...]

    def within(self, window: Window) -> tuple[Day, ...]:
        """Days that begin in a window."""
        return tuple(each for each in self.days if window.from_s <= each.window.from_s < window.to_s)

    def totals(self) -> dict[int, int]:
        """Transactions of closed days, by number of the day."""
        return {each.number: each.transactions for each in self.days if each.closed}

    def peaks(self) -> dict[int, int]:
        """Transactions of the busiest minute of closed days that have one."""
        return {each.number: each.peak for each in self.days if each.closed and each.peak is not None}

    def record(self) -> Day | None:
        """The closed day with the most transactions; of equal ones the first."""
        return max((each for each in self.days if each.closed), key=lambda each: each.transactions, default=None)

    def record_minute(self) -> Day | None:
        """The day with the busiest minute; of equal ones the first."""
        known = (each for each in self.days if each.minute is not None)
        return max(known, key=lambda each: each.minute.transactions if each.minute else 0, default=None)

    def record_second(self) -> Day | None:
        """The day with the busiest second; of equal ones the first."""
        known = (each for each in self.days if each.second is not None)
        return max(known, key=lambda each: each.second.transactions if each.second else 0, default=None)


def read_days(reader: Reader, window: Window, zone: str, product: str = "") -> Days:
    """Days of a window whose edges are midnights.

    A day of which nothing is stored is quiet (0) when it lies between days with transactions and was watched without
    any gap; every other one is left out: unknown, not 0.
    """
    facts = _Facts(
        window,
        _totals(reader, window, product, CUSTOMER),
        _totals(reader, window, product, LOAD_TEST),
        _peaks(reader.daily_peaks(_scope(product), window.from_s, window.to_s), product),
        _peaks(reader.daily_peak_seconds(_scope(product), window.from_s, window.to_s), product),
        _peaks(reader.daily_peaks(_scope(product), window.from_s, window.to_s, traffic=LOAD_TEST), product),
    )
    judging = _Judging.of(reader, window, zone)
    found = {*facts.customers, *facts.tests}
    quiet = {day_s for day_s in _between(facts.customers, zone) if judging.quiet(day_s)} - found
    return Days(product, zone, tuple(_day(facts, judging, day_s) for day_s in sorted(found | quiet)))


def _between(days: Iterable[int], zone: str) -> Iterator[int]:
    """Midnights that are missing between the first and the last."""
    known = sorted(days)
    for before, after in pairwise(known):
        day_s = day_start(before + DAY_S * 3 // 2, zone)
        while day_s < after:
            yield day_s
            day_s = day_start(day_s + DAY_S * 3 // 2, zone)


@dataclass(frozen=True, slots=True)
class _Facts:
    window: Window
    customers: dict[int, int]
    tests: dict[int, int]
    minutes: dict[int, At]
    seconds: dict[int, At]
    test_minutes: dict[int, At]


@dataclass(frozen=True, slots=True)
class _Judging:
    """What says how far a day can be trusted."""

    zone: str
    feeds: Sequence[Feed]
    spans: Sequence[Span]
    began_s: int
    lost: tuple[tuple[int, int], ...]
    unseen: tuple[tuple[int, int], ...]

    @classmethod
    def of(cls, reader: Reader, window: Window, zone: str) -> _Judging:
        spans, sources = joined(reader.simulated()), reader.sources()
        first_pages = [each.first_page_ms // 1000 for each in sources if each.first_page_ms is not None]
        began_s = min([*(span.from_s for span in spans), *first_pages], default=window.to_s)
        gaps = reader.gaps(window.from_s * 1000, window.to_s * 1000)
        lost = tuple((gap.from_ms, gap.to_ms) for gap in gaps if not gap.exact)
        return cls(zone, feeds(sources), spans, began_s, lost, tuple((gap.from_ms, gap.to_ms) for gap in gaps))

    def quiet(self, day_s: int) -> bool:
        """Whether a day of which nothing is stored had nothing: it was watched, and no gap hides anything of it."""
        day = day_window(day_of(day_s, self.zone), self.zone)
        seen = not self.incomplete(day) and not self.provisional(day)
        return seen and not _touch(self.unseen, day)

    def incomplete(self, day: Window) -> bool:
        """Whether the day began before anybody watched, or events of it are lost."""
        return day.from_s < self.began_s or _touch(self.lost, day)

    def provisional(self, day: Window) -> bool:
        """Whether some source has not passed the day's end."""
        return is_provisional(day.to_s, self.feeds, self.spans)

    def simulated(self, day: Window) -> bool:
        """Whether any of the day is simulated."""
        return any(span.from_s < day.to_s and span.to_s > day.from_s for span in self.spans)


def _touch(spans_ms: Iterable[tuple[int, int]], day: Window) -> bool:
    return any(from_ms < day.to_s * 1000 and to_ms > day.from_s * 1000 for from_ms, to_ms in spans_ms)


def _day(facts: _Facts, judging: _Judging, day_s: int) -> Day:
    day = day_of(day_s, judging.zone)
    window = day_window(day, judging.zone)
    return Day(
        day=day,
        window=window,
        transactions=facts.customers.get(day_s, 0),
        load_test=facts.tests.get(day_s, 0),
        minute=facts.minutes.get(day_s),
        second=facts.seconds.get(day_s),
        load_test_minute=facts.test_minutes.get(day_s),
        provisional=judging.provisional(window),
        incomplete=judging.incomplete(window),
        simulated=judging.simulated(window),
    )


def _scope(product: str) -> Scope:
    return Scope.PRODUCT if product else Scope.BANK


def _totals(reader: Reader, window: Window, product: str, traffic: str) -> dict[int, int]:
    rows = reader.timeline(Level.DAY, _scope(product), window.from_s, window.to_s, product=product, traffic=traffic)
    return {at_s: counts.transactions for at_s, _, counts in rows if counts.transactions}


def _peaks(found: Iterable[Peak], product: str) -> dict[int, At]:
    return {peak.day_s: At(peak.at_s, peak.transactions) for peak in found if peak.unit.product == product}


def until_now(now_s: int, zone: str) -> Window:
    """Every day that there ever was, today included."""
    return Window(0, day_window(day_of(now_s, zone), zone).to_s)


def today_of(now_s: int, zone: str) -> Window:
    """The local day that holds an instant."""
    return day_window(day_of(day_start(now_s, zone), zone), zone)
