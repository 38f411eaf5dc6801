"""How long a failure makes the next attempt wait. Pure: chance is an argument."""

from __future__ import annotations

FIRST_WAIT_MS = 1_000
LONGEST_WAIT_MS = 300_000
LONGEST_ASKED_MS = 3_600_000
"""What another side may ask for with Retry-After; more is not believed."""


def backoff_ms(
    attempts: int,
    chance: float,
    asked_ms: int | None = None,
    *,
    first_ms: int = FIRST_WAIT_MS,
    longest_ms: int = LONGEST_WAIT_MS,
) -> int:
    """Wait after the n-th failure: ``first_ms`` doubled each time up to ``longest_ms``, of that between half and all
    by ``chance`` (in [0, 1)), so that those that failed together do not return together; never less than the other
    side asked."""
    full = min(longest_ms, first_ms << min(max(attempts, 1) - 1, 20))
    return max(full // 2 + int(full / 2 * chance), min(asked_ms or 0, LONGEST_ASKED_MS))
