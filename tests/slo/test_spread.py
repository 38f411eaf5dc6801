"""How long things took: the nearest rank for P90, the middle for the median."""

from __future__ import annotations

from fractions import Fraction

import pytest

from slo.spread import Spread, spread

SPREADS: list[tuple[str, list[int | None], Spread]] = [
    ("nothing", [], Spread(0, 0, None, None, None)),
    ("nothing known", [None, None], Spread(0, 2, None, None, None)),
    ("one", [7], Spread(1, 0, Fraction(7), 7, 7)),
    ("two: the median lies between", [8, 1, None], Spread(2, 1, Fraction(9, 2), 8, 8)),
    ("ten: the ninth is P90", list(range(10, 0, -1)), Spread(10, 0, Fraction(11, 2), 9, 10)),
    ("eleven: the tenth is P90", list(range(11)), Spread(11, 0, Fraction(5), 9, 10)),
    ("a time of 0 is known", [0, None], Spread(1, 1, Fraction(0), 0, 0)),
]


@pytest.mark.parametrize(("what", "times", "wanted"), SPREADS, ids=[each[0] for each in SPREADS])
def test_spread(what: str, times: list[int | None], wanted: Spread) -> None:
    """Nearest rank for P90, the middle for the median."""
    assert spread(times) == wanted
