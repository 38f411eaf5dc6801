"""A cost line beside its own past."""

from __future__ import annotations

from fractions import Fraction

import pytest

from slo.cost_anomaly import standing

PAST = [1_000, 1_040, 960, 1_020, 980, 1_010, 990]


@pytest.mark.parametrize(
    ("fen", "unusual"),
    [
        pytest.param(1_050, False, id="as ever"),
        pytest.param(1_120, True, id="dearer than ever"),
        pytest.param(880, True, id="cheaper than ever"),
        pytest.param(-1_000, True, id="a credit where there was none"),
    ],
)
def test_a_month_is_unusual_far_from_the_median(fen: int, unusual: bool) -> None:
    found = standing(PAST, fen)
    assert found is not None
    assert (found.median_fen, found.spread_fen, found.unusual) == (1_000, 20, unusual)


def test_one_dear_month_in_the_past_hides_nothing() -> None:
    found = standing([*PAST, 90_000], 2_000)
    assert found is not None
    assert found.unusual
    assert found.score > 30


@pytest.mark.parametrize(
    ("always", "fen", "unusual"),
    [
        pytest.param(1_000_000, 1_000_001, False, id="a fen more than always"),
        pytest.param(1_000_000, 1_040_000, False, id="four per cent more"),
        pytest.param(1_000_000, 1_060_000, True, id="six per cent more"),
        pytest.param(0, 5, False, id="a few fen where there was nothing"),
        pytest.param(0, 500, True, id="something where there was nothing"),
        pytest.param(-1_000_000, -900_000, True, id="a smaller credit"),
    ],
)
def test_a_line_that_never_varied_has_some_play(always: int, fen: int, unusual: bool) -> None:
    found = standing([always] * 12, fen)
    assert found is not None
    assert found.unusual is unusual


def test_a_month_that_is_not_known_is_not_a_month_without_cost() -> None:
    found = standing([*PAST, None, None], 1_000)
    assert found is not None
    assert (found.months, found.score) == (7, Fraction(0))


def test_six_months_must_be_known() -> None:
    assert standing([1_000, None, 1_000, 1_000, 1_000, 1_000], 5_000) is None
