"""What every store promises about the busiest minute of a day."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from slo.counts import Counts
from store.growth import Growth, GrowthColumn
from store.healing import Healing
from store.peaks import Peak
from store.port import Store
from store.records import Batch, Gap, HistoryChunk, Level, Read, Retention, Scope, Source, Span, Transactions, Unit

MIDNIGHT_S = 1_795_276_800  # 2026-11-22 00:00 in Shanghai
DAY_S = 86400
NOON_S = MIDNIGHT_S + 12 * 3600
BANK = Unit(Scope.BANK)
LOAN = Unit(Scope.PRODUCT, "loan")
FEEDS = {name: Source(name, "exposition", name, 1000) for name in ("dc1", "dc2")}


@pytest.fixture
def watched(store: Store) -> Store:
    """A store that knows two data centers."""
    for source in FEEDS.values():
        store.register(source, 0)
    return store


def cell(data_center: str) -> Unit:
    """The loan in one data center."""
    return Unit(Scope.CELL, "loan", data_center)


def page(
    store: Store, source: str, at_s: int, *begun: tuple[int, int], gap_from_s: int | None = None, exact: bool = True
) -> None:
    """An accepted page at ``at_s`` that brings (slot, transactions), after a gap when that is said."""
    transactions = tuple(Transactions(slot_s, "loan", source, "dcn1", "customer", number) for slot_s, number in begun)
    gaps = () if gap_from_s is None else (Gap(source, gap_from_s * 1000, at_s * 1000, exact, "no page"),)
    reads = (Read(at_s * 1000, True),)
    version = store.resume(source).version
    store.commit(Batch(source, version, reads, at_s * 1000, transactions=transactions, gaps=gaps))


def peaks(store: Store, scope: Scope, from_s: int = MIDNIGHT_S, to_s: int = MIDNIGHT_S + DAY_S) -> list[Peak]:
    """Peaks of a day, in an order of their own."""
    with store.reading() as reader:
        return sorted(reader.daily_peaks(scope, from_s, to_s))


def busiest(store: Store, scope: Scope) -> list[tuple[Unit, int, int]]:
    """(Unit, minutes after noon, transactions) of the day."""
    return [(peak.unit, (peak.at_s - NOON_S) // 60, peak.transactions) for peak in peaks(store, scope)]


def test_an_empty_store_has_no_peaks(store: Store) -> None:
    """Unknown is left out, never 0."""
    assert peaks(store, Scope.BANK) == []


def test_the_peak_of_the_bank_is_the_maximum_of_sums(watched: Store) -> None:
    """Data centers are busiest in different minutes; the bank is busiest in a third one."""
    for minute, (one, other) in enumerate([(9, 0), (0, 9), (6, 6)]):
        page(watched, "dc1", NOON_S + minute * 60 + 5, (NOON_S + minute * 60 + 5, one))
        page(watched, "dc2", NOON_S + minute * 60 + 5, (NOON_S + minute * 60 + 5, other))
    for source in FEEDS:
        page(watched, source, NOON_S + 180)
    assert busiest(watched, Scope.BANK) == [(BANK, 2, 12)]
    assert busiest(watched, Scope.PRODUCT) == [(LOAN, 2, 12)]
    assert busiest(watched, Scope.CELL) == [(cell("dc1"), 0, 9), (cell("dc2"), 1, 9)]


def test_a_minute_counts_when_its_last_source_has_passed_it(watched: Store) -> None:
    """Until then a cell may know its own peak; product and bank do not."""
    page(watched, "dc2", NOON_S + 59, (NOON_S + 59, 5))
    page(watched, "dc1", NOON_S + 59, (NOON_S + 10, 7))
    assert busiest(watched, Scope.CELL) == []
    page(watched, "dc1", NOON_S + 60)
    assert busiest(watched, Scope.CELL) == [(cell("dc1"), 0, 7)]
    assert busiest(watched, Scope.BANK) == []
    page(watched, "dc2", NOON_S + 60)
    assert busiest(watched, Scope.BANK) == [(BANK, 0, 12)]


def test_of_equal_minutes_the_earliest_is_the_peak(watched: Store) -> None:
    """The later one is no news."""
    for minute in (0, 1, 2):
        page(watched, "dc1", NOON_S + minute * 60 + 30, (NOON_S + minute * 60 + 30, 4))
    page(watched, "dc1", NOON_S + 180)
    assert busiest(watched, Scope.BANK) == [(BANK, 0, 4)]


def test_a_late_sample_moves_the_peak_to_its_minute(watched: Store) -> None:
    """Recomputed from the whole minute, not from what came late."""
    page(watched, "dc1", NOON_S + 70, (NOON_S, 5), (NOON_S + 65, 6))
    page(watched, "dc1", NOON_S + 120)
    assert busiest(watched, Scope.BANK) == [(BANK, 1, 6)]
    page(watched, "dc1", NOON_S + 130, (NOON_S + 30, 2))
    assert busiest(watched, Scope.BANK) == [(BANK, 0, 7)]


def test_a_peak_falls_when_its_transactions_turn_out_to_belong_elsewhere(watched: Store) -> None:
    """A correction takes from one minute what another had: the day is sought again."""
    page(watched, "dc1", NOON_S + 70, (NOON_S, 5), (NOON_S + 65, 9))
    page(watched, "dc1", NOON_S + 120)
    page(watched, "dc1", NOON_S + 121, (NOON_S + 65, -6), (NOON_S - 60, 6))
    assert busiest(watched, Scope.BANK) == [(BANK, -1, 6)]


def test_no_peak_is_taken_from_inside_a_gap(watched: Store) -> None:
    """What was held back is counted in the minute of the page that closed the gap: exact in sum, not in shape."""
    page(watched, "dc1", NOON_S + 30, (NOON_S + 30, 5))
    page(watched, "dc2", NOON_S + 30, (NOON_S + 30, 3))
    page(watched, "dc2", NOON_S + 240, (NOON_S + 150, 8))
    page(watched, "dc1", NOON_S + 150, (NOON_S + 150, 500), gap_from_s=NOON_S + 30)
    page(watched, "dc1", NOON_S + 240, (NOON_S + 200, 2))
    assert busiest(watched, Scope.CELL) == [(cell("dc1"), 3, 2), (cell("dc2"), 2, 8)]
    assert busiest(watched, Scope.BANK) == [(BANK, 3, 2)]


def test_a_gap_inside_one_minute_that_lost_nothing_leaves_the_minute_whole(watched: Store) -> None:
    """Its count is exact, wherever in the minute the events were."""
    page(watched, "dc1", NOON_S + 10, (NOON_S + 10, 5))
    page(watched, "dc1", NOON_S + 20, (NOON_S + 20, 50), gap_from_s=NOON_S + 10)
    page(watched, "dc1", NOON_S + 60)
    assert busiest(watched, Scope.BANK) == [(BANK, 0, 55)]


def test_a_minute_in_which_events_were_lost_gives_no_peak(watched: Store) -> None:
    """Its count is a lower bound only."""
    page(watched, "dc1", NOON_S + 10, (NOON_S + 10, 5))
    page(watched, "dc1", NOON_S + 20, (NOON_S + 20, 50), gap_from_s=NOON_S + 10, exact=False)
    page(watched, "dc1", NOON_S + 125, (NOON_S + 70, 1))
    assert busiest(watched, Scope.BANK) == [(BANK, 1, 1)]


def test_a_healed_gap_gives_its_peaks_back(watched: Store) -> None:
    """Events go from the minute that closed the gap to those in which they happened."""
    page(watched, "dc1", NOON_S + 30, (NOON_S + 30, 5))
    page(watched, "dc1", NOON_S + 150, (NOON_S + 150, 500), gap_from_s=NOON_S + 30)
    page(watched, "dc1", NOON_S + 240, (NOON_S + 200, 2))
    assert busiest(watched, Scope.BANK) == [(BANK, 3, 2)]
    where = {NOON_S + 40: 100, NOON_S + 70: 300, NOON_S + 130: 100, NOON_S + 150: -500}
    moved = tuple(Transactions(slot_s, "loan", "dc1", "dcn1", "customer", number) for slot_s, number in where.items())
    gap = Gap("dc1", (NOON_S + 30) * 1000, (NOON_S + 150) * 1000, True, "no page")
    assert watched.heal(Healing("dc1", gap=gap, transactions=moved), Retention(), NOON_S + 300)
    assert busiest(watched, Scope.BANK) == [(BANK, 1, 300)]


def test_a_past_that_came_in_columns_has_peaks_too(watched: Store) -> None:
    """The day's busiest minute is sought anew, also when what comes adds to the minute of the first page."""
    page(watched, "dc1", NOON_S + 90, (NOON_S + 90, 5))
    page(watched, "dc1", NOON_S + 240, (NOON_S + 130, 40))
    assert busiest(watched, Scope.BANK) == [(BANK, 2, 40)]
    slots = (NOON_S + 10, NOON_S + 70, NOON_S + 89)
    column = GrowthColumn("loan", "dc1", "dcn1", "", "", "customer", None, (6, 20, 16))
    edges = {"before_ms": (NOON_S + 90) * 1000, "first_page_ms": NOON_S * 1000}
    assert watched.heal(Healing("dc1", **edges, growth=(Growth(slots, (column,)),)), Retention(), NOON_S + 300)
    assert busiest(watched, Scope.BANK) == [(BANK, 1, 41)]
    assert busiest(watched, Scope.CELL) == [(cell("dc1"), 1, 41)]


