"""A wrong address and a failure help on: in a browser with links and a search, in a script with one line."""

from __future__ import annotations

import logging

import flask
import pytest
from flask.testing import FlaskClient

from dashboard.factory import create_dashboard
from tests.dashboard.test_factory import SMALL

BROWSER = {"Accept": "text/html,application/xhtml+xml", "Accept-Language": "en"}


def register(server: flask.Flask) -> None:
    """Something that breaks."""

    def broken() -> flask.Response:
        raise ValueError("the secret is swordfish")

    for path in ("/broken", "/api/v1/broken"):
        server.add_url_rule(path, path, broken)


@pytest.fixture
def client() -> FlaskClient:
    """A viewer of a dashboard that has something broken."""
    client: FlaskClient = create_dashboard(catalog=SMALL, demo=True, register=register).server.test_client()
    return client


def test_a_browser_is_shown_the_way_on(client: FlaskClient) -> None:
    answer = client.get("/data-centres", headers=BROWSER)
    assert (answer.status_code, answer.mimetype) == (404, "text/html")
    assert 'Did you mean <a href="/data-centers?lang=en">' in answer.text.replace("  ", " ")
    assert '<form action="/availability" role="search">' in answer.text
    assert 'href="/alerts?lang=en"' in answer.text
    assert '<html lang="zh-CN">' in client.get("/nope?lang=zh", headers=BROWSER).text


def test_a_script_gets_one_line(client: FlaskClient) -> None:
    answer = client.get("/nope", headers={"Accept-Language": "en"})
    assert (answer.status_code, answer.mimetype, answer.text.count("\n")) == (404, "text/plain", 1)


@pytest.mark.parametrize(
    ("path", "kind"), [("/api/v1/alerts/a%0Ab%C2%8A", "application/json"), ("/a%0Ab", "text/plain")]
)
def test_an_address_that_no_rule_takes_is_answered_like_any_other(client: FlaskClient, path: str, kind: str) -> None:
    """The routing of the server knows no line's end in an address."""
    answer = client.get(path, headers={"Accept-Language": "en"})
    assert (answer.status_code, answer.mimetype, "doctype" in answer.text.lower()) == (404, kind, False)


def test_an_address_cannot_write_into_the_page(client: FlaskClient) -> None:
    answer = client.get("/%3Cscript%3Ealert(1)%3C/script%3E" + "x" * 900, headers=BROWSER)
    assert "<script" not in answer.text
    assert "x" * 300 not in answer.text


def test_a_failure_has_an_id_that_stands_in_the_log_and_tells_nothing_else(
    client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR):
        page, document = client.get("/broken", headers=BROWSER), client.get("/api/v1/broken")
    assert (page.status_code, document.status_code) == (500, 500)
    error_id = document.get_json()["error_id"]
    assert error_id in document.get_json()["error"]
    assert f"error {error_id}: GET /api/v1/broken" in caplog.text
    for answer in (page, document):
        assert "swordfish" not in answer.text
    assert "Something failed here" in page.text
    assert "Content-Security-Policy" in page.headers


@pytest.mark.parametrize(
    ("method", "path", "kind"), [("TRACE", "/", "text/plain"), ("PROPFIND", "/api/v1/snapshot", "application/json")]
)
def test_a_method_that_nobody_serves_is_refused_in_one_line(
    client: FlaskClient, method: str, path: str, kind: str
) -> None:
    answer = client.open(path, method=method)
    assert (answer.status_code, answer.mimetype, "<" in answer.text) == (405, kind, False)
    assert "GET" in answer.headers["Allow"]
    assert answer.text.rstrip().count("\n") == 0
