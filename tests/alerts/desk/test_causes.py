"""What an alert speaks for, as people read it: the narrowest places of the most severe."""

from __future__ import annotations

import pytest

from alerts.desk.causes import causes
from tests.alerts.desk.conftest import Room, key_of


@pytest.mark.parametrize(
    ("speaker", "others", "places"),
    [
        ("cliff bank", ["cliff p1/dc3"], ["p1/dc3"]),
        ("cliff bank", ["cliff p1/dc3", "cliff p2/dc3", "cliff p1", "cliff p2"], ["dc3"]),
        ("cliff bank", ["cliff p1/dc3", "cliff p1/dc4", "cliff p2/dc4"], ["p1/dc3", "dc4"]),
        ("cliff bank", ["fast p1/dc3", "cliff p2/dc4"], ["p2/dc4"]),
        ("cliff bank", ["cliff p1", "cliff p2/dc3"], ["p2/dc3", "p1"]),
        ("cliff p1", ["cliff p1/dc3/n1"], ["p1/dc3/n1"]),
        ("cliff p1/dc3", ["cliff p1/dc3/n1", "cliff p1/dc3/n2"], []),
        ("cliff p1", ["fast p1"], []),
        ("cliff p1", ["cliff p2"], None),
    ],
)
def test_where_it_fails(room: Room, speaker: str, others: list[str], places: list[str] | None) -> None:
    """None: it speaks for nothing."""
    room.tick(0, f"fires {speaker}", *(f"fires {other}" for other in others))
    found = causes(room.desk.alerts()).get(key_of(speaker).id)
    named = None if found is None else ["/".join(part for part in each[1:4] if part) for each in found.places]
    assert named == places


def test_everything_that_it_speaks_for_is_counted_in(room: Room) -> None:
    """Also what is less severe, and what another one in between speaks for."""
    room.tick(0, "fires cliff bank", "fires cliff p1", "fires cliff p1/dc3", "fires fast p2/dc4")
    found = causes(room.desk.alerts())[key_of("cliff bank").id]
    assert (found.data_centers, found.products) == (("dc3", "dc4"), ("p1", "p2"))
