"""Changes over HTTP: recorded once, listed, and in the report of their time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.dashboard.api.conftest import T0_MS

CHANGES = "/api/v1/changes"
GIVEN = {"by": "pipeline", "title": "Risk engine 4.2.1", "at": "2026-10-12T14:30:00+08:00", "products": ["weilidai"]}
Get = Callable[..., Any]


def test_a_change_is_recorded_once_and_listed(client: FlaskClient, fresh: Get) -> None:
    """A repetition with the same key is not another change."""
    sent = [client.post(CHANGES, json=GIVEN, headers={"Idempotency-Key": "k"}) for _ in range(2)]
    assert [each.status_code for each in sent] == [201, 201]
    (listed,) = fresh(CHANGES)["changes"]
    assert listed == sent[0].json
    assert (listed["at"], listed["products"], listed["by"]) == ("2026-10-12T06:30:00.000Z", ["weilidai"], "pipeline")
    assert [each["actor"] for each in fresh("/api/v1/journal?kind=change")["entries"]] == ["pipeline"]


def test_without_an_instant_it_was_made_now(client: FlaskClient, fresh: Get) -> None:
    client.post(CHANGES, json={"by": "li", "title": "New limits"})
    assert fresh(CHANGES)["changes"][0]["at"] == fresh(CHANGES)["changes"][0]["recorded"]


@pytest.mark.parametrize(("given", "shown"), [({}, "change"), ({"kind": "drill"}, "drill")])
def test_a_change_has_a_kind(client: FlaskClient, fresh: Get, given: dict[str, str], shown: str) -> None:
    assert client.post(CHANGES, json={**GIVEN, **given}).status_code == 201
    assert fresh(CHANGES)["changes"][0]["kind"] == shown
    assert client.post(CHANGES, json={**GIVEN, "kind": "party"}).status_code == 400


def test_a_products_changes_include_those_of_all(client: FlaskClient, fresh: Get) -> None:
    for body in (GIVEN, {**GIVEN, "products": ["weyedai"]}, {**GIVEN, "title": "Network", "products": []}):
        assert client.post(CHANGES, json=body).status_code == 201
    titles = {each["title"] for each in fresh(f"{CHANGES}?product=weilidai")["changes"]}
    assert titles == {"Risk engine 4.2.1", "Network"}


def test_changes_of_a_product_that_is_not_are_not_found(client: FlaskClient) -> None:
    """An empty list would say that nothing was changed."""
    answer = client.get(f"{CHANGES}?product=weilidia")
    assert (answer.status_code, "no product 'weilidia'; known: weilidai" in answer.text) == (404, True)


def test_the_report_of_its_month_lists_it(client: FlaskClient) -> None:
    """A report of another product does not; nor does another month's."""
    client.post(CHANGES, json=GIVEN)

    def titles(query: str) -> list[str]:
        answer = client.get(f"/api/v1/reports/preview?format=json&{query}")
        assert answer.json is not None, answer.text
        return [each["title"] for each in answer.json["changes"]]

    assert titles("period=2026-10") == ["Risk engine 4.2.1"]
    assert titles("period=2026-10&products=weilidai") == ["Risk engine 4.2.1"]
    assert titles("period=2026-10&products=weyedai") == []
    assert titles("period=2026-09") == []


@pytest.mark.parametrize(
    ("more", "status", "said"),
    [
        ({"title": ""}, 400, "title"),
        ({"title": "x" * 201}, 400, "title"),
        ({"title": "two\nlines"}, 422, "title: holds a control character"),
        ({"by": "li\x1b[2J"}, 422, "by: holds a control character"),
        ({"products": ["nobody"]}, 422, "products: no 'nobody' in the catalog"),
        ({"data_centers": ["dc99"]}, 422, "data_centers: no 'dc99'"),
        ({"at": "yesterday"}, 400, "at"),
        ({"at": "2030-01-01T00:00:00Z"}, 422, "at: is still to come"),
        ({"secret": 1}, 400, "secret: no such field"),
    ],
)
def test_what_is_no_change_is_refused_in_one_line(
    client: FlaskClient, fresh: Get, more: dict[str, Any], status: int, said: str
) -> None:
    answer = client.post(CHANGES, json={**GIVEN, **more})
    assert (answer.status_code, answer.json is not None) == (status, True)
    error = (answer.json or {})["error"]
    assert said in error
    assert "\n" not in error
    assert fresh(CHANGES)["changes"] == []


def test_another_sites_page_cannot_record(client: FlaskClient) -> None:
    assert client.post(CHANGES, json=GIVEN, headers={"Origin": "http://evil.example"}).status_code == 403


def test_the_clock_of_these_tests_is_after_october() -> None:
    """Else the changes above were still to come."""
    assert T0_MS > 1_793_462_400_000
