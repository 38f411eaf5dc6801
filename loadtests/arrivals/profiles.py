"""The shapes of load that can be asked for by name, as pure functions: rate and duration -> Schedule."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from fractions import Fraction

from loadtests.arrivals.schedule import SECOND_NS, Schedule, Stretch

DOUBLE_11_HOURLY_PERCENT = (
    # Share of the day's greatest rate in each hour of 11 November: a rush at midnight, a quiet night, and the evening.
    (100, 62, 30, 16, 11, 10, 14, 24, 41, 58, 66, 63, 57, 55, 56, 57, 58, 59, 62, 71, 84, 88, 79, 64)
)
_MIDNIGHT_RUSH_PERCENT = (100, 97, 92, 86, 80, 74)
"""The first hour in sixths: nearly all of the night's peak lies in its first minutes."""

_STEPS = 5
_SPIKE_TIMES = 5
_RAMP_PARTS = 20


def constant(rate: Fraction, duration_ns: int) -> Schedule:
    """The same rate from begin to end."""
    return Schedule((Stretch(duration_ns, rate),))


def step(rate: Fraction, duration_ns: int) -> Schedule:
    """Five equal steps up to the rate: 20 %, 40 % ... 100 %."""
    return _parts(duration_ns, [rate * (n + 1) / _STEPS for n in range(_STEPS)])


def spike(rate: Fraction, duration_ns: int) -> Schedule:
    """The rate, and five times as much in the middle tenth."""
    return _parts(duration_ns, [rate * (_SPIKE_TIMES if 9 <= n < 11 else 1) for n in range(20)])  # noqa: PLR2004 - 20ths


def soak(rate: Fraction, duration_ns: int) -> Schedule:
    """Up in the first twentieth, then the rate for long."""
    ramp_ns = duration_ns // _RAMP_PARTS
    ramp = _parts(ramp_ns, [rate * (n + 1) / _RAMP_PARTS for n in range(_RAMP_PARTS)]).stretches
    return Schedule((*ramp, Stretch(duration_ns - ramp_ns, rate)))


def double_11(rate: Fraction, duration_ns: int) -> Schedule:
    """11 November from midnight to midnight, compressed into the duration; the rate is its greatest."""
    sixths = [percent for hour in DOUBLE_11_HOURLY_PERCENT for percent in [hour] * 6]
    sixths[:6] = _MIDNIGHT_RUSH_PERCENT
    return _parts(duration_ns, [rate * percent / 100 for percent in sixths])


PROFILES: dict[str, Callable[[Fraction, int], Schedule]] = {
    "constant": constant,
    "poisson": constant,
    "step": step,
    "spike": spike,
    "soak": soak,
    "double11": double_11,
}
"""By name; ``poisson`` has the constant's mean and draws its arrivals (``pacing.Plan``)."""


def _parts(duration_ns: int, rates: list[Fraction]) -> Schedule:
    """Equal parts, to the nanosecond together as long as the duration."""
    bounds = [duration_ns * n // len(rates) for n in range(len(rates) + 1)]
    widths = (end - begin for begin, end in itertools.pairwise(bounds))
    return Schedule(tuple(Stretch(width, rate) for width, rate in zip(widths, rates, strict=True) if width))


def seconds_ns(seconds: Fraction) -> int:
    """Whole nanoseconds of so many seconds."""
    return int(seconds * SECOND_NS)
