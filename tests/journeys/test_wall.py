"""The wall in a real browser, on the real product."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page

pytestmark = pytest.mark.browser


def opened(browser: Browser, url: str, errors: list[str], **options: Any) -> Page:
    """The wall in a fresh context; what its console complains of is collected."""

    def complain(message: ConsoleMessage) -> None:
        if message.type == "error":
            errors.append(message.text)

    page = browser.new_context(viewport={"width": 1920, "height": 1080}, **options).new_page()
    page.on("console", complain)
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(url)
    return page


def test_the_wall_lives_goes_stale_and_comes_back(start: Callable[..., Any], journey: Any, browser: Browser) -> None:
    """No console error in either language; SIGSTOP of the server is said within 15 s and mended by itself."""
    demo = start("--no-history")
    errors: list[str] = []
    english = opened(browser, f"{demo.url}/?lang=en", errors, locale="zh-CN")
    chinese = opened(browser, f"{demo.url}/", errors, locale="zh-CN")
    english.get_by_text("WeiLiDai micro-loans").first.wait_for(timeout=60_000)
    chinese.get_by_text("微粒贷").first.wait_for(timeout=60_000)
    assert chinese.locator("html").get_attribute("lang", timeout=5_000) == "zh-CN"
    assert "DEMO" in english.inner_text("body")
    assert errors == []
    server = demo.part("serve").pid
    os.kill(server, signal.SIGSTOP)
    try:
        english.get_by_text("STALE").first.wait_for(state="visible", timeout=15_000)
    finally:
        os.kill(server, signal.SIGCONT)
    english.get_by_text("STALE").first.wait_for(state="hidden", timeout=10_000)
