"""The comparison of store and truth, against an estate whose every record is written down one by one."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.reconcile import NothingCollected, Reconciliation, observed_window, questions, reconcile
from collectors.truth import Life, Truth, TruthCount, TruthMismatch, TruthTransactions, TruthUnavailable
from slo.counts import Counts
from slo.outcomes import Kind
from slo.windows import Window
from store.memory import MemoryStore
from store.records import Batch, Events, HistoryChunk, Incarnation, Level, Read, Scope, Source, Span, Transactions, Unit

BEGIN_S = 1_795_000_020
"""A whole minute; the first life of the estate begins here."""


@dataclass
class Estate:
    """A data center's records in order: (outcome, events, transactions, traffic), and where its lives begin."""

    data_center: str = "dc1"
    records: list[tuple[str, int, int, str]] = field(default_factory=list)
    births: list[tuple[int, int]] = field(default_factory=list)

    def begin(self, born_ms: int) -> None:
        """A new life: its first record says so and counts nothing."""
        self.births.append((born_ms, len(self.records) + 1))
        self.records.append(("ok", 0, 0, "customer"))

    def happen(self, outcome: str, events: int, transactions: int = 0, traffic: str = "customer") -> int:
        """One more record; returns its sequence number."""
        self.records.append((outcome, events, transactions, traffic))
        return len(self.records)

    def everything(self) -> Truth:
        return self.between(0, len(self.records))

    def between(self, after: int, through: int) -> Truth:
        chosen = self.records[after:through]
        ends = [first - 1 for _, first in self.births[1:]] + [len(self.records)]
        return Truth(
            self.data_center,
            len(self.records),
            tuple(
                Life(born, first, last, alive=last == len(self.records))
                for (born, first), last in zip(self.births, ends, strict=True)
            ),
            tuple(TruthCount("weilidai", "apply", "n1", outcome, traffic, n) for outcome, n, _, traffic in chosen),
            tuple(TruthTransactions("weilidai", "n1", traffic, n) for _, _, n, traffic in chosen),
        )


class Watcher:
    """Stores what it sees of an estate, record by record: no counters, no increases."""

    def __init__(self, store: MemoryStore, estate: Estate) -> None:
        self.store = store
        self.estate = estate
        self.seen = Counter[int]()
        self._version = 0
        self._last_mark: int | None = None
        self._life = -1
        store.register(Source(estate.data_center, "exposition", estate.data_center, 1000), 0)

    def look(self, at_ms: int) -> None:
        """Stores every record of the present life since the last look; the first look only remembers where it is."""
        life = len(self.estate.births) - 1
        born_ms, first = self.estate.births[life]
        mark = len(self.estate.records)
        never = self._life == -1
        new_life = life != self._life
        begin = mark if never else (first - 1 if new_life else self._last_mark or 0)
        rows = [(n, *self.estate.records[n - 1]) for n in range(begin + 1, mark + 1)]
        self.seen.update(n for n, *_ in rows)
        slot_s = (at_ms - 1) // 1000
        cell = ("weilidai", self.estate.data_center, "n1")
        seen = Incarnation(self.estate.data_center, born_ms, mark if never else None, mark, at_ms, at_ms)
        self._commit(
            at_ms,
            [Events(slot_s, *cell, "apply", outcome, traffic, Kind.GOOD, n) for _, outcome, n, _, traffic in rows],
            [Transactions(slot_s, *cell, traffic, n) for _, _, _, n, traffic in rows],
            seen,
        )
        self._life, self._last_mark = life, mark

    def _commit(self, at_ms: int, events: list[Events], begun: list[Transactions], seen: Incarnation) -> None:
        self._version = self.store.commit(
            Batch(
                source=self.estate.data_center,
                expected_version=self._version,
                reads=(Read(at_ms, collected=True),),
                watermark_ms=at_ms,
                events=tuple(events),
                transactions=tuple(begun),
                incarnations=(seen,),
            )
        )


STEPS = st.lists(
    st.one_of(
        st.just(("look",)),
        st.just(("restart",)),
        st.tuples(
            st.just("happen"),
            st.sampled_from(["ok", "system_error", "client_abort"]),
            st.integers(1, 9),
            st.integers(0, 3),
            st.sampled_from(["customer", "load_test"]),
        ),
    ),
    max_size=40,
)


