"""Series texts and numbers as they stand on pages."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.page import is_value, milliseconds, parsed_series, series_text, whole_number

NAMES = st.from_regex(r"[a-zA-Z_:][a-zA-Z0-9_:]{0,8}", fullmatch=True)
LABEL_NAMES = st.from_regex(r"[a-zA-Z_][a-zA-Z0-9_]{0,6}", fullmatch=True)


@given(name=NAMES, labels=st.dictionaries(LABEL_NAMES, st.text(), max_size=4))
def test_a_series_text_is_read_back_as_its_name_and_labels(name: str, labels: dict[str, str]) -> None:
    """Whatever stands in the values: quotes, backslashes, line breaks, braces, commas."""
    assert parsed_series(series_text(name, labels)) == (name, labels)


def test_the_order_of_labels_does_not_change_the_series() -> None:
    """An exporter that writes them in another order after a restart shows the same series."""
    assert series_text("a", {"x": "1", "b": "2"}) == series_text("a", {"b": "2", "x": "1"}) == 'a{b="2",x="1"}'


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0", 0),
        ("17", 17),
        ("17.0", 17),
        ("1.7e1", 17),
        ("+17", 17),
        ("1.7E+01", 17),
        ("9223372036854775807", 2**63 - 1),
        ("9007199254740993", 2**53 + 1),
        ("9223372036854775808", None),
        ("1e400", None),
        ("1e999999999999", None),
        ("9" * 5000, None),
        ("17.5", None),
        ("1e-1", None),
        ("-1", None),
        ("NaN", None),
        ("+Inf", None),
        ("1_000", None),
        ("٣", None),
        ("²", None),
        ("", None),
        (" 1", None),
        ("0x10", None),
    ],
)
def test_a_counter_value_is_an_exact_integer_or_none(text: str, number: int | None) -> None:
    """Beyond 2**53 too, where a float would already be another number."""
    assert whole_number(text) == number


@given(st.integers(0, 2**63 - 1))
def test_every_spelling_of_an_integer_means_the_same(number: int) -> None:
    """As Go, Java and Python clients write it."""
    assert whole_number(str(number)) == whole_number(f"{number}.0") == whole_number(f"{number}e0") == number


@pytest.mark.parametrize(
    ("text", "ms"),
    [
        ("1795347619.25", 1795347619250),
        ("1.79534761925e+09", 1795347619250),
        ("1795347619.2499998", 1795347619250),
        ("0", 0),
        ("-1", None),
        ("NaN", None),
        ("soon", None),
    ],
)
def test_seconds_become_the_nearest_millisecond(text: str, ms: int | None) -> None:
    """Floats carry noise behind the millisecond."""
    assert milliseconds(text) == ms


@pytest.mark.parametrize(("text", "is_one"), [("1", True), ("NaN", True), ("-Inf", True), ("1_0", False), ("x", False)])
def test_values_are_numbers_as_exposition_formats_write_them(text: str, is_one: bool) -> None:
    """Gauges may be any of them."""
    assert is_value(text) is is_one
