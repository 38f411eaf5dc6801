"""From a real store to the engine: late sources, restarts, replays, healed holes, and warm starts."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from alerts.catalog_slos import PERIOD_SECONDS
from alerts.engine import Engine
from alerts.feed import ABSENT_S, REBUILD_EVERY_S, STRETCH_S, Feed
from alerts.model import AlertState, Level, Subject, Transition
from alerts.newest import Newest
from alerts.past import pieces
from alerts.policy import Policy, Slo
from alerts.windows import Windows
from slo.objective import Objective
from slo.outcomes import Kind
from slo.windows import SHANGHAI
from store.healing import Healing
from store.memory import MemoryStore
from store.opening import open_store
from store.port import Store
from store.records import CUSTOMER, Batch, Events, Gap, Read, Retention, Source
from tests.alerts.estate import BEGIN_S

PER_SECOND = 200
CELL = Subject(Level.CELL, "weilidai", "dc1")
PRODUCT = Subject(Level.PRODUCT, "weilidai")


@pytest.fixture(params=["memory", "sqlite"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """A store with two sources that nobody has read yet."""
    made = MemoryStore() if request.param == "memory" else open_store(tmp_path / "s.sqlite", SHANGHAI, upgrade=True)
    for name in ("dc1", "dc2"):
        made.register(Source(name, "exposition", name, 1000), BEGIN_S * 1000)
    yield made
    made.close()


def events(slot_s: int, source: str, bad: int) -> tuple[Events, ...]:
    """What one source counted in one second."""
    kinds = ((Kind.GOOD, "ok", PER_SECOND - bad), (Kind.BAD, "system_error", bad))
    return tuple(
        Events(slot_s, "weilidai", source, f"{source}-a", "apply", outcome, CUSTOMER, kind, number)
        for kind, outcome, number in kinds
    )


class Writer:
    """Commits one page a second, as a collector does."""

    def __init__(self, store: Store, source: str) -> None:
        self._store, self._source, self._version = store, source, 0

    def page(self, end_s: int, bad: int = 0, gaps: tuple[Gap, ...] = ()) -> None:
        """A page at ``end_s`` that closes the second before it."""
        counted = events(end_s - 1, self._source, bad)
        read = (Read(end_s * 1000, True),)
        batch = Batch(self._source, self._version, read, end_s * 1000, counted, gaps=gaps)
        self._version = self._store.commit(batch)


def engine(policy: Policy) -> Engine:
    """Five nines of one product."""
    slo = Slo("weilidai", "weilidai", Objective.parse("99.999"), PERIOD_SECONDS, policy, {})
    return Engine([slo])


def ticked(made: Engine, feed: Feed, store: Store, now_s: int) -> list[Transition]:
    """Everything that is to be said up to now."""
    changes: list[Transition] = []
    more = True
    while more:
        with store.reading() as reader:
            facts = feed.read(reader, now_s * 1000 + 200)
        changes += made.tick(facts)
        more = facts.more
    return changes


def told(changes: list[Transition], subject: Subject) -> list[tuple[AlertState, int, bool]]:
    """State, second and whether it was replayed, of the cliff of one subject."""
    return [
        (c.state, c.at_ms // 1000 - BEGIN_S, c.replayed)
        for c in changes
        if c.key.rule == "cliff" and c.key.subject == subject
    ]


def test_an_outage_fires_in_the_second_that_crosses(policy: Policy, store: Store) -> None:
    """And again at once when the other source of the same second commits later."""
    made = engine(policy)
    feed = Feed(made.window_lengths_s)
    writers = [Writer(store, "dc1"), Writer(store, "dc2")]
    changes: list[Transition] = []
    for second in range(1, 40):
        at_s = BEGIN_S + second
        for writer in writers:
            writer.page(at_s, PER_SECOND if writer is writers[0] and second > 30 else 0)
            changes += ticked(made, feed, store, at_s)
    assert told(changes, CELL) == [(AlertState.FIRING, 31, False)]
    assert told(changes, PRODUCT) == [(AlertState.FIRING, 31, False)]
    fired = next(c for c in changes if c.key.rule == "cliff" and c.key.subject == CELL)
    assert fired.evidence.bad_from_ms == (BEGIN_S + 30) * 1000
    assert (fired.evidence.long.total, fired.evidence.long.bad) == (31 * PER_SECOND, PER_SECOND)


def outage(second: int) -> int:
    """Bad events in one second: dc1 fails from the 200th to the 230th."""
    return PER_SECOND if 200 <= second < 230 else 0


def write_until(store: Store, writers: list[Writer], first: int, last: int) -> None:
    """Both sources, second by second."""
    for second in range(first, last):
        for writer in writers:
            writer.page(BEGIN_S + second + 1, outage(second) if writer is writers[0] else 0)


@pytest.mark.parametrize("away_from", [150, 215])
def test_what_happened_while_nobody_judged_is_found(policy: Policy, store: Store, away_from: int) -> None:
    """The engine is killed, an outage begins or ends, the engine returns: the rows are those of one that never left."""
    writers = [Writer(store, "dc1"), Writer(store, "dc2")]
    steady, killed = engine(policy), engine(policy)
    feeds = Feed(steady.window_lengths_s), Feed(killed.window_lengths_s)
    expected: list[Transition] = []
    found: list[Transition] = []
    for second in range(140, 270):
        write_until(store, writers, second, second + 1)
        expected += ticked(steady, feeds[0], store, BEGIN_S + second + 1)
        if second < away_from:
            found += ticked(killed, feeds[1], store, BEGIN_S + second + 1)
    back = engine(policy)
    back.restore(json.loads(json.dumps(killed.document())))
    returned = Feed(back.window_lengths_s, resume_s=back.evaluated_s)
    found += ticked(back, returned, store, BEGIN_S + 270)
    assert [(c.key, c.state, c.at_ms) for c in found] == [(c.key, c.state, c.at_ms) for c in expected]
    assert all(c.replayed == (c.at_ms > (BEGIN_S + away_from) * 1000) for c in found)
    assert told(found, CELL)[-1][:2] == (AlertState.RESOLVED, 250)


def test_a_short_break_is_no_replay(policy: Policy, store: Store) -> None:
    """What is found within a few seconds is news."""
    writers = [Writer(store, "dc1"), Writer(store, "dc2")]
    write_until(store, writers, 190, 200)
    first = engine(policy)
    ticked(first, Feed(first.window_lengths_s), store, BEGIN_S + 200)
    write_until(store, writers, 200, 200 + ABSENT_S - 5)
    second = engine(policy)
    second.restore(first.document())
    feed = Feed(second.window_lengths_s, resume_s=second.evaluated_s)
    changes = ticked(second, feed, store, BEGIN_S + 200 + ABSENT_S - 5)
    assert told(changes, CELL) == [(AlertState.FIRING, 201, False)]


def test_where_slots_are_gone_minutes_tell(policy: Policy, store: Store) -> None:
    """An absence that is longer than slots are kept: the outage is found, to the minute."""
    writers = [Writer(store, "dc1"), Writer(store, "dc2")]
    write_until(store, writers, 120, 130)
    first = engine(policy)
    ticked(first, Feed(first.window_lengths_s), store, BEGIN_S + 130)
    write_until(store, writers, 130, 480)
    back = engine(policy)
    back.restore(first.document())
    feed = Feed(back.window_lengths_s, slots_kept_s=120, resume_s=back.evaluated_s)
    changes = ticked(back, feed, store, BEGIN_S + 480)
    assert told(changes, CELL) == [(AlertState.FIRING, 240, True), (AlertState.RESOLVED, 360, True)]


def test_a_long_absence_is_told_a_stretch_at_a_time(policy: Policy, store: Store) -> None:
    """So that whoever runs the engine can do other things between."""
    writers = [Writer(store, "dc1"), Writer(store, "dc2")]
    write_until(store, writers, 0, 5)
    first = engine(policy)
    ticked(first, Feed(first.window_lengths_s), store, BEGIN_S + 5)
    write_until(store, writers, 5, 5 + 2 * STRETCH_S + 1)
    feed = Feed(first.window_lengths_s, resume_s=first.evaluated_s)
    reached = []
    for _ in range(4):
        with store.reading() as reader:
            facts = feed.read(reader, (BEGIN_S + 6 + 2 * STRETCH_S) * 1000)
        reached.append((facts.until_s - BEGIN_S, facts.more))
    last = 5 + 2 * STRETCH_S + 1
    assert reached == [(5, True), (5 + STRETCH_S, True), (5 + 2 * STRETCH_S, True), (last, False)]


def test_a_warm_start_knows_the_past(policy: Policy, store: Store) -> None:
    """Windows built from the store's rollups hold what the same seconds told one by one do."""
    writers = [Writer(store, "dc1"), Writer(store, "dc2")]
    write_until(store, writers, 180, 420)
    lengths = engine(policy).window_lengths_s
    at_s = BEGIN_S + 420
    warm: Windows[Subject] = Windows(lengths)
    with store.reading() as reader:
        past = pieces(reader, lengths, at_s, 0)
    warm.begin(past[0].from_s)
    for piece in past:
        warm.leap(piece.to_s)
        for subject, total, bad in piece.grown:
            warm.add(subject, total, bad)
    warm.settle()
    cell = warm.number(CELL)
    assert warm.sum(10, cell) == (10 * PER_SECOND, 0)
    assert warm.sum(60, cell) == (60 * PER_SECOND, 0)
    assert warm.sum(300, cell) == (240 * PER_SECOND, 30 * PER_SECOND)
    assert warm.sum(3600, cell) == (240 * PER_SECOND, 30 * PER_SECOND)
    assert warm.sum(259_200, cell) == (240 * PER_SECOND, 30 * PER_SECOND)
    assert warm.sum(3600, warm.number(PRODUCT)) == (480 * PER_SECOND, 30 * PER_SECOND)


