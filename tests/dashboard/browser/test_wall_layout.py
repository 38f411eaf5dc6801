"""Nothing scrolls, overflows or is cut off on a wall; a phone gets one column."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.dashboard.browser.canned import Estate

pytestmark = pytest.mark.browser

Look = Callable[..., "Page"]

CUT = """() => {
  const shown = (element) => element.offsetParent !== null && getComputedStyle(element).visibility !== "hidden";
  const clips = (element) => ["overflowX", "overflowY"].some((side) => getComputedStyle(element)[side] !== "visible");
  const texts = [...document.querySelectorAll("#wall *")].filter((element) =>
    shown(element) && !element.closest("svg, .for-readers, #curve-plot") && element.tagName !== "CAPTION" &&
    [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim()));
  const box = (element) => {
    const range = document.createRange();
    range.selectNodeContents(element);
    return range.getBoundingClientRect();
  };
  const slack = parseFloat(getComputedStyle(document.documentElement).fontSize) / 4; // a font's box beyond its line
  const problems = [];
  for (const element of texts) {
    const text = box(element);
    const name = (element.id || element.className) + ": " + element.textContent;
    if (text.left < -1 || text.right > innerWidth + 1) problems.push("beside the screen " + name);
    for (let outer = element; outer && outer.id !== "wall"; outer = outer.parentElement) {
      if (!clips(outer)) continue;
      const frame = outer.getBoundingClientRect();
      const inside = text.left >= frame.left - 1 && text.right <= frame.right + 1 &&
        text.top >= frame.top - slack && text.bottom <= frame.bottom + slack;
      if (inside && outer.scrollWidth <= outer.clientWidth) continue;
      problems.push("cut by " + (outer.id || outer.className) + " " + name);
    }
  }
  return problems;
}"""

BELOW = """() => [...document.querySelectorAll("#wall > *, .tile, .cell, .source, .entry")]
  .filter((element) => element.offsetParent !== null && element.getBoundingClientRect().bottom > innerHeight + 1)
  .map((element) => element.id || element.className)"""

OVERLAPS = """() => {
  const panels = [...document.querySelectorAll(".top, .tile, .matrix, .attention, .curve, .sources")];
  const meet = (a, b) => a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 1 && b.top < a.bottom - 1;
  return panels.flatMap((one, index) => panels.slice(index + 1)
    .filter((other) => meet(one.getBoundingClientRect(), other.getBoundingClientRect()))
    .map((other) => one.className + " x " + other.className));
}"""

WALLS = [(1920, 1080), (3840, 2160), (1366, 768), (2560, 1080)]


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize(("width", "height"), WALLS)
def test_a_wall_shows_everything_at_once(wall: Look, estate: Estate, language: str, width: int, height: int) -> None:
    """14 products in 6 data centers, in every state, without scrolling and with nothing cut off."""
    estate.every_state()
    page = wall(language, width, height)
    assert page.evaluate(CUT) == []
    assert page.evaluate(BELOW) == []
    assert page.evaluate(OVERLAPS) == []
    assert page.evaluate("document.documentElement.scrollHeight <= innerHeight")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("width", [1920, 390])
def test_the_longest_words_of_the_tiles_fit(wall: Look, estate: Estate, language: str, width: int) -> None:
    """Not proven, overspent and a new record are not the moment for an ellipsis."""
    estate.bad_month()
    assert wall(language, width, 1080).evaluate(CUT) == []


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_phone_gets_one_column_that_scrolls_only_downwards(wall: Look, estate: Estate, language: str) -> None:
    """What is broken comes right after the headline; nothing is cut off."""
    estate.every_state()
    page = wall(language, 390, 844)
    assert page.evaluate(CUT) == []
    assert page.evaluate(OVERLAPS) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    tops = [page.locator(place).bounding_box()["y"] for place in ("#rolling-tile", "#attention", ".matrix", ".sources")]
    assert tops == sorted(tops)
    assert page.locator(".entry").count() == len(estate.snapshot["attention"])


def test_the_headline_can_be_read_across_a_room(wall: Look) -> None:
    """At 1080p the headline figure has at least 64 px, labels and cells at least 20."""
    page = wall("zh")
    size = "element => parseFloat(getComputedStyle(element).fontSize)"
    assert page.locator("#rolling-value").evaluate(size) >= 64
    assert page.locator("#curve-now").evaluate(size) >= 64
    for place in (
        "#rolling-tile .label",
        "#rolling-counts",
        '[id="cell/weilidai/dc1"]',
        '[id="product/weilidai"]',
        ".source",
    ):
        assert page.locator(place).first.evaluate(size) >= 20


def test_a_screen_of_4k_shows_the_same_picture_twice_as_large(wall: Look) -> None:
    """Everything scales with the screen."""
    width = "element => element.getBoundingClientRect().width"
    small = wall("zh", 1920, 1080).locator("#rolling-tile").evaluate(width)
    large = wall("zh", 3840, 2160).locator("#rolling-tile").evaluate(width)
    assert large == pytest.approx(2 * small, rel=0.01)


def test_rows_keep_their_height_whatever_their_state(wall: Look, estate: Estate) -> None:
    """A wall that moves when something breaks is hard to read."""
    estate.every_state()
    page = wall("en")
    heights = page.evaluate("[...document.querySelectorAll('tbody tr')].map(row => row.getBoundingClientRect().height)")
    assert max(heights) - min(heights) < 1.5


def test_the_matrix_is_a_table_for_those_who_do_not_see_it(wall: Look) -> None:
    """Rows, columns and cells keep their roles in both arrangements."""
    for width, height in ((1920, 1080), (390, 844)):
        page = wall("en", width, height)
        table = page.get_by_role("table")
        assert table.get_by_role("row").count() == 15
        assert table.get_by_role("cell", name="Identity verification, DC 4: Normal", exact=False).count() == 1


def test_motion_is_left_out_for_those_who_ask(wall: Look) -> None:
    """prefers-reduced-motion is honored."""
    page = wall("en")
    page.emulate_media(reduced_motion="reduce")
    duration = page.evaluate("getComputedStyle(document.querySelector('.beat'), '::after').transitionDuration")
    page.emulate_media(reduced_motion="no-preference")
    assert duration == "0s"
