"""A wall that is not current says so by itself, and recovers by itself."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from dashboard.document import WatchTimes

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.dashboard.browser.canned import Estate
    from tests.dashboard.browser.conftest import Host, Visit

pytestmark = [pytest.mark.browser, pytest.mark.alone]  # it measures time

Look = Callable[..., "Page"]
Go = Callable[..., "Visit"]
Serve = Callable[..., "Host"]
Until = Callable[..., None]

IMPATIENT = WatchTimes(poll_ms=200, abort_ms=800, stale_ms=1_500)


def is_stale(page: Page) -> bool:
    """Whether the banner shows and the figures are grey."""
    return page.locator("#stale").is_visible() and "is-stale" in (page.locator("#wall").get_attribute("class") or "")


def is_current(page: Page) -> bool:
    """Whether nothing says stale."""
    return page.locator("#stale").is_hidden() and "is-stale" not in (page.locator("#wall").get_attribute("class") or "")


def test_a_wall_whose_server_died_says_so_within_15_seconds_and_recovers(serve: Serve, visit: Go, until: Until) -> None:
    """The real thing with the real thresholds: the server stops listening and comes back."""
    host = serve()
    page = visit(host.url + "/?lang=en").page
    host.stop()
    died = time.monotonic()
    until(lambda: is_stale(page), 15)
    assert time.monotonic() - died > 7
    assert page.locator("#stale-words").inner_text() == "STALE — do not trust this screen"
    assert page.locator("#stale-age").inner_text() in {"10 s", "11 s", "12 s", "13 s"}
    assert page.title().startswith("▲ STALE 1")
    assert "grayscale" in page.locator("#wall").evaluate("wall => getComputedStyle(wall).filter")
    host.start()
    until(lambda: is_current(page))
    assert page.title() == "Lending Control Center"


@pytest.mark.parametrize("how", ["frozen", "hanging", "no data", "unreadable"])
def test_every_way_of_falling_silent_is_noticed_and_recovered_from(
    wall: Look, estate: Estate, until: Until, how: str
) -> None:
    """A dead publisher behind a live server, one that hangs, one that lost its data, a snapshot that cannot be painted.

    What could not be painted must not keep the old picture looking current.
    """
    page = wall("zh")
    until(lambda: is_current(page))
    products = estate.snapshot["products"]
    fall_silent(estate, how)
    until(lambda: is_stale(page), 30)
    assert "STALE 数据过期" in page.locator("#stale").inner_text()
    first = page.locator("#stale-age").inner_text()
    until(lambda: page.locator("#stale-age").inner_text() != first)
    estate.advancing = estate.has_data = True
    estate.snapshot["products"] = products
    estate.release()
    until(lambda: is_current(page))


def fall_silent(estate: Estate, how: str) -> None:
    """Stops news from arriving."""
    if how == "frozen":
        estate.advancing = False
    elif how == "hanging":
        estate.hanging = threading.Event()
    elif how == "no data":
        estate.has_data = False
    else:
        estate.snapshot["products"] = 7


def test_a_live_wall_never_says_stale(wall: Look, until: Until) -> None:
    """No flicker in twice the patience."""
    page = wall("en")
    until(lambda: is_current(page))
    page.evaluate(
        """() => { window.alarms = 0;
        new MutationObserver(() => { window.alarms += document.getElementById("stale").hidden ? 0 : 1; })
          .observe(document.getElementById("stale"), { attributes: true }); }"""
    )
    page.wait_for_timeout(4_000)
    assert page.evaluate("window.alarms") == 0


def test_before_the_first_reading_the_wall_waits_in_words(
    serve: Serve, visit: Go, estate: Estate, until: Until
) -> None:
    """No zero, no green: what is awaited and what to check; then it paints by itself."""
    estate.has_data = False
    page = visit(serve(IMPATIENT).url + "/?lang=en", painted=False).page
    page.wait_for_selector("#waiting")
    until(lambda: page.locator("#waiting-reason").inner_text() == "The server answers, but no data have arrived yet.")
    assert "Check: is a collector running" in page.locator("#waiting").inner_text()
    assert page.locator("#rolling-value").text_content() == "–"
    page.wait_for_timeout(IMPATIENT.stale_ms + 500)
    assert page.locator("#stale").is_hidden()
    estate.has_data = True
    until(lambda: page.locator("#rolling-value").inner_text() == "99.99933")
    assert page.locator("#waiting").is_hidden()


def test_a_page_that_never_got_its_layout_says_stale(serve: Serve, visit: Go, until: Until) -> None:
    """The banner stands outside of what Dash renders."""
    host = serve(IMPATIENT)
    seen = visit(host.url + "/?lang=en", without="**/_dash-layout", painted=False)
    until(lambda: seen.page.locator("#stale").is_visible(), 60)
    assert "no reading since this page opened" in seen.page.locator("#stale").inner_text()


def test_a_server_that_was_restarted_with_lower_numbers_is_believed(wall: Look, estate: Estate, until: Until) -> None:
    """One lower number may be an old answer; lower numbers that advance are a new server."""
    page = wall("en")
    estate.advancing = False
    estate.snapshot["sequence"] = 5
    until(lambda: is_stale(page), 30)
    estate.snapshot["sequence"] = 6
    until(lambda: is_current(page))


WATCH = """(steps) => {
  const times = { stale_ms: 10000, asleep_ms: 2000 };
  const at = (steady, wall) => ({ steady: steady, wall: wall === undefined ? steady : wall });
  const watch = LendingWall.watch.createWatch(times, at(0));
  return steps.map(([what, ...rest]) => {
    if (what === "read") {
      const [sequence, asked, now] = rest;
      const news = watch.isNews(sequence, at(...asked), at(...now));
      news ? watch.accept(sequence, at(...asked)) : watch.refuse(sequence);
      return news;
    }
    watch.tick(at(...rest[0]));
    return watch.isStale(at(...rest[0]));
  });
}"""


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        ([["read", 1, [0], [50]], ["tick", [10_000]], ["tick", [10_001]]], [True, False, True]),
        ([["read", 1, [0], [50]], ["read", 1, [9_000], [9_050]], ["tick", [10_500]]], [True, False, True]),
        ([["read", 1, [0], [50]], ["read", 2, [9_000], [9_050]], ["tick", [10_500]]], [True, True, False]),
        ([["read", 9, [0], [50]], ["read", 4, [100], [150]], ["read", 4, [200], [250]], ["read", 5, [300], [350]]],
         [True, False, False, True]),
        ([["read", 1, [0, 0], [50, 50]], ["tick", [1_000, 3_601_000]]], [True, True]),
        ([["read", 1, [0, 0], [50, 50]], ["read", 2, [1_000, 1_000], [1_100, 3_601_100]],
          ["tick", [1_200, 3_601_200]]],
         [True, False, True]),
        ([["read", 1, [0, 0], [50, 50]], ["tick", [1_000, 3_601_000]],
          ["read", 2, [1_100, 3_601_100], [1_150, 3_601_150]], ["tick", [1_200, 3_601_200]]],
         [True, True, True, False]),
        ([["read", 1, [0, 0], [50, 50]], ["tick", [1_000, -3_600_000]]], [True, False]),
    ],
    ids=[
        "ten seconds without news are the limit",
        "the same sequence again is no news",
        "a new sequence is news",
        "lower numbers are believed once they advance",
        "a sleep counts although the steady clock stood still",
        "an answer that slept on its way is no news",
        "the first reading after a sleep makes it current",
        "a clock set back does not matter",
    ],
)  # fmt: skip
def test_the_watch_ages_from_the_last_new_sequence(
    standing_pages: Callable[[str], Page], steps: list[object], expected: list[bool]
) -> None:
    """Clocks are arguments: ``[steady, wall]`` in milliseconds, wall as steady when left out."""
    assert standing_pages("en").evaluate(WATCH, steps) == expected


@pytest.mark.parametrize(
    ("failed", "took_ms", "chance", "expected"),
    [(False, 0, 0.5, 1_000), (True, 0, 0.5, 2_000), (True, 0, 1, 2_200), (False, 400, 0, 500), (True, 4_000, 0.5, 100)],
)
def test_polls_are_a_tick_apart_and_at_most_two_after_a_failure(
    standing_pages: Callable[[str], Page], failed: bool, took_ms: int, chance: float, expected: int
) -> None:
    """Jitter keeps walls from asking in step; recovery is never far away."""
    call = "([times, ...rest]) => LendingWall.watch.nextPollMs(times, ...rest)"
    assert standing_pages("en").evaluate(call, [{"poll_ms": 1_000}, failed, took_ms, chance]) == expected


def test_a_hidden_wall_that_is_looked_at_again_asks_at_once(
    serve: Serve, visit: Go, estate: Estate, until: Until
) -> None:
    """Browsers slow hidden pages down; coming back must not show an old picture for long."""
    page = visit(serve(WatchTimes(poll_ms=60_000)).url + "/?lang=en").page
    polls = estate.polls
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    until(lambda: estate.polls > polls)
