"""Exact numbers as text: truncated, never rounded up."""

from __future__ import annotations

from fractions import Fraction


def truncated(value: Fraction, decimals: int) -> str:
    """Decimal text cut towards zero after ``decimals`` (0 or more) places: 0.999989999 with 4 -> "0.9999".

    Negative values are cut towards zero too, and what is cut to nothing loses its sign: -0.4 with 0 -> "0".
    """
    return _cut(value.numerator, value.denominator, decimals)


def percent(value: Fraction, decimals: int = 5) -> str:
    """A share in per cent, truncated, without the sign: 99998999/100000000 with 4 -> "99.9989"; exactly 1 -> "100".

    All ``decimals`` are written (1/2 -> "50.00000"), so that figures below each other line up; only a share of
    exactly 1 stands alone as "100".
    """
    return "100" if value == 1 else _cut(value.numerator * 100, value.denominator, decimals)


def ratio(value: Fraction, decimals: int = 9) -> str:
    """A share as truncated decimal text without trailing zeros: 1/3 -> "0.333333333", 1 -> "1"."""
    text = truncated(value, decimals)
    return text.rstrip("0").rstrip(".") if "." in text else text


def _cut(numerator: int, denominator: int, decimals: int) -> str:
    """In integers: a report prints ten thousand shares, and reducing each product of fractions takes ten times this."""
    scale = 10**decimals
    cut = abs(numerator) * scale // denominator
    sign = "-" if numerator < 0 and cut else ""
    whole, part = divmod(cut, scale)
    return f"{sign}{whole}.{part:0{decimals}d}" if decimals else f"{sign}{whole}"
