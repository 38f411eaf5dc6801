"""A window begins at the finest slice that is still there, never inside one that is stored as a whole."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from slo.counts import Counts
from slo.outcomes import Kind
from slo.windows import DAY_S, HOUR_S, SHANGHAI, day_start
from store.edges import answerable_from_s
from store.memory import MemoryStore
from store.port import Store
from store.records import Batch, Events, HistoryChunk, Level, Read, Retention, Scope, Source, Span, Unit
from store.slices import slice_start

DAY = 1_795_276_800  # 2026-11-22 00:00 in Shanghai
AT_S = DAY + 10 * HOUR_S + 23 * 60
BANK = Unit(Scope.BANK)


def past(store: Store, levels: Iterable[Level], zone: str = SHANGHAI) -> None:
    """A simulated day with one event in each of its minutes, at some levels only."""
    begin = day_start(AT_S, zone)
    minutes = range(begin, begin + DAY_S, 60)
    counts: dict[tuple[Level, int, Unit], Counts] = {}
    for level in levels:
        for at_s in minutes:
            key = (level, slice_start(level, at_s, zone), BANK)
            counts[key] = counts.get(key, Counts()) + Counts(good=1)
    store.add_history(HistoryChunk(Span(begin, begin + DAY_S), counts))


def total(store: Store, from_s: int, zone: str = SHANGHAI) -> int:
    """Events from an instant to the end of its day."""
    with store.reading() as reader:
        end_s = day_start(AT_S, zone) + DAY_S
        return reader.totals(Scope.BANK, from_s, end_s).get(BANK, Counts()).good


def begin_of(store: Store, at_s: int = AT_S, zone: str = SHANGHAI) -> int:
    """Where a window that should begin at an instant can begin."""
    with store.reading() as reader:
        return answerable_from_s(reader, at_s, zone)


def test_where_minutes_are_kept_a_window_begins_at_the_minute(store: Store) -> None:
    past(store, (Level.MINUTE, Level.HOUR, Level.DAY))
    assert begin_of(store, AT_S + 59) == AT_S
    assert total(store, AT_S) == (DAY + DAY_S - AT_S) // 60


def test_where_only_hours_are_kept_it_begins_at_the_hour_and_loses_nothing(store: Store) -> None:
    """Begun at the minute it would lack the rest of that hour."""
    past(store, (Level.HOUR, Level.DAY))
    begin_s = begin_of(store)
    assert begin_s == DAY + 10 * HOUR_S
    assert total(store, begin_s) == 14 * 60
    assert begin_of(store, begin_s) == begin_s


def test_where_only_days_are_kept_it_begins_at_the_local_midnight(store: Store) -> None:
    past(store, (Level.DAY,))
    assert begin_of(store) == DAY
    assert total(store, DAY) == 24 * 60


def test_where_nothing_was_ever_counted_a_window_begins_where_it_should(store: Store) -> None:
    """Nothing lacks from nothing; what was not seen is somebody else's figure."""
    assert begin_of(store) == AT_S


@pytest.mark.parametrize(
    ("kept", "begin_s"), [(Level.MINUTE, DAY + 10 * HOUR_S), (Level.HOUR, DAY)], ids=["minutes", "hours"]
)
def test_what_was_pruned_moves_the_begin_like_what_never_was(store: Store, kept: Level, begin_s: int) -> None:
    """Counts that were really seen, of a store that keeps a level for a day only."""
    store.register(Source("dc1", "exposition", "dc1", 60_000), DAY * 1000)
    minutes = range(DAY, DAY + DAY_S, 60)
    events = tuple(Events(at, "weilidai", "dc1", "", "apply", "ok", "customer", Kind.GOOD, 1) for at in minutes)
    store.commit(Batch("dc1", 0, (Read((DAY + DAY_S) * 1000, True),), (DAY + DAY_S) * 1000, events))
    assert begin_of(store) == AT_S
    seconds = Retention().seconds | {level: DAY_S for level in (Level.MINUTE, Level.HOUR) if level <= kept}
    while store.prune(Retention(seconds), DAY + 3 * DAY_S):
        pass
    assert begin_of(store) == begin_s
    assert total(store, begin_s) == (DAY + DAY_S - begin_s) // 60


def test_a_midnight_within_an_hour_is_no_edge_that_hours_can_answer() -> None:
    """In Kolkata a day begins at half past of an epoch's hour: cut at an hour, its last half hour has no slice."""
    zone = "Asia/Kolkata"
    store = MemoryStore(zone)
    past(store, (Level.HOUR, Level.DAY), zone)
    midnight_s = day_start(AT_S, zone)
    assert begin_of(store, zone=zone) == midnight_s
    assert total(store, midnight_s, zone) == 24 * 60
