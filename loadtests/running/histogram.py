"""Latencies as integer counts in logarithmic buckets: adding two histograms loses nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction

_EXACT_BITS = 7
"""Below 128 microseconds every bucket is one microsecond wide; above, each is at most 1/64 of its bound wide."""


def bucket_of(microseconds: int) -> int:
    """The greatest whole number of microseconds that falls into the same bucket. Negative counts as 0."""
    if microseconds <= 0:
        return 0
    shift = max(0, microseconds.bit_length() - _EXACT_BITS)
    return ((microseconds >> shift) + 1 << shift) - 1


class Histogram:
    """Counts per bucket, named by the bucket's inclusive upper bound in microseconds."""

    __slots__ = ("counts",)

    def __init__(self, rows: Iterable[tuple[int, int]] = ()) -> None:
        self.counts: dict[int, int] = {}
        for upper_us, count in rows:
            self.counts[upper_us] = self.counts.get(upper_us, 0) + count

    def add(self, microseconds: int) -> None:
        """Counts one latency."""
        bucket = bucket_of(microseconds)
        self.counts[bucket] = self.counts.get(bucket, 0) + 1

    def merge(self, other: Histogram) -> None:
        """Adds the counts of another."""
        for bucket, count in other.counts.items():
            self.counts[bucket] = self.counts.get(bucket, 0) + count

    @property
    def total(self) -> int:
        """How many latencies were counted."""
        return sum(self.counts.values())

    def quantile_us(self, share: Fraction) -> int | None:
        """The bound that so large a share of the latencies does not exceed; None without any. ``0 < share <= 1``."""
        wanted = -(-self.total * share.numerator // share.denominator)
        seen = 0
        for upper_us, count in self.rows():
            seen += count
            if seen >= wanted:
                return upper_us
        return None

    def rows(self) -> Iterator[tuple[int, int]]:
        """Upper bound in microseconds and count, ascending."""
        yield from sorted(self.counts.items())
