"""The page of capacity and what it asks for: proof, expiry, room, the day it ends, and what each run says."""

from __future__ import annotations

import json
from collections.abc import Callable

import flask
import pytest
from playwright.sync_api import Page, expect

from reports.load_runs.keeping import keep
from reports.load_runs.policy import SHIPPED
from store.memory import MemoryStore
from tests.dashboard.peaks.conftest import NOON_MS
from tests.reports.load_runs.conftest import result
from tests.reports.peaks.conftest import tell

Look = Callable[..., Page]


def test_each_day_takes_its_part_of_the_capacity(told: flask.Flask) -> None:
    found = told.test_client().get("/api/v1/capacity").get_json()
    assert [row["days_ahead"] for row in found["ahead"]] == list(range(28))
    assert max(row["p95_per_second"] for row in found["ahead"]) == found["forecast_p95_per_second"]
    first = found["ahead"][0]
    assert float(first["taken"]) == pytest.approx(first["p95_per_second"] / found["proven_per_second"], abs=0.001)
    assert float(first["taken_n_1"]) == pytest.approx(float(first["taken"]) * 6 / 5, abs=0.001)
    (run,) = found["runs"]
    assert (run["says"], run["expires_at"]) == ("proves", found["expires_at"])


def test_a_run_of_other_data_centers_proves_nothing_for_these(app: flask.Flask, store: MemoryStore) -> None:
    """The proof with the newest tie counts, the other one is named for what it is."""
    for each in (result("r1", data_centers=6), result("r2", data_centers=5)):
        with store.reading() as reader:
            change, _ = keep(json.dumps(each).encode(), reader.journal(), NOON_MS, "test", SHIPPED)
        store.write(change)
    found = app.test_client().get("/api/v1/capacity").get_json()
    says = {run["run_id"]: run["says"] for run in found["runs"]}
    assert says.pop(found["tied_to"]["run_id"]) == "proves"
    assert list(says.values()) == ["other_tie"]


@pytest.mark.browser
@pytest.mark.parametrize(
    ("language", "said"), [("en", "no load run has held a rate for 60 s"), ("zh", "保持同一速率 60 秒")]
)
def test_an_empty_store_says_what_is_missing_in_its_readers_language(look: Look, language: str, said: str) -> None:
    page = look(f"/capacity?lang={language}")
    expect(page.locator("#reasons")).to_contain_text(said)
    expect(page.locator(".peaks-bar.is-unknown")).to_have_count(4)
    expect(page.locator("#runs")).to_contain_text("No load run" if language == "en" else "压测")


@pytest.mark.browser
@pytest.mark.parametrize(("language", "width", "height"), [("zh", 1920, 1080), ("en", 390, 844)])
def test_proof_room_and_runs_are_shown(look_back: Look, language: str, width: int, height: int) -> None:
    page = look_back(f"/capacity?lang={language}", width, height)
    expect(page.locator("#proven")).to_contain_text("4,500")
    expect(page.locator("#end")).to_contain_text("2026-")
    expect(page.locator("#ahead tbody tr")).to_have_count(28)
    expect(page.locator("#runs tbody tr")).to_have_count(1)
    expect(page.locator("#runs tbody tr")).to_contain_text("●")
    page.locator("[data-picture=headroom]").click()
    expect(page.locator(".toast:not(.toast-bad)")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.browser
def test_the_page_tells_what_of_its_forecast_was_said_in_advance(look: Look, store: MemoryStore) -> None:
    """120 days know one Double 11, which only the calendar could have told the windows before it."""
    tell(store, 120, lambda day, _: 900_000 if (day.month, day.day) == (11, 11) else 600_000)
    page = look("/capacity?lang=en")
    expect(page.locator("#forecast")).to_contain_text("only by what the calendar says in advance", timeout=30_000)
