"""The simulated past tells the busiest minute and second of every day."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from lending.curve import local_day, midnight_s
from lending.estate import Estate, load_estate
from lending.history import HistoryChunk, history
from lending.history_peaks import BANK

UNTIL_S = int(datetime(2026, 11, 21, 12, 7, tzinfo=ZoneInfo("Asia/Shanghai")).timestamp())
SCALE = 1_000_000_000


@pytest.fixture(scope="module")
def estate() -> Estate:
    """The estate of the demo."""
    return load_estate(Path(__file__).parents[2] / "config" / "estate.yaml")


@pytest.fixture(scope="module")
def past(estate: Estate) -> list[HistoryChunk]:
    """Twelve days: eight by the minute, the others by the hour."""
    return list(history(estate, UNTIL_S, 11, 1, SCALE))


def test_a_day_that_was_counted_by_the_hour_tells_its_busiest_minute(estate: Estate, past: list[HistoryChunk]) -> None:
    """About what the curve expects of it, of the bank and of every product, within the hour that holds it."""
    old = [chunk for chunk in past if chunk.level == "hour"]
    assert len(old) == 4
    for chunk in old:
        told = {row.product: row for row in chunk.peaks.minutes}
        assert set(told) == {BANK, *(product.id for product in estate.products)}
        hours: Counter[int] = Counter()
        for row in chunk.rows:
            hours[row.at_s] += row.transactions
        bank = told[BANK]
        busiest_hour = max(hours.values())
        assert busiest_hour / 60 < bank.transactions < busiest_hour / 60 * 1.3  # Double 11 opens within its hour
        assert bank.transactions <= hours[bank.at_s - bank.at_s % 3600]
        assert chunk.from_s <= bank.at_s < chunk.to_s
        assert max(told[product.id].transactions for product in estate.products) < bank.transactions


def test_the_busiest_second_lies_above_the_mean_second_of_its_minute(past: list[HistoryChunk]) -> None:
    """Sixty draws around the mean: the greatest is above it, and near."""
    chunk = next(chunk for chunk in past if chunk.level == "hour")
    minute = next(row for row in chunk.peaks.minutes if row.product == BANK)
    second = next(row for row in chunk.peaks.seconds if row.product == BANK)
    assert minute.transactions / 60 < second.transactions < minute.transactions / 60 * 1.1
    assert second.at_s - second.at_s % 60 == minute.at_s


def test_an_hour_of_minutes_leaves_the_minute_to_its_rows(past: list[HistoryChunk]) -> None:
    """The second still is told: there are no slots in the past."""
    today = [chunk for chunk in past if chunk.from_s >= midnight_s(local_day(UNTIL_S))]
    assert len(today) == 13
    for chunk in today:
        assert not chunk.peaks.minutes
        assert chunk.from_s <= chunk.peaks.seconds[0].at_s < chunk.to_s


def test_a_second_of_a_small_bank_is_no_more_than_its_minute(estate: Estate) -> None:
    """A few transactions a day."""
    for chunk in history(estate, UNTIL_S, 10, 1, 200):
        seconds = {row.product: row for row in chunk.peaks.seconds}
        if chunk.level == "hour":
            hours = Counter[tuple[str, int]]()
            for row in chunk.rows:
                hours[row.product, row.at_s] += row.transactions
            for told in chunk.peaks.minutes:
                if told.product != BANK:
                    assert told.transactions <= hours[told.product, told.at_s - told.at_s % 3600]
        else:
            begun = Counter[str]()
            for row in chunk.rows:
                begun[row.product] += row.transactions
            assert all(row.transactions <= begun[name] for name, row in seconds.items() if name != BANK)
