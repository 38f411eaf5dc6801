"""What every store promises about reading: windows, timelines, days and consistent views, for every twin."""

from __future__ import annotations

import itertools
import random
import threading
from collections import defaultdict
from collections.abc import Iterable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from slo.counts import Counts
from slo.outcomes import Kind
from slo.windows import day_start
from store.port import Reader, Store
from store.records import (
    Batch,
    DayTotal,
    Events,
    Gap,
    HistoryChunk,
    Level,
    Read,
    Scope,
    Source,
    Span,
    Transactions,
    Unit,
)

MIDNIGHT_S = 1_795_276_800  # 2026-11-22 00:00 in Shanghai
DAY_S = 86400
BANK = Unit(Scope.BANK)
DATA_CENTERS = ("dc1", "dc2", "dc3")
STEP_S = {Level.SLOT: 1, Level.MINUTE: 60, Level.HOUR: 3600}
# Seconds around midnights, hours and minutes, where a cut can go wrong, and a few in between.
MOMENTS = sorted(
    {MIDNIGHT_S + day * DAY_S + offset for day in (-2, -1, 0, 1) for offset in (-61, -1, 0, 59, 3599, 3600, 40_007)}
)


def leaves(seed: int) -> dict[str, Batch]:
    """Random increments at every moment: one first batch for each data center."""
    drawn = random.Random(seed)
    batches = {}
    for data_center in DATA_CENTERS:
        events, transactions = [], []
        for slot_s, product, dcn in itertools.product(MOMENTS, ("loans", "risk"), ("a", "b")):
            leaf = (slot_s, product, data_center, dcn)
            for step, kind in itertools.product(("apply", "repay"), Kind):
                if drawn.random() < 0.4:
                    events.append(Events(*leaf, step, kind.name, "customer", kind, drawn.randrange(1, 10**9)))
            events.append(Events(*leaf, "apply", "ok", "load_test", Kind.GOOD, 10**12))
            transactions.append(Transactions(*leaf, "customer", drawn.randrange(10**6)))
        batches[data_center] = Batch(data_center, 0, (), events=tuple(events), transactions=tuple(transactions))
    return batches


@pytest.fixture
def filled(store: Store) -> tuple[Store, list[Batch]]:
    """A store with random increments over four days, and what went in."""
    batches = leaves(20261122)
    for data_center, batch in batches.items():
        store.register(Source(data_center, "exposition", data_center, 1000), 0)
        store.commit(batch)
    return store, list(batches.values())


def unit_of(scope: Scope, leaf: Events | Transactions) -> Unit:
    """The unit of a scope to which a leaf belongs, written out once more."""
    names = {
        Scope.BANK: (),
        Scope.PRODUCT: ("product",),
        Scope.CELL: ("product", "data_center"),
        Scope.DCN: ("product", "data_center", "dcn"),
        Scope.STEP: ("product", "data_center", "step", "outcome"),
    }
    return Unit(scope, **{name: getattr(leaf, name) for name in names[scope]}, traffic=leaf.traffic)


def brute_force(scope: Scope, batches: Iterable[Batch], from_s: int, to_s: int) -> dict[Unit, Counts]:
    """Customer counts of a window, leaf by leaf."""
    total: defaultdict[Unit, Counts] = defaultdict(Counts)
    for batch in batches:
        for leaf in (*batch.events, *batch.transactions):
            if not from_s <= leaf.slot_s < to_s or leaf.traffic != "customer":
                continue
            if isinstance(leaf, Events):
                total[unit_of(scope, leaf)] += Counts(**{leaf.kind.name.lower(): leaf.events})
            elif scope is not Scope.STEP and leaf.transactions:
                total[unit_of(scope, leaf)] += Counts(transactions=leaf.transactions)
    return dict(total)


