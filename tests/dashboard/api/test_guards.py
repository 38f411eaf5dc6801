"""Hostile and careless requests: each gets one line, and nothing is written."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from dashboard.api.acting import TRIES
from store.errors import StaleDocument, StoreUnavailable
from store.port import Store

Get = Callable[..., Any]
SILENCES = "/api/v1/silences"
GOOD = {"by": "li", "matchers": ["product=weilidai"], "comment": "INC-7", "duration_seconds": 3600}
TYPE = "application/json"


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "the body is not JSON"),
        (b"{", "the body is not JSON"),
        (b"[]", "the body is not a JSON object"),
        (b"null", "the body is not a JSON object"),
        (b'"x"', "the body is not a JSON object"),
        (b'{"by": NaN}', "NaN is no JSON value"),
        (b'{"by": "a", "by": "b"}', "a field is given twice"),
        (b'{"by": ' + b"[" * 30_000, "the body is not JSON"),
        (b'{"by": ' + b"9" * 5_000 + b"}", "the body is not JSON"),
        (b'{"by": "\\ud800", "note": ""}', "by: "),
        (b'{"by": "a\\u0000b"}', "by: holds a NUL character"),
        (b'{"\\ud800": 1}', "the body: "),
        (b'{"by": "\xff"}', "the body is not JSON"),
        ("{}".encode("utf-16"), "the body is not JSON"),
        (b"{}", "by: is missing; give it"),
        (b'{"by": {"$ne": ""}}', "by: Input should be a valid string"),
        (b'{"by": "li", "__proto__": {}}', "__proto__: no such field"),
    ],
)
def test_a_body_that_cannot_be_read_is_refused_in_one_line(
    client: FlaskClient, room: Any, fresh: Get, body: bytes, said: str
) -> None:
    id = room.fire()
    answer = client.post(f"/api/v1/alerts/{id}/ack", data=body, content_type=TYPE)
    assert (answer.status_code, answer.content_type) == (400, TYPE)
    error = json.loads(answer.data.decode())["error"]
    assert said in error
    assert "\n" not in error
    assert len(error) < 500
    assert fresh("/api/v1/journal?kind=ack")["entries"] == []


def test_a_body_over_64_kilobytes_is_refused_said_or_not(client: FlaskClient) -> None:
    """Before it is read when its length is told, while it is read when it is not."""
    body = json.dumps({**GOOD, "comment": "x" * 65_536}).encode()
    told = client.post(SILENCES, data=body, content_type=TYPE)
    untold = client.post(
        SILENCES, data=body, content_type=TYPE, environ_overrides={"wsgi.input_terminated": True, "CONTENT_LENGTH": ""}
    )
    for answer in (told, untold):
        assert (answer.status_code, answer.json) == (413, {"error": "the body is longer than 65536 bytes; send less"})


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""])
def test_another_content_type_is_refused(client: FlaskClient, kind: str) -> None:
    """A form on another site can send these without asking."""
    answer = client.post(SILENCES, data=json.dumps(GOOD), content_type=kind)
    assert answer.status_code == 415
    assert answer.json is not None
    assert answer.json["error"].endswith("send application/json")


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Origin": "http://localhost"}, 201),
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://localhost.evil.example"}, 403),
        ({"Origin": "http://localhost:81"}, 403),
        ({"Origin": ""}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-origin", "Origin": "http://localhost"}, 201),
        ({}, 201),
    ],
)
def test_only_our_own_pages_write(client: FlaskClient, headers: dict[str, str], status: int) -> None:
    assert client.post(SILENCES, json=GOOD, headers=headers).status_code == status


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/api/v1/alerts?colour=red", "query: no parameter 'colour'; known: state"),
        ("/api/v1/alerts?state=open&state=all", "query: state is given 2 times"),
        ("/api/v1/alerts?limit=0", "limit: '0' is not a whole number from 1 to 1000"),
        ("/api/v1/alerts?limit=1001", "limit: '1001'"),
        ("/api/v1/alerts?limit=-1", "limit: '-1'"),
        ("/api/v1/alerts?limit=１", "limit: '１'"),
        ("/api/v1/alerts?limit=" + "9" * 9999, "limit: "),
        ("/api/v1/alerts?state=all&next=x", "next: 'x' is not what a page ended with"),
        ("/api/v1/alerts?state=all&next=1.2", "next: "),
        ("/api/v1/alerts?state=all&from=now", "from: 'now' is no instant; write RFC 3339 with a zone"),
        ("/api/v1/alerts?state=all&from=9999-12-31T23:59:59-23:00", "from: "),
        ("/api/v1/alerts?state=all&from=0001-01-01T00:00:00Z", "from: '0001-01-01T00:00:00Z' is before 1970"),
        ("/api/v1/journal?next=1e9", "next: '1e9'"),
        ("/api/v1/journal?kind=secret", "kind: 'secret' is not known"),
        ("/api/v1/journal?subject=%00", "query: subject holds what is no text"),
        ("/api/v1/incidents/a%00b", "the id in the address is no text"),
        ("/api/v2/alerts?filter=~", "filter: '~' is no matcher"),
        ("/api/v2/alerts?filter=a%3D~%22(a%2B)%2B%22", "could run for ever"),
        ("/api/v2/alerts?filter=a%3D~%22%5B%22", "filter: "),
    ],
)
def test_a_question_that_cannot_be_read_is_refused_in_one_line(fresh: Get, path: str, said: str) -> None:
    error = fresh(path, 400)["error"]
    assert said in error
    assert len(error) < 500


@pytest.mark.parametrize("key", ["x" * 129, "tab\tkey", "k" * 65_536])
def test_a_key_that_is_no_key_is_refused(client: FlaskClient, key: str) -> None:
    """Headers of 64 KB too."""
    answer = client.post(SILENCES, json=GOOD, headers={"Idempotency-Key": key})
    assert answer.status_code == 400


def test_methods_that_are_not_served_are_named(client: FlaskClient) -> None:
    answer = client.put("/api/v1/silences", json=GOOD)
    assert (answer.status_code, answer.headers["Allow"]) == (405, "GET, POST, HEAD, OPTIONS")
    assert answer.json == {"error": "/api/v1/silences: PUT is not served here; use GET, POST"}
    assert client.get("/api/v1/silences/x/expire").status_code == 405


def test_the_same_key_does_it_once_on_whichever_server(client: FlaskClient, other: FlaskClient, fresh: Get) -> None:
    """A phone that lost the answer asks again."""
    headers = {"Idempotency-Key": "7f9a"}
    first = client.post(SILENCES, json=GOOD, headers=headers)
    again = other.post(SILENCES, json=GOOD, headers=headers)
    assert (first.status_code, again.status_code, again.json) == (201, 201, first.json)
    assert len(fresh(SILENCES)["silences"]) == 1
    changed = other.post(SILENCES, json={**GOOD, "comment": "other"}, headers=headers)
    assert changed.status_code == 422
    assert changed.json == {"error": "Idempotency-Key was used for another request; take a new key for this one"}
    assert client.post(SILENCES, json=GOOD, headers={"Idempotency-Key": "7f9b"}).json != first.json


def test_a_key_of_one_address_is_another_elsewhere(client: FlaskClient, room: Any) -> None:
    id = room.fire()
    headers = {"Idempotency-Key": "1"}
    assert client.post(f"/api/v1/alerts/{id}/ack", json={"by": "li"}, headers=headers).status_code == 200
    assert client.post(f"/api/v1/alerts/{id}/unack", json={"by": "li"}, headers=headers).status_code == 200


def test_what_somebody_else_changed_is_read_again_and_refused_in_the_end(
    client: FlaskClient, store: Store, fresh: Get, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once is mended by itself; who never wins is told what to do."""
    made = client.post(SILENCES, json=GOOD).json
    assert made is not None
    real, tries = store.write, 0

    def write(change: Any) -> int:
        nonlocal tries
        tries += 1
        if tries < losing:
            raise StaleDocument("silence", made["id"])
        return real(change)

    monkeypatch.setattr(store, "write", write)
    losing = TRIES + 10
    lost = client.post(f"{SILENCES}/{made['id']}/expire", json={"by": "li"})
    assert (lost.status_code, tries) == (409, TRIES)
    assert lost.json is not None
    assert lost.json["error"].endswith("look again, then repeat")
    losing, tries = 3, 0
    assert client.post(f"{SILENCES}/{made['id']}/expire", json={"by": "li"}).status_code == 200


def test_a_store_that_cannot_be_asked_is_named(
    client: FlaskClient, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse() -> None:
        raise StoreUnavailable("store.sqlite", "is locked")

    monkeypatch.setattr(store, "reading", refuse)
    for answer in (client.get("/api/v1/alerts"), client.post(SILENCES, json=GOOD)):
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")
        assert answer.json == {"error": "store store.sqlite: is locked"}


def test_all_who_ask_the_same_share_one_answer(
    client: FlaskClient, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The store is asked once; who has the answer is told so without it."""
    asked = 0
    real = store.reading

    def reading() -> Any:
        nonlocal asked
        asked += 1
        return real()

    monkeypatch.setattr("dashboard.api.answering.FRESH_SECONDS", 60.0)
    monkeypatch.setattr(store, "reading", reading)
    first = client.get("/api/v1/alerts")
    for _ in range(20):
        again = client.get("/api/v1/alerts", headers={"If-None-Match": first.headers["ETag"]})
        assert (again.status_code, again.data) == (304, b"")
    packed = client.get("/api/v1/alerts", headers={"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert asked == 1
