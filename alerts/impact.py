"""When an impact began, out of the alerts that tell of it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from alerts.model import Severity

OPENING_MS = 10_000
"""Alerts of one failure fire within so long of each other, the sharpest not always first."""


class Telling(NamedTuple):
    """One alert: when it fired, how urgent it is, and the begin of its first bad slice, None when it cannot say."""

    fired_ms: int
    severity: Severity
    bad_from_ms: int | None


def impact_start_ms(tellings: Iterable[Telling]) -> int | None:
    """What the sharpest of the alerts that fired first say: in the longer windows of a busy service a background
    failure of half an hour ago would count as the begin. None when none of them says."""
    known = [each for each in tellings if each.bad_from_ms is not None]
    if not known:
        return None
    first_ms = min(each.fired_ms for each in known)
    opening = [each for each in known if each.fired_ms - first_ms <= OPENING_MS]
    sharpest = max(each.severity for each in opening)
    return min(each.bad_from_ms for each in opening if each.severity == sharpest and each.bad_from_ms is not None)
