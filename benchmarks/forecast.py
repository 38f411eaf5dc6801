"""What the forecasts are worth on any series: ``python -m benchmarks.forecast [CSV] [--zone ZONE] [--holidays US]``.

Without a file, on 400 drawn days. The file has a heading and two columns, time and value: half-hours, hours or days,
local times or with an offset (then days are those of --zone). Prints, over rolling 28-day horizons: WAPE of the chosen
model and of the mean of four same weekdays, how many days the band held, and how often P95 of the 28-day peak covered,
for daily totals and for the busiest slot of the day. Exit 1 when the forecast is worse than the naive one or a coverage
is not in 85 to 100 %.

An empty value is unknown. A day that lacks slots is unknown as a whole; one hour may be missing without --zone (clocks
go forward). Slots that a zone's clocks show twice count towards their day's total and are no peak.
"""

from __future__ import annotations

import argparse
import csv
import math
import random
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import holidays

from slo.forecasting.calendar import Calendar, DayKind
from slo.forecasting.daily import HORIZON_DAYS, NOMINAL, DailyForecasts, Score
from slo.forecasting.models import LOOK_BACK_DAYS
from slo.forecasting.peak import QUANTILE, forecast_peak
from slo.formatting import percent, truncated

_SUNDAY = 6
_LEAST_COVERED = Fraction(85, 100)
_FRACTION_DIGITS = 6
_WEEK = (1.0, 1.02, 1.05, 1.04, 1.1, 1.3, 0.8)
_DRAWN_FROM = date(2025, 10, 1).toordinal()
_MOST = Decimal(10) ** 15
_A_YEAR = timedelta(days=366)


@dataclass
class Days:
    """Slots of each day: how many, their sum (None: one is unknown), the greatest that clocks did not show twice."""

    slots: Counter[int] = field(default_factory=Counter)
    totals: dict[int, Decimal | None] = field(default_factory=dict)
    highest: dict[int, Decimal] = field(default_factory=dict)

    def add(self, day: int, value: Decimal | None, *, twice: bool) -> None:
        """One slot."""
        self.slots[day] += 1
        total = self.totals.get(day, Decimal(0))
        self.totals[day] = None if value is None or total is None else total + value
        if value is not None and not twice:
            self.highest[day] = max(value, self.highest.get(day, value))

    def whole(self, zone: ZoneInfo | None) -> set[int]:
        """Days that lack nothing. The usual number of slots is the most frequent one."""
        usual = Counter(self.slots.values()).most_common(1)[0][0]
        return {
            day
            for day, found in self.slots.items()
            if self.totals[day] is not None and found * 24 >= usual * _hours(day, zone)
        }


def main() -> int:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("csv", type=Path, nargs="?")
    parser.add_argument("--zone", help="time zone of the days, as America/New_York")
    parser.add_argument("--holidays", metavar="COUNTRY", help="public holidays are a kind of day, as CN or US")
    parser.add_argument("--step", type=int, default=1, help="days between two origins (1)")
    parser.add_argument("--first", type=int, default=2 * LOOK_BACK_DAYS, help="days before the first origin (56)")
    args = parser.parse_args()
    try:
        zone = ZoneInfo(args.zone) if args.zone else None
        days = read_days(args.csv, zone) if args.csv else drawn_days()
        calendar = public_holidays(args.holidays, days.slots) if args.holidays else Calendar()
    except (OSError, ValueError, ZoneInfoNotFoundError, NotImplementedError) as error:
        print(f"{args.csv}: {error}", file=sys.stderr)
        return 2
    whole = days.whole(zone)
    if not whole or not days.highest:
        print(f"{args.csv}: no day is whole, so that no total is known", file=sys.stderr)
        return 2
    scale = _scale(days.totals[day] for day in whole)
    totals = {day: int(total * scale) for day in sorted(whole) if (total := days.totals[day]) is not None}
    peaks = {day: int(days.highest[day] * scale) for day in totals if day in days.highest}
    print(f"{len(days.slots)} days, {len(totals)} of them whole, {len(calendar.kinds)} of them holidays")
    good = [show_daily(totals, calendar, args), show_peak("daily total", totals)]
    if max(days.slots.values()) > 1:
        good.append(show_peak("busiest slot", peaks))
    return 0 if all(good) else 1


def drawn_days() -> Days:
    """400 days of 24 hours, always the same: busy days of the week, a bank that grows by a seventh a year, noise."""
    draw = random.Random(7)
    days = Days()
    for number in range(400):
        level = _WEEK[number % 7] * 1.0004**number * draw.lognormvariate(0, 0.06)
        for hour in range(24):
            value = 1_000_000 * level * (1.2 - math.cos(hour * math.tau / 24)) * draw.lognormvariate(0, 0.03)
            days.add(_DRAWN_FROM + number, Decimal(round(value)), twice=False)
    return days


