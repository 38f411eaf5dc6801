"""A wall whose server is killed says so and comes back alone; at no moment does an old figure look current."""

from __future__ import annotations

import os
import signal
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.journeys.conftest import Journey
from tests.journeys.sites import DATA_CENTERS, Site, found_site, free_ports

pytestmark = pytest.mark.alone  # it measures time
STALE_MS = 10_000
BACK_WITHIN_S = 10.0
PATIENCE_S = 120.0
"""For processes to start on a machine that does other things too."""
LATE_MS = 5_000
"""So much later than it should a browser on a busy machine may tell."""
SAMPLE = f"""() => {{
  const wall = document.getElementById("wall");
  let news = performance.now();
  window.lies = [];
  new MutationObserver(() => {{ news = performance.now(); }})
    .observe(wall, {{ attributes: true, attributeFilter: ["data-sequence"] }});
  setInterval(() => {{
    const ageMs = performance.now() - news;
    const said = !document.getElementById("stale").hidden && wall.classList.contains("is-stale");
    if (ageMs > {STALE_MS + LATE_MS} && !said) window.lies.push(ageMs);
  }}, 100);
}}"""
IS_STALE = "() => !document.getElementById('stale').hidden"
SEQUENCE = "() => Number(document.getElementById('wall').dataset.sequence)"


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """Two data centers and their collector."""
    made = Site(tmp_path, tmp_path / "control-center.yaml")
    try:
        found_site(made)
        made.collect("one")
        yield made
    finally:
        made.end()


def answers(url: str, journey: Journey) -> bool:
    """Whether the server is there and every source of ours is read."""
    try:
        sources = journey.fetch(f"{url}/api/v1/snapshot")["sources"]
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return False
    return sum(each["state"] == "fresh" for each in sources) == len(DATA_CENTERS)


def serve(site: Site, port: int) -> int:
    """Starts the server; its process id."""
    words = ("serve", "--config", str(site.config), "--data", str(site.data), "--port", str(port), "--no-alerts")
    process = site.spawn("serve", *words)
    site.others.append(process)
    return process.pid


def shows_figures(page: Page) -> None:
    page.wait_for_selector("#wall:not(.is-waiting)", timeout=PATIENCE_S * 1000)
    page.wait_for_function("() => /[0-9]/.test(document.getElementById('transactions-value').textContent)")


def test_a_wall_survives_a_kill_of_its_server(site: Site, browser: Browser, journey: Journey) -> None:
    """kill -9, then another process on the same port: nobody touches the page."""
    port = free_ports(1)[0]
    url = f"http://127.0.0.1:{port}"
    first = serve(site, port)
    journey.until(lambda: answers(url, journey), PATIENCE_S, "the server answers")
    page = browser.new_page(viewport={"width": 1920, "height": 1080}, locale="en")
    page.set_default_timeout(PATIENCE_S * 1000)
    page.goto(f"{url}/?lang=en")
    shows_figures(page)
    page.evaluate(SAMPLE)
    os.kill(first, signal.SIGKILL)
    page.wait_for_function(IS_STALE)
    assert "is-stale" in (page.locator("#wall").get_attribute("class") or "")
    assert "line-through" in page.evaluate("getComputedStyle(document.getElementById('rolling-value')).textDecoration")
    before = page.evaluate(SEQUENCE)
    serve(site, port)
    journey.until(lambda: answers(url, journey), PATIENCE_S, "the second server answers")
    answered = time.monotonic()
    page.wait_for_function(f"() => !({IS_STALE})()")
    assert time.monotonic() - answered <= BACK_WITHIN_S
    assert page.evaluate(SEQUENCE) > before
    assert page.evaluate("window.lies") == []
    page.context.close()
