"""Every screen in both languages at three sizes: nothing cut off, nothing asked elsewhere, nothing complained of."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from alerts.incidents.codec import listed
from tests.dashboard.screens.conftest import SIZES, Sight, Stage

SCREENS = {
    "alerts": ("/alerts", ".alert"),
    "silences": ("/alerts#silences", "#silences .nothing"),
    "history": ("/alerts#history", ".change"),
    "incidents": ("/incidents", ".incident"),
    "incident": ("/incidents/{incident}", "#picture .plot-container"),
    "objectives": ("/slo", ".objective"),
    "objective": ("/slo/weilidai-availability", "#picture .plot-container"),
}
CUT = """() => [...document.querySelectorAll('main *')].filter(element => {
  if (!element.checkVisibility() || element.closest('svg, .for-readers, .scroll, .js-plotly-plot')) return false;
  const own = [...element.childNodes].some(node => node.nodeType === 3 && node.textContent.trim());
  const box = element.getBoundingClientRect();
  const beyond = box.right > innerWidth + 1 || box.left < -1;
  const style = getComputedStyle(element);
  return own && (beyond || (style.overflowX !== 'visible' && element.scrollWidth > element.clientWidth + 1
    && !/^(SELECT|INPUT|TEXTAREA)$/.test(element.tagName)));
}).map(element => element.className + ': ' + element.textContent.slice(0, 60))"""
COVERED = """() => [...document.querySelectorAll('main button, main a')].filter(element => {
  const box = element.getBoundingClientRect();
  if (!element.checkVisibility() || box.top < 0 || box.bottom > innerHeight || !box.width) return false;
  const top = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
  return top !== element && !element.contains(top);
}).map(element => element.textContent)"""


@pytest.fixture(scope="module")
def sight(stage: Stage, open_page: Callable[..., Sight]) -> Callable[[str, str], Sight]:
    """A screen in a language, loaded once."""
    known: dict[tuple[str, str], Sight] = {}
    with stage.store.reading() as reader:
        incident = next(each.id for each in listed(reader.journal(), None, None, 10) if "weilidai" in each.id)

    def find(screen: str, language: str) -> Sight:
        path, wait_for = SCREENS[screen]
        path, _, part = path.format(incident=incident).partition("#")
        address = f"{stage.url}{path}?lang={language}" + (f"#{part}" if part else "")
        if (screen, language) not in known:
            known[screen, language] = open_page(address, wait_for)
        return known[screen, language]

    return find


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("screen", SCREENS)
def test_a_screen_fits_every_size(sight: Callable[[str, str], Sight], screen: str, language: str) -> None:
    """No sideways scrolling, no text beyond an edge, no button under something else."""
    seen = sight(screen, language)
    for size in SIZES:
        page = seen.size(size)
        page.wait_for_timeout(100)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), size
        assert page.evaluate(CUT) == [], size
        assert page.evaluate(COVERED) == [], size


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("screen", SCREENS)
def test_a_screen_asks_its_own_server_and_complains_of_nothing(
    sight: Callable[[str, str], Sight], stage: Stage, screen: str, language: str
) -> None:
    """No console error, no refused script, no outside request; the words are of the language."""
    seen = sight(screen, language)
    assert seen.complaints == []
    assert [address for address in seen.requests if not address.startswith((stage.url, "data:"))] == []
    page: Any = seen.page
    assert page.evaluate("document.documentElement.lang") == {"zh": "zh-CN", "en": "en"}[language]
    assert page.evaluate("document.querySelector('main').lang") == page.evaluate("document.documentElement.lang")
    assert page.locator(".menu a[aria-current]").count() == 1


def test_no_words_are_left_as_keys(sight: Callable[[str, str], Sight]) -> None:
    """A key that no catalog has would show itself."""
    for screen in SCREENS:
        text = sight(screen, "en").page.inner_text("main")
        assert not [word for word in text.split() if word.startswith(("alerts.", "slo.", "incident.", "rule."))]


def test_a_phone_can_be_tapped(sight: Callable[[str, str], Sight]) -> None:
    """What is tapped at night is at least 44 px high."""
    page = sight("alerts", "en").size("phone")
    assert page.locator(".alert .act").first.bounding_box()["height"] >= 44  # type: ignore[index]


def test_a_screen_loads_no_more_than_it_needs(sight: Callable[[str, str], Sight]) -> None:
    """The plotting bundle goes only to screens with a chart, the wall's scripts to the wall."""
    listed_, drawn = sight("alerts", "en").requests, sight("incident", "en").requests
    assert not [address for address in listed_ if "plotly-basic" in address or "wall_6" in address]
    assert [address for address in drawn if "plotly-basic" in address]
