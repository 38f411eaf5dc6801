"""A budget over HTTP begins where its counts do."""

from __future__ import annotations

from datetime import datetime
from fractions import Fraction
from typing import Any

import pytest

from alerts.desk.records import DeskPolicy
from alerts.incidents.regulatory import RegulatoryTable
from alerts.policy import Policy, Slo
from dashboard.api.asking import Asked
from dashboard.api.budget import budgets
from dashboard.api.setting import ApiSetting
from slo.counts import Counts
from slo.formatting import truncated
from slo.periods import CalendarPeriod
from slo.windows import DAY_S, HOUR_S
from store.records import HistoryChunk, Level, Scope, Span, Unit

NOON_S = 1_795_233_600
NOW_MS = (NOON_S + 23 * 60 + 40) * 1000
FIRST_HOUR_S = NOON_S - 30 * DAY_S


@pytest.mark.parametrize(("level", "begin"), [(Level.HOUR, "04:00:00"), (Level.MINUTE, "04:23:00")])
def test_an_hour_without_minutes_belongs_to_the_budget_as_a_whole(bank: Any, level: Level, begin: str) -> None:
    """One hour of one bad event a minute; looked at 23 minutes and 40 seconds past it."""
    minutes = range(FIRST_HOUR_S, FIRST_HOUR_S + HOUR_S, 60)
    counts = {(Level.MINUTE, at_s, Unit(Scope.BANK)): Counts(bad=1) for at_s in minutes}
    if level is Level.HOUR:
        counts.clear()
    counts[Level.HOUR, FIRST_HOUR_S, Unit(Scope.BANK)] = Counts(bad=60)
    counts[Level.DAY, FIRST_HOUR_S - 12 * HOUR_S, Unit(Scope.BANK)] = Counts(bad=60)
    bank.store.add_history(HistoryChunk(Span(FIRST_HOUR_S, FIRST_HOUR_S + HOUR_S), counts))
    slo = Slo("bank", "", bank.catalog.objective, 30 * DAY_S, Policy("test", (), 5), {})
    told = told_of(bank, slo)
    assert told["from"] == f"2026-10-22T{begin}.000Z"
    assert told["bad"] == (60 if level is Level.HOUR else 37)


def test_a_calendar_budget_begins_anew_by_its_own_clock(bank: Any) -> None:
    """A month of New York, whose clocks fell back on its first day. What was before does not count, and it allows what
    all of the month will bring."""
    begin_s, end_s = NOON_S - 20 * DAY_S, NOON_S + 10 * DAY_S + HOUR_S
    before, first, later = Counts(0, 600), Counts(400_000, 0), Counts(599_940, 60)
    hours = {begin_s - HOUR_S: before, begin_s: first, begin_s + 9 * DAY_S: later}
    days = {begin_s - 12 * HOUR_S: before + first, begin_s + 9 * DAY_S - 12 * HOUR_S: later}  # of Shanghai
    counts = {(Level.HOUR, at_s, Unit(Scope.BANK)): each for at_s, each in hours.items()}
    counts |= {(Level.DAY, at_s, Unit(Scope.BANK)): each for at_s, each in days.items()}
    bank.store.add_history(HistoryChunk(Span(begin_s - HOUR_S, begin_s + 10 * DAY_S), counts))
    month = CalendarPeriod(datetime(2026, 1, 1), "America/New_York", 1, "M")  # noqa: DTZ001 (local time of the zone beside it)
    slo = Slo("bank", "", bank.catalog.objective, 30 * DAY_S, Policy("test", (), 5), {}, calendar=month)
    told = told_of(bank, slo)
    assert (told["from"], told["begins_anew_at"]) == ("2026-11-01T04:00:00.000Z", "2026-12-01T05:00:00.000Z")
    assert (told["bad"], told["total"]) == (60, 1_000_000)
    elapsed_s = NOW_MS // 1000 - begin_s
    allowed = Fraction(1_000_000 * (end_s - begin_s), elapsed_s) * (1 - bank.catalog.objective.target)
    assert told["allowed_events"] == truncated(allowed, 2)


def told_of(bank: Any, slo: Slo) -> Any:
    """The budget of one objective at 23 minutes and 40 seconds past noon."""
    regulatory = RegulatoryTable("test", bank.catalog.zone, ())
    setting = ApiSetting(bank.store, bank.catalog, (slo,), DeskPolicy(), regulatory, now_ms=lambda: NOW_MS)
    with bank.store.reading() as reader:
        answer: Any = budgets(setting, reader, Asked("/api/v1/budget"))
    return answer["budgets"][0]
