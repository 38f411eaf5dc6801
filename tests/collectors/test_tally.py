"""Pages become increments, exactly."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collectors.errors import GarbagePage
from collectors.mapping import MetricMap
from collectors.openmetrics import PageParser
from collectors.page import Page
from collectors.tally import Tally, slot_of
from slo.counts import Counts
from slo.outcomes import Kind, OutcomeTable
from store.errors import StaleWriter
from store.memory import MemoryStore
from store.records import (
    Accounts,
    Batch,
    Cost,
    Events,
    Gap,
    Gauge,
    Incarnation,
    Read,
    Resume,
    Scope,
    Source,
    Transactions,
)

T0 = 1_795_000_000_000
SOURCE = Source("dc1", "exposition", "dc1", 1000)
OUTCOMES = OutcomeTable("test", {"ok": Kind.GOOD, "system_error": Kind.BAD, "client_abort": Kind.IGNORED})
EMPTY = Resume(0, None, (), None, None)
OK = 'lending_requests_total{outcome="ok",product="p",step="s"}'
BAD = 'lending_requests_total{outcome="system_error",product="p",step="s"}'


def tally_of(resume: Resume = EMPTY, *, in_order: bool = True) -> Tally:
    return Tally.resumed(resume, SOURCE, MetricMap(), OUTCOMES, in_order=in_order)


def page_at(
    second: float, changed: dict[str, str], born_ms: int | None = T0 - 5000, mark: int | None = None, **births: int
) -> Page:
    at_ms = T0 + int(second * 1000)
    born = {OK if series == "ok" else BAD: ms for series, ms in births.items()}
    return Page(at_ms, born_ms, mark, len(changed), changed, born, complete=True)


def take(tally: Tally, page: Page, missed: str = "") -> Batch:
    """Proposes and accepts, as if the store had taken it."""
    proposal = tally.propose(page, missed=missed)
    tally.accept(proposal, tally.version + 1)
    return proposal.batch


def events(batch: Batch) -> dict[str, int]:
    return {row.outcome: row.events for row in batch.events}


@pytest.mark.parametrize(("at_ms", "slot_s"), [(5000, 4), (4001, 4), (4000, 3), (5001, 5)])
def test_a_page_belongs_to_the_second_before_it(at_ms: int, slot_s: int) -> None:
    """Of ``(k-1, k]`` it is k-1."""
    assert slot_of(at_ms) == slot_s


def test_the_first_page_is_the_baseline() -> None:
    """Nobody knows when its events were: none are counted, each series is one unknown birth."""
    batch = take(tally_of(), page_at(0, {OK: "7", BAD: "1"}, mark=8))
    assert (batch.events, batch.gaps, batch.new_series) == ((), (), (OK, BAD))
    assert batch.reads == (Read(T0, collected=True, samples=2, unknown_births=2),)
    assert batch.incarnations == (Incarnation("dc1", T0 - 5000, 8, 8, T0, T0),)
    assert batch.watermark_ms == T0


def test_growth_is_counted_per_series_in_the_second_before_the_page() -> None:
    """With kind and with the source's data center."""
    tally = tally_of()
    take(tally, page_at(0, {OK: "7", BAD: "1"}))
    batch = take(tally, page_at(1, {OK: "10", BAD: "1"}))
    assert batch.events == (Events(T0 // 1000, "p", "dc1", "", "s", "ok", "customer", Kind.GOOD, 3),)
    assert batch.expected_version == 1


def test_an_outcome_that_nobody_mapped_is_bad() -> None:
    """Unknown until reconciled."""
    tally = tally_of()
    series = 'lending_requests_total{outcome="weird",product="p"}'
    take(tally, page_at(0, {series: "0"}))
    assert take(tally, page_at(1, {series: "2"})).events[0].kind is Kind.BAD


def test_transactions_and_costs_are_increments_too() -> None:
    """Cost in whole fen."""
    tally = tally_of()
    transactions = 'lending_transactions_total{product="p"}'
    cost = 'lending_it_cost_fen_total{category="staff",product="p"}'
    take(tally, page_at(0, {transactions: "1", cost: "100"}))
    batch = take(tally, page_at(1, {transactions: "4", cost: "150.0"}))
    assert batch.transactions == (Transactions(T0 // 1000, "p", "dc1", "", "customer", 3),)
    assert batch.costs == (Cost(T0 // 1000, "staff", "p", "dc1", 50),)


def test_a_restart_counts_what_the_new_process_shows_even_when_the_text_is_the_same() -> None:
    """5 before and 5 after: five new events; what the old process did after its last page is lost and said so."""
    tally = tally_of()
    take(tally, page_at(0, {OK: "5", BAD: "0"}, mark=5))
    batch = take(tally, page_at(1, {OK: "5", BAD: "0"}, born_ms=T0 + 400, mark=9))
    assert events(batch) == {"ok": 5}
    assert batch.gaps == (Gap("dc1", T0, T0 + 1000, exact=False, reason="process restarted"),)
    assert batch.incarnations == (Incarnation("dc1", T0 + 400, None, 9, T0 + 1000, T0 + 1000),)
    assert batch.reads[0].resets == 2


def test_a_series_that_a_new_process_added_is_counted_from_its_birth() -> None:
    """The failure counter appears for the first time, at 3, after the restart."""
    tally = tally_of()
    take(tally, page_at(0, {OK: "5"}))
    assert events(take(tally, page_at(1, {OK: "1", BAD: "3"}, born_ms=T0 + 400))) == {"ok": 1, "system_error": 3}


def test_a_series_of_the_same_process_without_own_birth_begins_unknown() -> None:
    """It may have been there, unseen, for long."""
    tally = tally_of()
    take(tally, page_at(0, {OK: "5"}))
    batch = take(tally, page_at(1, {OK: "5", BAD: "3"}))
    assert (events(batch), batch.reads[0].unknown_births) == ({}, 1)
    assert events(take(tally, page_at(2, {OK: "5", BAD: "4"}))) == {"system_error": 1}


def test_a_series_created_after_the_last_page_counts_from_zero() -> None:
    """Its own ``_created`` says so."""
    tally = tally_of()
    take(tally, page_at(0, {OK: "5"}, ok=T0 - 4000))
    batch = take(tally, page_at(1, {OK: "5", BAD: "3"}, ok=T0 - 4000, system_error=T0 + 200))
    assert events(batch) == {"system_error": 3}


def test_a_created_that_moved_is_a_reset_of_that_series_alone() -> None:
    """Somebody removed and added the child again."""
    tally = tally_of()
    take(tally, page_at(0, {OK: "5", BAD: "2"}, ok=T0 - 4000, system_error=T0 - 4000))
    batch = take(tally, page_at(1, {OK: "6", BAD: "2"}, ok=T0 - 4000, system_error=T0 + 300))
    assert events(batch) == {"ok": 1, "system_error": 2}
    assert [gap.exact for gap in batch.gaps] == [False]


def test_a_series_of_an_earlier_life_that_comes_back_is_no_new_loss() -> None:
    """A lazily created failure counter: gone after the restart, back two pages later."""
    tally = tally_of()
    take(tally, page_at(0, {OK: "5", BAD: "9"}))
    take(tally, page_at(1, {OK: "1"}, born_ms=T0 + 400))
    batch = take(tally, page_at(2, {OK: "1", BAD: "11"}, born_ms=T0 + 400))
    assert events(batch) == {"system_error": 11}
    assert batch.gaps == ()


@pytest.mark.parametrize("moved_ms", [-3000, -10, 10, 3000])
def test_a_birth_that_moved_with_the_targets_clock_is_no_restart(moved_ms: int) -> None:
    """Exporters derive it from the clock of their machine; the process is two hours old."""
    tally = tally_of()
    born_ms = T0 - 7_200_000
    take(tally, page_at(0, {OK: "500"}, born_ms=born_ms))
    batch = take(tally, page_at(1, {OK: "501"}, born_ms=born_ms + moved_ms))
    assert (events(batch), batch.gaps) == ({"ok": 1}, ())
    assert batch.incarnations[0].born_ms == born_ms
    assert events(take(tally, page_at(2, {OK: "502"}, born_ms=born_ms))) == {"ok": 1}


def test_a_restart_behind_a_clock_that_was_set_back_is_seen_by_the_counters_that_fell() -> None:
    """The new birth lies before the old one; one counter fell, the other is above its old value already."""
    tally = tally_of()
    take(tally, page_at(0, {OK: "100", BAD: "1"}))
    batch = take(tally, page_at(1, {OK: "3", BAD: "2"}, born_ms=T0 - 9_000_000))
    assert events(batch) == {"ok": 3, "system_error": 2}
    assert [gap.exact for gap in batch.gaps] == [False]
    assert events(take(tally, page_at(2, {OK: "4", BAD: "2"}, born_ms=T0 - 9_000_000))) == {"ok": 1}


def test_without_any_birth_a_fall_is_a_reset() -> None:
    """The exporter tells neither process start nor created."""
    tally = tally_of()
    take(tally, page_at(0, {OK: "100"}, born_ms=None))
    batch = take(tally, page_at(1, {OK: "3"}, born_ms=None))
    assert (events(batch), batch.incarnations) == ({"ok": 3}, ())
    assert [gap.exact for gap in batch.gaps] == [False]


@pytest.mark.parametrize(
    ("second", "missed", "gaps"),
    [
        (1.0, "", ()),
        (1.5, "", ()),
        (2.0, "timeout: x", (Gap("dc1", T0, T0 + 2000, exact=True, reason="timeout: x"),)),
        (9.0, "", (Gap("dc1", T0, T0 + 9000, exact=True, reason="no page"),)),
    ],
)
def test_missed_pages_leave_an_exact_gap(second: float, missed: str, gaps: tuple[Gap, ...]) -> None:
    """Longer than one and a half intervals; the count across it is whole."""
    tally = tally_of()
    take(tally, page_at(0, {OK: "1"}))
    batch = take(tally, page_at(second, {OK: "5"}), missed=missed)
    assert (batch.gaps, events(batch)) == (gaps, {"ok": 4})


def test_a_restart_among_missed_pages_is_one_inexact_gap() -> None:
    """From the last page of the old process to the first of the new one."""
    tally = tally_of()
    take(tally, page_at(0, {OK: "1"}))
    batch = take(tally, page_at(9, {OK: "5"}, born_ms=T0 + 7000), missed="refused: x")
    assert batch.gaps == (Gap("dc1", T0, T0 + 9000, exact=False, reason="process restarted; refused: x"),)


def test_a_gap_in_which_a_series_of_unknown_birth_appeared_is_not_exact() -> None:
    """Some of its events may belong into the gap, and are not counted."""
    tally = tally_of()
    take(tally, page_at(0, {OK: "1"}))
    assert [gap.exact for gap in take(tally, page_at(9, {OK: "5", BAD: "3"})).gaps] == [False]


def test_accounts_are_told_when_they_change_and_every_quarter_of_an_hour() -> None:
    """A day on which nothing changed has its accounts too."""
    tally = tally_of()
    shown = {OK: "1", 'lending_accounts{product="p",state="open"}': "40"}
    told = Accounts(T0 // 1000 - 1, "p", "open", "dc1", 40)
    assert take(tally, page_at(0, shown)).accounts == (told,)
    assert take(tally, page_at(1, shown)).accounts == ()
    changed = {**shown, 'lending_accounts{product="p",state="open"}': "41"}
    assert [row.accounts for row in take(tally, page_at(2, changed)).accounts] == [41]
    quiet = Page(T0 + 901_000, T0 - 5000, None, 2, {}, {}, complete=False)
    assert [row.accounts for row in take(tally, quiet).accounts] == [41]


def test_series_of_the_same_accounts_are_added() -> None:
    """A label that the map does not know splits them."""
    shown = {f'lending_accounts{{branch="{branch}",product="p",state="open"}}': "40" for branch in "ab"}
    assert [row.accounts for row in take(tally_of(), page_at(0, {OK: "1", **shown})).accounts] == [80]


def test_gauges_are_told_as_text_when_they_change() -> None:
    """Nothing is rounded on the way."""
    tally = tally_of()
    ratio = 'lending_bad_loan_ratio{product="p"}'
    gauge = Gauge("dc1", "lending_bad_loan_ratio", 'product="p"', T0, "0.0210000000000000001")
    assert take(tally, page_at(0, {OK: "1", ratio: gauge.value})).gauges == (gauge,)
    assert take(tally, page_at(1, {OK: "1", ratio: gauge.value})).gauges == ()
    assert [row.value for row in take(tally, page_at(2, {OK: "1", ratio: "NaN"})).gauges] == ["NaN"]


@pytest.mark.parametrize(
    "shown",
    [
        {OK: "1.5"},
        {OK: "-1"},
        {OK: "NaN"},
        {OK: "1e30"},
        {'lending_accounts{product="p",state="open"}': "1.5"},
        {'lending_bad_loan_ratio{product="p"}': "x"},
        {'lending_requests_total{outcome="ok"}': "1"},
    ],
)
def test_a_page_that_cannot_be_counted_exactly_is_refused_and_changes_nothing(shown: dict[str, str]) -> None:
    """The series is named; the next good page counts on."""
    tally = tally_of()
    take(tally, page_at(0, {OK: "1"}))
    with pytest.raises(GarbagePage, match=r"garbage: .*lending_"):
        tally.propose(page_at(1, {BAD: "0", **shown}))
    assert events(take(tally, page_at(2, {OK: "4"}))) == {"ok": 3}


def test_what_the_store_did_not_take_is_counted_by_the_next_page() -> None:
    """Proposed twice, accepted once."""
    tally = tally_of()
    take(tally, page_at(0, {OK: "1"}))
    tally.propose(page_at(1, {OK: "3", BAD: "1"}))
    tally.propose(page_at(2, {OK: "4", BAD: "1"}, born_ms=T0 + 1500))
    batch = take(tally, page_at(3, {OK: "6"}))
    assert (events(batch), batch.new_series) == ({"ok": 5}, ())


def test_a_late_or_repeated_page_adds_nothing() -> None:
    """From a source that delivers pages by their own time."""
    tally = tally_of(in_order=False)
    take(tally, page_at(5, {OK: "9"}))
    for second in (5, 4):
        batch = take(tally, page_at(second, {OK: "3"}))
        assert (batch.events, batch.state, batch.watermark_ms) == ((), None, None)
    assert events(take(tally, page_at(6, {OK: "10"}))) == {"ok": 1}


def test_a_clock_that_was_set_back_loses_and_repeats_nothing() -> None:
    """Pages read one after the other are in order, whatever the clock says."""
    tally = tally_of()
    take(tally, page_at(3600, {OK: "9"}))
    back = take(tally, page_at(0, {OK: "11"}))
    assert (events(back), back.watermark_ms, back.gaps) == ({"ok": 2}, T0, ())
    assert events(take(tally, page_at(0, {OK: "14"}))) == {"ok": 3}
    assert events(take(tally, page_at(1, {OK: "15"}))) == {"ok": 1}


# The whole path: page text -> reader -> tally -> store, against a process that keeps its own ledger.

OUTCOME_NAMES = ("ok", "system_error", "client_abort", "business_reject")


@dataclass
class Process:
    """Counts its events; ``lives`` holds the counts of each life at its last stored page, by outcome."""

    born_ms: int
    shown: list[str]
    tells_created: bool
    counts: dict[str, int] = field(default_factory=dict)

    def page(self) -> str:
        rows = []
        for outcome in self.shown:
            labels = f'{{product="p",step="s",outcome="{outcome}"}}'
            rows.append(f"lending_requests_total{labels} {self.counts.get(outcome, 0)}")
            if self.tells_created:
                rows.append(f"lending_requests_created{labels} {self.born_ms / 1000:.3f}")
        rows.append(f"process_start_time_seconds {self.born_ms / 1000:.3f}")
        return "\n".join([*rows, "# EOF", ""])


class Estate:
    """One target, its collectors, their store, and what the store must hold."""

    def __init__(self, tells_created: bool, in_order: bool) -> None:
        self.now_ms = T0
        self.in_order = in_order
        self.store = MemoryStore()
        self.store.register(SOURCE, T0)
        self.process = Process(T0 - 500, list(OUTCOME_NAMES[:2]), tells_created)
        self.baseline: dict[str, int] | None = None
        self.observed: dict[int, dict[str, int]] = {}
        self.collectors = [self._collector(), self._collector()]
        self.last_page: Page | None = None

    def _collector(self) -> tuple[PageParser, Tally]:
        resume = self.store.resume(SOURCE.id)
        return PageParser(MetricMap()), Tally.resumed(resume, SOURCE, MetricMap(), OUTCOMES, in_order=self.in_order)

    def read(self, number: int, *, store_fails: bool = False) -> None:
        """One attempt of one collector."""
        parser, tally = self.collectors[number]
        page = parser.parse(self.process.page(), self.now_ms, openmetrics=True)
        proposal = tally.propose(page)
        if store_fails:
            parser.forget()
            return
        try:
            version = self.store.commit(proposal.batch)
        except StaleWriter:
            self.collectors[number] = self._collector()
            return
        tally.accept(proposal, version)
        if proposal.step is not None:
            self._was_observed()

    def _was_observed(self) -> None:
        if self.baseline is None:
            self.baseline = dict(self.process.counts)
            self.first_born_ms = self.process.born_ms
        self.observed[self.process.born_ms] = dict(self.process.counts)

    def expected(self) -> dict[str, int]:
        """Every event that a stored page showed, less those before the first one."""
        total: dict[str, int] = {}
        for counts in self.observed.values():
            for outcome, number in counts.items():
                total[outcome] = total.get(outcome, 0) + number
        for outcome, number in (self.baseline or {}).items():
            total[outcome] -= number
        return {outcome: number for outcome, number in total.items() if number}

    def stored(self) -> dict[str, int]:
        with self.store.reading() as reader:
            totals = reader.totals(Scope.STEP, T0 // 1000 - 86400, T0 // 1000 + 86400)
        return {unit.outcome: sum_of(counts) for unit, counts in totals.items()}

    def restart(self, shown: int) -> None:
        """A new process, which may show fewer or more of its series; its clock is not the one that is set back."""
        born_ms = max(self.now_ms - 300, self.process.born_ms + 1)
        self.process = Process(born_ms, list(OUTCOME_NAMES[:shown]), self.process.tells_created)


def sum_of(counts: Counts) -> int:
    return counts.good + counts.bad + counts.ignored


STEP = st.one_of(
    st.tuples(st.just("count"), st.integers(0, 3), st.integers(0, 6)),
    st.tuples(st.just("count"), st.integers(0, 1), st.integers(0, 6)),
    st.tuples(st.just("read"), st.integers(0, 1)),
    st.tuples(st.just("read"), st.just(0)),
    st.tuples(st.just("store fails"), st.integers(0, 1)),
    st.tuples(st.just("wait"), st.integers(1, 20)),
    st.tuples(st.just("restart"), st.integers(2, 4)),
    st.tuples(st.just("collector restarts"), st.integers(0, 1)),
    st.tuples(st.just("clock set back"), st.integers(1, 2)),
)


def run(estate: Estate, steps: list[tuple[object, ...]]) -> None:
    for name, *more in steps:
        estate.now_ms += 1000
        match name, more:
            case "count", [int(index), int(number)]:
                outcome = estate.process.shown[min(index, len(estate.process.shown) - 1)]
                estate.process.counts[outcome] = estate.process.counts.get(outcome, 0) + number
            case "read", [int(number)]:
                estate.read(number)
            case "store fails", [int(number)]:
                estate.read(number, store_fails=True)
            case "wait", [int(seconds)]:
                estate.now_ms += seconds * 1000
            case "restart", [int(shown)]:
                estate.restart(shown)
            case "collector restarts", [int(number)]:
                estate.collectors[number] = estate._collector()
            case "clock set back", [int(seconds)]:
                estate.now_ms -= seconds * 1000 if estate.in_order else 0
        assert estate.stored() == estate.expected()


@settings(max_examples=250, deadline=None)
@given(steps=st.lists(STEP, min_size=5, max_size=40), tells_created=st.booleans(), in_order=st.booleans())
def test_the_store_holds_what_stored_pages_showed_to_the_event(
    steps: list[tuple[object, ...]], tells_created: bool, in_order: bool
) -> None:
    """Through restarts of target and collectors, missed pages, a store that fails, a second collector, set clocks."""
    run(Estate(tells_created, in_order), [("read", 0), *steps, ("read", 0), ("read", 0)])


def test_two_collectors_on_one_store_count_nothing_twice() -> None:
    """They take turns: whoever is late goes on from where the other is."""
    estate = Estate(tells_created=False, in_order=True)
    run(estate, [("read", 0), ("read", 1), ("count", 0, 5), ("read", 0), ("read", 1), ("read", 1), ("count", 0, 2)])
    run(estate, [("read", 1), ("read", 0), ("read", 0)])
    assert estate.stored() == {"ok": 7}


def test_reads_without_a_page_keep_the_version_and_nothing_else() -> None:
    """A failed attempt is a row of its own."""
    tally = tally_of()
    take(tally, page_at(0, {OK: "1"}))
    failed = Read(T0 + 1000, collected=False, reason="timeout: x")
    proposal = tally.propose_reads((failed,))
    assert proposal.batch == Batch("dc1", 1, (failed,))
    tally.accept(proposal, 2)
    earlier = replace(failed, at_ms=T0 + 2000)
    batch = tally.propose(page_at(3, {OK: "2"}), Read(T0 + 3000, collected=True), earlier=(earlier,)).batch
    assert batch.expected_version == 2
    assert [read.collected for read in batch.reads] == [False, True]
