"""A budget over HTTP begins where its counts do."""

from __future__ import annotations

from typing import Any

import pytest

from alerts.desk.records import DeskPolicy
from alerts.incidents.regulatory import RegulatoryTable
from alerts.policy import Policy, Slo
from dashboard.api.asking import Asked
from dashboard.api.budget import budgets
from dashboard.api.setting import ApiSetting
from slo.counts import Counts
from slo.windows import DAY_S, HOUR_S
from store.records import HistoryChunk, Level, Scope, Span, Unit

NOON_S = 1_795_233_600
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
    regulatory = RegulatoryTable("test", bank.catalog.zone, ())
    now_ms = (NOON_S + 23 * 60 + 40) * 1000
    setting = ApiSetting(bank.store, bank.catalog, (slo,), DeskPolicy(), regulatory, now_ms=lambda: now_ms)
    with bank.store.reading() as reader:
        answer: Any = budgets(setting, reader, Asked("/api/v1/budget"))
    (told,) = answer["budgets"]
    assert told["from"] == f"2026-10-22T{begin}.000Z"
    assert told["bad"] == (60 if level is Level.HOUR else 37)
