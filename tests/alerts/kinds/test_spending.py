"""Counts of every budget as the store has them."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

from alerts.desk.maintenance import Maintenance, announce
from alerts.kinds.budget import CALENDAR, MONTH, ROLLING, Spending
from alerts.kinds.spending import read_spendings
from alerts.policy import Policy, Slo
from slo.objective import Objective
from slo.periods import CalendarPeriod
from slo.windows import DAY_S, HOUR_S, SHANGHAI
from store.records import Level, Span
from tests.alerts.kinds.bank import NOON_S, Bank

MIDNIGHT_S = NOON_S - 12 * HOUR_S
AT_S = NOON_S + 23 * 60
PER_HOUR = 3600
SLO = Slo("micro", "micro", Objective.parse("99.999"), 30 * DAY_S, Policy("test", (), 5), {})


def spendings(bank: Bank, planned: Span | None = None, slo: Slo = SLO) -> dict[str, Spending]:
    """By window, at 23 minutes past noon."""
    with bank.store.reading() as reader:
        return {each.window: each for each in read_spendings(reader, AT_S * 1000, (slo,), SHANGHAI, planned)}


def test_an_hour_without_minutes_counts_as_a_whole(bank: Bank) -> None:
    """Thirty-one days of hours up to this midnight; the window begins at noon of the thirtieth day before."""
    begins = range(MIDNIGHT_S - 31 * DAY_S, MIDNIGHT_S, HOUR_S)
    bank.history(Level.HOUR, begins, HOUR_S, PER_HOUR)
    found = spendings(bank)
    hours = (MIDNIGHT_S - (NOON_S - 30 * DAY_S)) // HOUR_S
    assert found[ROLLING].counts.total == hours * PER_HOUR
    covered_s = AT_S - (NOON_S - 30 * DAY_S)
    rest_s = 9 * DAY_S + 12 * HOUR_S - 23 * 60  # of November
    assert found[MONTH].to_come == Fraction(hours * PER_HOUR * rest_s, covered_s)


def test_a_calendar_of_its_own_takes_the_place_of_the_month(bank: Bank) -> None:
    """Weeks of New York, thirty of which began in summer time; the present one began two hours ago."""
    begin_s = AT_S - 2 * HOUR_S
    begin_s -= begin_s % HOUR_S
    bank.history(Level.HOUR, range(begin_s - 30 * DAY_S, AT_S - AT_S % HOUR_S, HOUR_S), HOUR_S, PER_HOUR)
    local = datetime.fromtimestamp(begin_s, ZoneInfo("America/New_York")).replace(tzinfo=None)
    weekly = replace(SLO, calendar=CalendarPeriod(local - timedelta(weeks=30), "America/New_York", 1, "w"))
    found = spendings(bank, slo=weekly)
    assert list(found) == [ROLLING, CALENDAR]
    week = found[CALENDAR]
    assert week.counts.total == PER_HOUR * ((AT_S - AT_S % HOUR_S - begin_s) // HOUR_S)
    rate = Fraction(found[ROLLING].counts.total, week.covered_s)
    assert week.to_come == rate * (begin_s + 7 * DAY_S - AT_S)
    assert week.rule(Fraction(1, 4)) == "budget-calendar-25"


def test_the_minutes_of_its_first_hour_make_a_window_exact(bank: Bank) -> None:
    begin_s = NOON_S - 30 * DAY_S
    bank.history(Level.MINUTE, range(begin_s, begin_s + HOUR_S, 60), 60, PER_HOUR // 60)
    assert spendings(bank)[ROLLING].counts.total == PER_HOUR * 37 // 60


def test_a_store_covers_what_it_was_watched_for(bank: Bank) -> None:
    bank.register(AT_S - 120)
    bank.live(AT_S - 120, AT_S - 60)
    assert {each.covered_s for each in spendings(bank).values()} == {120}


def test_an_empty_store_covers_nothing(bank: Bank) -> None:
    assert {each.covered_s for each in spendings(bank).values()} == {0}


def test_nothing_is_covered_while_the_past_is_being_filled_in(bank: Bank) -> None:
    """Two days are there, of three that are planned."""
    bank.history(Level.HOUR, range(MIDNIGHT_S - 2 * DAY_S, MIDNIGHT_S, HOUR_S), HOUR_S, PER_HOUR)
    filling = spendings(bank, Span(MIDNIGHT_S - 3 * DAY_S, MIDNIGHT_S))
    assert {each.covered_s for each in filling.values()} == {0}
    filled = spendings(bank, Span(MIDNIGHT_S - 2 * DAY_S, MIDNIGHT_S))
    assert {each.covered_s for each in filled.values()} == {AT_S - (MIDNIGHT_S - 2 * DAY_S)}


def test_announced_maintenance_spends_no_budget(bank: Bank) -> None:
    """Of the product that it names, of the bank, and of objectives that do not say otherwise."""
    begin_s = AT_S - 300
    bank.register(begin_s - 60)
    window = Maintenance("w", "switch", "CHG-1", "li", ("micro",), ("dc2",), begin_s, begin_s + 60, 0)
    bank.store.write(announce(window, (begin_s - 60) * 1000))
    bank.live(begin_s, begin_s + 10, begun=30, bad=10)
    everything = replace(SLO, id="all", excludes_maintenance=False)
    of_bank = replace(SLO, id="bank", product="")
    with bank.store.reading() as reader:
        found = read_spendings(reader, AT_S * 1000, (SLO, everything, of_bank), SHANGHAI)
    bad = {(each.slo, each.window): each.counts.bad for each in found}
    assert {bad["micro", window] for window in (ROLLING, MONTH)} == {120}  # the second before it, and dc1
    assert {bad["all", window] for window in (ROLLING, MONTH)} == {220}
    assert {bad["bank", window] for window in (ROLLING, MONTH)} == {340}
