"""The audit log in a real browser, with ten thousand rows behind it."""

from __future__ import annotations

import json
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import expect

from store.audit import audited
from store.journal import Change
from tests.dashboard.api.conftest import T0_MS
from tests.dashboard.screens.conftest import Sight, Stage

ROWS = 10_000
PAGE = 100
PATIENCE_MS = 30_000
WHO = ("li.na", "wang.wei", "cli:root@ops")
WHAT = ("alert.acknowledge", "alert.note", "silence.make", "configuration.load")

Open = Callable[..., Sight]


@pytest.fixture(scope="module")
def address(make_stage: Callable[[], Stage]) -> str:
    """A control center in which people did a lot."""
    stage = make_stage()
    acts = [
        audited(T0_MS - (ROWS - n) * 1000, WHO[n % 3], WHAT[n % 4], f"<b>s{n}</b>", note="处理中", tags=["a", "b"])
        for n in range(ROWS)
    ]
    stage.store.write(Change(audit=tuple(acts)))
    stage.step()
    return f"{stage.url}/audit"


def test_ten_thousand_rows_are_turned_over_a_hundred_at_a_time(address: str, open_page: Open) -> None:
    sight = open_page(f"{address}?lang=en", ".audit-row")
    page = sight.page
    for turn in range(1, 6):
        page.click("#audit-older")
        expect(page.locator(".audit-row").first).to_have_attribute(
            "data-number", str(ROWS - turn * PAGE), timeout=PATIENCE_MS
        )
        assert page.locator(".audit-row").count() == PAGE
    assert parse_qs(urlsplit(page.url).query)["next"] == [str(ROWS - 5 * PAGE + 1)]
    page.go_back()
    expect(page.locator(".audit-row").first).to_have_attribute("data-number", str(ROWS - 4 * PAGE), timeout=PATIENCE_MS)
    page.click("#audit-newest")
    expect(page.locator(".audit-row").first).to_have_attribute("data-number", str(ROWS), timeout=PATIENCE_MS)
    assert page.evaluate("document.querySelectorAll('*').length") < 3000
    assert sight.complaints == []
    page.close()


def test_filters_stand_in_the_address_and_in_the_files(address: str, open_page: Open) -> None:
    page = open_page(f"{address}?lang=en&actor=wang.wei&action=alert.", ".audit-row").page
    expect(page.locator("#audit-action")).to_have_value("alert.", timeout=PATIENCE_MS)
    assert page.input_value("#audit-actor") == "wang.wei"
    assert set(page.locator(".audit-who").all_inner_texts()) == {"wang.wei"}
    assert "actor=wang.wei" in str(page.get_attribute("#audit-csv", "href"))
    page.locator(".audit-subject button").first.click()
    expect(page.locator(".audit-row")).to_have_count(1, timeout=PATIENCE_MS)
    assert page.locator(".audit-subject").inner_text().startswith("<b>s")
    page.fill("#audit-actor", "nobody")
    expect(page.locator("#audit-none")).to_be_visible(timeout=PATIENCE_MS)
    page.click("#audit-clear")
    expect(page.locator(".audit-row")).to_have_count(PAGE, timeout=PATIENCE_MS)
    assert parse_qs(urlsplit(page.url).query) == {"lang": ["en"]}
    page.close()


@pytest.mark.parametrize(
    ("size", "lang", "said"),
    [("wall", "en", "Whole up to row 10,000"), ("phone", "zh", "截至第 10,000 行完整")],
)
def test_the_sign_says_how_far_it_is_whole_and_nothing_is_cut_off(
    address: str, open_page: Open, size: str, lang: str, said: str
) -> None:
    sight = open_page(f"{address}?lang={lang}", ".audit-row", size=size)
    expect(sight.page.locator("#audit-said")).to_contain_text(said, timeout=PATIENCE_MS)
    assert sight.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert sight.page.locator("#audit-head").inner_text().startswith("10000:")
    assert sight.complaints == []
    sight.page.close()


def test_a_chain_that_is_broken_cannot_be_overlooked(address: str, open_page: Open) -> None:
    page = open_page(f"{address}?lang=en", "#audit-whole").page
    head = f"6:{'a' * 64}"
    broken = {"whole": False, "rows": 6, "head": head, "number": 6, "broken": {"number": 7, "what": "is missing"}}
    page.route("**/api/v1/audit/verify*", lambda route: route.fulfill(body=json.dumps(broken)))
    page.click("#audit-whole")
    expect(page.locator("#audit-said")).to_contain_text("BROKEN at row 7", timeout=PATIENCE_MS)
    expect(page.locator("#audit-sign.audit-broken")).to_contain_text("is missing")
    page.close()
