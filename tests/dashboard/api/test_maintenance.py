"""Maintenance over HTTP: announced beforehand, called off, ended."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

Get = Callable[..., Any]
GOOD = {
    "by": "li",
    "title": "new rack",
    "reason": "CHG-9",
    "data_centers": ["dc3"],
    "from": "2026-11-18T12:00:00Z",
    "to": "2026-11-18T13:00:00Z",
}


def announced(client: FlaskClient) -> Any:
    answer = client.post("/api/v1/maintenance", json=GOOD)
    assert answer.status_code == 201, answer.text
    return answer.json


def test_a_window_is_announced_and_called_off(client: FlaskClient, fresh: Get) -> None:
    made = announced(client)
    assert (made["state"], made["owner"], made["data_centers"], made["products"]) == ("announced", "li", ["dc3"], [])
    assert fresh("/api/v1/maintenance")["maintenance"] == [made]
    early = client.post(f"/api/v1/maintenance/{made['id']}/end", json={"by": "li"})
    assert early.status_code == 422
    assert early.json is not None
    assert "has not begun; cancel it" in early.json["error"]
    off = client.post(f"/api/v1/maintenance/{made['id']}/cancel", json={"by": "wang"}).json
    assert off is not None
    assert (off["state"], off["cancelled"], off["to"]) == ("cancelled", True, off["from"])
    assert fresh("/api/v1/maintenance")["maintenance"] == []
    assert [(e["actor"], e["body"]["did"]) for e in fresh("/api/v1/journal?kind=maintenance")["entries"]] == [
        ("wang", "cancelled"),
        ("li", "announced"),
    ]


def test_a_window_that_runs_silences_and_is_ended(client: FlaskClient, room: Any, fresh: Get) -> None:
    made = announced(client)
    room.clock.second = 3600
    room.fire()
    (alert,) = fresh("/api/v1/alerts")["alerts"]
    assert (alert["silenced"], alert["maintenance"], alert["silenced_by"]) == (True, made["id"], None)
    assert fresh("/api/v1/maintenance")["maintenance"][0]["state"] == "running"
    refused = client.post(f"/api/v1/maintenance/{made['id']}/cancel", json={"by": "li"})
    assert refused.status_code == 422
    ended = client.post(f"/api/v1/maintenance/{made['id']}/end", json={"by": "li"}).json
    assert ended is not None
    assert ended["to"] == "2026-11-18T12:07:00.000Z"
    room.clock.second = 3700
    over = client.post(f"/api/v1/maintenance/{made['id']}/end", json={"by": "li"})
    assert over.status_code == 422


@pytest.mark.parametrize(
    ("changed", "status", "said"),
    [
        ({"from": "2026-11-18T11:00:00Z"}, 422, "it began already; announce a window before it begins"),
        ({"from": "2026-11-18T12:00:01Z"}, 422, "from: 2026-11-18T12:00:01Z is not a whole minute"),
        ({"to": "2026-11-18T12:00:00Z"}, 422, "it ends before it begins"),
        ({"to": "2027-11-18T12:00:00Z"}, 422, "it is longer than 31 days"),
        ({"data_centers": []}, 422, "name the products or the data centers"),
        ({"data_centers": ["dc99"]}, 422, "data_centers: no 'dc99' in the catalog; known: dc1"),
        ({"products": ["gold"]}, 422, "products: no 'gold' in the catalog; known:"),
        ({"title": " "}, 400, "title: is empty"),
        ({"reason": None}, 400, "reason: Input should be a valid string"),
        ({"from": 1795000000}, 400, "from: Input should be a valid string"),
        ({"begin": "2026-11-18T12:00:00Z"}, 400, "begin: no such field; known: by, note, title"),
    ],
)
def test_a_window_that_must_not_be_is_refused_by_name(
    client: FlaskClient, fresh: Get, changed: dict[str, Any], status: int, said: str
) -> None:
    answer = client.post("/api/v1/maintenance", json={**GOOD, **changed})
    assert answer.status_code == status, answer.text
    assert answer.json is not None
    assert said in answer.json["error"]
    assert fresh("/api/v1/maintenance?state=all")["maintenance"] == []
