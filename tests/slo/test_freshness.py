"""For how long a page is current."""

from __future__ import annotations

import pytest

from slo.freshness import fresh_for_ms


@pytest.mark.parametrize(("interval_ms", "fresh_ms"), [(1000, 2500), (15_000, 37_500), (1, 2), (333, 832)])
def test_two_and_a_half_intervals_and_never_more(interval_ms: int, fresh_ms: int) -> None:
    assert fresh_for_ms(interval_ms) == fresh_ms
