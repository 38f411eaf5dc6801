"""Every page in both languages at three sizes, light and dark: nothing cut off, nothing asked elsewhere, nothing
complained of, and everybody can read and reach it. New pages of PAGES come by themselves."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Page

from alerts.incidents.codec import listed
from dashboard.factory import PAGES
from dashboard.screens import name_of
from reports.load_runs.keeping import keep
from reports.load_runs.policy import SHIPPED
from slo.windows import day_of
from tests.dashboard.axe import found_by_axe
from tests.dashboard.screens.conftest import PATIENCE_MS, SIZES, T0_S, Sight, Stage, busy, with_history
from tests.reports.costs.conftest import ZONE, days, fill
from tests.reports.load_runs.conftest import result

pytestmark = pytest.mark.browser

STATES = {
    "alerts": ("alerts#silences", "alerts#history"),
    "availability": ("availability?last=30d&product=weilidai", "availability?last=2d&zone=viewer"),
}
"""Further states of a page that look different; the wall has a place of its own (``tests/dashboard/browser``)."""
DRAWN = {
    "incident": "#picture .plot-container",
    "objective": "#picture .plot-container",
    "availability": "#compare .compare",
    "product": "#steps .quiet",
}
"""What stands once a page is whole; other pages have something to say by then."""
WHOLE = """() => { const content = document.getElementById('content');
  return content && !content.classList.contains('is-loading') && content.innerText.trim().length > 12
    && !content.innerText.includes(window.LendingDesk.word('page.loading'));
}"""
AXE_AT = {"zh": "wall", "en": "phone"}
"""Where axe looks: light on a wall, dark on a phone; what it finds depends on what is shown, hardly on the size."""
KEY = re.compile(r"[a-z_]+\.[a-z_0-9]+")
RUN = "r1"
SHOWN = [
    (state, name_of(page))
    for page in PAGES
    if page.PATH != "/"
    for state in (name_of(page), *STATES.get(name_of(page), ()))
]
CUT = """() => [...document.querySelectorAll('main *')].filter(element => {
  if (!element.checkVisibility() || element.closest('svg, caption, pre, .tick, .run, .for-readers')) return false;
  if (element.closest('.scroll, .load-table, .js-plotly-plot')) return false;
  const own = [...element.childNodes].some(node => node.nodeType === 3 && node.textContent.trim());
  const box = element.getBoundingClientRect();
  const beyond = box.right > innerWidth + 1 || box.left < -1;
  const style = getComputedStyle(element);
  return own && (beyond || (style.overflowX !== 'visible' && element.scrollWidth > element.clientWidth + 1
    && !/^(SELECT|INPUT|TEXTAREA)$/.test(element.tagName)));
}).map(element => element.className + ': ' + element.textContent.slice(0, 60))"""
COVERED = """() => [...document.querySelectorAll('main button, main a')].filter(element => {
  const box = element.getClientRects()[0];
  if (!box || element.closest('.scroll') || !element.checkVisibility()) return false;
  if (box.top < 0 || box.bottom > innerHeight || !box.width) return false;
  const top = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
  return top !== element && !element.contains(top);
}).map(element => element.textContent)"""


@pytest.fixture(scope="module")
def full(make_stage: Callable[[], Stage]) -> Stage:
    """A bank that has something of everything."""
    stage = make_stage()
    with_history(stage.store)
    today = day_of(T0_S, ZONE)
    fill(stage.store, days(today - timedelta(days=450), today - timedelta(days=1)))
    with stage.store.reading() as reader:
        change, _ = keep(json.dumps(result()).encode(), reader.journal(), T0_S * 1000, "test", SHIPPED)
    stage.store.write(change)
    busy(stage)
    return stage


@pytest.fixture(scope="module")
def sight(full: Stage, open_page: Callable[..., Sight]) -> Callable[[str, str, str], Sight]:
    """Goes to a page (or a state of one) in a language, one after the other as a viewer does; Chinese is light, English
    dark."""
    known: dict[str, Sight] = {}
    with full.store.reading() as reader:
        incident = next(each.id for each in listed(reader.journal(), None, None, 10) if "weilidai" in each.id)
    ids = {"incident": incident, "product": "weilidai", "objective": "weilidai-availability", "load_run": RUN}
    paths = {name_of(page): page.PATH.replace("<id>", ids.get(name_of(page), "")) for page in PAGES}

    def find(state: str, name: str, language: str) -> Sight:
        path, _, part = state.partition("#")
        _, _, query = path.partition("?")
        said = f"lang={language}&theme={'light' if language == 'zh' else 'dark'}&{query}".rstrip("&")
        if language not in known:
            known[language] = open_page(f"{full.url}/slo?lang={language}", ".objective")
        seen = known[language]
        seen.page.goto("about:blank")
        seen.complaints.clear()
        seen.requests.clear()
        seen.size("wall")
        seen.page.goto(f"{full.url}{paths[name]}?{said}" + (f"#{part}" if part else ""), timeout=PATIENCE_MS)
        seen.page.wait_for_selector(DRAWN.get(name, "#content:not(.is-loading)"), timeout=PATIENCE_MS)
        seen.page.wait_for_function(WHOLE, timeout=PATIENCE_MS)
        return seen

    return find


def words_left_as_keys(page: Page) -> list[str]:
    """A key that no catalog has shows itself."""
    begins = set(page.evaluate("() => Object.keys(window.LendingDesk.page.messages).map(key => key.split('.')[0])"))
    return [word for word in page.inner_text("main").split() if KEY.fullmatch(word) and word.split(".")[0] in begins]


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize(("state", "name"), SHOWN, ids=[state for state, _ in SHOWN])
def test_a_page_fits_every_size_and_can_be_read_and_reached(
    sight: Callable[[str, str, str], Sight], full: Stage, state: str, name: str, language: str
) -> None:
    """No sideways scrolling, no text beyond an edge, no button under something else; axe finds nothing serious; no
    console error, no refused script, no outside request; the words are of the language."""
    seen = sight(state, name, language)
    problems: dict[str, Any] = {}
    for size in SIZES:
        page = seen.size(size)
        page.wait_for_function("width => innerWidth === width", arg=SIZES[size][0])
        page.wait_for_timeout(100)
        problems[f"{size} wide"] = page.evaluate("Math.max(0, document.documentElement.scrollWidth - innerWidth)")
        problems[f"{size} cut"] = page.evaluate(CUT)
        problems[f"{size} covered"] = page.evaluate(COVERED)
        if size == AXE_AT[language]:
            problems[f"{size} axe"] = found_by_axe(page)
    problems["keys"] = words_left_as_keys(page)
    problems["complaints"] = seen.complaints
    problems["elsewhere"] = [each for each in seen.requests if not each.startswith((full.url, "data:"))]
    assert {name: found for name, found in problems.items() if found} == {}
    assert page.evaluate("document.documentElement.lang") == {"zh": "zh-CN", "en": "en"}[language]
    assert page.evaluate("document.querySelector('main').lang") == page.evaluate("document.documentElement.lang")
    assert page.evaluate("document.documentElement.dataset.theme") == {"zh": "light", "en": "dark"}[language]


def test_a_phone_can_be_tapped(sight: Callable[[str, str, str], Sight]) -> None:
    """What is tapped at night is at least 44 px high."""
    page = sight("alerts", "alerts", "en").size("phone")
    assert page.locator(".alert .act").first.bounding_box()["height"] >= 44  # type: ignore[index]


def test_a_screen_loads_no_more_than_it_needs(sight: Callable[[str, str, str], Sight]) -> None:
    """The plotting bundle goes only to screens with a chart, the wall's scripts to the wall."""
    list_ = list(sight("alerts", "alerts", "en").requests)
    drawn = sight("incident", "incident", "en").requests
    assert not [address for address in list_ if "plotly-basic" in address or "wall_6" in address]
    assert [address for address in drawn if "plotly-basic" in address]
