"""How old a page may be before what it says is no longer current (definitions.md section 2)."""

from __future__ import annotations

_HALVES = 5
"""Two and a half intervals: one late read does not blink."""


def fresh_for_ms(interval_ms: int) -> int:
    """For so long after a page a source that is read once per interval is still seen."""
    return interval_ms * _HALVES // 2
