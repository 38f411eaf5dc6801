"""Silences over HTTP: made, listed, ended; refused in one line."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

Get = Callable[..., Any]
GOOD = {"by": "li", "matchers": ["product=weilidai"], "comment": "INC-7", "duration_seconds": 3600}


def test_a_silence_is_made_listed_hides_and_is_ended(client: FlaskClient, room: Any, fresh: Get) -> None:
    made = client.post("/api/v1/silences", json=GOOD)
    assert made.status_code == 201
    assert made.json is not None
    assert (made.json["state"], made.json["owner"], made.json["matchers"]) == ("active", "li", ["product=weilidai"])
    assert (made.json["starts"], made.json["ends"]) == ("2026-11-18T11:07:00.000Z", "2026-11-18T12:07:00.000Z")
    assert fresh("/api/v1/silences")["silences"] == [made.json]
    room.fire()
    (alert,) = fresh("/api/v1/alerts")["alerts"]
    assert (alert["silenced"], alert["silenced_by"]) == (True, made.json["id"])
    room.clock.second = 60
    ended = client.delete(f"/api/v1/silences/{made.json['id']}", json={"by": "wang"})
    assert ended.json is not None
    assert (ended.json["state"], ended.json["ends"]) == ("over", "2026-11-18T11:08:00.000Z")
    assert fresh("/api/v1/silences")["silences"] == []
    assert fresh("/api/v1/silences?state=over")["silences"] == [ended.json]
    assert [(e["actor"], e["body"]["did"]) for e in fresh("/api/v1/journal?kind=silence")["entries"]] == [
        ("wang", "expired"),
        ("li", "created"),
    ]
    again = client.post(f"/api/v1/silences/{made.json['id']}/expire", json={"by": "wang"})
    assert (again.status_code, again.json) == (422, {"error": f"silence: {made.json['id']} is over already"})


def test_a_silence_that_comes_again_and_begins_later(client: FlaskClient, room: Any, fresh: Get) -> None:
    again = {"every": "weekly", "from": "22:30", "to": "04:00", "days": [5, 6]}
    given = {**GOOD, "starts": "2026-11-18T12:00:00Z", "ends": "2026-12-18T12:00:00Z", "recurrence": again}
    del given["duration_seconds"]
    made = client.post("/api/v1/silences", json=given).json
    assert made is not None
    assert (made["state"], made["hides_now"]) == ("pending", False)
    assert made["recurrence"] == {**again, "zone": "Asia/Shanghai"}
    assert [each["id"] for each in fresh("/api/v1/silences?state=pending")["silences"]] == [made["id"]]


@pytest.mark.parametrize(
    ("changed", "status", "said"),
    [
        ({"by": ""}, 400, "by: String should have at least 1 character"),
        ({"by": "   "}, 400, "by: is empty"),
        ({"by": 7}, 400, "by: Input should be a valid string"),
        ({"by": None}, 400, "by: Input should be a valid string"),
        ({"by": "li\0"}, 400, "by: holds a NUL character"),
        ({"comment": "\n"}, 400, "comment: is empty"),
        ({"comment": "x" * 4001}, 400, "comment: String should have at most 4000"),
        ({"matchers": []}, 400, "matchers: List should have at least 1 item"),
        ({"matchers": "product=weilidai"}, 400, "matchers: Input should be a valid list"),
        ({"matchers": ["weilidai"]}, 422, "matcher 'weilidai': write it as label=value"),
        ({"matchers": ["color=red"]}, 422, "no label 'color'; known: rule"),
        ({"matchers": ["product=~(a+)+"]}, 422, "could run for ever"),
        ({"matchers": ["product=~.*"]}, 422, "it would quiet everything"),
        ({"duration_seconds": 1.5}, 400, "duration_seconds: Input should be a valid integer"),
        ({"duration_seconds": True}, 400, "duration_seconds: Input should be a valid integer"),
        ({"duration_seconds": 10**30}, 400, "duration_seconds: Input should be less than or equal"),
        ({"duration_seconds": 31 * 86400}, 422, "it is longer than 30 days"),
        ({"ends": "2026-11-19T00:00:00Z"}, 422, "ends: give either ends or duration_seconds"),
        ({"starts": "2026-11-19"}, 400, "starts: '2026-11-19' is no instant; write RFC 3339 with a zone"),
        ({"starts": "2026-02-30T00:00:00Z"}, 400, "starts: '2026-02-30T00:00:00Z' is no instant"),
        ({"starts": "2020-01-01T00:00:00Z"}, 422, "its end is past"),
        ({"recurrence": {"every": "hourly", "from": "1", "to": "2"}}, 400, "recurrence.every: Input should be"),
        ({"recurrence": {"every": "daily", "from": "25:00", "to": "02:00"}}, 422, "is not a time of day"),
        (
            {"recurrence": {"every": "daily", "zone": "Mars/X", "from": "01:00", "to": "02:00"}},
            422,
            "time zone 'Mars/X'",
        ),
        ({"colour": 1}, 400, "colour: no such field; known: by, note, matchers"),
    ],
)
def test_a_silence_that_must_not_be_is_refused_by_name(
    client: FlaskClient, fresh: Get, changed: dict[str, Any], status: int, said: str
) -> None:
    answer = client.post("/api/v1/silences", json={**GOOD, **changed})
    assert answer.status_code == status, answer.text
    assert answer.json is not None
    assert said in answer.json["error"]
    assert "\n" not in answer.json["error"]
    assert fresh("/api/v1/silences?state=all")["silences"] == []
    assert fresh("/api/v1/journal")["entries"] == []
