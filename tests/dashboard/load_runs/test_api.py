"""Results come in over HTTP with the token of their scope, once each; lists, one run, comparisons, capacity."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import flask
import pytest
from werkzeug.test import TestResponse

from store.port import Store
from tests.dashboard.load_runs.conftest import TOKEN
from tests.reports.load_runs.conftest import result

RUNS = "/api/v1/load-runs"
Bring = Callable[..., dict[str, Any]]
Post = Callable[..., TestResponse]


@pytest.fixture
def post(app: flask.Flask) -> Post:
    """Posts a result with a token."""
    client = app.test_client()

    def send(document: Any, token: str | None = TOKEN, **headers: str) -> TestResponse:
        given = {} if token is None else {"Authorization": f"Bearer {token}"}
        body = document if isinstance(document, bytes) else json.dumps(document).encode()
        return client.post(RUNS, data=body, content_type="application/json", headers={**given, **headers})

    return send


@pytest.fixture
def token(tmp_path: Path) -> None:
    """The server's file holds the token."""
    (tmp_path / "load-runs.token").write_text(TOKEN + "\n")


def get(app: flask.Flask, path: str) -> tuple[int, Any]:
    """Status and JSON."""
    answer = app.test_client().get(path)
    return answer.status_code, answer.get_json()


@pytest.mark.usefixtures("token")
def test_a_result_is_kept_once_and_can_be_read(app: flask.Flask, post: Post) -> None:
    assert post(result()).status_code == 201
    assert post(result()).status_code == 200
    _, body = get(app, RUNS)
    assert [(run["run_id"], run["verdict"], run["held_per_second"]) for run in body["load_runs"]] == [
        ("r1", "proven", 4500)
    ]
    status, one = get(app, f"{RUNS}/r1")
    assert (status, one["result"]) == (200, result())


def test_without_a_token_nobody_may_and_the_line_says_how_to_make_one(post: Post, store: Store) -> None:
    answer = post(result())
    assert answer.status_code == 403
    assert "python app.py load-runs token" in answer.get_json()["error"]
    with store.reading() as reader:
        assert reader.journal().last_number() == 0


@pytest.mark.usefixtures("token")
@pytest.mark.parametrize("given", [None, "", "wrong", TOKEN + "x", TOKEN[:-1], "日本"])
def test_a_wrong_token_is_refused(post: Post, given: str | None) -> None:
    headers = {"Authorization": "Basic x"} if given is None else {}
    answer = post(result(), given if given is None or given.isascii() else "?", **headers)
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert TOKEN not in answer.text


def test_the_token_of_the_environment_goes_before_the_file(
    post: Post, environment: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / "load-runs.token").write_text("another-token-in-the-file")
    environment["CONTROL_CENTER_LOAD_RUNS_TOKEN"] = TOKEN
    assert post(result()).status_code == 201
    assert post(result(), "another-token-in-the-file").status_code == 401


def test_a_token_that_is_too_short_is_none(post: Post, tmp_path: Path) -> None:
    (tmp_path / "load-runs.token").write_text("short")
    assert post(result(), "short").status_code == 403


@pytest.mark.usefixtures("token")
def test_every_defect_is_named_in_one_line_and_nothing_is_kept(app: flask.Flask, post: Post) -> None:
    answer = post(result("r1", 50_000, 0, verdict="proven", exit_code=1))
    assert answer.status_code == 422
    assert answer.get_json()["error"] == (
        "2 defects: exit_code: is 1; proven is 0; verdict: says proven; what was counted means undecided"
    )
    assert get(app, RUNS)[1]["load_runs"] == []


@pytest.mark.usefixtures("token")
@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"\xff", b'"x"'])
def test_what_is_no_result_is_refused_in_one_line(post: Post, body: bytes) -> None:
    answer = post(body)
    assert answer.status_code == 422
    assert "\n" not in answer.get_json()["error"]


@pytest.mark.usefixtures("token")
def test_another_result_with_a_known_id_is_refused(post: Post) -> None:
    post(result())
    assert post(result("r1", 324_001)).status_code == 422


@pytest.mark.usefixtures("token")
def test_another_sites_page_cannot_post(post: Post) -> None:
    assert post(result(), Origin="http://evil.example").status_code == 403


def test_lists_are_filtered_by_verdict(app: flask.Flask, bring: Bring) -> None:
    bring("good")
    bring("bad", 324_000, 40)
    bring("open", 50_000)
    found = {verdict: [r["run_id"] for r in get(app, f"{RUNS}?verdict={verdict}")[1]["load_runs"]] for verdict in
             ("proven", "refuted", "undecided", "invalid")}  # fmt: skip
    assert found == {"proven": ["good"], "refuted": ["bad"], "undecided": ["open"], "invalid": []}
    assert get(app, f"{RUNS}?verdict=x")[0] == 400


def test_two_runs_are_compared(app: flask.Flask, bring: Bring) -> None:
    bring("a")
    bring("b", slower=5_000)
    status, body = get(app, f"{RUNS}/a/compare?with=b")
    assert status == 200
    assert [row["finding"] for row in body["latencies"]] == ["different", "different"]
    assert [row["finding"] for row in body["failures"]] == ["noise", "noise"]
    assert get(app, f"{RUNS}/a/compare")[0] == 400
    assert get(app, f"{RUNS}/a/compare?with=zz")[0] == 404
    assert get(app, f"{RUNS}/zz")[0] == 404


def test_capacity_is_served(app: flask.Flask, bring: Bring) -> None:
    bring("a", data_centers=6)
    status, body = get(app, "/api/v1/capacity")
    assert (status, body["proven_per_second"], body["state"]) == (200, 4500, "current")
    assert (body["held_seconds"], body["expires_days"]) == (60, 90)
