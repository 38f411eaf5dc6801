"""What forecasts are worth on drawn series of fourteen kinds: `python -m benchmarks.forecast_kinds [--seeds 10]`.

Each kind is drawn for each seed and length (120, 215, 365 and 730 days): what real series do, one thing at a time or
several. Prints by kind in how many series the chosen model was worse than the naive one, and by how much at worst; in
how many P95 of the 28-day peak covered less than 85 % of rolling windows; and the widest ratio. `--no-daily` leaves the
first part out, which takes nine tenths of the time. Exit 1 when a model was worse than naive by more than 3 %.
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Callable, Iterator
from datetime import date
from fractions import Fraction
from random import Random

from slo.forecasting.daily import HORIZON_DAYS, DailyForecasts
from slo.forecasting.models import LOOK_BACK_DAYS
from slo.forecasting.peak import forecast_peak
from slo.formatting import percent, truncated

LENGTHS = (120, 215, 365, 730)
MOST_WORSE = Fraction(3, 100)
COVERED = Fraction(85, 100)
_FIRST = date(2024, 1, 1).toordinal()
_YEAR = 365.25
_DAILY_EVERY = 14
_LONGEST_DAILY = 365

Draw = Callable[[int, Random], Iterator[float | None]]


def _week(draw: Random, spread: float) -> list[float]:
    return [draw.lognormvariate(0, spread) for _ in range(7)]


def _requests(days: int, draw: Random) -> Iterator[float]:
    """Web requests: growth, a week, spikes that come from nowhere."""
    growth, week, scale = draw.uniform(0, 0.002), _week(draw, 0.15), 10 ** draw.uniform(3, 9)
    for day in range(days):
        spike = draw.uniform(1.3, 2.5) if draw.random() < 0.008 else 1.0
        yield scale * math.exp(growth * day) * week[day % 7] * draw.lognormvariate(0, 0.07) * spike


def _page_views(days: int, draw: Random) -> Iterator[float]:
    """A level that wanders, bursts that fade within days."""
    level = burst = 0.0
    week, scale = _week(draw, 0.08), 10 ** draw.uniform(2, 5)
    for day in range(days):
        level, burst = 0.95 * level + draw.gauss(0, 0.06), 0.6 * burst
        burst += draw.paretovariate(1.5) * 0.4 if draw.random() < 0.012 else 0.0
        yield scale * math.exp(level) * week[day % 7] * (1 + burst) * draw.lognormvariate(0, 0.06)


def _bike_hires(days: int, draw: Random) -> Iterator[float]:
    """A season that quadruples, weather that only ever takes away."""
    begin, scale, weather = draw.uniform(0, 365), 10 ** draw.uniform(3, 4.5), 0.0
    for day in range(days):
        weather = 0.4 * weather + draw.gauss(0, 1)
        season = (1 + 0.65 * math.sin((day + begin) * math.tau / _YEAR)) * (1 + 0.0008 * day)
        weekday = (0.95, 1.0, 1.02, 1.03, 1.05, 1.0, 0.85)[day % 7]
        yield scale * season * weekday * max(0.05, 1 - 0.22 * max(0.0, weather))


def _electricity(days: int, draw: Random) -> Iterator[float]:
    """Two smooth seasons a year, weather that lasts."""
    begin, scale, weather = draw.uniform(0, 365), 10 ** draw.uniform(5, 9), 0.0
    for day in range(days):
        weather = 0.85 * weather + draw.gauss(0, 0.03)
        season = 1 + 0.2 * math.cos((day + begin) * 2 * math.tau / _YEAR) + weather
        yield scale * season * (1.0, 1.02, 1.02, 1.01, 1.0, 0.9, 0.85)[day % 7]


def _retail(days: int, draw: Random) -> Iterator[float]:
    """December, one sale in November, closed on two days of the year."""
    begin, scale = draw.randrange(365), 10 ** draw.uniform(2, 6)
    for day in range(days):
        of_year = (day + begin) % 365
        value = scale * (1 + 1.2 * math.exp(-(((of_year - 352) / 12) ** 2))) * (1 + 0.0003 * day)
        value *= (0.8, 0.85, 0.9, 1.0, 1.4, 1.6, 0.6)[day % 7] * draw.lognormvariate(0, 0.12)
        special = 0.0 if of_year in {0, 358} else 1.9 if of_year == 328 else 0.5 if of_year > 358 else 1.0
        yield value * special


def _holidays(days: int, draw: Random) -> Iterator[float]:
    """A steady week, halved on fourteen days of the year."""
    scale, week, begin = 10 ** draw.uniform(4, 9), _week(draw, 0.2), draw.randrange(365)
    quiet = {1, 2, 3, 40, 41, 42, 43, 120, 121, 180, 274, 275, 276, 277}
    for day in range(days):
        yield scale * week[day % 7] * draw.lognormvariate(0, 0.05) * (0.5 if (day + begin) % 365 in quiet else 1.0)


def _step(days: int, draw: Random) -> Iterator[float]:
    """One lasting step up or down."""
    at, factor = draw.randrange(70, days - 30), draw.choice((0.4, 0.6, 1.6, 2.5, 4.0))
    for day, value in enumerate(_holidays(days, draw)):
        yield value * (factor if day >= at else 1.0)


def _one_day(days: int, draw: Random) -> Iterator[float]:
    """Requests, and one day 3, 8 or 30 times as high."""
    at, factor = draw.randrange(40, days - 20), draw.choice((3, 8, 30))
    for day, value in enumerate(_requests(days, draw)):
        yield value * (factor if day == at else 1)


def _few(days: int, draw: Random) -> Iterator[float]:
    """Mostly zeros to tens of events."""
    mean, week = 10 ** draw.uniform(-0.5, 1.2), _week(draw, 0.3)
    for day in range(days):
        left, count = draw.expovariate(1.0), 0
        while left < mean * week[day % 7]:
            left, count = left + draw.expovariate(1.0), count + 1
        yield count


def _holes(days: int, draw: Random) -> Iterator[float | None]:
    """Bike hires or requests, one day in sixteen unknown."""
    for value in (_bike_hires if draw.random() < 0.5 else _requests)(days, draw):
        yield None if draw.random() < 0.06 else value


def _walk(days: int, draw: Random) -> Iterator[float]:
    """A random walk: nothing can be foretold but where it is."""
    level, scale, spread, week = 0.0, 10 ** draw.uniform(3, 9), draw.uniform(0.02, 0.06), _week(draw, 0.1)
    for day in range(days):
        level += draw.gauss(0, spread)
        yield scale * math.exp(level) * week[day % 7]


def _trend(days: int, draw: Random) -> Iterator[float]:
    """Steep growth or decline."""
    growth = draw.choice((-1, 1)) * draw.uniform(0.002, 0.008)
    scale, week = 10 ** draw.uniform(4, 8), _week(draw, 0.2)
    for day in range(days):
        yield scale * math.exp(growth * day) * week[day % 7] * draw.lognormvariate(0, 0.06)


def _noise(days: int, draw: Random) -> Iterator[float]:
    """No week, no season."""
    scale, spread = 10 ** draw.uniform(2, 8), draw.uniform(0.1, 0.8)
    for _ in range(days):
        yield scale * draw.lognormvariate(0, spread)


def _paydays(days: int, draw: Random) -> Iterator[float]:
    """Half as much again on the 10th and 15th, busy ends of months."""
    scale, week = 10 ** draw.uniform(4, 9), _week(draw, 0.1)
    for day in range(days):
        of_month = date.fromordinal(_FIRST + day).day
        factor = 1.5 if of_month in {10, 15} else 1.3 if of_month >= 28 else 1.0
        yield scale * week[day % 7] * draw.lognormvariate(0, 0.06) * factor * (1 + 0.0004 * day)


KINDS: dict[str, Draw] = {
    "web requests": _requests,
    "page views": _page_views,
    "bike hires": _bike_hires,
    "electricity": _electricity,
    "retail": _retail,
    "holidays": _holidays,
    "a step": _step,
    "one odd day": _one_day,
    "few events": _few,
    "holes": _holes,
    "random walk": _walk,
    "trend": _trend,
    "noise": _noise,
    "paydays": _paydays,
}


def series(kind: str, days: int, seed: int) -> dict[int, int]:
    """Known days of one drawn series, by ordinal."""
    drawn = KINDS[kind](days, Random(f"{kind}/{days}/{seed}"))
    return {_FIRST + day: int(value) for day, value in enumerate(drawn) if value is not None}


def worse_than_naive(totals: dict[int, int]) -> Fraction | None:
    """WAPE of the chosen model over the naive one's, less 1; None when nothing could be compared."""
    first, last = min(totals) + 2 * LOOK_BACK_DAYS, max(totals) - HORIZON_DAYS + 1
    score = DailyForecasts(totals).rolling(first, last, _DAILY_EVERY)
    return score.wape / score.naive_wape - 1 if score.wape is not None and score.naive_wape else None


