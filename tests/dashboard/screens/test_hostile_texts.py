"""Texts that would like to be markup, script or a line of their own, on every screen in a real browser: all text."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import requests
from playwright.sync_api import Browser, expect

from dashboard.factory import PAGES
from slo.catalog import Catalog
from tests.dashboard.screens.conftest import PATIENCE_MS, Stage, busy, with_history

pytestmark = pytest.mark.browser
ASSETS = Path(__file__).resolve().parents[3] / "dashboard" / "assets"
EVIL = "<img src=x onerror=\"window.owned=1\"></script><script>window.owned=1</script>{{7*7}}=cmd|'/C'!A0\u202e'\"`${1}"
MAKES_MARKUP = re.compile(
    r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|createContextualFragment|srcdoc"
)
LOOKS = """() => ({
    owned: Boolean(window.owned),
    scripts: document.querySelectorAll("script:not([src]):not([type='application/json'])").length,
    made: document.querySelectorAll("img[src='x'], [onerror], [onload], [onclick]").length,
})"""
SOMETHING = re.compile(r"\w.{40}", re.DOTALL)
SHOWING = ("/", "/alerts", "/incidents", "/availability")
"""Pages that show names of products or of people; there the attack must be read as text."""


def renamed(catalog: Catalog) -> Catalog:
    """Products and data centers whose names attack."""
    evil = {"en": EVIL, "zh": EVIL}
    return replace(
        catalog,
        products=tuple(replace(each, names=evil) for each in catalog.products),
        data_centers=tuple(replace(each, names=evil) for each in catalog.data_centers),
    )


@pytest.fixture(scope="module")
def attacked(make_stage: Callable[..., Stage]) -> Stage:
    """A bank in which every text that people write is an attack, through the API as people write it."""
    stage = make_stage(renamed)
    with_history(stage.store)
    busy(stage)

    def post(path: str, **body: object) -> requests.Response:
        return requests.post(f"{stage.url}/api/v1/{path}", json={"by": EVIL[:60], **body}, timeout=60)

    alerts = requests.get(f"{stage.url}/api/v1/alerts", timeout=60).json()["alerts"]
    incidents = requests.get(f"{stage.url}/api/v1/incidents", timeout=60).json()["incidents"]
    answers = [
        post(f"alerts/{alerts[0]['id']}/ack", note=EVIL[:200]),
        post(f"incidents/{incidents[0]['id']}/notes", text=EVIL[:200]),
        post("changes", kind="deployment", title=EVIL[:100]),
    ]
    assert all(answer.ok for answer in answers), [answer.text for answer in answers]
    stage.step()
    return stage


def addresses(stage: Stage) -> list[str]:
    """Every page of the product, with something in it where it shows one thing."""
    incidents = requests.get(f"{stage.url}/api/v1/incidents", timeout=60).json()["incidents"]
    ids = {"incidents": incidents[0]["id"], "products": "weilidai"}
    return [re.sub(r"<\w+>", ids.get(page.PATH.split("/")[1], "x"), page.PATH) for page in PAGES]


def test_no_text_becomes_markup_or_runs_on_any_screen(attacked: Stage, browser: Browser) -> None:
    """Neither the texts that are stored nor those in addresses."""
    context = browser.new_context(locale="en")
    page, dialogs = context.new_page(), list[str]()
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    found: dict[str, dict[str, object]] = {}
    for path in addresses(attacked):
        page.goto(f"{attacked.url}{path}?lang=en&q={EVIL}&product={EVIL}", timeout=PATIENCE_MS)
        expect(page.locator("body")).to_contain_text(
            SOMETHING if path not in SHOWING else "<img src=x", timeout=PATIENCE_MS
        )
        found[path] = page.evaluate(LOOKS)
    page.goto(f"{attacked.url}/{EVIL}?lang={EVIL}", timeout=PATIENCE_MS)
    found["nowhere"] = page.evaluate(LOOKS)
    context.close()
    assert dialogs == []
    assert {path: seen for path, seen in found.items() if seen["owned"] or seen["made"]} == {}


def test_no_script_of_ours_makes_markup_of_texts() -> None:
    """What is never called cannot be fed: the strongest guard, kept by this line."""
    scripts = [file for file in ASSETS.rglob("*.js") if "vendor" not in file.parts]
    assert len(scripts) > 20
    wrong = {file.name: MAKES_MARKUP.findall(file.read_text(encoding="utf-8")) for file in scripts}
    assert {name: words for name, words in wrong.items() if words} == {}
