"""Search finds what has a page, by id or by name in either language, and leads to its page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.dashboard.api.conftest import Room


@pytest.fixture
def found(client: FlaskClient) -> Callable[[str], list[dict[str, Any]]]:
    """Results of a question."""

    def ask(text: str) -> list[dict[str, Any]]:
        answer = client.get("/api/v1/search", query_string={"q": text})
        assert answer.status_code == 200, answer.text
        return list(answer.get_json()["results"])

    return ask


def test_names_of_both_languages_and_ids_lead_to_pages(found: Callable[[str], list[dict[str, Any]]]) -> None:
    """The thing itself comes first."""
    for text in ("weilidai", "WEILIDAI", "微粒贷"):
        first = found(text)[0]
        assert (first["kind"], first["path"]) == ("product", "/product/weilidai"), text
    assert ("page", "/peaks") in [(each["kind"], each["path"]) for each in found("peaks")]
    assert found("dc3")[0]["path"] == "/availability?data_center=dc3"
    assert "objective" in {each["kind"] for each in found("weilidai avail")}


def test_an_incident_and_an_alert_are_found_while_they_are_open(
    found: Callable[[str], list[dict[str, Any]]], room: Room
) -> None:
    """Words may be in any order; all must occur."""
    room.fire()
    kinds = {each["kind"]: each for each in found("dc3 weilidai")}
    assert kinds["incident"]["path"].startswith("/incidents/")
    assert kinds["alert"]["path"].startswith("/alerts?q=")
    assert found("weilidai nowhere") == []


def test_nothing_is_asked_and_too_much_is_refused(client: FlaskClient) -> None:
    """No words find nothing; a question that is too long gets one line."""
    assert client.get("/api/v1/search").get_json() == {"query": "", "results": []}
    assert client.get("/api/v1/search?q=%20").get_json()["results"] == []
    refused = client.get("/api/v1/search", query_string={"q": "x" * 101})
    assert refused.status_code == 400
    assert "at most 100" in refused.get_json()["error"]
    assert client.get("/api/v1/search", query_string={"q": "%_'\"<script>"}).get_json()["results"] == []