def played(steps: list[tuple[object, ...]]) -> tuple[MemoryStore, Estate, Watcher]:
    """An estate that lives through these steps, two seconds each, watched from its first second."""
    store, estate = MemoryStore(), Estate()
    now_ms = BEGIN_S * 1000
    estate.begin(now_ms)
    watcher = Watcher(store, estate)
    watcher.look(now_ms := now_ms + 1000)
    for step in steps:
        now_ms += 2000
        if step[0] == "look":
            watcher.look(now_ms)
        elif step[0] == "restart":
            estate.begin(now_ms)
        else:
            estate.happen(*step[1:])  # type: ignore[arg-type]
    return store, estate, watcher


def result(store: MemoryStore, estate: Estate) -> Reconciliation:
    return reconcile(store, {estate.data_center: estate})


@given(STEPS)
def test_an_exact_store_has_no_difference_and_every_unseen_event_is_named(steps: list[tuple[object, ...]]) -> None:
    """Whatever lives, looks and deaths there were: observed + unobserved + not yet looked at = what happened."""
    store, estate, watcher = played(steps)
    found = result(store, estate)
    assert found.difference == 0
    current_first = estate.births[-1][1]
    unseen = [
        events
        for n, (_, events, _, _) in enumerate(estate.records, start=1)
        if n not in watcher.seen and n < current_first and n > 1
    ]
    assert found.unobserved == sum(unseen)