def read_days(path: Path, zone: ZoneInfo | None) -> Days:
    """Slots by day. Raises ValueError with the line."""
    days = Days()
    with path.open(newline="", encoding="utf-8-sig") as file:
        rows = csv.reader(file)
        next(rows, None)
        for row in rows:
            if not row:
                continue
            try:
                day, twice = _when(row[0].strip(), zone)
                days.add(day, _value(row[1].strip()), twice=twice)
            except (ValueError, IndexError, InvalidOperation, OverflowError) as error:
                raise ValueError(f"line {rows.line_num}: {row!r} is not a time and a value: {error}") from error
    if not days.slots:
        raise ValueError("no rows below the heading; write time,value and a row per slot")
    return days


def public_holidays(country: str, days: Iterable[int]) -> Calendar:
    """Public holidays count as Sundays; the library's make-up workdays as Fridays."""
    dates = [date.fromordinal(day) for day in days]
    years = range(min(dates).year - 1, (max(dates) + _A_YEAR).year + 1)
    known = holidays.country_holidays(country, years=years)
    kinds = {day.toordinal(): DayKind("holiday", like_weekday=_SUNDAY) for day in known}
    workdays = getattr(known, "weekend_workdays", ())
    return Calendar(kinds | {day.toordinal(): DayKind("make-up workday", like_weekday=4) for day in workdays})


def show_daily(totals: dict[int, int], calendar: Calendar, args: argparse.Namespace) -> bool:
    """Rolling forecasts of daily totals; whether they are no worse than the naive ones."""
    forecasts = DailyForecasts(totals, calendar)
    score = forecasts.rolling(min(totals) + args.first, max(totals) - HORIZON_DAYS + 1, args.step)
    if score.wape is None or score.naive_wape is None:
        print("daily totals: not enough days for a back-test")
        return False
    print(f"daily totals, {HORIZON_DAYS} days: WAPE {_percent(score.wape)}, naive {_percent(score.naive_wape)}")
    print(f"  band: nominal {_percent(NOMINAL)}, achieved {_achieved(score)}")
    outcome = forecasts.forecast(max(totals) + 1)
    if outcome.forecast is not None:
        with_calendar = " with the calendar" if outcome.forecast.uses_calendar else ""
        print(f"  model from here: {outcome.forecast.model}{with_calendar}")
    return score.wape <= score.naive_wape


def show_peak(what: str, peaks: dict[int, int]) -> bool:
    """P95 of the 28-day peak; whether it covered 85 to 100 % of rolling windows."""
    found = forecast_peak(peaks, max(peaks) + 1, HORIZON_DAYS)
    if found.peak is None or found.peak.achieved is None:
        print(f"{what}: {found.reason or 'no window has passed yet'}")
        return False
    peak, achieved = found.peak, found.peak.achieved or Fraction(0)
    print(
        f"{what}, {HORIZON_DAYS}-day peak: nominal {_percent(QUANTILE)}, achieved {_percent(achieved)}"
        f" ({peak.covered} of {peak.checked} windows); highest x {truncated(peak.ratio, 3)}"
    )
    return achieved >= _LEAST_COVERED


def _when(text: str, zone: ZoneInfo | None) -> tuple[int, bool]:
    """Day of a slot, and whether clocks showed its time twice."""
    seconds = text.replace(".", "", 1).isdigit()
    moment = datetime.fromtimestamp(float(text), UTC) if seconds else datetime.fromisoformat(text)
    if moment.tzinfo is not None:
        return moment.astimezone(zone or UTC).date().toordinal(), False
    local = moment.replace(tzinfo=zone)
    return moment.date().toordinal(), local.utcoffset() != local.replace(fold=1).utcoffset()


def _value(text: str) -> Decimal | None:
    """A finite number; None for what is empty or says that there is none."""
    if text.lower() in ("", "nan", "null", "none", "na"):
        return None
    value = Decimal(text)
    if not 0 <= value <= _MOST:
        raise ValueError(f"a value lies between 0 and {_MOST:.0e}")
    return value


def _hours(day: int, zone: ZoneInfo | None) -> int:
    """Hours of a day; 23 when clocks may have gone forward and nobody knows."""
    if zone is None:
        return 23
    here, there = (datetime.combine(date.fromordinal(each), datetime.min.time(), zone) for each in (day, day + 1))
    return min(24, round((there.astimezone(UTC) - here.astimezone(UTC)) / timedelta(hours=1)))


def _scale(totals: Iterable[Decimal | None]) -> int:
    """What makes whole numbers of all totals, up to six decimals."""
    digits = [-int(exponent) for each in totals if each is not None for exponent in _exponents(each)]
    return 10 ** min(_FRACTION_DIGITS, max(0, *digits, 0))


def _exponents(value: Decimal) -> Iterator[int]:
    exponent = value.normalize().as_tuple().exponent
    if isinstance(exponent, int):
        yield exponent


def _achieved(score: Score) -> str:
    if not score.checked:
        return "not known"
    return f"{_percent(Fraction(score.covered, score.checked))} ({score.covered} of {score.checked} days)"


def _percent(share: Fraction) -> str:
    return f"{percent(share, 2)} %"


if __name__ == "__main__":
    raise SystemExit(main())
