"""What every store promises about the busiest second of a day."""

from __future__ import annotations

from dataclasses import replace

import pytest

from store.peaks import Peak
from store.port import Store
from store.records import (
    Batch,
    DayPeak,
    Gap,
    HistoryChunk,
    Level,
    Read,
    Retention,
    Scope,
    Source,
    Span,
    Transactions,
    Unit,
)

MIDNIGHT_S = 1_795_276_800  # 2026-11-22 00:00 in Shanghai
DAY_S = 86400
NOON_S = MIDNIGHT_S + 12 * 3600
BANK = Unit(Scope.BANK)
LOAN = Unit(Scope.PRODUCT, "loan")
FEEDS = {name: Source(name, "exposition", name, 1000) for name in ("dc1", "dc2")}


@pytest.fixture
def watched(store: Store) -> Store:
    """A store that knows two data centers, each read once a second."""
    for source in FEEDS.values():
        store.register(source, 0)
    return store


def page(store: Store, source: str, at_s: int, *begun: tuple[int, int], gap_from_s: int | None = None) -> None:
    """An accepted page at ``at_s`` that brings (slot, transactions), after a gap when that is said."""
    transactions = tuple(Transactions(slot_s, "loan", source, "dcn1", "customer", number) for slot_s, number in begun)
    gaps = () if gap_from_s is None else (Gap(source, gap_from_s * 1000, at_s * 1000, True, "no page"),)
    version = store.resume(source).version
    reads = (Read(at_s * 1000, True),)
    store.commit(Batch(source, version, reads, at_s * 1000, transactions=transactions, gaps=gaps))


def seconds(store: Store, scope: Scope = Scope.BANK) -> list[tuple[int, int]]:
    """(Seconds after noon, transactions) of the day's busiest one."""
    with store.reading() as reader:
        found = reader.daily_peak_seconds(scope, MIDNIGHT_S, MIDNIGHT_S + DAY_S)
    return [(peak.at_s - NOON_S, peak.transactions) for peak in found]


def test_the_busiest_second_is_that_of_all_data_centers_together(watched: Store) -> None:
    """Known when its minute has closed for all; the busiest second need not lie in the busiest minute."""
    page(watched, "dc1", NOON_S + 59, (NOON_S + 3, 9), (NOON_S + 4, 5), (NOON_S + 59, 1))
    page(watched, "dc2", NOON_S + 60, (NOON_S + 4, 6), (NOON_S + 5, 8))
    assert seconds(watched) == []
    page(watched, "dc1", NOON_S + 60)
    assert seconds(watched) == [(4, 11)]
    page(watched, "dc1", NOON_S + 120, *((NOON_S + 60 + n, 10) for n in range(60)))
    page(watched, "dc2", NOON_S + 120)
    assert seconds(watched) == seconds(watched, Scope.PRODUCT) == [(4, 11)]
    assert seconds(watched, Scope.CELL) == []


def test_of_equal_seconds_the_earliest_is_the_peak(watched: Store) -> None:
    page(watched, "dc2", NOON_S + 200)
    page(watched, "dc1", NOON_S + 200, (NOON_S + 65, 4), (NOON_S + 64, 4), (NOON_S + 130, 4))
    assert seconds(watched) == [(64, 4)]


def test_no_second_that_a_gap_touches_is_a_peak(watched: Store) -> None:
    """What was held back is counted in the second that closed the gap, also inside one whole minute."""
    page(watched, "dc2", NOON_S + 200)
    page(watched, "dc1", NOON_S + 10, (NOON_S + 10, 5))
    page(watched, "dc1", NOON_S + 20, (NOON_S + 20, 50), gap_from_s=NOON_S + 11)
    page(watched, "dc1", NOON_S + 60, (NOON_S + 30, 4))
    assert seconds(watched) == [(10, 5)]


def test_a_source_that_brings_several_seconds_at_once_gives_no_peak_second(watched: Store) -> None:
    """Fifteen seconds of transactions in one slot are no second."""
    watched.register(replace(FEEDS["dc2"], interval_ms=15_000), 0)
    page(watched, "dc2", NOON_S + 60, (NOON_S + 15, 90))
    page(watched, "dc1", NOON_S + 60, (NOON_S + 3, 4))
    assert seconds(watched) == []


def test_the_peak_second_outlives_its_slot(watched: Store) -> None:
    """Slots live for hours, a record for ever."""
    page(watched, "dc2", NOON_S + 60)
    page(watched, "dc1", NOON_S + 60, (NOON_S + 7, 3))
    while watched.prune(Retention({Level.SLOT: 0}), NOON_S + 7200):
        pass
    assert seconds(watched) == [(7, 3)]
    page(watched, "dc2", NOON_S + 7260)
    page(watched, "dc1", NOON_S + 7260, (NOON_S + 7201, 2))
    assert seconds(watched) == [(7, 3)]


def test_a_gap_that_turns_up_late_takes_the_peak_second_back(watched: Store) -> None:
    """While the slots are there the day is sought anew."""
    page(watched, "dc2", NOON_S, (NOON_S, 1))
    page(watched, "dc1", NOON_S + 5400, (NOON_S + 5400, 4), (NOON_S + 60, 2))
    page(watched, "dc1", NOON_S + 7200)
    assert seconds(watched) == [(5400, 4)]
    page(watched, "dc2", NOON_S + 7200, (NOON_S + 7200, 9), gap_from_s=NOON_S + 3000)
    assert seconds(watched) == [(60, 2)]


def test_a_told_peak_stays_until_a_greater_one_comes(store: Store) -> None:
    """A simulated past has neither seconds nor old minutes: it tells the busiest of each day."""
    noon = {
        "counts": {},
        "peak_minutes": (DayPeak(NOON_S, BANK, 600),),
        "peak_seconds": (DayPeak(NOON_S + 9, LOAN, 12),),
    }
    evening = {"counts": {}, "peak_seconds": (DayPeak(NOON_S + 30_000, LOAN, 11),)}
    assert store.add_history(HistoryChunk(Span(MIDNIGHT_S, NOON_S + 3600), **noon))
    assert store.add_history(HistoryChunk(Span(NOON_S + 3600, MIDNIGHT_S + DAY_S), **evening))
    with store.reading() as reader:
        minutes = reader.daily_peaks(Scope.BANK, MIDNIGHT_S, MIDNIGHT_S + DAY_S)
        assert minutes == [Peak(MIDNIGHT_S, BANK, NOON_S, 600, provisional=False, simulated=True)]
    assert seconds(store, Scope.PRODUCT) == [(9, 12)]
