"""The wall judged from a store that was filled as collectors fill it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import Any

import pytest

from dashboard.snapshot import judge
from slo.availability import Verdict
from slo.catalog import Catalog
from slo.counts import Counts
from slo.states import ServiceState
from slo.windows import DAY_S
from store.records import Batch, Events, Incarnation, Kind, Read, Source, Span

OK, DOWN, DEGRADED = ServiceState.OK, ServiceState.DOWN, ServiceState.DEGRADED
UNKNOWN, NO_TRAFFIC = ServiceState.UNKNOWN, ServiceState.NO_TRAFFIC

Bank = Any


def cell(snapshot: Any, product: str, center: str) -> Any:
    """One cell of a snapshot."""
    return next(p for p in snapshot.products if p.product.id == product).cells[center]


def test_an_empty_store_knows_nothing_and_claims_nothing(bank: Bank, noon_s: int) -> None:
    """Every figure is unknown, none is 0 or 100 %."""
    wall = bank.snapshot(noon_s)
    assert wall.bank.state is UNKNOWN
    assert (wall.bank.transactions_today, wall.bank.per_second, wall.bank.record, wall.bank.cost) == (None,) * 4
    assert not wall.bank.rolling.seen
    assert wall.bank.rolling.availability.value is None
    assert wall.bank.rolling.availability.verdict(wall.bank.rolling.objective) is Verdict.NOT_PROVEN
    assert cell(wall, "micro", "dc1").counts is None
    assert cell(wall, "micro", "dc1").reason == "no source is configured"
    assert (wall.simulated, wall.sources) == (None, ())


def test_live_counts_show_at_once_as_today_and_as_thirty_days(bank: Bank, noon_s: int) -> None:
    """Four cells, ten seconds, 100 good events and 30 transactions each per second."""
    bank.live(noon_s, noon_s + 10)
    wall = bank.snapshot(noon_s + 10.4)
    assert wall.bank.today.availability.counts == Counts(good=4000, transactions=1200)
    assert wall.bank.rolling.availability.counts == Counts(good=4000, transactions=1200)
    assert cell(wall, "micro", "dc1").counts == Counts(good=1000, transactions=300)
    assert (wall.bank.transactions_today, wall.bank.per_second) == (1200, 120)
    assert [p.per_second for p in wall.products] == [60, 60]
    assert cell(wall, "identity", "dc2").per_second == 30
    assert {s.state.value for s in wall.sources} == {"fresh"}
    assert [c.state for c in wall.data_centers] == [OK, OK]


def test_a_store_that_watched_for_minutes_proves_nothing_about_thirty_days(bank: Bank, noon_s: int) -> None:
    """Unseen time is estimated at the rate that was seen: the bounds are wide."""
    bank.live(noon_s, noon_s + 60)
    wall = bank.snapshot(noon_s + 60)
    thirty = wall.bank.rolling
    assert thirty.availability.value == 1
    assert thirty.availability.verdict(thirty.objective) is Verdict.NOT_PROVEN
    window_ms = thirty.window.to_ms - thirty.window.from_ms
    assert thirty.completeness == Fraction(60_000, window_ms)
    assert thirty.availability.missing == -(-6000 * (window_ms - 60_000) // 60_000) * 4


def test_simulated_history_counts_as_seen_and_proves(bank: Bank, noon_s: int) -> None:
    """Thirty-one simulated days up to the first page leave nothing missing."""
    midnight = noon_s - noon_s % DAY_S - 8 * 3600
    bank.history(midnight - 31 * DAY_S, noon_s, Counts(good=10_000_000, bad=10, transactions=3_000_000))
    bank.live(noon_s, noon_s + 30)
    wall = bank.snapshot(noon_s + 30)
    thirty = wall.bank.rolling
    assert thirty.completeness == 1
    assert thirty.availability.missing == 0
    assert thirty.availability.verdict(thirty.objective) is Verdict.MET
    assert wall.simulated is not None
    assert wall.simulated.span == Span(midnight - 31 * DAY_S, noon_s)


def test_one_bad_event_never_reads_as_perfect(bank: Bank, noon_s: int) -> None:
    """The share stays below one by exactly that event."""
    bank.live(noon_s, noon_s + 10)
    bank.page(noon_s + 11, good=100, bad=1, only="micro")
    figure = bank.snapshot(noon_s + 11).bank.today.availability
    assert figure.value == Fraction(4200, 4202)


def test_a_killed_process_turns_its_cells_unknown_with_its_reason_at_the_first_refused_read(
    bank: Bank, noon_s: int
) -> None:
    """The other data center stays as it is; products are degraded, not down."""
    bank.live(noon_s, noon_s + 10)
    bank.snapshot(noon_s + 10)
    bank.failed(noon_s + 11, "refused: 127.0.0.1:9102", "dc2")
    bank.page(noon_s + 11, "dc1", good=100, begun=30)
    wall = bank.snapshot(noon_s + 11.1)
    lost = cell(wall, "micro", "dc2")
    assert (lost.state, lost.reason, lost.per_second) == (UNKNOWN, "refused: 127.0.0.1:9102", None)
    assert lost.since.since_ms == (noon_s + 10) * 1000
    assert lost.counts == Counts(good=1000, transactions=300)
    assert cell(wall, "micro", "dc1").state is OK
    assert [p.state for p in wall.products] == [DEGRADED, DEGRADED]
    assert [(e.product, e.data_center, e.state) for e in wall.attention] == [(None, "dc2", UNKNOWN)]
    assert wall.bank.per_second == 60


def test_a_late_collector_does_not_blink(bank: Bank, noon_s: int) -> None:
    """Four seconds without a page are stale, the cells stay; six seconds are unknown."""
    bank.live(noon_s, noon_s + 10)
    late = bank.snapshot(noon_s + 14)
    assert {s.state.value for s in late.sources} == {"stale"}
    assert late.bank.state is OK
    gone = bank.snapshot(noon_s + 16)
    assert {s.state.value for s in gone.sources} == {"missing"}
    assert gone.bank.state is UNKNOWN
    assert gone.bank.per_second is None


def test_a_source_comes_back_to_ok_by_itself(bank: Bank, noon_s: int) -> None:
    """The state began with the newest page."""
    bank.live(noon_s, noon_s + 10)
    bank.snapshot(noon_s + 10)
    bank.failed(noon_s + 11, "refused: x")
    assert bank.snapshot(noon_s + 11).bank.state is UNKNOWN
    bank.page(noon_s + 12, good=100, begun=30)
    bank.gap(noon_s + 10, noon_s + 12, exact=True)
    wall = bank.snapshot(noon_s + 12.2)
    assert wall.bank.state is OK
    assert cell(wall, "micro", "dc1").since.since_ms == (noon_s + 12) * 1000


def test_the_first_page_only_begins_the_counting(bank: Bank, noon_s: int) -> None:
    """Counters are not events until they were read twice: unknown, not without traffic."""
    bank.register(noon_s)
    assert cell(bank.snapshot(noon_s + 0.5), "micro", "dc1").reason == "waiting for the first reading"
    bank.page(noon_s + 1)
    wall = bank.snapshot(noon_s + 1.5)
    assert cell(wall, "micro", "dc1").state is UNKNOWN
    assert cell(wall, "micro", "dc1").reason.startswith("waiting for the second reading")
    bank.page(noon_s + 2)
    assert cell(bank.snapshot(noon_s + 2.5), "micro", "dc1").state is NO_TRAFFIC


STATES = [
    ("half of the events bad is down", 5, 5, DOWN),
    ("four bad events are too few to be down", 4, 4, OK),
    ("a few bad events among many burn", 9_000, 100, DEGRADED),
    ("four bad events never burn", 100, 4, OK),
    ("bad events below the burn rate are ok", 10_000, 5, OK),
    ("only bad events are down", 0, 50, DOWN),
]


@pytest.mark.parametrize("row", STATES, ids=[row[0] for row in STATES])
def test_a_cell(bank: Bank, noon_s: int, row: tuple[str, int, int, ServiceState]) -> None:
    """Each row of the table: one second of counts in one cell."""
    sentence, good, bad, state = row
    bank.live(noon_s, noon_s + 5, good=0, begun=0)
    bank.page(noon_s + 6, "dc1", good=good, bad=bad, only="micro")
    assert cell(bank.snapshot(noon_s + 6), "micro", "dc1").state is state, sentence


def test_a_state_keeps_its_beginning_until_it_changes(bank: Bank, noon_s: int) -> None:
    """At first sight the beginning of a state is not known; a change is dated by its page."""
    bank.live(noon_s, noon_s + 5)
    assert cell(bank.snapshot(noon_s + 5.5), "micro", "dc1").since.since_ms is None
    bank.page(noon_s + 6, bad=300)
    assert cell(bank.snapshot(noon_s + 6.5), "micro", "dc1").since.since_ms == (noon_s + 6) * 1000
    bank.page(noon_s + 7, bad=300)
    down = cell(bank.snapshot(noon_s + 7.5), "micro", "dc1")
    assert (down.state, down.since.since_ms) == (DOWN, (noon_s + 6) * 1000)


def test_a_product_without_transactions_of_its_own_shows_requests(bank: Bank, noon_s: int) -> None:
    """Identity is checked within other products' transactions; the bank counts transactions alone."""
    bank.live(noon_s, noon_s + 5, good=0, begun=0)
    for second in range(6, 12):
        bank.page(noon_s + second, good=100, begun=30, only="micro")
        bank.page(noon_s + second, good=70, only="identity")
    wall = bank.snapshot(noon_s + 11)
    assert [p.per_second for p in wall.products] == [60, 140]
    assert wall.bank.per_second == 60


