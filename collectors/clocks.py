"""The clocks of this machine, and how far a target's is from them: 26 seconds of skew shift a whole month's budget at
99.999 %."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from typing import Protocol

from store.quality import LARGEST_SKEW_MS, seconds_text

LOG = logging.getLogger(__name__)
_DATE_STEP_MS = 1000


class Clock(Protocol):
    """Both clocks of this machine."""

    def monotonic_ns(self) -> int:
        """Nanoseconds that only ever grow."""

    def wall_ms(self) -> int:
        """Milliseconds since the epoch, as this machine believes."""


class SystemClock:
    """The clocks of the operating system."""

    def monotonic_ns(self) -> int:
        """Nanoseconds that only ever grow."""
        return time.monotonic_ns()

    def wall_ms(self) -> int:
        """Milliseconds since the epoch."""
        return time.time_ns() // 1_000_000


@dataclass(frozen=True, slots=True)
class Asked:
    """When we asked and had the answer, in milliseconds of our wall clock."""

    sent_ms: int
    answered_ms: int

    @property
    def middle_ms(self) -> int:
        """Our best guess of when the answer was written."""
        return (self.sent_ms + self.answered_ms) // 2


def skew_ms(asked: Asked, clock_ms: int | None, date_ms: int | None) -> int | None:
    """By how much the target's clock is ahead of ours (negative: behind); None when it tells no time.

    ``clock_ms`` is the target's own time to the millisecond. ``date_ms`` (the Date header) has only whole seconds:
    then the smallest skew that it allows, which is 0 for every clock within a second.
    """
    if clock_ms is not None:
        return clock_ms - asked.middle_ms
    if date_ms is None:
        return None
    least, most = date_ms - asked.answered_ms, date_ms + _DATE_STEP_MS - asked.sent_ms
    if least > 0:
        return least
    return min(most, 0)


class SkewWatch:
    """One line in the log when the clock of a source goes wrong, and one when it is right again."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._wrong = False

    def seen(self, skew: int | None) -> None:
        """Takes note of a skew in milliseconds."""
        if skew is None:
            return
        wrong = abs(skew) > LARGEST_SKEW_MS
        if wrong and not self._wrong:
            LOG.warning("source %s: %s", self._source, skew_note(skew))
        elif self._wrong and not wrong:
            LOG.info("source %s: its clock is right again", self._source)
        self._wrong = wrong


def skew_note(skew: int) -> str:
    """What a wrong clock is called in logs and on screens."""
    side = "ahead of" if skew > 0 else "behind"
    return f"its clock is {seconds_text(abs(skew))} s {side} ours; set it (26 s are a month's budget at 99.999 %)"
