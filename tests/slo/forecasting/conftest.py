"""Series of days that are drawn, so that what they hold is known."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

WEEK = (1.0, 1.02, 1.05, 1.04, 1.1, 1.3, 0.8)

Drawn = Callable[..., dict[int, int]]


def drawn(seed: int, days: int = 300, *, spread: float = 0.05, growth: float = 1.0) -> dict[int, int]:
    """About a million a day with a week's shape, a log-normal spread and growth of a day; days count from 0."""
    draw = random.Random(seed)
    return {day: round(1_000_000 * WEEK[day % 7] * growth**day * draw.lognormvariate(0, spread)) for day in range(days)}


@pytest.fixture
def draw_days() -> Drawn:
    """Draws a series: ``draw_days(seed, days, spread=, growth=)``."""
    return drawn
