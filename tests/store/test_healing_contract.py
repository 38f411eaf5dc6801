"""What every store promises about a second look at the past."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from slo.outcomes import Kind
from store.errors import HealingRefused, LeaseLost, UnknownSource
from store.growth import Growth, GrowthColumn
from store.healing import Healing
from store.leases import Beat, healing_lease
from store.memory import MemoryStore
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


@pytest.mark.parametrize("hours", [3, 72], ids=["some slots are kept", "no slots are kept"])
def test_whole_columns_add_what_rows_would(watched: Store, hours: int) -> None:
    """The same increases as columns and as rows: the same counts on every level and scope, within retention."""
    slots = (NOON_S + 30, NOON_S + 59, NOON_S + 60, NOON_S + 3600)
    leaves = [("dc1", "n1", "ok", Kind.GOOD), ("dc1", "n1", "late", Kind.BAD), ("dc2", "n2", "ok", Kind.GOOD)]
    numbers = [(1, 0, 5, 7), (0, 0, 2, 0), (11, 13, 0, 0)]
    columns = [
        GrowthColumn("weilidai", data_center, dcn, "apply", outcome, "customer", kind, increases)
        for (data_center, dcn, outcome, kind), increases in zip(leaves, numbers, strict=True)
    ]
    columns.append(GrowthColumn("weilidai", "dc1", "n1", "", "", "customer", None, (4, 0, 0, 6)))
    rows = [
        Events(slot_s, *column[:6], column.kind, number)
        for column in columns
        for slot_s, number in zip(slots, column.increases, strict=True)
        if column.kind is not None
    ]
    moved = [transactions(slot_s, number) for slot_s, number in zip(slots, columns[-1].increases, strict=True)]
    in_rows = replace(MOVED, events=tuple(rows), transactions=tuple(moved))
    in_columns = replace(MOVED, events=(), transactions=(), growth=(Growth(slots, tuple(columns)),))
    other = MemoryStore()
    other.register(SOURCE, NOON_S * 1000)
    other.commit(Batch("prom/dc1", 0, (Read(NOON_S * 1000, True),), watermark_ms=NOON_S * 1000, gaps=(GAP,)))
    before = {scope: everything(watched, scope) for scope in Scope}
    now_s = NOON_S + hours * 3600
    assert other.heal(in_rows, KEEP, now_s)
    assert watched.heal(in_columns, KEEP, now_s)
    for scope in Scope:
        added = everything(watched, scope)
        added.subtract(before[scope])
        assert +added == everything(other, scope)
    assert not [key for key in everything(other, Scope.DCN) if key[0] is Level.SLOT and key[1] < now_s - 7200]


def everything(store: Store, scope: Scope) -> Counter[tuple[Level, int, Unit, str]]:
    """Every number of a scope by level, slice, unit and field."""
    with store.reading() as reader:
        return Counter(
            {
                (level, at, unit, field): getattr(counts, field)
                for level in Level
                for at, unit, counts in reader.timeline(level, scope, 0, 2**33)
                for field in ("good", "bad", "ignored", "transactions")
                if getattr(counts, field)
            }
        )


def test_a_healing_that_would_take_more_than_there_is_is_refused_whole(watched: Store) -> None:
    """Nothing of it is written, and the error says what, where and how many."""
    too_much = replace(MOVED, events=(events(NOON_S + 60, 130), events(NOON_S + 599, -130)))
    before = {scope: everything(watched, scope) for scope in Scope}
    with pytest.raises(HealingRefused, match=r"would leave -30 events of \w+ .*; nothing was written"):
        watched.heal(too_much, KEEP, NOON_S + 700)
    assert {scope: everything(watched, scope) for scope in Scope} == before
    with watched.reading() as reader:
        assert reader.gaps(0, 2**53) == [GAP]
        assert len(reader.reads("prom/dc1", 0, 2**53)) == 2
    assert watched.heal(MOVED, KEEP, NOON_S + 700)


def test_a_healing_whose_lease_has_gone_changes_nothing(watched: Store) -> None:
    """Who was stopped while another took over writes no more, however the hole stands; the other does."""
    lease = healing_lease("prom/dc1")
    old = watched.acquire([lease], "a", Beat("here", 1))[lease]
    new = watched.acquire([lease], "b", Beat("here", 9), stale=[old])[lease]
    before = bank(watched, Level.SLOT)
    with pytest.raises(LeaseLost, match="b; nothing was written"):
        watched.heal(replace(MOVED, token=old.token), KEEP, NOON_S + 700)
    with pytest.raises(LeaseLost):
        watched.commit(Batch("prom/dc1", 2, (Read(1, False),), token=old.token, lease=lease))
    assert bank(watched, Level.SLOT) == before
    assert watched.heal(replace(MOVED, token=new.token), KEEP, NOON_S + 700)
    assert watched.commit(Batch("prom/dc1", 2, (Read(1, False),), token=new.token, lease=lease)) == 3
