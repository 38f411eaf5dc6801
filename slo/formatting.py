"""Exact numbers as text: truncated, never rounded up."""

from __future__ import annotations

from fractions import Fraction


def truncated(value: Fraction, decimals: int) -> str:
    """Decimal text cut towards zero after ``decimals`` places: 0.999989999 with 4 -> "0.9999"."""
    raise NotImplementedError


def percent(value: Fraction, decimals: int = 5) -> str:
    """A share in per cent, truncated, without the sign: 99998999/100000000 with 4 -> "99.9989"; exactly 1 -> "100"."""
    raise NotImplementedError


def ratio(value: Fraction, decimals: int = 9) -> str:
    """A share as truncated decimal text without trailing zeros: 1/3 -> "0.333333333", 1 -> "1"."""
    raise NotImplementedError
