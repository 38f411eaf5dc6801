"""Ten thousand open alerts at once: the worst are shown, the rest is counted and found, the page stays smooth."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from playwright.sync_api import expect

from tests.dashboard.screens.conftest import T0_S, Sight, Stage

pytestmark = pytest.mark.browser
ALERTS = 10_000
SHOWN = 200
PATIENCE_MS = 90_000
SLOWEST_FRAME_MS = 1_500
"""On a machine that many share; a page that hangs does so each time."""
CHANCES = 5
FRAMES = """() => new Promise(resolve => { let last = performance.now(), most = 0, left = 40;
  const step = now => { most = Math.max(most, now - last); last = now; scrollBy(0, left % 2 ? 900 : -850);
  left-- ? requestAnimationFrame(step) : resolve(most) }; requestAnimationFrame(step) })"""


@pytest.fixture(scope="module")
def storm(make_stage: Callable[[], Stage]) -> Stage:
    """A Prometheus posts ten thousand alerts."""
    stage = make_stage()
    stage.evaluate()
    begun = datetime.fromtimestamp(T0_S - 60, UTC).isoformat()
    names = [{"alertname": "DiskFull", "instance": f"node-{n:05}", "severity": "warning"} for n in range(ALERTS)]
    body = json.dumps([{"labels": labels, "startsAt": begun} for labels in names]).encode()
    post = urllib.request.Request(f"{stage.url}/api/v2/alerts", body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(post, timeout=60) as answer:
        assert answer.status == 200
    return stage


def test_a_storm_shows_its_worst_and_the_filter_reaches_every_alert(
    storm: Stage, open_page: Callable[..., Sight]
) -> None:
    """Also the very last one; how many there are is said."""
    sight = open_page(f"{storm.url}/alerts?lang=en", ".alert")
    page = sight.page
    page.set_default_timeout(PATIENCE_MS)
    expect(page.locator(".more")).to_have_text("the 200 worst of 10,000; search and filters reach all of them")
    expect(page.locator(".alert")).to_have_count(SHOWN)
    assert any(page.evaluate(FRAMES) < SLOWEST_FRAME_MS for _ in range(CHANCES))
    page.locator("#filter").fill(f"node-{ALERTS - 1:05}")
    expect(page.locator(".alert")).to_have_count(1)
    expect(page.locator(".more")).to_be_hidden()
    assert sight.complaints == []