def test_a_source_that_nobody_reads_any_more_holds_nothing_open_for_ever(watched: Store) -> None:
    """An hour after the last attempt the bank has peaks without it; until then it is unknown."""
    page(watched, "dc2", NOON_S, (NOON_S, 1))
    for minute in (30, 90):
        page(watched, "dc1", NOON_S + minute * 60, (NOON_S + minute * 60, 4))
    page(watched, "dc1", NOON_S + 92 * 60)
    assert busiest(watched, Scope.BANK) == [(BANK, 90, 4)]


def test_a_gap_that_turns_up_late_takes_its_peaks_back(watched: Store) -> None:
    """The source comes back after more than an hour and tells what the minute really was."""
    page(watched, "dc2", NOON_S, (NOON_S, 1))
    page(watched, "dc1", NOON_S + 5400, (NOON_S + 5400, 4))
    page(watched, "dc1", NOON_S + 7200)
    assert busiest(watched, Scope.BANK) == [(BANK, 90, 4)]
    page(watched, "dc2", NOON_S + 7200, (NOON_S + 7200, 9), gap_from_s=NOON_S)
    assert busiest(watched, Scope.BANK) == []
    assert busiest(watched, Scope.CELL) == [(cell("dc1"), 90, 4)]


def test_a_day_is_provisional_until_every_source_has_passed_its_end(watched: Store) -> None:
    """A later minute may still be busier."""
    page(watched, "dc1", NOON_S, (NOON_S - 60, 4))
    page(watched, "dc2", MIDNIGHT_S + DAY_S - 600)
    assert [peak.provisional for peak in peaks(watched, Scope.BANK)] == [True]
    page(watched, "dc1", MIDNIGHT_S + DAY_S)
    assert [peak.provisional for peak in peaks(watched, Scope.BANK)] == [True]
    page(watched, "dc2", MIDNIGHT_S + DAY_S)
    assert [peak.provisional for peak in peaks(watched, Scope.BANK)] == [False]


