"""How often a channel may be used and how long a failure makes it wait. Pure: time and chance are arguments."""

from __future__ import annotations

from dataclasses import dataclass

FIRST_WAIT_MS = 1_000
LONGEST_WAIT_MS = 300_000
LONGEST_ASKED_MS = 3_600_000
"""What another side may ask for with Retry-After; more is not believed."""


@dataclass(frozen=True, slots=True)
class RateLimit:
    """``burst`` messages at once, then one every ``every_ms``."""

    burst: int
    every_ms: int


class TokenBucket:
    """A rate limit's tokens, by a clock that does not step. Not for several threads at once."""

    def __init__(self, limit: RateLimit, now_ms: int) -> None:
        self._limit = limit
        self._full_at_ms = now_ms
        """When the bucket is full again: holds the whole state in one integer."""

    def tokens(self, now_ms: int) -> int:
        """How many messages may go at once now."""
        missing_ms = max(0, self._full_at_ms - now_ms)
        return self._limit.burst - -(-missing_ms // self._limit.every_ms)

    def take(self, now_ms: int) -> None:
        """One message goes now."""
        self._full_at_ms = max(now_ms, self._full_at_ms) + self._limit.every_ms

    def wait_ms(self, now_ms: int) -> int:
        """How long until there is a token; 0 when there is one."""
        return max(0, self._full_at_ms - now_ms - (self._limit.burst - 1) * self._limit.every_ms)


def backoff_ms(attempts: int, chance: float, asked_ms: int | None = None) -> int:
    """Wait after the n-th failure: 1 s doubled each time up to 5 min, of that between half and all by ``chance``
    (in [0, 1)), so that channels that failed together do not return together; never less than the other side asked."""
    full = min(LONGEST_WAIT_MS, FIRST_WAIT_MS << min(max(attempts, 1) - 1, 20))
    return max(full // 2 + int(full / 2 * chance), min(asked_ms or 0, LONGEST_ASKED_MS))
