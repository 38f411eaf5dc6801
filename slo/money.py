"""Whole fen: amounts are divided and rounded so that the parts add up to what was there.

Largest remainder: each part is cut to whole fen, and what is left goes, a fen each, to the largest remainders; of
equal ones to the smaller key, so that the same input always gives the same parts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import TypeVar

from slo.errors import NoWeight

FEN_PER_CNY = 100

Key = TypeVar("Key", str, int, tuple[str, ...], tuple[int, str])


def split(fen: int, weights: Mapping[Key, int | Fraction]) -> dict[Key, int]:
    """``fen`` by weights (none negative, not all 0); the parts add up to it. A credit is divided like its charge.

    Raises NoWeight.
    """
    total = sum(weights.values())
    if total <= 0 or min(weights.values()) < 0:
        raise NoWeight(fen)
    return whole({key: Fraction(fen) * weight / total for key, weight in weights.items()})


def whole(parts: Mapping[Key, Fraction]) -> dict[Key, int]:
    """Exact amounts in fen as whole fen, which add up to the rounded sum (``rounded``); each within one of its own."""
    exact = sum(parts.values(), Fraction(0))
    if exact < 0:
        return {key: -fen for key, fen in whole({key: -part for key, part in parts.items()}).items()}
    found = {key: part // 1 for key, part in parts.items()}
    missing = rounded(exact) - sum(found.values())
    for key in sorted(parts, key=lambda key: (found[key] - parts[key], key))[:missing]:
        found[key] += 1
    return found


def rounded(fen: Fraction) -> int:
    """To the nearest fen, half a fen away from zero."""
    half_up = (abs(fen) + Fraction(1, 2)) // 1
    return half_up if fen >= 0 else -half_up


def complete_sum(amounts: Mapping[Key, int | None], keys: Iterable[Key]) -> int | None:
    """The sum over all keys; None when one of them is not known, since what is not known is not 0."""
    total = 0
    for key in keys:
        amount = amounts.get(key)
        if amount is None:
            return None
        total += amount
    return total
