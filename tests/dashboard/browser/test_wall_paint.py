"""What a viewer sees, in a real browser."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.dashboard.browser.states import PATIENCE_MS

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.dashboard.browser.canned import Estate
    from tests.dashboard.browser.conftest import Host, Visit

pytestmark = pytest.mark.browser

Look = Callable[..., "Page"]
Go = Callable[..., "Visit"]
Serve = Callable[..., "Host"]
Until = Callable[..., None]

HEADINGS = {"zh-CN": "贷款业务控制中心", "en": "Lending Control Center"}
WORDS = {
    "zh": {"degraded": "降级", "down": "中断", "maintenance": "维护", "no_traffic": "无交易", "unknown": "未知"},
    "en": {
        "degraded": "Degraded",
        "down": "Down",
        "maintenance": "Maintenance",
        "no_traffic": "No traffic",
        "unknown": "Unknown",
    },
}
SHORT = {"Maintenance": "Maint.", "No traffic": "Idle"}
"""Words that would not fit a cell at the size that is read from five meters; its label has the whole word."""
CELLS = {
    "degraded": ("weilidai", "dc1", "▲"),
    "down": ("weyedai", "dc2", "✖"),
    "maintenance": ("kechuangdai", "dc3", "◆"),
    "no_traffic": ("weichedai", "dc4", "○"),
    "unknown": ("supply_chain", "dc5", "?"),
}


@pytest.mark.parametrize(
    ("address", "browser_language", "tag"),
    [("/?lang=zh", "en-US", "zh-CN"), ("/?lang=en", "zh-CN", "en"), ("/", "en-GB", "en")],
)
def test_the_wall_loads_in_both_languages_without_a_complaint(
    serve: Serve, visit: Go, address: str, browser_language: str, tag: str
) -> None:
    """No console error, no request outside of the server, one language throughout."""
    host = serve()
    seen = visit(host.url + address, language=browser_language)
    seen.page.wait_for_selector("#curve-plot .main-svg")
    assert seen.page.locator("h1").inner_text() == HEADINGS[tag]
    assert seen.page.evaluate("document.documentElement.lang") == tag
    assert seen.page.locator("#wall").get_attribute("lang") == tag
    assert seen.complaints == []
    assert [url for url in seen.requests if not url.startswith((host.url, "data:"))] == []


def test_a_browser_that_hides_where_it_came_from_still_reads_one_language(serve: Serve, visit: Go) -> None:
    """Without a Referer the layout comes in the browser's language; the script says it again in the page's."""
    page = visit(serve().url + "/?lang=zh", language="en-US", nameless="**/_dash-layout").page
    assert page.locator("#wall").get_attribute("lang") == "zh-CN"
    assert page.locator("#budget-tile .label").inner_text() == "剩余错误预算 · 30 天"
    assert "Error budget" not in page.locator("body").inner_text()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_states_show_color_shape_and_word(wall: Look, estate: Estate, language: str) -> None:
    """Each state that is not normal differs in all three, in its cell and in its label for readers."""
    estate.every_state()
    page = wall(language)
    colors = set()
    for state, (product, center, glyph) in CELLS.items():
        cell = page.locator(f'[id="cell/{product}/{center}"]')
        assert cell.locator(".mark").inner_text().startswith(glyph)
        whole = WORDS[language][state]
        assert cell.locator(".word").inner_text() == SHORT.get(whole, whole)
        assert WORDS[language][state] in (cell.get_attribute("aria-label") or "")
        colors.add(cell.evaluate("cell => getComputedStyle(cell).backgroundColor"))
    assert len(colors) == len(CELLS)


def test_a_normal_cell_shows_its_transactions_per_second_and_nothing_else(wall: Look) -> None:
    """A calm wall is quiet."""
    page = wall()
    assert page.locator('[id="cell/weilidai/dc1"]').inner_text() == "696"


def test_an_unknown_cell_says_why_and_shows_no_number(wall: Look, estate: Estate) -> None:
    """Unknown is a state, never 0."""
    estate.data_center_unknown("dc4")
    page = wall()
    cell = page.locator('[id="cell/identity/dc4"]')
    assert "refused: 127.0.0.1:9104" in (cell.get_attribute("title") or "")
    assert cell.locator(".number").inner_text() == ""
    assert "gradient" in cell.evaluate("cell => getComputedStyle(cell).backgroundImage")
    source = page.locator(".source", has_text="DC 4")
    assert "missing" in source.inner_text()
    assert page.locator('[id="data-center/dc4"]').get_attribute("aria-label") == "DC 4: Unknown"


def test_a_cell_that_the_snapshot_does_not_speak_of_is_unknown(wall: Look, estate: Estate, until: Until) -> None:
    """A cell that was normal a second ago does not stay normal because nobody mentions it."""
    page = wall()
    del estate.product("risk")["data_centers"]["dc2"]
    cell = page.locator('[id="cell/risk/dc2"]')
    until(lambda: "Unknown" in cell.inner_text())


def test_headlines_without_a_value_say_so(wall: Look, estate: Estate) -> None:
    """Null is never 0 and never 100 %."""
    bank = estate.snapshot["bank"]
    for figures in bank["availability"].values():
        figures.update(good=None, bad=None, total=None, availability=None, low=None, high=None, verdict="not proven")
    bank["composite"] = {"pooled": None, "worst": None, "mean": None}
    bank["budget"].update(
        dict.fromkeys(("allowed_events", "spent_events", "remaining_events", "remaining_seconds", "remaining_percent"))
    )
    bank["transactions"].update(today=None, per_second=None, record=None)
    bank["cost_per_account"] = None
    page = wall()
    for tile in ("rolling", "today", "budget", "transactions", "cost"):
        assert page.locator(f"#{tile}-value").inner_text() == "–"
        assert page.locator(f"#{tile}-counts").inner_text() == "no data yet"
    assert page.locator("#curve-now").inner_text() == "–"


def test_headlines_show_exact_counts_beside_truncated_shares(wall: Look) -> None:
    """Five decimals, with the failed and all events beside them."""
    page = wall()
    assert page.locator("#rolling-value").inner_text() == "99.99933"
    assert page.locator("#rolling-counts").inner_text() == "failed 201,234 of 30,211,343,123"
    assert page.locator("#rolling-note").inner_text() == "mean 99.99921 · worst 99.99812 Identity verification"
    assert page.locator("#budget-value").inner_text() == "8.65"
    assert page.locator("#budget-counts").inner_text() == "100,879 / 302,113 failures left"
    assert page.locator("#transactions-value").inner_text() == "412.3"
    assert page.locator("#transactions-note").inner_text() == "record 1.423 B · 2026-11-11 · simulated"
    assert page.locator("#cost-counts").inner_text() == "2025-11 to 2026-10"
    assert page.locator("#curve-now").inner_text() == "10,482"


def test_a_verdict_that_is_not_met_says_so_in_shape_and_word(wall: Look, estate: Estate) -> None:
    """Missed is outlined, not proven names its bounds and what was observed."""
    shares = estate.snapshot["bank"]["availability"]
    shares["rolling_30d"].update(verdict="missed", availability="99.98765")
    shares["today"].update(verdict="not proven", low="41.20000", high="99.99999", completeness="0.4121")
    page = wall()
    assert page.locator("#rolling-verdict").inner_text().endswith("missed")
    assert "verdict-missed" in (page.locator("#rolling-tile").get_attribute("class") or "")
    assert page.locator("#today-verdict").inner_text() == "? not proven"
    assert page.locator("#today-note").inner_text() == "41.20000–99.99999% · seen 41.21%"


def test_a_spent_or_burning_budget_says_so(wall: Look, estate: Estate, until: Until) -> None:
    """Overspent is negative and outlined; a burning one says when it will be gone."""
    estate.snapshot["bank"]["budget"]["exhausted_at"] = "2026-11-21T06:20:00Z"
    page = wall()
    assert page.locator("#budget-note").inner_text() == "▲ gone at 14:20 at this rate"
    estate.snapshot["bank"]["budget"].update(remaining_events="-12.50", remaining_seconds="-0.91", exhausted_at=None)
    until(lambda: page.locator("#budget-value").inner_text() == "-0.91")
    assert page.locator("#budget-note").inner_text().endswith("overspent")
    assert "verdict-missed" in (page.locator("#budget-tile").get_attribute("class") or "")


def test_an_empty_curve_says_so(serve: Serve, visit: Go, estate: Estate) -> None:
    """No line is drawn at zero, and no axis of half transactions."""
    estate.curve = {
        "day": "2026-11-21",
        "step_seconds": 60,
        "today": [None],
        "yesterday": [],
        "last_week": [],
        "simulated_until": 0,
    }
    page = visit(serve().url + "/?lang=en").page
    page.wait_for_selector("#curve-plot .main-svg")
    page.wait_for_function("() => document.getElementById('curve-note').textContent === 'no curve yet'")
    assert page.locator("#curve-plot .ytick text").all_text_contents() == ["1"]
    assert page.locator("#curve-plot path.js-line").count() == 0


def test_attention_lists_the_worst_first_with_where_and_since(wall: Look, estate: Estate) -> None:
    """Whole products and whole data centers are one entry each."""
    estate.product_down("identity")
    estate.data_center_unknown("dc4")
    page = wall()
    where = page.locator(".entry .where")
    assert where.all_inner_texts() == ["Identity verification · all data centers", "all products · DC 4"]
    assert page.locator(".entry .since").first.inner_text().endswith(" s")
    assert page.locator("#calm").is_hidden()
    assert page.locator("#attention-summary").inner_text() == "2 places need attention"


def test_more_than_fits_is_counted(wall: Look, estate: Estate) -> None:
    """An entry is shown whole or counted, never cut in half."""
    for product in estate.snapshot["products"]:
        estate.attend(product["id"], "dc1", "degraded", "2026-11-21T03:02:00Z")
    page = wall()
    shown = page.locator(".entry").count()
    assert 3 <= shown < 14
    assert page.locator("#attention-more").inner_text() == f"and {14 - shown} more"


def test_a_calm_wall_says_so_and_proves_that_it_is_alive(wall: Look, estate: Estate, until: Until) -> None:
    """The age of the last check grows, and starts again with every reading."""
    page = wall()
    assert page.locator("#calm-text").inner_text() == "All 14 products normal"

    def age() -> float:
        return float(page.locator("#calm-age").inner_text().removeprefix("last checked ").removesuffix(" s ago"))

    estate.advancing = False
    until(lambda: age() >= 0.8)
    estate.advancing = True
    until(lambda: age() < 0.5)


def test_simulated_history_is_labelled_and_its_filling_shown(wall: Look, estate: Estate, until: Until) -> None:
    """Nobody takes simulated days for observed ones."""
    estate.snapshot["simulated"]["progress"] = "0.379"
    page = wall()
    badge = page.locator("#simulated")
    assert badge.inner_text() == "filling simulated history 37%"
    estate.snapshot["simulated"]["progress"] = "1"
    until(lambda: badge.inner_text() == "history simulated until 11-21 11:05")
    estate.snapshot["simulated"] = None
    until(badge.is_hidden)


def test_the_curve_breaks_where_nothing_was_observed(visit: Go, estate: Estate, standing: tuple[Estate, Host]) -> None:
    """Two pieces of today around the unobserved minutes, the other days whole. On a page of its own: one that stands
    may have asked for its curve while another test had emptied it."""
    page = visit(f"{standing[1].url}/?lang=en").page
    assert estate.curve
    page.wait_for_selector("#curve-plot .main-svg", timeout=PATIENCE_MS)
    traces = page.evaluate(
        "document.getElementById('curve-plot').data.map(t => [t.mode, t.connectgaps ?? null, t.y.includes(null)])"
    )
    assert traces[2] == ["lines", False, True]
    lines = page.locator("#curve-plot .scatterlayer .trace")  # drawn anew when the second script of Plotly is there
    expect(lines.nth(2).locator("path.js-line")).to_have_count(2, timeout=PATIENCE_MS)
    expect(lines.nth(1).locator("path.js-line")).to_have_count(1, timeout=PATIENCE_MS)
    assert page.locator("#curve-plot .modebar").count() == 0


def test_the_wall_shows_the_time_of_the_estate(wall: Look) -> None:
    """The clock follows the server's time in the estate's zone, not the browser's."""
    page = wall()
    assert page.locator("#clock-time").inner_text().startswith("11:20:")
    assert page.locator("#clock-date").inner_text() == "2026-11-21 Sat"


