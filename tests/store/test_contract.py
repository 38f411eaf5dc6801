"""What every store promises about writing: the port's sentences, one by one, for every twin."""

from __future__ import annotations

from dataclasses import replace

import pytest

from slo.counts import Counts
from slo.outcomes import Kind
from store.errors import StaleWriter, StoreUnavailable, UnknownSource
from store.memory import MemoryStore
from store.port import Store
from store.records import (
    Accounts,
    AccountTotal,
    Batch,
    Cost,
    CostSum,
    CostTotal,
    Events,
    Gap,
    Gauge,
    HistoryChunk,
    Incarnation,
    Level,
    Read,
    Resume,
    Retention,
    Scope,
    Source,
    Span,
    Transactions,
    Unit,
)

MIDNIGHT_S = 1_795_276_800  # 2026-11-22 00:00 in Shanghai
NOON_S = MIDNIGHT_S + 12 * 3600
DC1 = Source("dc1", "exposition", "dc1", 1000)
DC2 = Source("dc2", "exposition", "dc2", 1000)


def events(slot_s: int, number: int, *, kind: Kind = Kind.GOOD, **other: str) -> Events:
    """Requests of one leaf."""
    leaf = {
        "product": "weilidai",
        "data_center": "dc1",
        "dcn": "dcn1",
        "step": "apply",
        "outcome": "ok",
        "traffic": "customer",
    }
    return Events(slot_s, **(leaf | other), kind=kind, events=number)


def read(at_s: int, *, collected: bool = True) -> Read:
    """One attempt."""
    return Read(at_s * 1000, collected, "" if collected else "timeout", 12, 340, 1, 2)


def commit(store: Store, *found: Events | Transactions, source: str = "dc1", **more: object) -> int:
    """Commits as the present writer of a source."""
    batch = Batch(
        source,
        store.resume(source).version,
        reads=(),
        events=tuple(each for each in found if isinstance(each, Events)),
        transactions=tuple(each for each in found if isinstance(each, Transactions)),
    )
    return store.commit(replace(batch, **more))


@pytest.fixture
def registered(store: Store) -> Store:
    """A store that knows two sources."""
    store.register(DC1, 1_000)
    store.register(DC2, 2_000)
    return store


@pytest.fixture(params=["memory", "sqlite"])
def kept_by_row(request: pytest.FixtureRequest) -> Store:
    """A store that lets go of single rows, not of hours and days; it knows one source."""
    store: Store = MemoryStore() if request.param == "memory" else request.getfixturevalue("sqlite_store")
    store.register(DC1, 1_000)
    return store


def test_a_source_that_was_never_registered_is_refused_by_name(store: Store) -> None:
    """Neither can be resumed nor written."""
    with pytest.raises(UnknownSource, match="'dc9' is not registered"):
        store.resume("dc9")
    with pytest.raises(UnknownSource, match="'dc9' is not registered"):
        store.commit(Batch("dc9", 0, ()))


def test_a_new_source_begins_at_version_zero_with_nothing(registered: Store) -> None:
    """The collector starts from here."""
    assert registered.resume("dc1") == Resume(0, None, (), None, None)
    with registered.reading() as reader:
        assert [(each.source, each.registered_ms, each.last_read) for each in reader.sources()] == [
            (DC1, 1_000, None),
            (DC2, 2_000, None),
        ]


def test_registering_again_changes_the_interval_and_keeps_the_rest(registered: Store) -> None:
    """A restart of the collector with another interval loses nothing."""
    commit(registered, reads=(read(NOON_S),), watermark_ms=5, new_series=("a",), state=b"1")
    registered.register(replace(DC1, interval_ms=5000), 9_000)
    with registered.reading() as reader:
        first = reader.sources()[0]
    assert (first.source, first.registered_ms) == (replace(DC1, interval_ms=5000), 1_000)
    assert (first.version, first.watermark_ms, first.last_read) == (1, 5, read(NOON_S))
    assert registered.resume("dc1") == Resume(1, 5, ("a",), b"1", None)


def test_resume_gives_what_the_commits_left(registered: Store) -> None:
    """Series keep the order of first sight over commits; the other source is not touched."""
    assert commit(registered, watermark_ms=10, new_series=("b", "a"), state=b"one") == 1
    assert commit(registered, watermark_ms=20, new_series=("c",), state=b"two") == 2
    assert registered.resume("dc1") == Resume(2, 20, ("b", "a", "c"), b"two", None)
    assert registered.resume("dc2") == Resume(0, None, (), None, None)


