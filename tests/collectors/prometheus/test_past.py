"""Backfill: after it a store is what it would be had the collector been there all the time."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from collectors.mapping import MetricMap
from collectors.prometheus.backfill import Backfill, Outcome, Step
from collectors.prometheus.collector import PrometheusCollector
from store.healing import Healing
from store.memory import MemoryStore
from store.records import Gap, Level, Retention, Scope
from tests.collectors.prometheus.written import BEGIN_MS, OUTCOMES, Bench, live

LATE_FROM_MS = BEGIN_MS + 5000
KEEP = Retention(dict.fromkeys(Level), reads_seconds=2**32)


def backfilled(bench: Bench, from_ms: int = BEGIN_MS, to_ms: int | None = None, **changes: int) -> list[Outcome]:
    """Runs one backfill of everything up to the bench's clock."""
    config = replace(bench.config, **changes)  # type: ignore[arg-type]
    backfill = Backfill(config, bench.store, MetricMap(), OUTCOMES, KEEP, clock_s=lambda: bench.now_ms / 1000)
    try:
        return backfill.run(from_ms, to_ms or bench.now_ms)
    finally:
        backfill.close()


@dataclass(frozen=True)
class Picture:
    """Everything that a backfill may mend."""

    slots: dict[int, int]
    minutes: dict[int, int]
    observed: dict[str, int]
    gaps: list[Gap]
    reads: list[int]
    lives: list[tuple[int, int | None, int, int]]


def picture(store: MemoryStore, source: str = "prom/a:1") -> Picture:
    with store.reading() as reader:
        return Picture(
            {at: counts.total for at, _, counts in reader.timeline(Level.SLOT, Scope.BANK, 0, 2**33)},
            {at: counts.total for at, _, counts in reader.timeline(Level.MINUTE, Scope.BANK, 0, 2**33)},
            reader.observed(0, 2**33),
            reader.gaps(0, 2**53),
            sorted({read.at_ms for read in reader.reads(source, 0, 2**53) if read.collected}),
            [(one.born_ms, one.last_mark, one.first_read_ms, one.last_read_ms) for one in reader.incarnations(source)],
        )


def test_what_was_before_the_first_page_is_counted_second_by_second(bench: Bench) -> None:
    """Watching begins in the middle; afterwards the store knows all of it, and the collector goes on undisturbed."""
    live(bench, 100, "a:1")
    collector = bench.collector()
    collector.collect_once()
    live(bench, 20, "a:1")
    collector.collect_once()
    assert bench.events() == {"a:1": 20 * 3}
    (outcome,) = backfilled(bench, most_samples=50 * 100)
    assert (outcome.trouble, outcome.pages) == ("", 99)
    live(bench, 5, "a:1")
    collector.collect_once()
    seen = picture(bench.store)
    assert len(seen.reads) == 125
    assert set(seen.slots.values()) == {3}
    assert sum(seen.slots.values()) == 124 * 3
    assert seen.gaps == []


def test_a_second_backfill_changes_nothing(bench: Bench) -> None:
    live(bench, 50, "a:1")
    bench.collector().collect_once()
    backfilled(bench)
    before = picture(bench.store)
    (again,) = backfilled(bench)
    assert (again.pages, again.trouble) == (0, "")
    assert picture(bench.store) == before


def late(bench: Bench, seconds: int, *, end: int = 5) -> None:
    """Samples of so many seconds arrive only after a later page has closed their gap."""
    live(bench, 5, "a:1")
    bench.collector().collect_once()
    from_s = (bench.now_ms - BEGIN_MS) // 1000 + 1
    bench.now_ms += seconds * 1000
    live(bench, end, "a:1")
    bench.now_ms += 500
    bench.collector().collect_once()
    for second in range(from_s, from_s + seconds):
        bench.scraped.scrape(BEGIN_MS + second * 1000 - 500, "a:1", second * 3)


