"""The wall in its six states, in both languages and at three sizes: everybody can read it, nothing is cut off, nothing
is asked elsewhere; and it looks as its golden pictures do (`make pictures` takes them anew)."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from dashboard.factory import create_dashboard
from slo.catalog import Catalog
from tests.dashboard.axe import found_by_axe
from tests.dashboard.browser.canned import Estate, calm_snapshot
from tests.dashboard.browser.conftest import QUICK, Host, Visit
from tests.dashboard.browser.picturing import differences, facts, keep, kept_picture, picture, pictures_differ
from tests.dashboard.browser.states import STATES, open_state
from tests.dashboard.browser.test_wall_layout import CUT, OVERLAPS

pytestmark = pytest.mark.browser
SIZES = ((1920, 1080), (3840, 2160), (390, 844))
PICTURED = (1920, 1080)
AXE_AT = {"zh": ((3840, 2160), (390, 844)), "en": ((1920, 1080),)}
"""Where axe looks: each state at each size once; what it finds hardly depends on the language."""
LANGUAGES = ("zh", "en")
WRITE = os.environ.get("WRITE_PICTURES") == "1"
NO_DATA = "Failed to load resource: the server responded with a status of 503"
"""What a browser itself says of an answer that tells of no data yet."""

Opened = Callable[[str, str], Visit]


@pytest.fixture(scope="module")
def staged(catalog: Catalog) -> Iterator[tuple[Estate, Host]]:
    """An estate and a server for this file alone."""
    estate = Estate(calm_snapshot(catalog))
    host = Host(create_dashboard(catalog=catalog, demo=True, register=estate.register, times=QUICK).server)
    host.start()
    yield estate, host
    host.stop()


@pytest.fixture(scope="module")
def opened(browser: Browser, catalog: Catalog, staged: tuple[Estate, Host]) -> Iterator[Opened]:
    """The wall in a state and language, in one page that goes from state to state."""
    estate, host = staged
    context = browser.new_context(reduced_motion="reduce", locale="en")
    page = context.new_page()
    page.set_default_timeout(60_000)
    seen = Visit(page, [], [])
    page.on("console", lambda said: said.type in {"error", "warning"} and seen.complaints.append(said.text))
    page.on("pageerror", lambda error: seen.complaints.append(str(error)))
    page.on("request", lambda request: seen.requests.append(request.url))

    def go(state: str, language: str) -> Visit:
        estate.reset(calm_snapshot(catalog))
        page.set_viewport_size({"width": PICTURED[0], "height": PICTURED[1]})
        seen.complaints.clear()
        seen.requests.clear()
        open_state(page, f"{host.url}/?lang={language}", estate, STATES[state])
        return seen

    yield go
    context.close()


def problems_at(page: Page, width: int, height: int, axe: bool) -> dict[str, Any]:
    """What does not fit or cannot be read by somebody at a size."""
    page.set_viewport_size({"width": width, "height": height})
    page.wait_for_function("width => innerWidth === width", arg=width)
    found = {
        "wide": page.evaluate("Math.max(0, document.documentElement.scrollWidth - innerWidth)"),
        "cut": page.evaluate(CUT),
        "overlaps": page.evaluate(OVERLAPS),
        "axe": found_by_axe(page) if axe else [],
    }
    return {f"{width}x{height} {name}": value for name, value in found.items() if value}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("state", STATES)
def test_a_state_of_the_wall_fits_reads_and_looks_as_it_should(
    opened: Opened, staged: tuple[Estate, Host], state: str, language: str
) -> None:
    """axe finds nothing serious, nothing is cut off at any size, no console error, no request elsewhere, and the golden
    picture is the same."""
    seen = opened(state, language)
    found, image = facts(seen.page), picture(seen.page)
    if WRITE:
        keep(f"{state}-{language}", found, image)
    problems = {"looks": differences(f"{state}-{language}", found, image)}
    for width, height in SIZES:
        problems |= problems_at(seen.page, width, height, (width, height) in AXE_AT[language])
    problems["complaints"] = [said for said in seen.complaints if not (state == "empty" and said.startswith(NO_DATA))]
    problems["elsewhere"] = [url for url in seen.requests if not url.startswith((staged[1].url, "data:", "about:"))]
    assert {name: what for name, what in problems.items() if what} == {}


MUTATIONS = {
    ".strip-sign": "style.background = '#12414F'",
    "#strip-word": "textContent = 'All normal'",
    "#cell\\/identity\\/dc1": "style.backgroundColor = 'transparent'",
    "#curve-plot": "style.visibility = 'hidden'",
    ".sources": "style.display = 'none'",
    ".tiles": "style.visibility = 'hidden'",
    ".attention-list": "replaceChildren()",
}
"""What may go wrong on a wall that alarms: a place and what becomes of it."""


def test_a_wall_that_looks_wrong_is_told_from_its_facts(opened: Opened) -> None:
    """Otherwise they would prove nothing."""
    page = opened("outage", "en").page
    image = picture(page)
    assert differences("outage-en", facts(page), image) == []
    told = {}
    for place, wrong in MUTATIONS.items():
        told[place] = differences("outage-en", facts(page, f"document.querySelector({place!r}).{wrong}"), image)
        page.evaluate("place => document.querySelector(place).removeAttribute('style')", place)
    assert [place for place, found in told.items() if not found] == []


@pytest.mark.parametrize(
    ("box", "color", "told"),
    [
        ((0, 0, 0, 0), "#000000", False),
        ((8, 71, 110, 78), "#0F1726", False),
        ((4, 17, 94, 37), "#0B1220", True),
        ((4, 90, 360, 254), "#0B1220", True),
        ((132, 104, 360, 114), "#12414F", True),
    ],
    ids=["the same", "a line of text", "no sign of an alarm", "no matrix", "a row that fails painted as normal"],
)
def test_a_picture_without_a_part_is_another_one(box: tuple[int, int, int, int], color: str, told: bool) -> None:
    """The golden picture beside itself with something painted over."""
    golden = kept_picture("outage-en")
    changed = golden.copy()
    changed.paste(color, box)
    assert (pictures_differ(golden, changed) != []) is told