def test_a_batch_may_replace_the_series_that_are_remembered(registered: Store) -> None:
    """Series that are gone must not be kept for ever; those that follow are numbered behind the survivors."""
    commit(registered, new_series=("gone", "stays"), state=b"1")
    commit(registered, new_series=("stays", "new"), replaces_series=True, state=b"2")
    assert registered.resume("dc1").series == ("stays", "new")
    commit(registered, new_series=("later",), state=b"3")
    assert registered.resume("dc1").series == ("stays", "new", "later")
    commit(registered, replaces_series=True, state=b"4")
    assert registered.resume("dc1").series == ()


def test_a_batch_without_watermark_or_state_keeps_the_earlier_ones(registered: Store) -> None:
    """A failed read says nothing about the counters."""
    commit(registered, watermark_ms=10, state=b"one")
    commit(registered, reads=(read(NOON_S, collected=False),))
    assert registered.resume("dc1") == Resume(2, 10, (), b"one", None)


def test_a_stale_writer_writes_nothing_at_all(registered: Store) -> None:
    """Two collectors of one source: the one that lost the race must resume."""
    commit(registered, events(NOON_S, 1), watermark_ms=10)
    late = Batch(
        "dc1",
        0,
        (read(NOON_S),),
        99,
        (events(NOON_S, 5),),
        (Transactions(NOON_S, "weilidai", "dc1", "dcn1", "customer", 3),),
        (Cost(NOON_S, "servers", "weilidai", "dc1", 7),),
        (Accounts(NOON_S, "weilidai", "open", "dc1", 7),),
        (Gauge("dc1", "ratio", "", 1, "0.1"),),
        (Gap("dc1", 1, 2, True, ""),),
        (Incarnation("dc1", 1, None, None, 1, 1),),
        ("a",),
        b"late",
    )
    with registered.reading() as reader:
        before = reader.version()
    with pytest.raises(StaleWriter, match="another collector wrote version 1, this one expected 0"):
        registered.commit(late)
    assert registered.resume("dc1") == Resume(1, 10, (), None, None)
    with registered.reading() as reader:
        assert reader.version() == before
        assert reader.totals(Scope.BANK, 0, NOON_S + 1) == {Unit(Scope.BANK): Counts(good=1)}
        found = (reader.costs(0, NOON_S), reader.accounts(0, NOON_S), reader.gauges(), reader.gaps(0, 9))
        assert found == ([], [], [], [])
        assert (reader.incarnations("dc1"), reader.reads("dc1", 0, NOON_S * 2000)) == ([], [])
        assert reader.observed(0, NOON_S + 60) == {}


def test_a_writer_that_is_ahead_is_refused_too(registered: Store) -> None:
    """Only the very next version is written."""
    with pytest.raises(StaleWriter, match="version 0, this one expected 3"):
        registered.commit(Batch("dc1", 3, ()))


def test_every_leaf_counts_in_every_scope(registered: Store) -> None:
    """Requests by kind in five scopes, transactions in four, load-test traffic apart."""
    commit(
        registered,
        events(NOON_S, 5),
        events(NOON_S, 2, outcome="system_error", kind=Kind.BAD),
        events(NOON_S, 1, dcn="dcn2", outcome="client_abort", kind=Kind.IGNORED),
        events(NOON_S, 7, product="risk", step="decide"),
        events(NOON_S, 100, traffic="load_test"),
        Transactions(NOON_S, "weilidai", "dc1", "dcn1", "customer", 4),
    )
    loans = Counts(5, 2, 1, 4)
    expected = {
        Scope.BANK: {Unit(Scope.BANK): Counts(12, 2, 1, 4)},
        Scope.PRODUCT: {Unit(Scope.PRODUCT, "weilidai"): loans, Unit(Scope.PRODUCT, "risk"): Counts(7)},
        Scope.CELL: {Unit(Scope.CELL, "weilidai", "dc1"): loans, Unit(Scope.CELL, "risk", "dc1"): Counts(7)},
        Scope.DCN: {
            Unit(Scope.DCN, "weilidai", "dc1", "dcn1"): Counts(5, 2, 0, 4),
            Unit(Scope.DCN, "weilidai", "dc1", "dcn2"): Counts(0, 0, 1),
            Unit(Scope.DCN, "risk", "dc1", "dcn1"): Counts(7),
        },
        Scope.STEP: {
            Unit(Scope.STEP, "weilidai", "dc1", "", "apply", "ok"): Counts(5),
            Unit(Scope.STEP, "weilidai", "dc1", "", "apply", "system_error"): Counts(0, 2),
            Unit(Scope.STEP, "weilidai", "dc1", "", "apply", "client_abort"): Counts(0, 0, 1),
            Unit(Scope.STEP, "risk", "dc1", "", "decide", "ok"): Counts(7),
        },
    }
    with registered.reading() as reader:
        assert {scope: reader.totals(scope, NOON_S, NOON_S + 1) for scope in Scope} == expected
        tested = reader.totals(Scope.CELL, NOON_S, NOON_S + 1, traffic="load_test")
        assert tested == {Unit(Scope.CELL, "weilidai", "dc1", traffic="load_test"): Counts(100)}
        assert reader.timeline(Level.SLOT, Scope.STEP, 0, NOON_S + 1) == []