def test_a_healed_hole_is_noticed(policy: Policy, store: Store) -> None:
    """Failures that a second look found a while ago are in the sums after the next rebuild."""
    writers = [Writer(store, "dc1"), Writer(store, "dc2")]
    made = engine(policy)
    feed = Feed(made.window_lengths_s)
    hole = Gap("dc1", (BEGIN_S + 200) * 1000, (BEGIN_S + 230) * 1000, False, "refused")
    for second in range(190, 250):
        dark = 200 <= second < 229
        for writer in writers[1:] if dark else writers:
            gaps = (hole,) if second == 229 and writer is writers[0] else ()
            writer.page(BEGIN_S + second + 1, 0, gaps)
    assert ticked(made, feed, store, BEGIN_S + 250) == []
    found = tuple(row for second in range(200, 229) for row in events(BEGIN_S + second, "dc1", PER_SECOND))
    assert store.heal(Healing("dc1", gap=hole, events=found), Retention(), BEGIN_S + 250)
    changes: list[Transition] = []
    for second in range(250, 250 + REBUILD_EVERY_S + 15):
        write_until(store, writers, second, second + 1)
        changes += ticked(made, feed, store, BEGIN_S + second + 1)
    # 29 s of full failure lie in the hour: too old for the cliff and for a page, whose short windows are good again.
    assert {c.key.rule for c in changes if c.key.subject == CELL} >= {"slow", "leak"}
    assert "cliff" not in {c.key.rule for c in changes}


