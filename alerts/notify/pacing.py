"""How often a channel may be used. Pure: time is an argument."""

from __future__ import annotations

from dataclasses import dataclass


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
