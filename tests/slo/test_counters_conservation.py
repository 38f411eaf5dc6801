"""Conservation of counts, against a simulated process that knows each of its events by name.

The oracle never subtracts counter values: every event has a number of its own, every page holds the numbers that its
value stands for, and what should be stored is the union of the numbers that were accepted.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from slo.counters import IncreaseKind, Reading, accepted, increase

THOROUGH = settings(max_examples=2000, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@dataclass(frozen=True)
class Page:
    """What one look at the process saw. ``events`` are the numbers of the events that its counter holds; ``shown``
    whether the series was on the page at all (a lazy one is not before its first event); ``life`` numbers the process.
    """

    at_ms: int
    life: int
    born_ms: int
    events: range
    shown: bool


@dataclass
class Estate:
    """One process that counts, dies and starts anew; events are numbered through all of its lives."""

    lazy: bool = False
    now_ms: int = 1_000
    life: int = 0
    born_ms: int = 0
    events: range = range(0)
    held_back: list[Page] = field(default_factory=list)
    delivered: list[Page] = field(default_factory=list)

    def serve(self, events: int) -> None:
        """Counts some events."""
        if self.lazy and events and not self.events:
            self.born_ms = self.now_ms
        self.events = range(self.events.start, self.events.stop + events)

    def restart(self) -> None:
        """Dies and starts with a counter of 0."""
        self.life, self.born_ms = self.life + 1, self.now_ms
        self.events = range(self.events.stop, self.events.stop)

    def page(self) -> Page:
        """Shows what the counter says now."""
        shown = bool(self.events) or not self.lazy
        return Page(self.now_ms, self.life, self.born_ms, self.events, shown)

    def step(self, code: int) -> None:
        """One thing that may happen; a second passes with each, so that a missed look is a second without a page."""
        self.now_ms += 1_000
        if code < 10:
            self.delivered.append(self.page())
        elif code < 13:
            self.restart()
        elif code < 15:
            self.held_back.append(self.page())
        elif code == 15 and self.held_back:
            self.delivered.append(self.held_back.pop(0))
        elif code == 16 and self.delivered:
            self.delivered.append(self.delivered[self.now_ms // 1_000 % len(self.delivered)])
        else:
            self.serve(max(code - 16, 0) ** 2)


# One draw of bytes instead of forty of integers: the same lives in a third of the time.
CODES = st.binary(min_size=15, max_size=40).map(lambda drawn: [byte % 23 for byte in drawn])


def lived(codes: Iterable[int], *, lazy: bool = False) -> list[Page]:
    """Pages in the order in which they were delivered."""
    estate = Estate(lazy=lazy)
    for code in codes:
        estate.step(code)
    return estate.delivered


@dataclass(frozen=True)
class Carried:
    """All that a reader carries from one page to the next."""

    previous: Reading | None = None
    target_read_ms: int | None = None
    events: int = 0


def read_on(carried: Carried, pages: Iterable[Page], births: Sequence[bool] = (True,)) -> Carried:
    """Folds pages into a carried state; ``births`` says, per life in turn, whether the exporter tells its birth."""
    for page in pages:
        previous, target_read_ms, events = carried.previous, carried.target_read_ms, carried.events
        if page.shown:
            born_ms = page.born_ms if births[page.life % len(births)] else None
            reading = Reading(page.at_ms, len(page.events), born_ms)
            events += increase(previous, reading, target_read_ms).events
            previous = accepted(previous, reading)
        carried = Carried(previous, max(page.at_ms, target_read_ms or 0), events)
    return carried


def in_time(pages: Iterable[Page]) -> list[Page]:
    """Pages with the series that are newer than every such page delivered before them."""
    kept: list[Page] = []
    for page in pages:
        if page.shown and (not kept or page.at_ms > kept[-1].at_ms):
            kept.append(page)
    return kept


def baseline(pages: Sequence[Page]) -> range:
    """Events that the first page with the series held, if nobody had looked at its process before the series began."""
    for index, page in enumerate(pages):
        if page.shown:
            looks_ms = [earlier.at_ms for earlier in pages[:index]]
            return range(0) if looks_ms and max(looks_ms) < page.born_ms else page.events
    return range(0)


def observable(pages: Sequence[Page]) -> int:
    """Events beyond the baseline that some page in time held."""
    held = set[int]().union(*(page.events for page in in_time(pages)))
    return len(held - set(baseline(pages)))


def hidden(pages: Sequence[Page]) -> int:
    """Values before restarts that had been climbed back to or above by the next page."""
    pairs = pairwise(in_time(pages))
    return sum(len(a.events) for a, b in pairs if a.life != b.life and len(b.events) >= len(a.events))


@THOROUGH
@given(codes=CODES, lazy=st.booleans())
def test_with_births_the_increases_are_every_observable_event_exactly_once(codes: list[int], lazy: bool) -> None:
    """Restarts, missed, repeated and late pages, series that appear only with their first event."""
    pages = lived(codes, lazy=lazy)
    assert read_on(Carried(), pages).events == observable(pages)


@THOROUGH
@given(codes=CODES)
def test_without_births_only_the_value_before_a_hidden_restart_is_lost(codes: list[int]) -> None:
    pages = lived(codes)
    assert read_on(Carried(), pages, births=(False,)).events == observable(pages) - hidden(pages)


@THOROUGH
@given(codes=CODES, births=st.lists(st.booleans(), min_size=1, max_size=4))
def test_with_some_births_nothing_is_invented(codes: list[int], births: list[bool]) -> None:
    """Between the two: never more than the truth, never less than without any birth."""
    pages = lived(codes)
    stored = read_on(Carried(), pages, births=births).events
    assert observable(pages) - hidden(pages) <= stored <= observable(pages)


@THOROUGH
@given(codes=CODES, lazy=st.booleans(), cuts=st.lists(st.integers(0, 40), max_size=5))
def test_batches_cut_anywhere_add_up_to_the_whole(codes: list[int], lazy: bool, cuts: list[int]) -> None:
    """A reader that stops after each batch and goes on from what it carried stores the same events."""
    pages = lived(codes, lazy=lazy)
    edges = sorted({0, len(pages), *(min(cut, len(pages)) for cut in cuts)})
    carried, stored = Carried(), 0
    for start, end in pairwise(edges):
        carried = read_on(Carried(carried.previous, carried.target_read_ms), pages[start:end])
        stored += carried.events
    assert stored == observable(pages)


@THOROUGH
@given(codes=CODES, again=st.integers(1, 3))
def test_a_stream_delivered_again_from_any_page_adds_nothing(codes: list[int], again: int) -> None:
    """What a backfill does that overlaps with what is stored."""
    pages = lived(codes)
    once = read_on(Carried(), pages)
    assert read_on(once, pages[len(pages) // (again + 1) :]).events == once.events


@given(codes=CODES, births=st.lists(st.booleans(), min_size=1, max_size=3))
def test_an_increase_is_never_negative_and_says_why(codes: list[int], births: list[bool]) -> None:
    """Only growth, resets and births carry events."""
    previous: Reading | None = None
    silent = {IncreaseKind.LATE, IncreaseKind.DUPLICATE, IncreaseKind.UNKNOWN_BIRTH}
    for page in lived(codes):
        reading = Reading(page.at_ms, len(page.events), page.born_ms if births[page.life % len(births)] else None)
        found = increase(previous, reading, None)
        assert found.events >= 0
        assert not (found.kind in silent and found.events)
        previous = accepted(previous, reading)


def test_a_restart_that_climbed_above_the_old_value_unseen_hides_the_old_value() -> None:
    """The documented limit in numbers: 5 seen, restart, 7 more, no births: 2 are stored of 7."""
    pages = [Page(1000, 0, 0, range(5), True), Page(3000, 1, 2000, range(5, 12), True)]
    assert (read_on(Carried(), pages, (False,)).events, hidden(pages), observable(pages)) == (2, 5, 7)
