"""The worst window of a period (definitions.md section 3): tells one outage of 26 s from 26 blips."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import accumulate

from slo.counts import Counts
from slo.windows import Window


@dataclass(frozen=True, slots=True)
class WorstWindow:
    """A window of the asked length with the lowest event availability, and what it held."""

    window: Window
    counts: Counts

    @property
    def availability(self) -> Fraction:
        """good / total; a worst window always holds events."""
        return Fraction(self.counts.good, self.counts.total)


def worst_window(
    slices: Sequence[tuple[int, Counts]], *, slice_s: int, length_s: int, period: Window
) -> WorstWindow | None:
    """Lowest good / total over any ``length_s`` seconds inside a period that are made of whole slices.

    ``slices`` are (start in epoch seconds, counts), oldest first, each ``slice_s`` long and that far or a multiple of
    it apart; ``length_s`` is a multiple of it too. Slices without events may be left out, and those inside a gap must
    be: their counts are exact only in sum. Of equally bad windows the earliest wins; None when no window of that length
    holds an event.
    """
    inside = [each for each in slices if period.from_s <= each[0] and each[0] + slice_s <= period.to_s]
    starts = [start_s for start_s, _ in inside]
    sums = list(accumulate((counts for _, counts in inside), initial=Counts()))
    worst: WorstWindow | None = None
    for from_s in _candidates(starts, slice_s, length_s, period):
        first = bisect_left(starts, from_s)
        after = bisect_left(starts, from_s + length_s)
        counts = _between(sums[first], sums[after])
        if counts.total and (worst is None or _worse(counts, worst.counts)):
            worst = WorstWindow(Window(from_s, from_s + length_s), counts)
    return worst


def _candidates(starts: Sequence[int], slice_s: int, length_s: int, period: Window) -> list[int]:
    """Every window start in a period at which a slice has just entered or left: in between nothing changes."""
    if not starts:
        return []
    first_s = period.from_s + (starts[0] - period.from_s) % slice_s
    moved = (start_s + move for start_s in starts for move in (slice_s, slice_s - length_s))
    return sorted(from_s for from_s in {first_s, *moved} if first_s <= from_s <= period.to_s - length_s)


def _between(before: Counts, until: Counts) -> Counts:
    """What came between two running sums."""
    return Counts(
        until.good - before.good,
        until.bad - before.bad,
        until.ignored - before.ignored,
        until.transactions - before.transactions,
    )


def _worse(one: Counts, other: Counts) -> bool:
    """Whether one has the lower availability, in integers."""
    return one.good * other.total < other.good * one.total
