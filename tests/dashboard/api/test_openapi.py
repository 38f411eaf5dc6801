"""The OpenAPI document is true: every route of the app is in it and nothing else, and its parts fit together."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import flask
import pytest

from dashboard.api.registering import register_api
from dashboard.api.setting import ApiSetting
from dashboard.publisher import Publisher
from dashboard.routes import register_routes
from dashboard.snapshot import Setting
from slo.states import StatePolicy


@pytest.fixture
def whole(setting: ApiSetting) -> flask.Flask:
    """Everything that is served beside the pages."""
    app = flask.Flask("whole", static_folder=None)
    publisher = Publisher(setting.store, Setting(setting.catalog, StatePolicy(), demo=True, build="0.1.0"))
    register_routes(app, publisher)
    register_api(app, setting)
    return app


@pytest.fixture
def document(whole: flask.Flask) -> dict[str, Any]:
    answer = whole.test_client().get("/openapi.json")
    assert isinstance(answer.json, dict)
    return answer.json


def served(app: flask.Flask) -> Iterator[tuple[str, str]]:
    """Path and method of every rule that does something."""
    for rule in app.url_map.iter_rules():
        refuses = rule.endpoint.startswith("api:!") or rule.endpoint.endswith("!") or "<path:rest>" in rule.rule
        if refuses or rule.rule in ("/api", "/api/"):
            continue
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}:
            yield re.sub(r"<path:(\w+)>", r"{\1}", rule.rule), method.lower()


def test_every_route_is_described_and_nothing_else(whole: flask.Flask, document: dict[str, Any]) -> None:
    described = {(path, method) for path, methods in document["paths"].items() for method in methods}
    assert described == set(served(whole))


def test_it_is_openapi_3_1_and_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    assert document["openapi"] == "3.1.0"
    schemas = document["components"]["schemas"]
    named = {reference.rpartition("/")[2] for reference in references(document)}
    assert named <= set(schemas)
    assert {"Error", "NewSilence", "NewMaintenance", "Again"} <= named
    for path, methods in document["paths"].items():
        for operation in methods.values():
            assert operation["summary"]
            inside = {each["name"] for each in operation.get("parameters", ()) if each["in"] == "path"}
            assert inside == set(re.findall(r"\{(\w+)\}", path))


def references(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        yield from (value for name, value in part.items() if name == "$ref")
        for value in part.values():
            yield from references(value)
    if isinstance(part, list):
        for value in part:
            yield from references(value)


def test_bodies_refuse_what_they_do_not_name(document: dict[str, Any]) -> None:
    """As the routes do."""
    schemas = document["components"]["schemas"]
    bodies = {name: each for name, each in schemas.items() if name != "Error" and each["type"] == "object"}
    objects = [each for each in bodies.values() if each["type"] == "object"]  # the others are words to choose from
    assert all(each["additionalProperties"] is False for each in objects)
    assert set(bodies["NewMaintenance"]["required"]) == {"by", "title", "reason", "from", "to"}


def test_every_parameter_that_is_described_is_taken(whole: flask.Flask, document: dict[str, Any]) -> None:
    """A name that is not would answer 400 about the parameter itself."""
    viewer = whole.test_client()
    for path, methods in document["paths"].items():
        for each in methods.get("get", {}).get("parameters", ()):
            if each["in"] == "query":
                answer = viewer.get(path.replace("{id}", "x"), query_string={each["name"]: "?"})
                assert "no parameter" not in answer.text


def test_what_a_body_names_may_not_be_there(whole: flask.Flask, document: dict[str, Any]) -> None:
    """Not only what an address names."""
    asked = {"kind": "availability", "issue": "2026-10-r9", "format": "json"}
    answer = whole.test_client().post("/api/v1/reports/jobs", json=asked)
    assert answer.status_code == 404
    assert "404" in document["paths"]["/api/v1/reports/jobs"]["post"]["responses"]


def test_the_page_is_plain_and_fetches_nothing(whole: flask.Flask) -> None:
    page = whole.test_client().get("/docs")
    assert page.content_type == "text/html; charset=utf-8"
    assert "<script" not in page.text
    assert re.findall(r"(?:src|href)=\"(?![/#])", page.text) == []
    assert "POST /api/v1/silences" in page.text
    assert 'id="NewSilence"' in page.text