def test_a_kiosk_shows_no_links(serve: Serve, visit: Go, wall: Look) -> None:
    """Nobody clicks on a wall."""
    assert wall("en").locator(".chrome").is_visible()
    assert visit(serve().url + "/?lang=en&kiosk=1").page.locator(".chrome").is_hidden()


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        ("share('99.9')", "99.90000"),
        ("share('99.99999999')", "99.9999999"),
        ("share('99.99999')", "99.99999"),
        ("share('100')", "100"),
        ("share(null)", "–"),
        ("large(19999, 2)", "19 K"),
        ("large(999999999, 4)", "999.9 M"),
        ("large(1999999999, 4)", "1.999 B"),
        ("large(9999, 3)", "9,999"),
        ("large(0, 3)", "0"),
        ("large(null, 3)", "–"),
        ("grouped(30211343123)", "30,211,343,123"),
        ("decimals('-0.59', 2, 2)", "-0.59"),
        ("decimals('302113.99', 0, 0)", "302,113"),
        ("age(9999)", "9.9 s"),
        ("age(59999)", "59 s"),
        ("age(119999)", "119 s"),
        ("age(3599999)", "59 min"),
        ("age(86399999)", "23 h 59 min"),
        ("age(90061000)", "1 d 1 h"),
    ],
)
def test_numbers_are_truncated_and_never_rounded_up(
    standing_pages: Callable[[str], Page], call: str, expected: str
) -> None:
    """What the script formats itself follows the same rule as the exact core."""
    assert standing_pages("en").evaluate(f"LendingWall.format.{call}") == expected


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        ("large(412345678, 4)", "4.123 亿"),
        ("large(19999, 3)", "1.99 万"),
        ("large(99999999, 4)", "9,999 万"),
        ("large(1423000000, 4)", "14.23 亿"),
        ("age(75000)", "75 秒"),
    ],
)
def test_chinese_numbers_use_wan_and_yi(standing_pages: Callable[[str], Page], call: str, expected: str) -> None:
    """Units of ten thousand and a hundred million, truncated too."""
    assert standing_pages("zh").evaluate(f"LendingWall.format.{call}") == expected