@given(STEPS, st.integers(1, 5), st.booleans())
def test_a_store_that_counts_an_event_twice_is_found_out(
    steps: list[tuple[object, ...]], extra: int, as_transactions: bool
) -> None:
    """One stray increment, of requests or of transactions, is the difference."""
    store, estate, watcher = played(steps)
    at_ms = store.resume("dc1").watermark_ms or 0
    stray = ("weilidai", "dc1", "n1")
    seen = Incarnation("dc1", estate.births[0][0], None, None, at_ms, at_ms)
    events = [] if as_transactions else [Events(at_ms // 1000 - 1, *stray, "apply", "ok", "customer", Kind.BAD, extra)]
    begun = [Transactions(at_ms // 1000 - 1, *stray, "customer", extra)] if as_transactions else []
    watcher._commit(at_ms, events, begun, seen)
    assert result(store, estate).difference == extra


def test_opposite_errors_do_not_cancel() -> None:
    """A failure that was stored as a success is two differences, not none."""
    store, estate = MemoryStore(), Estate()
    estate.begin(BEGIN_S * 1000)
    watcher = Watcher(store, estate)
    watcher.look(BEGIN_S * 1000 + 1000)
    estate.happen("ok", 3)
    watcher.look(BEGIN_S * 1000 + 2000)
    estate.records[-1] = ("system_error", 3, 0, "customer")
    found = result(store, estate)
    assert found.difference == 6
    assert {(row.key.outcome, row.difference) for row in found.rows} == {("ok", -3), ("system_error", 3)}


def test_a_life_that_nobody_saw_is_unobserved_as_a_whole() -> None:
    """Born and dead between two reads: the truth knows it, no page ever did; the JSON names all of it."""
    store, estate = MemoryStore(), Estate()
    estate.begin(BEGIN_S * 1000)
    estate.happen("ok", 100, 100)
    watcher = Watcher(store, estate)
    watcher.look(BEGIN_S * 1000 + 1000)
    estate.happen("ok", 5, 4)
    watcher.look(BEGIN_S * 1000 + 2000)
    estate.happen("system_error", 1)
    estate.begin(BEGIN_S * 1000 + 2500)
    estate.happen("ok", 7, 7)
    estate.begin(BEGIN_S * 1000 + 2900)
    estate.happen("ok", 2, 1)
    watcher.look(BEGIN_S * 1000 + 3000)
    estate.happen("ok", 50, 50)
    row = {"product": "weilidai", "data_center": "dc1", "traffic": "customer"}
    assert result(store, estate).as_json() == {
        "difference": 0,
        "unobserved": 8,
        "window": {"from": "2026-11-18T11:07:00Z", "to": "2026-11-18T11:08:00Z"},
        "rows": [
            {**row, "outcome": "ok", "truth": 7, "stored": 7, "unobserved": 7},
            {**row, "outcome": "system_error", "truth": 0, "stored": 0, "unobserved": 1},
            {**row, "outcome": "transactions", "truth": 5, "stored": 5, "unobserved": 7},
        ],
    }


def test_simulated_history_is_no_part_of_the_comparison() -> None:
    """It ends within the first minute that was watched; it has no DCNs, and steps only where an hour began before."""
    store, estate = MemoryStore(), Estate()
    estate.begin(BEGIN_S * 1000)
    watcher = Watcher(store, estate)
    cell = Unit(Scope.CELL, "weilidai", "dc1")
    counts = {(level, BEGIN_S, cell): Counts(9, 0, 0, 9) for level in (Level.MINUTE, Level.HOUR)}
    hour_s, step = BEGIN_S - BEGIN_S % 3600, Unit(Scope.STEP, "weilidai", "dc1", "", "draw", "ok")
    counts |= {(level, hour_s, step): Counts(9) for level in (Level.HOUR, Level.DAY)}
    store.add_history(HistoryChunk(Span(BEGIN_S - 60, BEGIN_S + 1), counts))
    watcher.look(BEGIN_S * 1000 + 1500)
    estate.happen("ok", 3, 2)
    watcher.look(BEGIN_S * 1000 + 2500)
    found = result(store, estate)
    assert (found.difference, found.window) == (0, Window(BEGIN_S, BEGIN_S + 60))
    assert {row.key.outcome: row.stored for row in found.rows} == {"ok": 3, "transactions": 2}


def test_the_window_is_of_whole_minutes() -> None:
    """Steps have no slots, so the edges are taken outwards."""
    assert observed_window(BEGIN_S * 1000 + 1, BEGIN_S * 1000 + 60_001) == Window(BEGIN_S, BEGIN_S + 120)


def test_two_data_centers_are_compared_each_with_its_own_truth() -> None:
    """Swapped truths do not fit; right ones do."""
    store = MemoryStore()
    estates = {name: Estate(name) for name in ("dc1", "dc2")}
    for n, estate in enumerate(estates.values()):
        estate.begin(BEGIN_S * 1000 + n)
        watcher = Watcher(store, estate)
        watcher.look(BEGIN_S * 1000 + 1000)
        estate.happen("ok", 3 + n)
        watcher.look(BEGIN_S * 1000 + 2000)
    assert reconcile(store, estates).difference == 0
    with pytest.raises(TruthMismatch, match="no process born at"):
        reconcile(store, {"dc1": estates["dc2"], "dc2": estates["dc1"]})


def test_a_data_center_without_a_truth_is_named() -> None:
    """It is not left out in silence."""
    store, _, _ = played([])
    with pytest.raises(TruthUnavailable, match="truth of dc1: no address is known"):
        reconcile(store, {})


def test_nothing_collected_is_not_a_success() -> None:
    """An empty store says so instead of difference 0."""
    with pytest.raises(NothingCollected, match="no page of any data center"):
        reconcile(MemoryStore(), {})


LIVES = (Life(10, 1, 5, alive=False), Life(20, 6, 9, alive=True))


def incarnation(born_ms: int, first: int | None, last: int | None) -> Incarnation:
    return Incarnation("dc1", born_ms, first, last, born_ms, born_ms)


@pytest.mark.parametrize(
    ("seen", "words"),
    [
        (incarnation(20, None, None), "carried no mark"),
        (incarnation(10, 1, 6), "mark 6 was read, its last record is 5"),
    ],
)
def test_marks_that_cannot_be_are_named(seen: Incarnation, words: str) -> None:
    """A page without a mark, or with one from the future, cannot be compared to the event."""
    with pytest.raises(TruthMismatch, match=words):
        questions("dc1", [seen], LIVES)


def test_questions_cover_every_record_since_the_first_look_exactly_once() -> None:
    """Also when a later life was first seen in the middle: what it counted before that is unobserved."""
    asked = questions("dc1", [incarnation(10, 2, 4), incarnation(20, 7, 9)], LIVES)
    spans = sorted((question.after, question.through) for question in asked)
    assert spans == [(2, 4), (4, 5), (5, 7), (7, 9)]
    assert all(one[1] == two[0] for one, two in pairwise(spans))
    assert [question.observed for question in sorted(asked, key=lambda question: question.after)] == [
        True,
        False,
        False,
        True,
    ]