def test_what_arrived_too_late_moves_out_of_the_page_that_closed_the_gap(bench: Bench) -> None:
    """Totals stay; each second gets what is its own; the gap is gone and its pages are observed."""
    late(bench, 60)
    before = picture(bench.store)
    assert len(before.gaps) == 1
    assert max(before.slots.values()) == 61 * 3
    backfilled(bench, LATE_FROM_MS)
    after = picture(bench.store)
    assert sum(after.slots.values()) == sum(before.slots.values())
    assert set(after.slots.values()) - {0} == {3}
    assert after.gaps == []
    assert after.observed["prom/a:1"] == before.observed["prom/a:1"] + 60


def test_a_gap_is_mended_in_bites_and_may_be_left_half_way(bench: Bench) -> None:
    """After each bite the total is right and the rest of the gap is still one."""
    late(bench, 60)
    total = sum(picture(bench.store).slots.values())
    seen: list[tuple[int, list[Gap]]] = []

    def report(_: Step) -> None:
        now = picture(bench.store)
        seen.append((sum(now.slots.values()), now.gaps))
        if len(seen) == 3:
            raise KeyboardInterrupt

    config = replace(bench.config, most_samples=30)
    backfill = Backfill(config, bench.store, MetricMap(), OUTCOMES, KEEP, report=report)
    with pytest.raises(KeyboardInterrupt):
        backfill.run(LATE_FROM_MS, bench.now_ms)
    backfill.close()
    assert {number for number, _ in seen} == {total}
    assert all(len(gaps) == 1 for _, gaps in seen)
    assert seen[0][1][0].from_ms < seen[1][1][0].from_ms < seen[2][1][0].from_ms
    backfilled(bench, LATE_FROM_MS, most_samples=30)
    assert picture(bench.store).gaps == []
    assert sum(picture(bench.store).slots.values()) == total


def test_events_that_died_unseen_inside_a_gap_are_found(bench: Bench) -> None:
    """What a process showed before it ended between a gap's edges was lost to the closing page, and is not now."""
    live(bench, 5, "a:1")
    bench.collector().collect_once()
    begin = bench.now_ms
    born = begin + 4500
    bench.now_ms += 20_000
    bench.scraped.scrape(bench.now_ms - 500, "a:1", 7, born)
    bench.now_ms += 500
    bench.collector().collect_once()
    (gap,) = picture(bench.store).gaps
    assert not gap.exact
    bench.scraped.scrape(begin + 2500, "a:1", 100)
    backfilled(bench, LATE_FROM_MS)
    assert sum(picture(bench.store).slots.values()) == (100 - 5 * 3) + 7
    assert [one.from_ms for one in picture(bench.store).gaps] == [begin - 500, begin + 2500]


def test_a_target_that_was_never_read_is_begun_by_the_backfill(bench: Bench) -> None:
    """The collector then goes on from the newest page of the range: nothing is left between them."""
    live(bench, 60, "a:1", "b:1")
    middle_ms = bench.now_ms
    live(bench, 30, "a:1", "b:1")
    backfilled(bench, to_ms=middle_ms)
    assert bench.events() == {"a:1": 59 * 3, "b:1": 59 * 3}
    bench.now_ms += 500
    bench.collector().collect_once()
    assert bench.events() == {"a:1": 89 * 3, "b:1": 89 * 3}


def test_the_range_ends_where_it_was_asked_to(bench: Bench) -> None:
    """Nothing from before --from is read; more can be asked for later."""
    live(bench, 60, "a:1")
    bench.collector().collect_once()
    backfilled(bench, from_ms=BEGIN_MS + 39_500)
    assert min(picture(bench.store).reads) == BEGIN_MS + 39_500
    backfilled(bench, from_ms=BEGIN_MS)
    assert sum(picture(bench.store).slots.values()) == 59 * 3


