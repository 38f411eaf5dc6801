"""Days as they are read: a watched day on which nothing happened is 0, one that nobody watched is not known."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from reports.peaks.calendar import NO_KINDS
from reports.peaks.forecasting import outlook
from reports.peaks.gathering import read_days, until_now
from slo.windows import SHANGHAI, day_window
from store.memory import MemoryStore
from store.records import Batch, Gap, Read, Source

TODAY = date(2026, 11, 22)
SUNDAY = 6
QUIET = date(2026, 11, 15)


def test_a_product_that_rests_on_sundays_has_zeros_and_a_forecast(
    store: MemoryStore, told: Callable[..., None], now_ms: int
) -> None:
    told(100, lambda day, _: 0 if day.weekday() == SUNDAY else 600_000)
    with store.reading() as reader:
        seen = read_days(reader, until_now(now_ms // 1000, SHANGHAI), SHANGHAI, "weilidai")
    assert (seen.totals()[QUIET.toordinal()], seen.peaks()[QUIET.toordinal()]) == (0, 0)
    look = outlook(NO_KINDS, seen.totals(), seen.peaks(), TODAY)
    assert look.peak.peak is not None
    assert look.daily.forecast is not None
    assert [each.point for each in look.daily.forecast.days if date.fromordinal(each.day).weekday() == SUNDAY] == [
        0
    ] * 4


@pytest.mark.parametrize("hidden", [True, False])
def test_a_day_that_a_gap_touches_is_not_known(
    store: MemoryStore, told: Callable[..., None], now_ms: int, *, hidden: bool
) -> None:
    """Its transactions are told when the source is read again, be it exactly: where they were is not known."""
    told(40, lambda day, _: 0 if day == QUIET else 600_000)
    begin_ms = day_window(QUIET, SHANGHAI).from_s * 1000
    gap = Gap("dc1", begin_ms + 3_600_000, begin_ms + 7_200_000, True, "not reached")
    store.register(Source("dc1", "exposition", "dc1", 1000), begin_ms)
    version = store.resume("dc1").version
    batch = Batch("dc1", version, (Read(now_ms, True),), watermark_ms=now_ms, gaps=(gap,) if hidden else ())
    store.commit(batch)
    with store.reading() as reader:
        totals = read_days(reader, until_now(now_ms // 1000, SHANGHAI), SHANGHAI).totals()
    assert totals.get(QUIET.toordinal()) == (None if hidden else 0)
    assert totals[QUIET.toordinal() + 1] == 600_000