def test_slots_of_one_batch_and_of_later_batches_add_up(registered: Store) -> None:
    """A backfill brings many slots at once; a late sample adds to an old one."""
    commit(registered, events(NOON_S, 1), events(NOON_S, 2), events(NOON_S + 61, 4))
    commit(registered, events(NOON_S, 8))
    bank = Unit(Scope.BANK)
    with registered.reading() as reader:
        timelines = {level: reader.timeline(level, Scope.BANK, 0, NOON_S + 3600) for level in Level}
    assert timelines == {
        Level.SLOT: [(NOON_S, bank, Counts(11)), (NOON_S + 61, bank, Counts(4))],
        Level.MINUTE: [(NOON_S, bank, Counts(11)), (NOON_S + 60, bank, Counts(4))],
        Level.HOUR: [(NOON_S, bank, Counts(15))],
        Level.DAY: [(MIDNIGHT_S, bank, Counts(15))],
    }


def test_a_gap_is_extended_while_it_lasts_and_closed_as_it_ended(registered: Store) -> None:
    """The same source and begin is the same gap; it never shrinks."""
    commit(registered, gaps=(Gap("dc1", 1_000, 2_000, False, "timeout"),))
    commit(registered, gaps=(Gap("dc1", 1_000, 5_000, False, "refused"), Gap("dc2", 1_000, 1_500, True, "")))
    commit(registered, gaps=(Gap("dc1", 1_000, 4_000, True, "read again"),))
    with registered.reading() as reader:
        assert reader.gaps(0, 9_000) == [
            Gap("dc1", 1_000, 5_000, True, "read again"),
            Gap("dc2", 1_000, 1_500, True, ""),
        ]


def test_a_life_keeps_its_first_marks_and_moves_its_last(registered: Store) -> None:
    """Resume names the life that was read last; one without a new mark keeps the old one."""
    commit(registered, incarnations=(Incarnation("dc1", 100, 3, 9, 1_000, 1_000),))
    commit(
        registered, incarnations=(Incarnation("dc1", 100, 5, 20, 2_000, 2_000), Incarnation("dc1", 50, None, 1, 9, 9))
    )
    commit(registered, incarnations=(Incarnation("dc1", 100, None, None, 3_000, 3_000),))
    latest = Incarnation("dc1", 100, 3, 20, 1_000, 3_000)
    assert registered.resume("dc1").incarnation == latest
    with registered.reading() as reader:
        assert reader.incarnations("dc1") == [Incarnation("dc1", 50, None, 1, 9, 9), latest]
        assert reader.incarnations("dc2") == []


def test_costs_add_up_on_their_local_day(registered: Store) -> None:
    """Per category and product, summed over data centers; a second before midnight is the day before."""
    commit(
        registered,
        costs=(
            Cost(MIDNIGHT_S - 1, "servers", "weilidai", "dc1", 5),
            Cost(MIDNIGHT_S, "servers", "weilidai", "dc1", 7),
            Cost(NOON_S, "servers", "weilidai", "dc2", 11),
            Cost(NOON_S, "network", "weilidai", "dc1", 13),
        ),
    )
    commit(registered, costs=(Cost(NOON_S, "servers", "weilidai", "dc1", 100),))
    with registered.reading() as reader:
        assert reader.costs(MIDNIGHT_S, MIDNIGHT_S + 1) == [
            CostTotal(MIDNIGHT_S, "network", "weilidai", 13),
            CostTotal(MIDNIGHT_S, "servers", "weilidai", 118),
        ]
        assert reader.costs(0, MIDNIGHT_S) == [CostTotal(MIDNIGHT_S - 86400, "servers", "weilidai", 5)]
        assert reader.cost_sums(0, MIDNIGHT_S + 1) == [
            CostSum("network", "weilidai", "dc1", 13, 1),
            CostSum("servers", "weilidai", "dc1", 112, 2),
            CostSum("servers", "weilidai", "dc2", 11, 1),
        ]


