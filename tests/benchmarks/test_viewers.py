"""The benchmark of viewers can fail."""

from __future__ import annotations

import pytest

from benchmarks.viewers import MOST_BUSY_BYTES, MOST_CPU_MS, MOST_P99_MS, MOST_QUIET_BYTES, Measured, exit_code


@pytest.mark.parametrize("most", [MOST_CPU_MS, MOST_QUIET_BYTES, MOST_BUSY_BYTES, MOST_P99_MS])
def test_one_bar_that_is_missed_fails_the_whole(most: float) -> None:
    """A figure at its bar keeps it; one without a bar is told only."""
    kept = [Measured("told", 1e9, "ms"), Measured("kept", most, "", most)]
    missed = Measured("missed", most * 1.001, "", most)
    assert exit_code(kept) == 0
    assert exit_code([missed, *kept]) == 1
    assert str(missed).endswith("MISSED")
