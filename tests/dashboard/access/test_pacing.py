"""How often somebody may write."""

from __future__ import annotations

from http import HTTPStatus

import pytest

from dashboard.access.pacing import MOST_KEPT, Pace
from dashboard.api.errors import Refused


def test_a_third_of_a_minutes_share_at_once_then_as_time_passes() -> None:
    now_s = 0.0
    pace = Pace(60, lambda: now_s)
    for _ in range(20):
        pace.admit("li")
    with pytest.raises(Refused) as refused:
        pace.admit("li")
    assert (refused.value.status, refused.value.headers) == (HTTPStatus.TOO_MANY_REQUESTS, {"Retry-After": "2"})
    pace.admit("other")
    now_s = 1.0
    pace.admit("li")
    with pytest.raises(Refused):
        pace.admit("li")


def test_strangers_do_not_fill_the_memory() -> None:
    pace = Pace(60, lambda: 0.0)
    for number in range(MOST_KEPT + 100):
        pace.admit(str(number))
    assert len(pace._buckets) == MOST_KEPT
