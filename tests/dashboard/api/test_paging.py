"""Pages are asked for in the same words everywhere."""

from __future__ import annotations

import pytest

from dashboard.api import alerts, incidents, load_runs, maintenance, records, silences
from dashboard.api.asking import MOST
from dashboard.api.paging import FOLLOWING, asking
from dashboard.api.route import Read

PAGED = [
    route
    for room in (alerts, incidents, load_runs, maintenance, records, silences)
    for route in room.ROUTES
    if isinstance(route, Read) and "next" in route.query
]


@pytest.mark.parametrize("route", PAGED, ids=[route.path for route in PAGED])
def test_every_list_that_goes_on_says_how_to_ask_for_a_part_of_it(route: Read) -> None:
    assert {"from", "to", "limit", "next"} <= set(route.query)
    assert route.query["limit"] == f"rows, 1 to {MOST}"
    assert route.query["next"].endswith(FOLLOWING)
    assert route.query["from"].endswith("at or after this instant")


def test_what_a_range_is_compared_with_stands_before_it() -> None:
    assert asking("began")["to"] == "began before this instant"
    assert asking()["to"] == "before this instant"
