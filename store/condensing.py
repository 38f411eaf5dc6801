"""What is written down beside the counts so that long questions need not add up again: sums of local months.

Only of months that are over, and only for as long as none of their days is added to: whatever writes a day takes its
month's sums back in the same transaction, and the days are asked until somebody sums them up anew.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from slo.windows import DAY_S, Window, day_of, month_window
from store.records import Level, Scope
from store.slices import Stretch

SUMMED_SCOPES = frozenset({Scope.BANK, Scope.PRODUCT, Scope.CELL})
"""Scopes that reports ask for over many months."""
SHORTEST_MONTH_S = 27 * DAY_S
"""28 days, one of which may lack an hour or two."""


class Part(NamedTuple):
    """Whole months, or whole days, that begin in ``[from_s, to_s)``."""

    of_months: bool
    from_s: int
    to_s: int


def months_before(now_s: int, first_s: int, zone: str) -> Iterator[Window]:
    """Local months that are over, newest first, back to the one that holds ``first_s``."""
    today = day_of(now_s, zone)
    window = month_window(today.year, today.month, zone)
    while window.from_s > first_s:
        last = day_of(window.from_s - 1, zone)
        window = month_window(last.year, last.month, zone)
        yield window


def may_hold_months(scope: Scope, stretch: Stretch) -> bool:
    """Whether sums of months could answer for part of a stretch."""
    long = stretch.to_s - stretch.from_s >= SHORTEST_MONTH_S
    return long and stretch.level is Level.DAY and scope in SUMMED_SCOPES


def parts(stretch: Stretch, summed: Sequence[Window]) -> list[Part]:
    """A run of days as months that are summed up (oldest first, none overlapping) and the days between them."""
    found: list[Part] = []
    at_s = stretch.from_s
    for month in summed:
        if month.from_s < at_s or month.to_s > stretch.to_s:
            continue
        if at_s < month.from_s:
            found.append(Part(False, at_s, month.from_s))
        if found and found[-1].of_months:
            found[-1] = Part(True, found[-1].from_s, month.to_s)
        else:
            found.append(Part(True, month.from_s, month.to_s))
        at_s = month.to_s
    if at_s < stretch.to_s:
        found.append(Part(False, at_s, stretch.to_s))
    return found
