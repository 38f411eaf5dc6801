"""Search finds what has a page, by id or by name in either language, and leads to its page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from access.identity import Identity, Means
from access.rights import Right
from dashboard.api.asking import Asked
from dashboard.api.setting import ApiSetting
from dashboard.api.topics import TOPICS, settings, topics
from dashboard.configured import Configured, ConfiguredFile, Item, Origin
from dashboard.factory import PAGES
from dashboard.screens import page_at
from tests.dashboard.api.conftest import Room

GLOSSARY = Path(__file__).parents[3] / "docs" / "glossary.md"


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


def test_words_of_the_control_center_are_explained_and_lead_to_their_page(
    found: Callable[[str], list[dict[str, Any]]],
) -> None:
    """In both languages, by a word of the explanation too."""
    for text, path in (("burn rate", "/slo"), ("燃烧率", "/slo"), ("MTTR", "/incidents"), ("full outage", "/slo")):
        first = next(each for each in found(text) if each["kind"] == "topic")
        assert first["path"] == path, text
        assert first["title"]["en"] != first["title"]["zh"]


def test_every_word_leads_to_a_page_that_there_is(setting: ApiSetting) -> None:
    """And has a text of its own in each language."""
    every = list(topics(setting.catalog))
    texts = [name for each in every for name in each.names.values()]
    assert len(set(texts)) == len(texts) == 2 * len(TOPICS)
    assert [each.id for each in every if page_at(PAGES, each.path.partition("#")[0]) is None] == []


def test_every_word_of_the_glossary_is_found(found: Callable[[str], list[dict[str, Any]]]) -> None:
    """As it stands there; and the Chinese word of its sentence finds the same. A new word wants a line in
    ``dashboard/api/topics.py`` and a sentence in both catalogs."""
    rows = GLOSSARY.read_text(encoding="utf-8").splitlines()[3:]
    words = [row.split("|")[1].strip() for row in rows]
    known = {id for id, _, _ in TOPICS}
    assert [each for each in words if each not in known] == []
    for text, path in (("watermark", "/data-quality"), ("水位", "/data-quality"), ("耗尽日", "/capacity")):
        first = next(each for each in found(text) if each["kind"] == "topic")
        assert first["path"] == path, text
    assert found("histogram")[0]["path"].startswith("/product/")


def test_settings_and_metrics_are_found_by_who_may_see_them(setting: ApiSetting) -> None:
    """By their key or by what they say; nobody else learns that they are there."""
    item = Item("metrics.requests.0.metric", "shop_requests_total", Origin.OWN, 3)
    files = (ConfiguredFile("catalog", "config/catalog.yaml", Origin.OWN, (item,)),)
    own = replace(setting, configured=Configured(files=files))
    may, may_not = (Identity("wang.wei", Means.PASSWORD, frozenset({right})) for right in (Right.ADMINISTER, Right.SEE))
    assert [(each.kind, each.path) for each in settings(own, Asked("", who=may))] == [
        ("metric", "/settings?q=shop_requests_total"),
        ("setting", "/settings?q=metrics.requests.0.metric"),
    ]
    assert list(settings(own, Asked("", who=may_not))) == []
