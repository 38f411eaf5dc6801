"""A bank whose days are told: totals, busiest minutes and seconds."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest

from slo.counts import Counts
from slo.windows import SHANGHAI, day_window
from store.memory import MemoryStore
from store.records import DayPeak, HistoryChunk, Level, Scope, Span, Unit

BANK, LOAN = Unit(Scope.BANK), Unit(Scope.PRODUCT, "weilidai")
TESTED = Unit(Scope.BANK, traffic="load_test")
TODAY = date(2026, 11, 22)
Told = Callable[[date, int], int]


@pytest.fixture
def store() -> MemoryStore:
    """Empty."""
    return MemoryStore(SHANGHAI)


def tell(store: MemoryStore, days: int, total: Told, *, until: date = TODAY, hours: int = 24) -> None:
    """So many whole days before ``until``: ``total(day, number)`` transactions each, a 600th of them in the busiest
    minute at 10:00, a 30,000th in its second second; the loan has half of everything.
    ``hours``: of each day that are over; its transactions are spread evenly over them."""
    for number in range(days):
        day = until - timedelta(days=days - number)
        window = day_window(day, SHANGHAI)
        begun = total(day, number)
        ten_s = window.from_s + 36_000
        counts = {
            (Level.DAY, window.from_s, BANK): Counts(begun, 0, 0, begun),
            (Level.DAY, window.from_s, LOAN): Counts(begun // 2, 0, 0, begun // 2),
        }
        for hour in range(hours):
            counts[Level.HOUR, window.from_s + hour * 3600, BANK] = Counts(begun // hours, 0, 0, begun // hours)
        minutes = (DayPeak(ten_s, BANK, begun // 600), DayPeak(ten_s, LOAN, begun // 1200))
        seconds = (DayPeak(ten_s + 1, BANK, begun // 30_000),)
        chunk = HistoryChunk(
            Span(window.from_s, window.from_s + hours * 3600), counts, peak_minutes=minutes, peak_seconds=seconds
        )
        store.add_history(chunk)


@pytest.fixture
def told(store: MemoryStore) -> Callable[..., None]:
    """Fills the store; see ``tell``."""
    return lambda days, total, **options: tell(store, days, total, **options)


@pytest.fixture
def now_ms() -> int:
    """Noon of TODAY in Shanghai."""
    return (day_window(TODAY, SHANGHAI).from_s + 43_200) * 1000
