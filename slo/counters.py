"""Cumulative counters become exact increases (definitions.md section 1): per series, never summed first."""

from __future__ import annotations

import enum
from dataclasses import dataclass


class IncreaseKind(enum.Enum):
    """Why an increase is what it is."""

    GROWTH = "growth"
    RESET = "reset"
    BORN = "born"
    UNKNOWN_BIRTH = "unknown_birth"
    DUPLICATE = "duplicate"
    LATE = "late"


@dataclass(frozen=True, slots=True)
class Reading:
    """One raw sample of one series.

    ``at_ms`` is when the value was true, ``born_ms`` when the counter began at 0 (``_created``, else the start of its
    process), None when the exporter does not say; all in milliseconds since the epoch.
    """

    at_ms: int
    value: int
    born_ms: int | None = None


@dataclass(frozen=True, slots=True)
class Increase:
    """Events between the last accepted reading and this one; 0 with kind UNKNOWN_BIRTH means "cannot be known"."""

    events: int
    kind: IncreaseKind


def increase(previous: Reading | None, current: Reading, target_read_ms: int | None) -> Increase:
    """Exact increase of one series.

    ``previous`` is the last accepted reading of the same series, None at first sight; ``target_read_ms`` is the time
    of the last successful read of the same target (any series), None when it was never read.
    """
    raise NotImplementedError
