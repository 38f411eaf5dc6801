"""What the next minutes should bring, from the same instant of past weeks, in a real store."""

from __future__ import annotations

from datetime import UTC, datetime
from fractions import Fraction

import pytest

from alerts.kinds.forecast import SCALE, Forecast, Week, read_forecast, same_instant
from alerts.kinds.policy import VolumePolicy
from slo.windows import DAY_S, SHANGHAI, Window
from store.records import Level
from tests.alerts.kinds.bank import NOON_S, Bank

POLICY = VolumePolicy()
WINDOW = Window(NOON_S - 30, NOON_S)


def forecast(bank: Bank) -> Forecast:
    """As asked at noon."""
    with bank.store.reading() as reader:
        return read_forecast(reader, NOON_S * 1000, POLICY, SHANGHAI)


def test_the_forecast_is_the_mean_of_the_same_instant_of_past_weeks(bank: Bank) -> None:
    for week, per_minute in ((1, 1000), (2, 1200), (3, 1400), (4, 1600)):
        bank.past_weeks(NOON_S, (week,), per_minute)
    assert forecast(bank).expected("micro", WINDOW) == 650
    assert forecast(bank).expected("unheard", WINDOW) is None


def test_one_festival_among_the_weeks_does_not_lift_it(bank: Bank) -> None:
    for week, per_minute in ((1, 1000), (2, 4000), (3, 1000), (4, 1000)):
        bank.past_weeks(NOON_S, (week,), per_minute)
    assert forecast(bank).expected("micro", WINDOW) == 500


def test_without_a_past_week_there_is_none(bank: Bank) -> None:
    assert forecast(bank) == Forecast(NOON_S)
    assert forecast(bank).expected("micro", WINDOW) is None


def test_one_past_week_is_enough(bank: Bank) -> None:
    bank.past_weeks(NOON_S, (3,), 1000)
    assert forecast(bank).expected("micro", WINDOW) == 500


def test_a_week_with_a_long_gap_is_left_out_and_one_with_a_blink_is_not(bank: Bank) -> None:
    bank.past_weeks(NOON_S, (1,), 1000)
    bank.past_weeks(NOON_S, (2,), 3000)
    bank.register(NOON_S - 15 * DAY_S)
    then_s = NOON_S - 14 * DAY_S
    bank.gap("dc1", then_s - 40, then_s - 10, exact=True)
    bank.gap("dc1", then_s + 7 * DAY_S - 12, then_s + 7 * DAY_S - 10, exact=False)
    assert forecast(bank).expected("micro", WINDOW) == 500


def test_where_minutes_are_gone_hours_are_drawn_out(bank: Bank) -> None:
    """Hours of 60,000 before noon and 120,000 after it: at noon the rate is half way between."""
    noon_then_s = NOON_S - 7 * DAY_S
    bank.history(Level.HOUR, range(noon_then_s - 7200, noon_then_s, 3600), 3600, 60_000)
    bank.history(Level.HOUR, range(noon_then_s, noon_then_s + 7200, 3600), 3600, 120_000)
    found = forecast(bank).expected("micro", Window(NOON_S - 15, NOON_S + 15))
    assert found == 750


def test_rates_between_minutes_are_interpolated() -> None:
    """A minute of 600 before one of 1,200: at their border 15 a second."""
    minutes = {"micro": {0: 600 * SCALE, 60: 1200 * SCALE}}
    found = Forecast(0, (Week(1000, minutes, {}),))
    assert found.expected("micro", Window(1050, 1070)) == 300
    assert found.expected("micro", Window(1020, 1040)) == 200
    assert found.expected("micro", Window(1100, 1130)) is None, "there is no minute after it"


LEVELS = [
    ("as in past weeks", 60_000, 60_000, Fraction(1)),
    ("more than usual lifts nothing", 90_000, 60_000, Fraction(1)),
    ("a holiday lowers it", 45_000, 60_000, Fraction(3, 4)),
    ("but not without end", 6_000, 60_000, Fraction(1, 2)),
]


@pytest.mark.parametrize(("now", "usual", "level"), [row[1:] for row in LEVELS], ids=[row[0] for row in LEVELS])
def test_the_hour_before_says_how_the_day_compares(now: int, usual: int, level: Fraction) -> None:
    found = Forecast(0, (Week(1000, {}, {"micro": usual}),), {"micro": now})
    assert found.level("micro", POLICY) == level


def test_an_hour_that_nobody_observed_lowers_nothing(bank: Bank) -> None:
    bank.past_weeks(NOON_S, (1, 2, 3, 4), 1000)
    bank.register(NOON_S - 60)
    bank.live(NOON_S - 20, NOON_S)
    assert forecast(bank).level("micro", POLICY) == 1


def test_an_hour_that_was_observed_does(bank: Bank) -> None:
    bank.past_weeks(NOON_S, (1, 2, 3, 4), 1000)
    bank.history(Level.MINUTE, range(NOON_S - 3960, NOON_S, 60), 60, 600)
    assert forecast(bank).level("micro", POLICY) == Fraction(3, 5)


def test_the_same_local_time_where_clocks_changed_in_between() -> None:
    """Berlin leaves summer time on 2026-10-25: noon a week before is 169 hours away."""
    noon_s = int(datetime(2026, 10, 26, 11, tzinfo=UTC).timestamp())
    assert noon_s - same_instant(noon_s, 1, "Europe/Berlin") == 169 * 3600
    assert noon_s - same_instant(noon_s, 4, SHANGHAI) == 28 * DAY_S