def test_simulated_days_have_peaks_that_say_so(store: Store) -> None:
    """As closed as the stretch that was filled."""
    counts = {(Level.MINUTE, NOON_S + 60 * n, BANK): Counts(10, 0, 0, 5 - abs(n)) for n in (-1, 0, 1)}
    store.add_history(HistoryChunk(Span(MIDNIGHT_S, MIDNIGHT_S + DAY_S), counts))
    assert peaks(store, Scope.BANK) == [Peak(MIDNIGHT_S, BANK, NOON_S, 5, provisional=False, simulated=True)]


def test_every_day_and_traffic_has_its_own_peak(watched: Store) -> None:
    """A range of days gives one each, oldest first; load tests never count as customers."""
    test = Transactions(NOON_S, "loan", "dc1", "dcn1", "load_test", 1000)
    page(watched, "dc1", NOON_S, (NOON_S - 60, 3))
    version = watched.resume("dc1").version
    watched.commit(Batch("dc1", version, (), (NOON_S + 60) * 1000, transactions=(test,)))
    page(watched, "dc1", NOON_S + DAY_S, (NOON_S + DAY_S - 60, 2))
    found = peaks(watched, Scope.BANK, MIDNIGHT_S, MIDNIGHT_S + 2 * DAY_S)
    assert [(peak.day_s, peak.transactions) for peak in found] == [(MIDNIGHT_S, 3), (MIDNIGHT_S + DAY_S, 2)]
    with watched.reading() as reader:
        tested = reader.daily_peaks(Scope.BANK, MIDNIGHT_S, MIDNIGHT_S + DAY_S, traffic="load_test")
    assert [peak.transactions for peak in tested] == [1000]