def test_what_a_gap_caught_up_is_spread_over_the_gap(bank: Bank, noon_s: int) -> None:
    """Twenty seconds of 30 transactions arrive in one page: still 30 a second."""
    bank.live(noon_s, noon_s + 10)
    bank.page(noon_s + 30, good=2000, begun=600)
    bank.gap(noon_s + 10, noon_s + 30, exact=True)
    assert cell(bank.snapshot(noon_s + 30), "micro", "dc1").per_second == 30


def test_an_exact_gap_misses_no_events_and_an_open_or_lossy_one_does(bank: Bank, noon_s: int) -> None:
    """The same ten seconds: lost when the process died, known when its counters went on."""
    bank.live(noon_s, noon_s + 100)
    bank.failed(noon_s + 101, "refused: x")
    before = bank.snapshot(noon_s + 110).bank.today
    bank.page(noon_s + 110, good=1000, begun=300)
    bank.gap(noon_s + 100, noon_s + 110, "dc1", exact=True)
    bank.gap(noon_s + 100, noon_s + 110, "dc2", exact=False)
    after = bank.snapshot(noon_s + 110).bank.today
    day_ms = (12 * 3600 + 110) * 1000
    lost_ms = day_ms - 100_000
    assert before.availability.missing == 4 * -(-10_000 * lost_ms // 100_000)
    exact, lossy = -(-11_000 * (day_ms - 110_000) // 110_000), -(-11_000 * lost_ms // 100_000)
    assert after.availability.missing == 2 * (exact + lossy)
    assert before.completeness == after.completeness == Fraction(100_000, day_ms)


def test_gaps_of_past_minutes_count_once_they_are_past(bank: Bank, noon_s: int) -> None:
    """What is remembered from minute to minute equals one fresh look."""
    bank.live(noon_s, noon_s + 20)
    bank.snapshot(noon_s + 20)
    bank.page(noon_s + 30, good=1000)
    bank.gap(noon_s + 20, noon_s + 30, exact=False)
    for second in range(31, 140):
        bank.page(noon_s + second, good=100, begun=30)
        remembered = bank.snapshot(noon_s + second).bank
        if second % 20 == 0:
            bank.past = None
            fresh = bank.snapshot(noon_s + second).bank
            assert (fresh.rolling, fresh.today) == (remembered.rolling, remembered.today)
            assert fresh.today.completeness == Fraction((second - 10) * 1000, (12 * 3600 + second) * 1000)


def test_load_test_traffic_is_not_counted(bank: Bank, noon_s: int) -> None:
    """Only customers have objectives."""
    bank.live(noon_s, noon_s + 5)
    version = bank.store.resume("dc1").version
    load = Events(noon_s + 4, "micro", "dc1", "", "apply", "error", "load_test", Kind.BAD, 500)
    bank.store.commit(Batch("dc1", version, (Read((noon_s + 5) * 1000, True),), events=(load,)))
    assert bank.snapshot(noon_s + 5).bank.today.availability.counts.bad == 0


def test_the_record_is_another_day_until_today_beats_it(bank: Bank, noon_s: int) -> None:
    """Today wins provisionally with one transaction more."""
    midnight = noon_s - 12 * 3600
    bank.history(midnight - 2 * DAY_S, midnight, Counts(good=300, transactions=150))
    bank.live(noon_s, noon_s + 5)
    first = bank.snapshot(noon_s + 5).bank.record
    assert (first.transactions, first.day, first.simulated) == (600, date(2026, 11, 19), True)
    bank.page(noon_s + 6, "dc1", begun=1, only="micro")
    best = bank.snapshot(noon_s + 6).bank.record
    assert (best.transactions, best.day, best.simulated) == (601, date(2026, 11, 21), False)


def test_a_handful_of_bad_events_foretells_no_end(bank: Bank, noon_s: int) -> None:
    """Four bad of six thousand burn fast, yet are no rate."""
    bank.live(noon_s, noon_s + 60, good=100)
    bank.page(noon_s + 61, "dc1", good=100, bad=4, only="micro")
    assert bank.snapshot(noon_s + 61).bank.exhausted_at_ms is None


def test_the_budget_ends_when_the_present_rate_has_spent_it(bank: Bank, noon_s: int) -> None:
    """100 million events allow 1,000 bad ones; 40 bad a second burn the rest in 25 s less what is spent."""
    midnight = noon_s - 12 * 3600
    bank.history(midnight - 25 * DAY_S, midnight, Counts(good=1_000_000, transactions=1))
    bank.live(noon_s, noon_s + 60, good=1000)
    assert bank.snapshot(noon_s + 60).bank.exhausted_at_ms is None
    for second in range(61, 71):
        bank.page(noon_s + second, "dc1", good=1000, bad=40, only="micro")
        bank.page(noon_s + second, "dc2", good=1000)
    wall = bank.snapshot(noon_s + 70)
    budget = wall.bank.budget
    rate = Fraction(400, 60)
    assert budget.counts.bad == 400
    assert wall.bank.exhausted_at_ms == (noon_s + 70) * 1000 + int(budget.remaining_events / rate * 1000)


def test_unknown_products_count_for_the_bank_but_have_no_row(bank: Bank, noon_s: int) -> None:
    """Nothing that was collected vanishes from the total."""
    catalog = bank.catalog
    bank.live(noon_s, noon_s + 5)
    bank.catalog = Catalog(
        catalog.version, catalog.products[:1], catalog.data_centers, catalog.outcomes, catalog.objective, catalog.zone
    )
    facts = bank.facts(noon_s + 5)
    wall = judge(facts, replace(bank.setting, catalog=bank.catalog), 1, {})
    assert [p.product.id for p in wall.products] == ["micro"]
    assert wall.bank.today.availability.counts.total == 2000
    assert wall.bank.composite.pooled == 1


def test_an_unlisted_data_center_counts_for_its_product(bank: Bank, noon_s: int) -> None:
    """A source may be ahead of the configuration."""
    bank.store.register(Source("dc9", "exposition", "dc9", 1000), noon_s * 1000)
    bank.live(noon_s, noon_s + 5)
    for second in range(6):
        bank.page(noon_s + second, "dc9", good=10 * bool(second))
    wall = bank.snapshot(noon_s + 5)
    assert wall.products[0].today.availability.counts.total == 1050
    assert list(wall.products[0].cells) == ["dc1", "dc2"]


def test_two_sources_of_one_data_center_are_current_while_one_is(bank: Bank, noon_s: int) -> None:
    """The states come from the older of the two that are current; time is lost while either is missing."""
    bank.live(noon_s, noon_s + 10)
    bank.store.register(Source("second", "exposition", "dc1", 1000), noon_s * 1000)
    version = bank.store.resume("second").version
    life = Incarnation("second", noon_s * 1000, 0, 0, noon_s * 1000, (noon_s + 5) * 1000)
    reads = (Read((noon_s + 6) * 1000, False, "refused: y"),)
    bank.store.commit(Batch("second", version, reads, (noon_s + 5) * 1000, incarnations=(life,)))
    wall = bank.snapshot(noon_s + 10)
    assert cell(wall, "micro", "dc1").state is OK
    assert wall.bank.today.completeness == Fraction(5_000 + 10_000, 2 * (12 * 3600 + 10) * 1000)


def test_a_new_local_day_begins_at_zero_and_moves_yesterday_into_the_thirty_days(bank: Bank, noon_s: int) -> None:
    """Across midnight in Shanghai."""
    midnight = noon_s + 12 * 3600
    bank.live(midnight - 10, midnight - 1)
    before = bank.snapshot(midnight - 0.5).bank
    bank.page(midnight, good=100, begun=30)
    bank.page(midnight + 1, good=100, begun=30)
    after = bank.snapshot(midnight + 1.2).bank
    assert before.transactions_today == 9 * 120
    assert after.transactions_today == 120
    assert after.rolling.availability.counts.transactions == 11 * 120


def test_progress_is_the_share_of_the_planned_history(bank: Bank, noon_s: int) -> None:
    """Filled from the newest day backwards."""
    midnight = noon_s - 12 * 3600
    bank.setting = replace(bank.setting, history=Span(midnight - 10 * DAY_S, midnight))
    bank.history(midnight - 4 * DAY_S, midnight, Counts(good=1))
    wall = bank.snapshot(noon_s)
    assert wall.simulated.progress == Fraction(4, 10)
    bank.history(midnight - 10 * DAY_S, midnight - 4 * DAY_S, Counts(good=1))
    assert bank.snapshot(noon_s + 1).simulated.progress == 1


def test_sources_stand_in_the_order_of_their_data_centers(bank: Bank, noon_s: int) -> None:
    """Whichever was registered first; unlisted ones last."""
    for center in ("dc9", "dc2", "dc1"):
        bank.register(noon_s, center)
    assert [s.id for s in bank.snapshot(noon_s).sources] == ["dc1", "dc2", "dc9"]


def test_the_bank_is_normal_since_its_last_cell_became_so(bank: Bank, noon_s: int) -> None:
    """At the earliest since this server looks; never while anything is not normal."""
    bank.live(noon_s - 70, noon_s)
    first = bank.snapshot(noon_s)
    assert first.normal_since_ms == noon_s * 1000
    bank.page(noon_s + 1, "dc1", bad=100, begun=30)
    bank.page(noon_s + 1, "dc2", good=100, begun=30)
    assert bank.snapshot(noon_s + 1).normal_since_ms is None
    for at_s in range(noon_s + 2, noon_s + 80):
        bank.page(at_s, good=100, begun=30)
    later = bank.snapshot(noon_s + 79)
    assert later.normal_since_ms == (noon_s + 79) * 1000
