"""Reports of every kind over HTTP: previewed, made as files, frozen, shown; and refused in one line."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, get_args

import pytest
from flask.testing import FlaskClient

from dashboard.api.reports import KindName
from dashboard.api.setting import ApiSetting
from dashboard.reporting.jobs import Jobs
from dashboard.reporting.kinds import KINDS, NAMES
from dashboard.reporting.orders import EXPECTED

REPORTS = "/api/v1/reports"


@pytest.fixture
def jobs() -> Iterator[Jobs]:
    """The files that are being made."""
    made = Jobs(EXPECTED)
    yield made
    made.close()


@pytest.fixture
def setting(setting: ApiSetting, jobs: Jobs) -> ApiSetting:
    """With those jobs; the bank is that of the setting."""
    return replace(setting, reporting=replace(setting.reporting, jobs=jobs))


def test_the_api_names_every_kind() -> None:
    assert get_args(KindName) == NAMES
    assert all(KINDS[name].name == name for name in NAMES)


@pytest.mark.parametrize("kind", NAMES)
def test_a_kind_is_previewed_and_saved(kind: str, client: FlaskClient, jobs: Jobs) -> None:
    page = client.get(f"{REPORTS}/preview?kind={kind}&period=2026-10&lang=en")
    assert (page.status_code, page.content_type) == (200, "text/html; charset=utf-8")
    begun = client.post(f"{REPORTS}/jobs", json={"kind": kind, "period": "2026-10", "format": "json"}).json
    assert begun is not None
    jobs.wait(begun["id"], 60)
    file = client.get(f"{REPORTS}/jobs/{begun['id']}/file")
    assert file.json is not None
    assert file.json["kind"] == kind


@pytest.mark.parametrize("kind", NAMES)
def test_a_kind_is_frozen_listed_and_drawn_again(kind: str, client: FlaskClient, fresh: Callable[..., Any]) -> None:
    answer = client.post(REPORTS, json={"by": "Li Wei", "kind": kind, "period": "2026-10"})
    assert answer.status_code == 201, answer.text
    assert [each["id"] for each in fresh(f"{REPORTS}?kind={kind}")["reports"]] == [f"{kind}-2026-10-r1"]
    shown = fresh(f"{REPORTS}/{kind}-2026-10-r1")["report"]
    assert len(shown["snapshot_sha256"]) == 64
    assert shown["period"]["key"] == "2026-10"
    assert set(shown) == set(KINDS[kind].shown)
    file = client.get(f"{REPORTS}/{kind}-2026-10-r1/file?format=json").json
    assert file is not None
    assert file["snapshot_sha256"] == shown["snapshot_sha256"]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"kind": "costs", "period": "2026-Q3"}, "costs are closed by the month"),
        ({"kind": "costs", "period": "2026-10", "products": ["weilidai"]}, "costs are of the whole bank"),
        ({"kind": "peaks", "period": "2026-10", "products": ["weilidai", "bank_app"]}, "name one, or none"),
        ({"kind": "peaks", "period": "2026-10", "products": ["nobody"]}, "no product 'nobody'"),
    ],
)
def test_what_a_kind_cannot_be_about_is_refused_in_one_line(
    body: dict[str, Any], said: str, client: FlaskClient
) -> None:
    answer = client.post(REPORTS, json={"by": "Li Wei", **body})
    assert answer.json is not None
    assert (answer.status_code, answer.json["error"].count("\n")) == (422, 0)
    assert said in answer.json["error"]