def main() -> int:
    """Prints a line for each kind and the sums."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--no-daily", action="store_true")
    args = parser.parse_args()
    every: list[Fraction] = []
    low = dict.fromkeys(LENGTHS, 0)
    for kind in KINDS:
        drawn = [(days, series(kind, days, seed)) for days in LENGTHS for seed in range(args.seeds)]
        daily = [] if args.no_daily else [each for days, each in drawn if days <= _LONGEST_DAILY]
        worse = [found for each in daily if (found := worse_than_naive(each)) is not None]
        every += worse
        print(f"{kind:13} {_daily(worse)}; {_peaks(drawn, low)}", flush=True)
    print(
        f"all           {_daily(every)}; P95 below 85 %: " + ", ".join(f"{n} of {days} days" for days, n in low.items())
    )
    return 1 if every and max(every) > MOST_WORSE else 0


def _daily(worse: list[Fraction]) -> str:
    if not worse:
        return "not compared"
    found = sum(each > 0 for each in worse)
    mean = sum(worse, Fraction(0)) / len(worse)
    return f"worse than naive {found} of {len(worse)}, at worst {_signed(max(worse))}, mean {_signed(mean)}"


def _peaks(drawn: list[tuple[int, dict[int, int]]], low: dict[int, int]) -> str:
    """P95 of the 28-day peak of one kind; counts in ``low`` by length where it covered too little."""
    covered, ratios = [], []
    for days, totals in drawn:
        peak = forecast_peak(totals, max(totals) + 1, HORIZON_DAYS).peak
        if peak is None or peak.achieved is None:
            continue
        covered.append(peak.achieved)
        ratios.append(peak.ratio)
        low[days] += peak.achieved < COVERED
    few = sum(each < COVERED for each in covered)
    middle = truncated(sorted(ratios)[len(ratios) // 2], 2)
    return f"P95 below 85 %: {few} of {len(covered)}, least {percent(min(covered), 1)} %, middle ratio {middle}"


def _signed(share: Fraction) -> str:
    return f"{float(share):+.1%}"


if __name__ == "__main__":
    raise SystemExit(main())
