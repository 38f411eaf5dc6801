"""The thirty days begin where their counts do, and say where."""

from __future__ import annotations

from typing import Any

import pytest

from dashboard.render import as_json
from slo.counts import Counts
from slo.windows import DAY_S, HOUR_S, MINUTE_S
from store.records import HistoryChunk, Level, Scope, Span, Unit

Bank = Any

MIDNIGHT_S = 1_795_190_400  # 2026-11-21 00:00 in Shanghai
THIRTY_S = 30 * DAY_S
CELLS = 4


def day_of_history(bank: Bank, day_s: int, level: Level, step_s: int) -> None:
    """A simulated day with an event per minute and cell, in slices of one level and as a whole."""
    each = Counts(good=step_s // MINUTE_S)
    whole = Counts(good=DAY_S // MINUTE_S)
    counts: dict[tuple[Level, int, Unit], Counts] = {}
    levels = {level: (step_s, each), Level.HOUR: (HOUR_S, Counts(good=60)), Level.DAY: (DAY_S, whole)}
    for of_level, (length_s, of_slice) in levels.items():
        for at_s in range(day_s, day_s + DAY_S, length_s):
            for product in bank.catalog.products:
                for center in bank.catalog.data_centers:
                    counts[of_level, at_s, Unit(Scope.CELL, product.id, center.id)] = of_slice
            bank_of_slice = Counts(good=of_slice.good * CELLS)
            counts[of_level, at_s, Unit(Scope.BANK)] = bank_of_slice
    bank.store.add_history(HistoryChunk(Span(day_s, day_s + DAY_S), counts))


@pytest.fixture
def coarse(bank: Bank) -> Bank:
    """A bank whose thirty-one days before today are hours, as the older days of the demo."""
    for day_s in range(MIDNIGHT_S - 31 * DAY_S, MIDNIGHT_S, DAY_S):
        day_of_history(bank, day_s, Level.HOUR, HOUR_S)
    return bank


def rolling(bank: Bank, now_s: int) -> Any:
    """The bank's thirty days at an instant."""
    return bank.snapshot(now_s).bank.rolling


@pytest.mark.parametrize("minute", [0, 1, 23, 59])
def test_an_hour_that_is_stored_as_a_whole_is_counted_as_a_whole(coarse: Bank, minute: int) -> None:
    """Every event from the begin that is said until now is in the total, at whatever minute one looks."""
    now_s = MIDNIGHT_S + 10 * HOUR_S + minute * MINUTE_S
    thirty = rolling(coarse, now_s)
    assert thirty.window.from_ms == (MIDNIGHT_S + 10 * HOUR_S - THIRTY_S) * 1000
    seen_minutes = MIDNIGHT_S - thirty.window.from_ms // 1000
    assert thirty.availability.counts == Counts(good=CELLS * seen_minutes // MINUTE_S)


def test_the_total_falls_by_no_more_than_what_left_the_window(coarse: Bank) -> None:
    """From look to look it loses exactly what lies before the new begin, and the screen says where that is."""
    at_s = MIDNIGHT_S + 10 * HOUR_S
    looks = [rolling(coarse, at_s + minute * MINUTE_S) for minute in (1, 58, 60, 61)]
    totals = [look.availability.counts.good for look in looks]
    begins = [look.window.from_ms // 60_000 for look in looks]
    assert [totals[0] - each for each in totals] == [CELLS * (each - begins[0]) for each in begins]
    assert totals[0] == totals[1] == totals[2] + CELLS * 60


def test_where_the_minutes_are_kept_the_window_is_thirty_days_to_the_minute(bank: Bank) -> None:
    """The oldest day by the minute, the others by the hour."""
    day_of_history(bank, MIDNIGHT_S - 30 * DAY_S, Level.MINUTE, MINUTE_S)
    for day_s in range(MIDNIGHT_S - 29 * DAY_S, MIDNIGHT_S, DAY_S):
        day_of_history(bank, day_s, Level.HOUR, HOUR_S)
    for minute in (23, 24):
        now_s = MIDNIGHT_S + 10 * HOUR_S + minute * MINUTE_S
        thirty = rolling(bank, now_s)
        assert thirty.window.from_ms == (now_s - THIRTY_S) * 1000
        assert thirty.availability.counts.good == CELLS * (MIDNIGHT_S - now_s + THIRTY_S) // MINUTE_S


def test_the_document_says_where_the_thirty_days_begin(coarse: Bank) -> None:
    """For the bank and for each product alike; today begins at midnight."""
    snapshot = coarse.snapshot(MIDNIGHT_S + 10 * HOUR_S + 23 * MINUTE_S)
    document = as_json(snapshot, coarse.setting)
    for shown in (document["bank"], *document["products"]):
        assert shown["availability"]["rolling_30d"]["from"] == "2026-10-22T02:00:00Z"
        assert shown["availability"]["today"]["from"] == "2026-11-20T16:00:00Z"


def test_what_lies_before_the_first_count_is_still_unseen(coarse: Bank) -> None:
    """The begin at the hour neither hides nor invents time that nobody saw: only today is missing here."""
    now_s = MIDNIGHT_S + 10 * HOUR_S + 23 * MINUTE_S
    thirty = rolling(coarse, now_s)
    seen_ms = MIDNIGHT_S * 1000 - thirty.window.from_ms
    assert thirty.completeness.numerator * (now_s * 1000 - thirty.window.from_ms) == (
        thirty.completeness.denominator * seen_ms
    )