def test_of_accounts_the_latest_of_a_day_counts(registered: Store) -> None:
    """They are a level, not a flow; data centers add up, late news of an earlier hour changes nothing."""
    commit(
        registered,
        accounts=(
            Accounts(NOON_S, "weilidai", "open", "dc1", 50),
            Accounts(NOON_S, "weilidai", "open", "dc2", 1),
            Accounts(NOON_S - 9, "weilidai", "open", "dc1", 40),
            Accounts(MIDNIGHT_S - 1, "weilidai", "open", "dc1", 30),
        ),
    )
    commit(registered, accounts=(Accounts(NOON_S + 1, "weilidai", "open", "dc2", 2),))
    with registered.reading() as reader:
        assert reader.accounts(MIDNIGHT_S - 86400, MIDNIGHT_S + 86400) == [
            AccountTotal(MIDNIGHT_S - 86400, "weilidai", "open", 30),
            AccountTotal(MIDNIGHT_S, "weilidai", "open", 52),
        ]


def test_a_gauge_shows_its_latest_value_to_the_letter(registered: Store) -> None:
    """Text in, text out; an older value does not come back."""
    commit(registered, gauges=(Gauge("dc1", "ratio", 'product="a"', 20, "0.0213"), Gauge("dc1", "ratio", "", 20, "1")))
    commit(registered, gauges=(Gauge("dc1", "ratio", "", 30, "1e-9"), Gauge("dc1", "ratio", 'product="a"', 10, "9")))
    with registered.reading() as reader:
        assert reader.gauges() == [
            Gauge("dc1", "ratio", "", 30, "1e-9"),
            Gauge("dc1", "ratio", 'product="a"', 20, "0.0213"),
        ]


def test_history_is_added_once_to_the_levels_it_gives(registered: Store) -> None:
    """On top of what was collected; the span is the key."""
    bank = Unit(Scope.BANK)
    commit(registered, events(NOON_S, 1))
    chunk = HistoryChunk(
        Span(MIDNIGHT_S, NOON_S),
        {(Level.DAY, MIDNIGHT_S, bank): Counts(10, 1, 0, 4), (Level.HOUR, NOON_S - 3600, bank): Counts(10, 1, 0, 4)},
        (Cost(NOON_S, "servers", "weilidai", "dc1", 7),),
        (Accounts(NOON_S, "weilidai", "open", "dc1", 50),),
    )
    assert registered.add_history(chunk)
    assert not registered.add_history(chunk)
    with registered.reading() as reader:
        assert reader.timeline(Level.DAY, Scope.BANK, 0, NOON_S) == [(MIDNIGHT_S, bank, Counts(11, 1, 0, 4))]
        hours = [(NOON_S - 3600, bank, Counts(10, 1, 0, 4)), (NOON_S, bank, Counts(1))]
        assert reader.timeline(Level.HOUR, Scope.BANK, 0, NOON_S + 1) == hours
        assert reader.timeline(Level.MINUTE, Scope.BANK, 0, NOON_S) == []
        assert reader.costs(MIDNIGHT_S, NOON_S) == [CostTotal(MIDNIGHT_S, "servers", "weilidai", 7)]
        assert reader.accounts(MIDNIGHT_S, NOON_S) == [AccountTotal(MIDNIGHT_S, "weilidai", "open", 50)]


