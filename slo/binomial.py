"""How sure a number of failures in a number of requests makes us: exact binomial tails and bounds (Clopper and Pearson,
Biometrika 26, 1934), in decimals of fifty digits; no approximation by another distribution.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Context, Decimal, localcontext
from fractions import Fraction

_DIGITS = 50
_NEGLIGIBLE = Decimal("1e-32")
_CLOSE = Decimal("1e-22")
_ONE = Decimal(1)
_STIRLING_FROM = 60
_STIRLING = tuple(
    Decimal(above) / Decimal(below)
    for above, below in (
        (1, 12),
        (-1, 360),
        (1, 1260),
        (-1, 1680),
        (1, 1188),
        (-691, 360360),
        (1, 156),
        (-3617, 122400),
    )
)
_LN_2_PI = Decimal("1.8378770664093454835606594728112352797227949472756")


def at_most(failures: int, requests: int, share: Fraction) -> Decimal:
    """P(X <= failures) when each of so many requests fails with probability ``share``, which lies in (0, 1)."""
    with localcontext(Context(prec=_DIGITS)):
        return _at_most(failures, requests, _decimal(share))


def at_least(failures: int, requests: int, share: Fraction) -> Decimal:
    """P(X >= failures); as exact where that is tiny as ``at_most`` is."""
    with localcontext(Context(prec=_DIGITS)):
        return _at_least(failures, requests, _decimal(share))


def upper_bound(failures: int, requests: int, confidence: Fraction) -> Decimal:
    """The greatest failure share that is still plausible: with a greater one so few failures have a chance below
    1 - confidence. One-sided; 1 when every request failed or there was none."""
    if failures >= requests:
        return _ONE
    with localcontext(Context(prec=_DIGITS)):
        alpha = _decimal(1 - confidence)
        return _crossing(lambda share: _at_most(failures, requests, share) - alpha)


def lower_bound(failures: int, requests: int, confidence: Fraction) -> Decimal:
    """The least failure share that is still plausible: with a smaller one so many failures have a chance below
    1 - confidence. One-sided; 0 without failures."""
    if failures <= 0:
        return Decimal(0)
    with localcontext(Context(prec=_DIGITS)):
        alpha = _decimal(1 - confidence)
        return _crossing(lambda share: alpha - _at_least(failures, requests, share))


def requests_to_prove(failures: int, share: Fraction, confidence: Fraction) -> int:
    """The least number of requests in which so many failures prove that fewer than ``share`` fail."""
    with localcontext(Context(prec=_DIGITS)):
        alpha, of_each = _decimal(1 - confidence), _decimal(share)
        least, most = failures, failures + 1
        while _at_most(failures, most, of_each) > alpha:
            least, most = most, 2 * most
        while most - least > 1:
            middle = (least + most) // 2
            least, most = (middle, most) if _at_most(failures, middle, of_each) > alpha else (least, middle)
        return most


def _decimal(share: Fraction) -> Decimal:
    return Decimal(share.numerator) / Decimal(share.denominator)


def _at_most(failures: int, requests: int, share: Decimal) -> Decimal:
    """The tail on whose side its terms fall is summed, so that nothing small is a difference of greater numbers."""
    if failures >= requests:
        return _ONE
    if failures + 1 <= requests * share:
        return _sum(_falling(failures, requests, share))
    return _ONE - _sum(_falling(requests - failures - 1, requests, _ONE - share))


def _at_least(failures: int, requests: int, share: Decimal) -> Decimal:
    """So many failures are so few successes."""
    return _at_most(requests - failures, requests, _ONE - share)


def _falling(count: int, requests: int, share: Decimal) -> Iterator[Decimal]:
    """P(X = count), P(X = count - 1) and so on."""
    odds = (_ONE - share) / share
    term = _exactly(count, requests, share)
    for left in range(count, -1, -1):
        yield term
        term = term * left / (requests - left + 1) * odds


def _sum(terms: Iterator[Decimal]) -> Decimal:
    """Sum of terms that fall ever faster, until the rest is nothing beside it."""
    total = Decimal(0)
    for term in terms:
        total += term
        if term < total * _NEGLIGIBLE:
            break
    return total


def _exactly(count: int, requests: int, share: Decimal) -> Decimal:
    """P(X = count), through logarithms: C(n, k) p^k (1 - p)^(n - k)."""
    ways = _ln_factorial(requests) - _ln_factorial(count) - _ln_factorial(requests - count)
    return (ways + count * share.ln() + (requests - count) * (_ONE - share).ln()).exp()


def _ln_factorial(number: int) -> Decimal:
    """ln n!, by Stirling's series from where its eight terms give thirty digits."""
    if number < _STIRLING_FROM:
        product = 1
        for factor in range(2, number + 1):
            product *= factor
        return Decimal(product).ln()
    z = Decimal(number + 1)
    series = sum((each / z ** (2 * i + 1) for i, each in enumerate(_STIRLING)), Decimal(0))
    return (z - Decimal("0.5")) * z.ln() - z + _LN_2_PI / 2 + series


def _crossing(falling: Callable[[Decimal], Decimal]) -> Decimal:
    """Where a function on (0, 1) that falls from above zero to below it crosses, by halving a range of log-odds: shares
    lie anywhere between 1e-26 and almost 1."""
    low, high = Decimal(-60), Decimal(60)
    while high - low > _CLOSE:
        middle = (low + high) / 2
        low, high = (middle, high) if falling(_of_odds(middle)) > 0 else (low, middle)
    return _of_odds((low + high) / 2)


def _of_odds(logarithm: Decimal) -> Decimal:
    odds = logarithm.exp()
    return odds / (_ONE + odds)
