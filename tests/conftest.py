"""What tests of several rooms share: a real browser, and who runs alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from playwright.sync_api import Browser, expect, sync_playwright

# No test measures time: on a busy machine a deadline fails whatever was drawn first.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")
# What holds is seen at once; what needs longer than 5 s on a busy machine is not wrong for that.
expect.set_options(timeout=30_000)

JOURNEYS = Path(__file__).parent / "journeys"
LONG = {
    "test_layout.py",
    "test_collector.py",
    "test_app.py",
    "test_alerts_screen.py",
    "test_locust_run.py",
    "test_rooms_screens.py",
    "test_wall_room.py",
    "test_locustfile.py",
}
"""Half a minute and more each: begun last, one would keep everybody waiting for a single process."""
CHROMIUM = "/usr/bin/chromium"
CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def pytest_itemcollected(item: pytest.Item) -> None:
    """Marks ``heavy`` what starts the whole product unless it runs alone, and ``browser`` whatever drives one."""
    if item.path.is_relative_to(JOURNEYS) and item.get_closest_marker("alone") is None:
        item.add_marker(pytest.mark.heavy)
    if "browser" in getattr(item, "fixturenames", ()):
        item.add_marker(pytest.mark.browser)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Long files first; within a file the order stays."""
    items.sort(key=lambda item: item.path.name not in LONG)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, one per test file: the driver's event loop must not outlive the tests that need it."""
    with sync_playwright() as playwright:
        made = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_FLAGS)
        yield made
        made.close()