def test_pruning_takes_hours_of_slots_and_days_of_minutes_and_reads(registered: Store) -> None:
    """Every kind of store lets go of what is past when its hour or day (UTC) is; nothing that is not past goes."""
    day_s = NOON_S - NOON_S % 86400
    times = (day_s - 1, day_s, NOON_S - 1, NOON_S)
    commit(
        registered, *(events(slot_s, 1) for slot_s in times), reads=tuple(read(at_s, collected=False) for at_s in times)
    )
    now_s = NOON_S + 10
    retention = Retention({Level.SLOT: 10, Level.MINUTE: now_s - day_s}, reads_seconds=now_s - day_s)
    pruned = 0
    while gone := registered.prune(retention, now_s, most_rows=3):
        pruned += gone
    assert pruned == 3 * 4 + 5 + 1  # slots without steps, minutes with; a read
    with registered.reading() as reader:
        assert [at for at, _, _ in reader.timeline(Level.SLOT, Scope.DCN, 0, now_s)] == [NOON_S]
        assert [at for at, _, _ in reader.timeline(Level.MINUTE, Scope.STEP, 0, now_s)] == [day_s, NOON_S - 60, NOON_S]
        assert [each.at_ms // 1000 for each in reader.reads("dc1", 0, now_s * 1000)] == list(times[1:])
        assert reader.totals(Scope.BANK, MIDNIGHT_S, now_s) == {Unit(Scope.BANK): Counts(4)}
    commit(registered, events(day_s - 1, 1), reads=(read(day_s - 1, collected=False),))
    with registered.reading() as reader:
        assert reader.timeline(Level.SLOT, Scope.BANK, 0, day_s) == [(day_s - 1, Unit(Scope.BANK), Counts(1))]
    assert registered.prune(retention, now_s) == 4 + 5 + 1  # what comes late goes again


def test_pruning_takes_the_oldest_first_and_no_more_than_asked(kept_by_row: Store) -> None:
    """Slots and reads go, minutes and days stay; the last attempt is known even when its row is gone."""
    slots = range(NOON_S, NOON_S + 10)
    leaves = [events(slot_s, 1, dcn=dcn) for slot_s in slots for dcn in ("dcn1", "dcn2")]
    commit(kept_by_row, *leaves, reads=tuple(read(slot_s) for slot_s in slots))
    retention = Retention({Level.SLOT: 4, Level.MINUTE: 86400}, reads_seconds=5)
    now_s = NOON_S + 10
    assert kept_by_row.prune(retention, now_s, most_rows=3) == 3
    with kept_by_row.reading() as reader:
        assert reader.timeline(Level.SLOT, Scope.BANK, 0, now_s)[-1][0] == now_s - 1
    pruned = 3
    while gone := kept_by_row.prune(retention, now_s, most_rows=3):
        assert gone <= 3
        pruned += gone
    assert pruned == 6 * 5 + 5  # six slots of bank, product, cell and two DCNs; five reads
    with kept_by_row.reading() as reader:
        for scope in (Scope.BANK, Scope.PRODUCT, Scope.CELL, Scope.DCN):
            left = {at for at, _, _ in reader.timeline(Level.SLOT, scope, 0, now_s)}
            assert left == set(range(now_s - 4, now_s))
        assert reader.totals(Scope.BANK, NOON_S, NOON_S + 60) == {Unit(Scope.BANK): Counts(20)}
        assert [each.at_ms // 1000 for each in reader.reads("dc1", 0, now_s * 1000)] == list(range(now_s - 5, now_s))
        assert reader.observed(NOON_S, now_s) == {"dc1": 10}
    kept_by_row.prune(replace(retention, reads_seconds=0), now_s)
    with kept_by_row.reading() as reader:
        assert reader.sources()[0].last_read == read(now_s - 1)


def test_pruning_keeps_what_has_no_retention_and_slices_that_have_not_ended(kept_by_row: Store) -> None:
    """A minute goes when it is past as a whole; days stay for ever by default."""
    commit(kept_by_row, events(NOON_S, 1), events(NOON_S + 60, 1))
    assert kept_by_row.prune(Retention({Level.MINUTE: 60}), NOON_S + 179) == 5
    with kept_by_row.reading() as reader:
        assert [at for at, _, _ in reader.timeline(Level.MINUTE, Scope.BANK, 0, NOON_S + 99)] == [NOON_S + 60]
    kept_by_row.prune(Retention(), NOON_S + 4000 * 86400)
    with kept_by_row.reading() as reader:
        assert reader.totals(Scope.BANK, MIDNIGHT_S, MIDNIGHT_S + 86400) == {Unit(Scope.BANK): Counts(2)}


def test_the_version_grows_with_everything_that_changes_an_answer(registered: Store) -> None:
    """And only then: a stale commit or an empty prune leaves it."""

    def version() -> int:
        with registered.reading() as reader:
            return reader.version()

    seen = [version()]
    registered.register(replace(DC1, interval_ms=2000), 1)
    seen.append(version())
    commit(registered, events(NOON_S, 1), reads=(read(NOON_S),))
    seen.append(version())
    registered.add_history(HistoryChunk(Span(0, 60), {}))
    seen.append(version())
    registered.prune(Retention(), NOON_S + 86400)
    seen.append(version())
    assert seen == sorted(set(seen))
    registered.prune(Retention(), NOON_S + 86400)
    registered.add_history(HistoryChunk(Span(0, 60), {}))
    assert version() == seen[-1]


def test_a_closed_store_says_so(registered: Store) -> None:
    """In one line, whatever is asked."""
    registered.close()
    for ask in (lambda: registered.resume("dc1"), lambda: registered.commit(Batch("dc1", 0, ()))):
        with pytest.raises(StoreUnavailable, match="it is closed"):
            ask()
