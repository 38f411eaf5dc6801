"""A server without data: every page says in both languages what to configure."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.dashboard.screens.conftest import Sight, Stage

pytestmark = pytest.mark.browser
PATIENCE_MS = 60_000
TOLD = {
    "/availability": ("#nothing", "python app.py check"),
    "/product/weilidai": ("#latency", "metrics: latency:"),
    "/product/weilidai?last=7d": ("#steps", "step"),
    "/data-centers": ("#balance .nothing + .quiet", "control-center.yaml"),
    "/alerts": (".calm-page", "python app.py collect"),
    "/incidents": (".calm-page", "config/alerts.yaml"),
    "/alerts#history": ("#history .nothing", "config/slos"),
    "/slo": (".objective .objective-counts >> nth=0", ""),
    "/load-runs": ("#nothing", "locust"),
    "/peaks": ("#days .nothing", "metrics: transactions:"),
    "/capacity": ("#ahead .nothing", "metrics: transactions:"),
    "/costs": ("#nothing", "python app.py costs import"),
    "/reports": ("#deliveries", "reports"),
    "/data-quality": ("#no-sources", "python app.py collect"),
    "/settings": ("#processes .nothing", "python app.py collect"),
    "/audit": ("#audit-none", "API"),
}
"""Page -> where it says that there is nothing, and a part of what it says that is no word of either language."""


@pytest.fixture(scope="module")
def empty(make_stage: Callable[[], Stage]) -> Stage:
    """Nothing was ever read here, nothing evaluated."""
    return make_stage()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_page_without_data_says_what_to_configure(
    empty: Stage, open_page: Callable[..., Sight], language: str
) -> None:
    sight = open_page(f"{empty.url}/availability?lang={language}", "#nothing")
    for path, (place, said) in TOLD.items():
        address, _, tab = path.partition("#")
        mark = "&" if "?" in address else "?"
        sight.page.goto(f"{empty.url}{address}{mark}lang={language}{'#' + tab if tab else ''}")
        expect(sight.page.locator(place)).to_contain_text(said, timeout=PATIENCE_MS)
        shown = sight.page.locator(place).inner_text().strip()
        assert shown, path
        assert (language == "zh") == any("\u4e00" <= sign <= "\u9fff" for sign in shown), (path, shown)
    assert sight.complaints == []