def test_a_server_that_refuses_big_questions_is_asked_smaller_ones(bench: Bench) -> None:
    live(bench, 300, "a:1")
    bench.collector().collect_once()
    bench.scraped.refuse_above = 100
    (outcome,) = backfilled(bench)
    assert (outcome.pages, outcome.trouble) == (299, "")
    assert sum(picture(bench.store).slots.values()) == 299 * 3


def test_a_first_page_that_the_server_has_forgotten_is_told(bench: Bench) -> None:
    """Without it nobody can say what lies between it and the page before: nothing is changed."""
    live(bench, 30, "a:1")
    bench.collector().collect_once()
    first_ms = picture(bench.store).reads[0]
    for values in bench.scraped.samples.values():
        values.pop(first_ms, None)
    before = picture(bench.store)
    (outcome,) = backfilled(bench)
    assert outcome.trouble.startswith("missing: the page of ")
    assert picture(bench.store) == before


def test_two_backfills_at_once_count_nothing_twice(bench: Bench) -> None:
    """The slower one of a bite is told that the hole is not as it was."""
    live(bench, 60, "a:1")
    bench.collector().collect_once()

    other: list[list[Outcome]] = []
    real = bench.store.heal

    def heal(healing: Healing, retention: Retention, now_s: int) -> bool:
        if not other:
            other.append([])
            other[0] = backfilled(bench)
        return real(healing, retention, now_s)

    bench.store.heal = heal  # type: ignore[method-assign]
    (outcome,) = backfilled(bench)
    assert outcome.trouble.startswith("missing: another backfill is at work")
    assert other[0][0].pages == 59
    assert sum(picture(bench.store).slots.values()) == 59 * 3


Life = tuple[int, list[int]]
LIVES = st.lists(
    st.tuples(st.integers(0, 3), st.lists(st.integers(0, 9), min_size=1, max_size=12)), min_size=1, max_size=4
)
"""Seconds between the lives of a process, and how much each scrape of a life grew."""


def scrapes(lives: list[Life]) -> list[tuple[int, int, int]]:
    """Instant, value and birth of every scrape there was."""
    found: list[tuple[int, int, int]] = []
    at_ms = BEGIN_MS
    for pause_s, growth in lives:
        at_ms += pause_s * 1000
        born_ms = at_ms + 100
        value = 0
        for grown in growth:
            at_ms += 1000
            value += grown
            found.append((at_ms, value, born_ms))
    return found


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lives=LIVES, data=st.data())
def test_afterwards_it_is_as_if_the_collector_had_always_been_there(
    bench: Bench, lives: list[Life], data: st.DataObject
) -> None:
    """Any scrapes, any of them hidden while the collector ran, any restarts, bites of any size: the same picture."""
    every = scrapes(lives)
    hidden = data.draw(st.sets(st.sampled_from(every), max_size=len(every) - 1), label="hidden")
    samples = data.draw(st.integers(7, 60), label="samples a bite")
    seen = [one for one in every if one not in hidden]
    bench.store = MemoryStore()
    for shown in (seen, every):
        bench.scraped.samples.clear()
        bench.now_ms = every[-1][0] + 500
        if shown is every:
            break
        for at_ms, value, born_ms in shown:
            bench.scraped.scrape(at_ms, "a:1", value, born_ms)
            bench.now_ms = at_ms + 500
            collect(bench, bench.store)
    for at_ms, value, born_ms in every:
        bench.scraped.scrape(at_ms, "a:1", value, born_ms)
    bench.now_ms = seen[-1][0] + 500
    backfilled(bench, most_samples=samples)
    always = MemoryStore()
    for at_ms, _, _ in every:
        if at_ms <= seen[-1][0]:
            bench.now_ms = at_ms + 500
            collect(bench, always)
    assert picture(bench.store) == picture(always)


def collect(bench: Bench, store: MemoryStore) -> None:
    """One tick of a collector that knows only what the store knows."""
    config = replace(bench.config, lag_ms=0)
    collector = PrometheusCollector(config, store, MetricMap(), OUTCOMES, clock_ms=lambda: bench.now_ms)
    collector.collect_once()
    collector.stop()