def test_a_store_without_any_page_says_nothing(policy: Policy, store: Store) -> None:
    """The engine starts before the collector, and takes its first second as it comes."""
    made = engine(policy)
    feed = Feed(made.window_lengths_s)
    assert ticked(made, feed, store, BEGIN_S) == []
    assert ticked(made, feed, store, BEGIN_S + 1) == []
    writer = Writer(store, "dc1")
    writer.page(BEGIN_S + 2, PER_SECOND)
    changes = ticked(made, feed, store, BEGIN_S + 2)
    assert told(changes, CELL) == [(AlertState.FIRING, 2, False)]


def test_what_did_not_change_is_not_told_again(store: Store) -> None:
    """Of the second page only the source that moved, and what its events count for."""
    dc1, dc2 = Writer(store, "dc1"), Writer(store, "dc2")
    dc1.page(BEGIN_S + 1)
    newest = Newest()
    with store.reading() as reader:
        first = newest.told(reader, BEGIN_S, BEGIN_S + 1)
    dc2.page(BEGIN_S + 1, bad=3)
    with store.reading() as reader:
        second = newest.told(reader, BEGIN_S, BEGIN_S + 1)
        third = newest.told(reader, BEGIN_S, BEGIN_S + 1)
        newest.forget()
        again = newest.told(reader, BEGIN_S, BEGIN_S + 1)
    dcn = Subject(Level.DCN, "weilidai", "dc1", "dc1-a")
    assert {told.subject for told in first} == {Subject(Level.BANK), PRODUCT, CELL, dcn}
    assert {(told.subject.level, told.total, told.bad) for told in second} == {
        (Level.BANK, 400, 3),
        (Level.PRODUCT, 400, 3),
        (Level.CELL, 200, 3),
        (Level.DCN, 200, 3),
    }
    assert third == []
    assert len(again) == 6


def test_events_of_load_tests_are_told_to_nobody(store: Store) -> None:
    read = (Read(BEGIN_S * 1000 + 1000, True),)
    tested = Events(BEGIN_S, "weilidai", "dc1", "dc1-a", "apply", "system_error", "loadtest", Kind.BAD, 9)
    store.commit(Batch("dc1", 0, read, BEGIN_S * 1000 + 1000, (tested,)))
    with store.reading() as reader:
        assert Newest().told(reader, BEGIN_S, BEGIN_S + 1) == []