def test_peaks_outlive_the_minutes_that_they_came_from(watched: Store) -> None:
    """A record of three years ago needs no minutes of three years."""
    page(watched, "dc1", NOON_S + 60, (NOON_S, 3))
    while watched.prune(Retention({Level.MINUTE: 0}), NOON_S + 40 * DAY_S):
        pass
    assert busiest(watched, Scope.BANK) == [(BANK, 0, 3)]


def test_a_batch_that_is_refused_moves_no_peak(watched: Store) -> None:
    """All or nothing."""
    page(watched, "dc1", NOON_S + 60, (NOON_S, 3))
    late = Transactions(NOON_S, "loan", "dc1", "dcn1", "customer", 4)
    stale = Batch("dc1", 0, (), (NOON_S + 120) * 1000, transactions=(late,))
    with pytest.raises(Exception, match="another collector"):
        watched.commit(stale)
    assert busiest(watched, Scope.BANK) == [(BANK, 0, 3)]


@pytest.mark.parametrize("seed", range(4))
def test_peaks_are_those_of_a_search_through_all_minutes(watched: Store, seed: int) -> None:
    """Random pages, late and in order: afterwards every peak is what the stored minutes say."""
    dice = random.Random(seed)
    for at_s in range(NOON_S, NOON_S + 1200, 20):
        for source in FEEDS:
            page(watched, source, at_s, (at_s - dice.choice((0, 0, 0, 90, 400)), dice.randrange(50)))
    for source in FEEDS:
        page(watched, source, NOON_S + 1200)
    for scope in (Scope.BANK, Scope.PRODUCT, Scope.CELL):
        with watched.reading() as reader:
            minutes = reader.timeline(Level.MINUTE, scope, MIDNIGHT_S, NOON_S + 1200)
        best: dict[Unit, tuple[int, int]] = {}
        for at_s, unit, counts in minutes:
            if counts.transactions:
                best[unit] = max((counts.transactions, -at_s), best.get(unit, (0, 0)))
        found = {peak.unit: (peak.transactions, -peak.at_s) for peak in peaks(watched, scope)}
        assert found == best


def test_a_source_may_read_several_data_centers(watched: Store) -> None:
    """Then its gaps and its watermark speak of all cells."""
    watched.register(replace(FEEDS["dc1"], id="all", data_center=""), 0)
    page(watched, "all", NOON_S)
    page(watched, "dc1", NOON_S + 60, (NOON_S, 3))
    assert busiest(watched, Scope.CELL) == []
    page(watched, "all", NOON_S + 60)
    assert busiest(watched, Scope.CELL) == [(cell("dc1"), 0, 3)]
