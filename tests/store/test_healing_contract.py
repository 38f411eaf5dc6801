"""What every store promises about a second look at the past."""

from __future__ import annotations

from dataclasses import replace

import pytest

from slo.outcomes import Kind
from store.errors import UnknownSource
from store.healing import Healing
from store.port import Store
from store.records import (
    Batch,
    Cost,
    Events,
    Gap,
    Incarnation,
    Level,
    Read,
    Retention,
    Scope,
    Source,
    Transactions,
    Unit,
)

NOON_S = 1_795_320_000  # a whole hour
SOURCE = Source("prom/dc1", "prometheus", "dc1", 15_000)
KEEP = Retention()
GAP = Gap("prom/dc1", NOON_S * 1000, (NOON_S + 600) * 1000, True, "no scrape")
BANK = Unit(Scope.BANK)


def events(slot_s: int, number: int) -> Events:
    return Events(slot_s, "weilidai", "dc1", "n1", "apply", "ok", "customer", Kind.GOOD, number)


def transactions(slot_s: int, number: int) -> Transactions:
    return Transactions(slot_s, "weilidai", "dc1", "n1", "customer", number)


MOVED = Healing(
    source="prom/dc1",
    gap=GAP,
    reads=(Read((NOON_S + 60) * 1000, True),),
    events=(events(NOON_S + 60, 30), events(NOON_S + 599, -30)),
    transactions=(transactions(NOON_S + 60, 7), transactions(NOON_S + 599, -7)),
    costs=(Cost(NOON_S + 60, "compute", "weilidai", "dc1", 5), Cost(NOON_S + 599, "compute", "weilidai", "dc1", -5)),
    gaps=(replace(GAP, from_ms=(NOON_S + 60) * 1000),),
)


@pytest.fixture
def watched(store: Store) -> Store:
    """One source whose growth of ten minutes, 100 events, was booked where a gap closed."""
    store.register(SOURCE, NOON_S * 1000)
    first = Read(NOON_S * 1000, True)
    life = Incarnation("prom/dc1", 1000, 40, 40, NOON_S * 1000, NOON_S * 1000)
    store.commit(Batch("prom/dc1", 0, (first,), watermark_ms=NOON_S * 1000, incarnations=(life,)))
    store.commit(
        Batch(
            "prom/dc1",
            1,
            (Read((NOON_S + 600) * 1000, True),),
            watermark_ms=(NOON_S + 600) * 1000,
            events=(events(NOON_S + 599, 100),),
            transactions=(transactions(NOON_S + 599, 50),),
            costs=(Cost(NOON_S + 599, "compute", "weilidai", "dc1", 9),),
            gaps=(GAP,),
        )
    )
    return store


def bank(store: Store, level: Level) -> dict[int, tuple[int, int]]:
    """Good events and transactions by slice."""
    with store.reading() as reader:
        slices = reader.timeline(level, Scope.BANK, 0, 2**33)
    return {at: (counts.good, counts.transactions) for at, _, counts in slices}


def test_counts_move_to_where_they_happened_and_the_total_stays(watched: Store) -> None:
    """On every level; completeness grows, the gap shrinks, cost stays what it was."""
    assert watched.heal(MOVED, KEEP, NOON_S + 700)
    assert bank(watched, Level.SLOT) == {NOON_S + 60: (30, 7), NOON_S + 599: (70, 43)}
    assert bank(watched, Level.MINUTE) == {NOON_S + 60: (30, 7), NOON_S + 540: (70, 43)}
    assert list(bank(watched, Level.DAY).values()) == [(100, 50)]
    with watched.reading() as reader:
        assert reader.observed(NOON_S, NOON_S + 660) == {"prom/dc1": 3}
        assert [read.at_ms for read in reader.reads("prom/dc1", 0, 2**53)] == [
            NOON_S * 1000,
            (NOON_S + 60) * 1000,
            (NOON_S + 600) * 1000,
        ]
        assert reader.gaps(0, 2**53) == [replace(GAP, from_ms=(NOON_S + 60) * 1000)]
        assert sum(cost.fen for cost in reader.costs(0, 2**33)) == 9


def test_a_second_time_changes_nothing(watched: Store) -> None:
    """The gap is not there any more, or not the same: whoever comes second is told so."""
    assert watched.heal(MOVED, KEEP, NOON_S + 700)
    before = bank(watched, Level.SLOT)
    with watched.reading() as reader:
        version = reader.version()
    assert not watched.heal(MOVED, KEEP, NOON_S + 700)
    assert bank(watched, Level.SLOT) == before
    with watched.reading() as reader:
        assert reader.version() == version


def test_a_healing_is_a_change_that_readers_see_and_writers_need_not(watched: Store) -> None:
    """Views are built anew; a collector's own commit is not made stale by it."""
    with watched.reading() as reader:
        version = reader.version()
    watched.heal(MOVED, KEEP, NOON_S + 700)
    with watched.reading() as reader:
        assert reader.version() > version
    assert watched.resume("prom/dc1").version == 2


def earlier(before_s: int, first_s: int) -> Healing:
    return Healing(
        source="prom/dc1",
        before_ms=before_s * 1000,
        first_page_ms=first_s * 1000,
        reads=(Read(first_s * 1000, True),),
        events=(events(before_s - 1, 11),),
        incarnations=(Incarnation("prom/dc1", 1000, 20, 40, first_s * 1000, before_s * 1000),),
    )


def test_time_before_the_first_page_is_added_once(watched: Store) -> None:
    """The first page moves back with it, and the life that was known begins earlier."""
    assert watched.heal(earlier(NOON_S, NOON_S - 60), KEEP, NOON_S + 700)
    assert not watched.heal(earlier(NOON_S, NOON_S - 60), KEEP, NOON_S + 700)
    assert watched.heal(earlier(NOON_S - 60, NOON_S - 120), KEEP, NOON_S + 700)
    assert list(bank(watched, Level.DAY).values()) == [(122, 50)]
    with watched.reading() as reader:
        (status,) = reader.sources()
        (life,) = reader.incarnations("prom/dc1")
    assert status.first_page_ms == (NOON_S - 120) * 1000
    assert status.watermark_ms == (NOON_S + 600) * 1000
    assert (life.first_mark, life.last_mark, life.first_read_ms) == (20, 40, (NOON_S - 120) * 1000)


def test_what_a_level_would_have_forgotten_is_not_written_there(watched: Store) -> None:
    """A week later seconds are past retention: minutes, hours and days are mended all the same."""
    assert watched.heal(MOVED, KEEP, NOON_S + 7 * 86400)
    assert bank(watched, Level.SLOT) == {NOON_S + 599: (100, 50)}
    assert bank(watched, Level.MINUTE) == {NOON_S + 60: (30, 7), NOON_S + 540: (70, 43)}
    with watched.reading() as reader:
        assert len(reader.reads("prom/dc1", 0, 2**53)) == 2
        assert reader.observed(NOON_S, NOON_S + 660) == {"prom/dc1": 3}


def test_a_source_that_nobody_registered_has_no_past(store: Store) -> None:
    with pytest.raises(UnknownSource):
        store.heal(MOVED, KEEP, NOON_S)
