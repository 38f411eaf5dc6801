"""Logging in, looking at every page and leaving again, in a real browser that enforces the policy of content."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from argon2 import PasswordHasher
from argon2.profiles import CHEAPEST
from playwright.sync_api import Browser, Page, expect

from access import people
from access.passwords import Passwords
from access.rights import Role
from dashboard.factory import PAGES
from store.memory import MemoryStore
from tests.dashboard.access.conftest import PASSWORD, T0_MS, Clock, made
from tests.dashboard.browser.conftest import Host

PATIENCE_MS = 30_000
SIZES = {"zh": (1920, 1080), "en": (390, 844)}


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """A dashboard with one admin and one viewer."""
    store = MemoryStore()
    kept = Passwords(PasswordHasher.from_parameters(CHEAPEST)).hashed("x", PASSWORD)
    for role in (Role.ADMIN, Role.VIEWER):
        with store.reading() as reader:
            change = people.add(reader.journal(), role.value, [role], kept, now_ms=T0_MS, by="cli:root@here")
        store.write(change)
    host = Host(made(store, Clock()).app)
    host.start()
    yield host.url
    host.stop()


def entered(browser: Browser, address: str, language: str, name: str, wanted: str) -> tuple[Page, list[str]]:
    """A page that sent to the login, was entered, and came back; with what its console complains of."""
    width, height = SIZES[language]
    page = browser.new_context(viewport={"width": width, "height": height}).new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(f"{address}{wanted}?lang={language}")
    expect(page.locator("input[name=password]")).to_be_visible(timeout=PATIENCE_MS)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.fill("input[name=name]", name)
    page.fill("input[name=password]", PASSWORD)
    page.press("input[name=password]", "Enter")
    page.wait_for_url(f"**{wanted}?lang={language}", timeout=PATIENCE_MS)
    return page, complaints


@pytest.mark.parametrize("language", ["zh", "en"])
def test_somebody_logs_in_comes_back_to_the_page_and_leaves(browser: Browser, address: str, language: str) -> None:
    page, complaints = entered(browser, address, language, "viewer", "/incidents")
    expect(page.locator("#content:not(.is-loading)")).to_be_visible(timeout=PATIENCE_MS)
    expect(page.get_by_text("viewer").first).to_be_attached(timeout=PATIENCE_MS)
    assert page.locator("a[href^='/audit']").count() == 0
    page.locator(".account-leave").first.click()
    page.wait_for_url("**/login?**", timeout=PATIENCE_MS)
    page.goto(f"{address}/incidents?lang={language}")
    expect(page.locator("input[name=password]")).to_be_visible(timeout=PATIENCE_MS)
    assert complaints == []
    page.context.close()


def test_no_page_breaks_the_policy_of_content(browser: Browser, address: str) -> None:
    """A violation is an error of the console; pages of one thing are asked for one that is not there."""
    page, complaints = entered(browser, address, "zh", "admin", "/")
    for module in PAGES:
        if "<" in module.PATH:
            continue
        answer = page.goto(f"{address}{module.PATH}?lang=zh")
        assert answer is not None
        assert answer.status == 200, module.PATH
        assert "unsafe-inline" not in answer.headers["content-security-policy"]
        expect(page.locator("main")).to_be_visible(timeout=PATIENCE_MS)
        page.wait_for_load_state("load")
    assert [said for said in complaints if "Content Security Policy" in said or "Refused to" in said] == []
    page.context.close()
