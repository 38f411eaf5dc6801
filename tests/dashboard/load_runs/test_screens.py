"""The screens of load runs in a real browser: list, one run, two compared; two languages, three sizes, keys."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser
Look = Callable[..., Page]
Bring = Callable[..., dict[str, Any]]
SIZES = {"phone": (390, 844), "wall": (1920, 1080), "laptop": (1366, 768)}


def test_without_runs_the_screen_says_how_to_make_one(look: Look) -> None:
    page = look("/load-runs?lang=en")
    expect(page.locator("#nothing")).to_contain_text("No load run yet")
    expect(page.locator("#nothing")).to_contain_text("locust -f loadtests/locustfile.py -H URL --headless")
    expect(page.locator("#nothing")).to_contain_text("app.py load-runs import")


def test_every_verdict_has_its_word_and_shape(look: Look, bring: Bring) -> None:
    bring("good")
    bring("bad", 324_000, 40)
    bring("open", 50_000)
    page = look("/load-runs?lang=zh")
    expect(page.locator(".load-run")).to_have_count(3)
    for name, word, sign in (("proven", "已证实", "✔"), ("refuted", "已否定", "✖"), ("undecided", "未定", "?")):
        chip = page.locator(f".load-run .load-{name}")
        expect(chip).to_contain_text(word)
        expect(chip).to_contain_text(sign)
    expect(page.locator("#capacity")).to_contain_text("4,500")


@pytest.mark.parametrize(
    "path", ["/load-runs?lang=en", "/load-runs/good?lang=en", "/load-runs?lang=en&first=good&second=bad"]
)
def test_nothing_is_cut_off_sideways(look: Look, bring: Bring, path: str) -> None:
    """Drawn for a phone; then the charts follow the window."""
    bring("good")
    bring("bad", 324_000, 40)
    page = look(path, *SIZES["phone"])
    page.wait_for_selector(".load-plot .main-svg, .load-run" if "first" not in path else "#pair .main-svg")
    for width, height in SIZES.values():
        page.set_viewport_size({"width": width, "height": height})
        page.wait_for_function("width => document.documentElement.scrollWidth <= width", arg=width)


def test_one_run_shows_counts_both_latencies_and_what_it_does_not_say(look: Look, bring: Bring) -> None:
    bring("bad", 324_000, 40)
    page = look("/load-runs/bad?lang=zh")
    expect(page.locator(".load-headline")).to_contain_text("k 40 / n 324,000")
    expect(page.locator("#latency")).to_contain_text("自预定开始（校正）")
    expect(page.locator("#seconds .main-svg").first).to_be_visible()
    expect(page.locator(".load-caveats")).to_contain_text("它说的是这段时间内的请求")
    expect(page.locator(".facts")).to_contain_text("1.4.2")


def test_an_unknown_run_is_said_to_be_unknown(look: Look) -> None:
    expect(look("/load-runs/nobody?lang=en").locator("#content")).to_contain_text("There is no load run nobody")


def test_two_runs_are_picked_and_compared_by_keyboard(look: Look, bring: Bring) -> None:
    """j and x pick, c compares; the address keeps what is compared."""
    bring("a")
    bring("b", slower=5_000)
    page = look("/load-runs?lang=en")
    expect(page.locator(".load-run")).to_have_count(2)
    for key in "jxjxc":
        page.keyboard.press(key)
    expect(page.locator("#pair .finding-different").first).to_contain_text("different")
    expect(page.locator("#pair .finding-noise").first).to_contain_text("noise")
    assert "first=" in page.url
    assert "second=" in page.url
