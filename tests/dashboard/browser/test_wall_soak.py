"""A wall that hangs for weeks: thousands of ticks leave heap, DOM and listeners as they were; sleep, a clock that is
set and a network that goes away are survived within seconds, and nothing old looks current."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from dashboard.document import WatchTimes
from tests.dashboard.browser.test_wall_room import end_alarm, raise_alarm

if TYPE_CHECKING:
    from tests.dashboard.browser.canned import Estate
    from tests.dashboard.browser.conftest import Host, Visit

pytestmark = pytest.mark.browser

Go = Callable[..., "Visit"]
Serve = Callable[..., "Host"]
Until = Callable[..., None]
FAST = WatchTimes(poll_ms=20, abort_ms=10_000, stale_ms=30_000, curve_ms=300)
IMPATIENT = WatchTimes(poll_ms=200, abort_ms=800, stale_ms=1_500)
WARM_TICKS = 100
HEAP_GROWTH = 1.15
HEAP_SLACK = 1_500_000
"""Bytes: what a garbage collector leaves about."""
PATIENCE_S = 60.0


def ticks(page: Any, estate: Estate, count: int) -> None:
    """So many readings painted, an alarm and the states of products coming and going among them."""
    for part in range(count // 50):
        if part % 2:
            raise_alarm(estate, id=f"i-{part}")
        else:
            end_alarm(estate)
        seen = estate.polls
        page.wait_for_function("() => true")
        while estate.polls < seen + 50:
            page.wait_for_timeout(50)


def measured(page: Any) -> dict[str, float]:
    """What Chromium holds for the page after a collection: bytes of script, nodes, listeners."""
    session = page.context.new_cdp_session(page)
    session.send("HeapProfiler.collectGarbage")
    session.send("HeapProfiler.collectGarbage")
    counters = session.send("Memory.getDOMCounters")
    heap = session.send("Runtime.getHeapUsage")
    session.detach()
    return {"heap": heap["usedSize"], "nodes": counters["nodes"], "listeners": counters["jsEventListeners"]}


WHOLE_SOAK = pytest.param(5_000, marks=[pytest.mark.soak, pytest.mark.timeout(3_600)])


@pytest.mark.parametrize("count", [300, WHOLE_SOAK])
def test_a_wall_does_not_grow(serve: Serve, visit: Go, estate: Estate, count: int) -> None:
    """Heap, nodes and listeners after so many ticks are those after the first hundred; `-s` shows them."""
    page = visit(f"{serve(FAST).url}/?lang=en&kiosk=1&night=auto").page
    ticks(page, estate, WARM_TICKS)
    before = measured(page)
    ticks(page, estate, count // WARM_TICKS * WARM_TICKS)
    after = measured(page)
    print(f"\n{count} ticks: {before} before, {after} after")  # noqa: T201  a soak is run to read this
    assert after["heap"] <= before["heap"] * HEAP_GROWTH + HEAP_SLACK, (before, after)
    assert after["nodes"] <= before["nodes"] * 1.1 + 200, (before, after)
    assert after["listeners"] <= before["listeners"] + 20, (before, after)


def is_stale(page: Any) -> bool:
    return bool(page.evaluate("!document.getElementById('stale').hidden"))


def test_a_network_that_goes_away_is_told_and_comes_back(serve: Serve, visit: Go, until: Until, estate: Estate) -> None:
    """In words, and current again without anybody's help."""
    page = visit(serve(IMPATIENT).url + "/?lang=en").page
    page.context.set_offline(True)
    until(lambda: is_stale(page), PATIENCE_S)
    assert page.locator("#stale-words").inner_text() == "STALE — do not trust this screen"
    page.context.set_offline(False)
    until(lambda: not is_stale(page), PATIENCE_S)


@pytest.mark.parametrize("hours", [1, -1])
def test_a_clock_that_is_set_leaves_the_wall_current(
    serve: Serve, visit: Go, until: Until, estate: Estate, hours: int
) -> None:
    """Forwards looks like a sleep until the next reading; backwards is no news. Both end current by themselves."""
    page = visit(serve(IMPATIENT).url + "/?lang=en").page
    page.evaluate(f"() => {{ const real = Date.now; Date.now = () => real() + {hours} * 3600000; }}")
    sequence = "Number(document.getElementById('wall').dataset.sequence)"
    before = page.evaluate(sequence)
    until(lambda: page.evaluate(sequence) > before and not is_stale(page), PATIENCE_S)
    polls = estate.polls
    until(lambda: estate.polls > polls + 5, PATIENCE_S)
    assert page.locator("#clock-time").inner_text().startswith("11:")


@pytest.mark.parametrize("hours", [1, -1])
def test_a_clock_that_is_set_makes_nothing_old_look_current(
    serve: Serve, visit: Go, until: Until, estate: Estate, hours: int
) -> None:
    """The age goes on to be told, second by second."""
    page = visit(serve(IMPATIENT).url + "/?lang=en").page
    estate.advancing = False
    until(lambda: is_stale(page), PATIENCE_S)
    page.evaluate(
        """hours => { const real = Date.now; Date.now = () => real() + hours * 3600000; window.current = 0;
        const looked = () => { window.current += document.getElementById("stale").hidden ? 1 : 0; };
        new MutationObserver(looked).observe(document.getElementById("stale"), { attributes: true }); }""",
        hours,
    )
    for _ in range(3):
        told = page.locator("#stale-age").inner_text()
        until(lambda told=told: page.locator("#stale-age").inner_text() != told, PATIENCE_S)  # type: ignore[misc]
    assert is_stale(page)
    assert page.evaluate("window.current") == 0


def test_a_page_that_was_frozen_reads_anew_before_it_looks_current(
    serve: Serve, visit: Go, until: Until, estate: Estate
) -> None:
    """As a laptop that slept: nothing runs meanwhile, then the first look already says that it is old."""
    page = visit(serve(IMPATIENT).url + "/?lang=en").page
    session = page.context.new_cdp_session(page)
    estate.advancing = False
    session.send("Page.setWebLifecycleState", {"state": "frozen"})
    time.sleep(IMPATIENT.stale_ms / 1000 + 0.5)
    session.send("Page.setWebLifecycleState", {"state": "active"})
    until(lambda: is_stale(page), PATIENCE_S)
    estate.advancing = True
    until(lambda: not is_stale(page), PATIENCE_S)