@given(
    scope=st.sampled_from(Scope),
    edges=st.tuples(*[st.sampled_from(MOMENTS).flatmap(lambda at: st.integers(at - 70, at + 70))] * 2),
)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_totals_of_any_window_are_the_sum_of_its_events(
    filled: tuple[Store, list[Batch]], scope: Scope, edges: tuple[int, int]
) -> None:
    """To the event, whatever slices it is put together from; STEP edges go outwards to whole minutes."""
    store, batches = filled
    from_s, to_s = min(edges), max(edges)
    asked = (from_s, to_s) if scope is not Scope.STEP else (from_s // 60 * 60, -(-to_s // 60) * 60)
    with store.reading() as reader:
        assert reader.totals(scope, from_s, to_s) == brute_force(scope, batches, *asked)


def test_an_empty_or_inverted_window_has_no_totals(filled: tuple[Store, list[Batch]]) -> None:
    """Nothing is asked, nothing is answered."""
    with filled[0].reading() as reader:
        assert reader.totals(Scope.BANK, MIDNIGHT_S, MIDNIGHT_S) == {}
        assert reader.totals(Scope.BANK, MIDNIGHT_S + 1, MIDNIGHT_S) == {}
        assert reader.observed(MIDNIGHT_S + 100, MIDNIGHT_S) == {}


def sums(reader: Reader, level: Level, scope: Scope) -> dict[int, Counts]:
    """Sum over the units of a scope by slice."""
    total: defaultdict[int, Counts] = defaultdict(Counts)
    for at, _, counts in reader.timeline(level, scope, 0, MIDNIGHT_S + 9 * DAY_S):
        total[at] += counts
    return dict(total)


@pytest.mark.parametrize("level", Level)
def test_the_parts_of_the_bank_sum_to_the_bank_in_every_slice(filled: tuple[Store, list[Batch]], level: Level) -> None:
    """Products, cells and DCNs all count the same events; steps too, except transactions."""
    with filled[0].reading() as reader:
        bank = sums(reader, level, Scope.BANK)
        assert len(bank) > 3
        for scope in (Scope.PRODUCT, Scope.CELL, Scope.DCN):
            assert sums(reader, level, scope) == bank
        if level is not Level.SLOT:
            steps = {
                at: counts + Counts(transactions=bank[at].transactions)
                for at, counts in sums(reader, level, Scope.STEP).items()
            }
            assert steps == bank


@pytest.mark.parametrize("level", Level)
def test_a_timeline_is_made_of_whole_slices_in_order(filled: tuple[Store, list[Batch]], level: Level) -> None:
    """Slices that begin in the range; days begin at midnight in Shanghai."""
    store, batches = filled
    with store.reading() as reader:
        found = reader.timeline(level, Scope.CELL, MIDNIGHT_S - DAY_S, MIDNIGHT_S + DAY_S)
    assert found == sorted(found)
    begins = {at for at, _, _ in found}
    assert all(MIDNIGHT_S - DAY_S <= at < MIDNIGHT_S + DAY_S for at in begins)
    for begin_s in begins:
        end_s = begin_s + STEP_S.get(level, DAY_S)
        assert day_start(begin_s) == begin_s or level is not Level.DAY
        expected = brute_force(Scope.CELL, batches, begin_s, end_s)
        assert {unit: counts for at, unit, counts in found if at == begin_s} == expected


@pytest.mark.parametrize(
    "chosen", [{"product": "loans"}, {"data_center": "dc2"}, {"product": "risk", "data_center": "dc3"}]
)
def test_a_timeline_can_be_of_one_product_or_data_center(
    filled: tuple[Store, list[Batch]], chosen: dict[str, str]
) -> None:
    """The same slices as without the choice, the others left out."""
    window = (MIDNIGHT_S - DAY_S - 30, MIDNIGHT_S + 3601)
    with filled[0].reading() as reader:
        for level, scope in itertools.product(Level, (Scope.PRODUCT, Scope.CELL, Scope.DCN)):
            everything = reader.timeline(level, scope, *window)
            picked = reader.timeline(level, scope, *window, **chosen)
            assert picked == [each for each in everything if chosen.items() <= each[1]._asdict().items()]


@pytest.mark.parametrize("level", Level)
def test_one_unit_among_many_is_found_in_long_and_short_ranges(store: Store, level: Level) -> None:
    """However it is looked up: by its place in each slice, or by reading past the others."""
    store.register(Source("dc1", "exposition", "dc1", 1000), 0)
    slots = (MIDNIGHT_S, MIDNIGHT_S + 1, MIDNIGHT_S + 3600)
    names = [f"product{number}" for number in range(45)]
    events = [
        Events(at, name, "dc1", "a", "apply", "ok", "customer", Kind.GOOD, at % 7 + 1) for at in slots for name in names
    ]
    store.commit(Batch("dc1", 0, (), events=tuple(events)))
    with store.reading() as reader:
        for from_s, to_s in (
            (MIDNIGHT_S + 1, MIDNIGHT_S + 3601),
            (MIDNIGHT_S, MIDNIGHT_S + 1),
            (0, MIDNIGHT_S + DAY_S),
        ):
            everything = reader.timeline(level, Scope.CELL, from_s, to_s)
            found = reader.timeline(level, Scope.CELL, from_s, to_s, product="product7")
            assert found == [each for each in everything if each[1].product == "product7"]


def test_a_unit_that_nobody_knows_has_no_timeline(filled: tuple[Store, list[Batch]]) -> None:
    """An unknown product or traffic is empty, not an error."""
    with filled[0].reading() as reader:
        assert reader.timeline(Level.HOUR, Scope.CELL, 0, MIDNIGHT_S, product="no such product") == []
        assert reader.timeline(Level.HOUR, Scope.CELL, 0, MIDNIGHT_S, traffic="shadow") == []
        assert reader.totals(Scope.CELL, 0, MIDNIGHT_S, traffic="shadow") == {}


def day_of_history(day_s: int, transactions: int) -> HistoryChunk:
    """One simulated day of the bank."""
    return HistoryChunk(Span(day_s, day_s + DAY_S), {(Level.DAY, day_s, BANK): Counts(9, transactions=transactions)})


def test_the_record_is_taken_from_days_that_have_ended(store: Store) -> None:
    """Today may still grow; of equal days the earliest holds the record; it says whether it was simulated."""
    store.register(Source("dc1", "exposition", "dc1", 1000), 0)
    begin_s = MIDNIGHT_S - 3 * DAY_S
    store.add_history(day_of_history(begin_s, 500))
    store.add_history(day_of_history(begin_s + DAY_S, 700))
    live = [
        Transactions(MIDNIGHT_S - 1, "loans", "dc1", "a", "customer", 700),
        Transactions(MIDNIGHT_S, "loans", "dc1", "a", "customer", 900),
        Transactions(begin_s, "loans", "dc1", "a", "load_test", 9000),
    ]
    store.commit(Batch("dc1", 0, (), transactions=tuple(live)))
    with store.reading() as reader:
        assert reader.record_day(begin_s + DAY_S - 1) is None
        assert reader.record_day(begin_s + DAY_S) == DayTotal(begin_s, 500, simulated=True)
        assert reader.record_day(MIDNIGHT_S) == DayTotal(begin_s + DAY_S, 700, simulated=True)
        assert reader.record_day(MIDNIGHT_S + DAY_S - 1) == DayTotal(begin_s + DAY_S, 700, simulated=True)
        assert reader.record_day(MIDNIGHT_S + DAY_S) == DayTotal(MIDNIGHT_S, 900, simulated=False)


def test_an_empty_store_answers_everything_with_nothing(store: Store) -> None:
    """A wall that starts first shows that nothing is known."""
    with store.reading() as reader:
        assert (reader.version(), reader.sources(), reader.record_day(MIDNIGHT_S)) == (0, [], None)
        assert (reader.totals(Scope.BANK, 0, MIDNIGHT_S), reader.observed(0, MIDNIGHT_S)) == ({}, {})
        assert (reader.gaps(0, 9), reader.simulated(), reader.incarnations("dc1")) == ([], [], [])
        assert (reader.reads("dc1", 0, 9), reader.gauges(), reader.costs(0, 9), reader.accounts(0, 9)) == (
            [],
            [],
            [],
            [],
        )


def test_accepted_reads_are_counted_by_source_in_whole_minutes(store: Store) -> None:
    """Failed attempts are no observation; edges go outwards; a source without any is left out."""
    for name in ("dc1", "dc2", "dc3"):
        store.register(Source(name, "exposition", name, 1000), 0)
    seconds = [*range(MIDNIGHT_S - 70, MIDNIGHT_S + 70), MIDNIGHT_S + 2 * DAY_S]
    store.commit(Batch("dc2", 0, tuple(Read(at_s * 1000 + 999, at_s % 10 != 0) for at_s in seconds)))
    store.commit(Batch("dc1", 0, (Read(MIDNIGHT_S * 1000, True),)))
    store.commit(Batch("dc3", 0, (Read(MIDNIGHT_S * 1000, False, "timeout"),)))
    with store.reading() as reader:
        assert reader.observed(MIDNIGHT_S, MIDNIGHT_S + 60) == {"dc1": 1, "dc2": 54}
        assert reader.observed(MIDNIGHT_S + 59, MIDNIGHT_S + 60) == {"dc1": 1, "dc2": 54}
        assert reader.observed(MIDNIGHT_S - 1, MIDNIGHT_S + 61) == {"dc1": 1, "dc2": 54 + 54 + 9}
        assert reader.observed(MIDNIGHT_S - DAY_S, MIDNIGHT_S) == {"dc2": 63}
        assert reader.observed(MIDNIGHT_S - DAY_S, MIDNIGHT_S + 3 * DAY_S) == {"dc1": 1, "dc2": 126}


def test_reads_come_oldest_first_and_all_of_them(store: Store) -> None:
    """Two attempts at one scheduled time (a clock that was set back) are two reads, in the order they came."""
    store.register(Source("dc1", "exposition", "dc1", 1000), 0)
    first, again = Read(5_000, False, "refused", 3), Read(5_000, True, "", 7, 340, 1, 2)
    store.commit(Batch("dc1", 0, (Read(6_000, True), first)))
    store.commit(Batch("dc1", 1, (again, Read(4_000, True))))
    with store.reading() as reader:
        assert reader.reads("dc1", 4_000, 6_000) == [Read(4_000, True), first, again]
        assert reader.reads("dc1", 4_001, 6_001) == [first, again, Read(6_000, True)]
        assert reader.reads("dc9", 0, 9_000) == []
        assert reader.sources()[0].last_read == Read(4_000, True)


def test_gaps_are_found_when_they_touch_the_window(store: Store) -> None:
    """Half-open on both sides."""
    store.register(Source("dc1", "exposition", "dc1", 1000), 0)
    gaps = (Gap("dc1", 30, 40, False, "b"), Gap("dc1", 10, 20, True, "a"))
    store.commit(Batch("dc1", 0, (), gaps=gaps))
    with store.reading() as reader:
        assert reader.gaps(19, 31) == [gaps[1], gaps[0]]
        assert reader.gaps(20, 30) == []
        assert reader.gaps(0, 11) == [gaps[1]]


def test_adjacent_simulated_stretches_are_shown_as_one(store: Store) -> None:
    """The filler works backwards in pieces; the reader sees a whole."""
    for span in (Span(200, 300), Span(100, 200), Span(400, 500), Span(450, 600)):
        store.add_history(HistoryChunk(span, {}))
    with store.reading() as reader:
        assert reader.simulated() == [Span(100, 300), Span(400, 600)]


def test_a_view_stays_as_it_was_while_others_write(filled: tuple[Store, list[Batch]]) -> None:
    """Everything asked of one reader is true of one instant, new units included."""
    store, _ = filled
    with store.reading() as reader:
        version, before = reader.version(), reader.totals(Scope.BANK, 0, MIDNIGHT_S + DAY_S)
        new = Events(MIDNIGHT_S, "new product", "dc1", "a", "apply", "ok", "customer", Kind.GOOD, 1)
        store.commit(Batch("dc1", 1, (), events=(new,)))
        store.add_history(day_of_history(MIDNIGHT_S, 5))
        assert reader.version() == version
        assert reader.totals(Scope.BANK, 0, MIDNIGHT_S + DAY_S) == before
        assert Unit(Scope.PRODUCT, "new product") not in reader.totals(Scope.PRODUCT, 0, MIDNIGHT_S + DAY_S)
    with store.reading() as reader:
        assert reader.version() > version
        assert reader.totals(Scope.PRODUCT, 0, MIDNIGHT_S + DAY_S)[Unit(Scope.PRODUCT, "new product")] == Counts(1)


def write_seconds(store: Store, data_center: str, seconds: int, failures: list[BaseException]) -> None:
    """A collector: one batch a second, as fast as it can."""
    try:
        for number in range(seconds):
            leaf = (MIDNIGHT_S + number, "loans", data_center, f"dcn{number % 3}")
            events = (
                Events(*leaf, "apply", "ok", "customer", Kind.GOOD, 3),
                Events(*leaf, "apply", "error", "customer", Kind.BAD, 1),
            )
            store.commit(Batch(data_center, number, (Read(leaf[0] * 1000, True),), events=events))
    except BaseException as error:
        failures.append(error)


def test_readers_never_see_half_of_a_commit(store: Store) -> None:
    """Six writers and a reader at once: levels and scopes agree in every view, and nothing is lost at the end."""
    names = [f"dc{number}" for number in range(1, 7)]
    for name in names:
        store.register(Source(name, "exposition", name, 1000), 0)
    failures: list[BaseException] = []
    writers = [threading.Thread(target=write_seconds, args=(store, name, 25, failures)) for name in names]
    for writer in writers:
        writer.start()
    views = 0
    while any(writer.is_alive() for writer in writers) or not views:
        with store.reading() as reader:
            views += 1
            commits = sum(status.version for status in reader.sources())
            for scope, level in itertools.product((Scope.BANK, Scope.CELL, Scope.DCN), Level):
                found = reader.timeline(level, scope, MIDNIGHT_S, MIDNIGHT_S + DAY_S)
                assert sum(counts.good for _, _, counts in found) == 3 * commits
                assert sum(counts.bad for _, _, counts in found) == commits
            assert sum(reader.observed(MIDNIGHT_S, MIDNIGHT_S + DAY_S).values()) == commits
    for writer in writers:
        writer.join()
    assert failures == []
    with store.reading() as reader:
        assert reader.totals(Scope.BANK, MIDNIGHT_S, MIDNIGHT_S + 60) == {BANK: Counts(6 * 25 * 3, 6 * 25)}


def test_slots_hold_what_timelines_do(filled: tuple[Store, list[Batch]]) -> None:
    """Of every scope that has slots, in one answer; keys keep their meaning from reader to reader."""
    store, _ = filled
    from_s, to_s = MIDNIGHT_S, MIDNIGHT_S + 3600
    with store.reading() as reader:
        rows = reader.slots(from_s, to_s)
        expected = {
            (at, unit, counts.good + counts.bad, counts.bad)
            for scope in (Scope.BANK, Scope.PRODUCT, Scope.CELL, Scope.DCN)
            for traffic in ("customer", "load_test")
            for at, unit, counts in reader.timeline(Level.SLOT, scope, from_s, to_s, traffic=traffic)
        }
    with store.reading() as reader:
        units = reader.named({key for _, key, _, _ in rows})
    assert {(at, units[key], total, bad) for at, key, total, bad in rows} == expected
    assert len(rows) == len(expected)
    assert {at for at, *_ in rows} == {MIDNIGHT_S, MIDNIGHT_S + 59, MIDNIGHT_S + 3599}


def test_a_timeline_of_failing_slices_alone_leaves_out_the_others(filled: tuple[Store, list[Batch]]) -> None:
    """Whatever the level and scope, and with a unit chosen."""
    store, _ = filled
    least_bad = 10**9
    with store.reading() as reader:
        for level, scope in itertools.product((Level.MINUTE, Level.DAY), (Scope.PRODUCT, Scope.CELL)):
            for chosen in ({}, {"product": "loans"}):
                whole = reader.timeline(level, scope, MOMENTS[0] - DAY_S, MOMENTS[-1] + DAY_S, **chosen)
                failing = [each for each in whole if each[2].bad >= least_bad]
                assert 0 < len(failing) <= len(whole)
                asked = reader.timeline(
                    level, scope, MOMENTS[0] - DAY_S, MOMENTS[-1] + DAY_S, least_bad=least_bad, **chosen
                )
                assert asked == failing
