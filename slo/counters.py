"""Cumulative counters become exact increases (definitions.md section 1): per series, never summed first.

What is conserved. Take the accepted readings of one series, in the order of their time, and let the *baseline* be the
first one if its kind is UNKNOWN_BIRTH. Then the increases add up to the events that some accepted reading held, less
those that the baseline held:

- with births: to the event, through restarts, missed, repeated and late readings, and however the stream is cut up;
- without births: less the value before each restart that had already been climbed back to or above when the next
  reading came; such a restart looks like growth. Never more than the truth.

Two things no reader of a counter can get back: what a process counted after its last accepted reading, and what a late
reading of an *earlier* life held beyond that life's last accepted one.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, replace

from slo.errors import NegativeCounter


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
    Raises NegativeCounter for a value below 0.
    """

    at_ms: int
    value: int
    born_ms: int | None = None

    def __post_init__(self) -> None:
        if self.value < 0:
            raise NegativeCounter(self.value, self.at_ms)


@dataclass(frozen=True, slots=True)
class Increase:
    """Events between the last accepted reading and this one; 0 with kind UNKNOWN_BIRTH means "cannot be known"."""

    events: int
    kind: IncreaseKind


def increase(previous: Reading | None, current: Reading, target_read_ms: int | None) -> Increase:
    """Exact increase of one series.

    ``previous`` is the last accepted reading of the same series, None at first sight; ``target_read_ms`` is the time
    of the last successful read of the same target (any series), None when it was never read.

    A reading older than ``previous`` is LATE, one of the same instant DUPLICATE even if its value differs (one instant
    has one truth, the first that came); both are 0 events and must not be remembered: see ``accepted``.
    A birth that moved forward is a RESET even when the value is higher than before; one that moved back is not.
    """
    if previous is None:
        return _first_sight(current, target_read_ms)
    if current.at_ms < previous.at_ms:
        return Increase(0, IncreaseKind.LATE)
    if current.at_ms == previous.at_ms:
        return Increase(0, IncreaseKind.DUPLICATE)
    if _reborn(previous, current) or current.value < previous.value:
        return Increase(current.value, IncreaseKind.RESET)
    return Increase(current.value - previous.value, IncreaseKind.GROWTH)


def accepted(previous: Reading | None, current: Reading) -> Reading:
    """The reading to remember after ``increase``: late and duplicate ones never replace what is remembered.

    While a counter grows the later of both births is kept: a birth that steps back and forth again by rounding would
    otherwise look like a restart and count the whole value twice.
    """
    if previous is None:
        return current
    if current.at_ms <= previous.at_ms:
        return previous
    if previous.born_ms is None or current.born_ms is None:
        return current
    if current.value < previous.value or current.born_ms >= previous.born_ms:
        return current
    return replace(current, born_ms=previous.born_ms)


def _first_sight(current: Reading, target_read_ms: int | None) -> Increase:
    """A series nobody saw before: counts from 0 only when it was born after the target was last read."""
    if current.born_ms is None or target_read_ms is None:
        return Increase(0, IncreaseKind.UNKNOWN_BIRTH)
    if current.born_ms <= target_read_ms:
        return Increase(0, IncreaseKind.UNKNOWN_BIRTH)
    return Increase(current.value, IncreaseKind.BORN)


def _reborn(previous: Reading, current: Reading) -> bool:
    """Whether both births are known and the counter began anew in between."""
    if previous.born_ms is None or current.born_ms is None:
        return False
    return current.born_ms > previous.born_ms
