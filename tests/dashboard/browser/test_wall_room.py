"""A wall in a room: alarm and calm, who has it, rotation, night, sound, flags on the curve."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from tests.dashboard.browser.conftest import QUICK

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.dashboard.browser.canned import Estate
    from tests.dashboard.browser.conftest import Host, Visit

pytestmark = pytest.mark.browser

Look = Callable[..., "Page"]
Go = Callable[..., "Visit"]
Serve = Callable[..., "Host"]
Until = Callable[..., None]
PATIENCE_S = 60.0


def raise_alarm(estate: Estate, *, owner: str | None = None, id: str = "i-7f3a") -> None:
    """A product is down, an alert pages, an incident goes on."""
    if not estate.snapshot["attention"]:
        estate.product_down("identity")
    title = {"zh": "身份核验 · 全部数据中心", "en": "Identity verification · all data centers"}
    incident = {"id": id, "title": title, "state": "ongoing", "severity": "call", "owner": owner,
                "since": "2026-11-21T03:12:03Z",
                "escalation": None if owner else {"at": "2026-11-21T03:59:10Z", "roles": ["duty_lead"]}}  # fmt: skip
    ack = {"by": owner, "at": "2026-11-21T03:13:00Z", "note": ""} if owner else None
    alert = {"id": f"alert-{id}", "state": "firing", "severity": "call", "silenced": False, "maintenance": None,
             "inhibited_by": None, "acknowledged": ack, "incident": id, "product": "identity", "data_center": None,
             "rule": "cliff", "since": "2026-11-21T03:12:03Z"}  # fmt: skip
    estate.snapshot["incidents"] = [incident]
    estate.snapshot["alerts"] = [alert]


def end_alarm(estate: Estate) -> None:
    estate.snapshot.update(incidents=[], alerts=[], attention=[])
    for product in estate.snapshot["products"]:
        product["state"] = "ok"
        for cell in product["data_centers"].values():
            cell.update(state="ok")


def said(page: Page, name: str) -> str:
    return page.locator(f"#strip-{name}").inner_text()


def test_a_calm_strip_says_since_when_nothing_was_wrong(wall: Look, estate: Estate) -> None:
    estate.snapshot["normal_since"] = "2026-11-21T01:02:00Z"
    page = wall("en")
    assert said(page, "word") == "All normal"
    assert said(page, "what").startswith("Nothing wrong for 2 h 18 min")
    assert page.locator("#strip-owner-fact").is_hidden()


@pytest.mark.parametrize(("language", "word", "nobody"), [("en", "ALARM", "nobody yet"), ("zh", "告警", "尚无人处理")])
def test_an_alarm_says_what_since_when_who_and_who_next(
    wall: Look, estate: Estate, language: str, word: str, nobody: str
) -> None:
    """Shape, word and motion; the id, the age, the owner and the minutes to the next escalation."""
    raise_alarm(estate)
    page = wall(language)
    assert (said(page, "word"), said(page, "owner")) == (word, nobody)
    assert said(page, "sign").startswith("✖")
    assert "i-7f3a" in said(page, "label")
    assert said(page, "since").startswith("11:12 · 8 ")
    assert "duty_lead" in said(page, "next")
    assert "39" in said(page, "next") or "38" in said(page, "next")
    running = "getComputedStyle(document.querySelector('.strip-sign')).animationName"
    assert page.evaluate(running) == "alarm-run"
    page.emulate_media(reduced_motion="reduce")
    assert page.evaluate(running) == "none"
    page.emulate_media(reduced_motion="no-preference")
    assert "gradient" in page.evaluate("getComputedStyle(document.querySelector('.strip-sign')).backgroundImage")


def test_an_alarm_that_somebody_has_stands_still_and_names_them(wall: Look, estate: Estate) -> None:
    raise_alarm(estate, owner="Li Wei")
    page = wall("en")
    assert said(page, "owner") == "Li Wei"
    assert page.locator("#strip-next-fact").is_hidden()
    assert page.evaluate("getComputedStyle(document.querySelector('.strip-sign')).animationName") == "none"


def test_readers_hear_of_new_alarms_and_not_of_ticks(wall: Look, estate: Estate, until: Until) -> None:
    """The polite region changes when the alarm does."""
    page = wall("en")
    assert page.locator("#strip-announced").get_attribute("aria-live") == "polite"
    page.evaluate(
        """() => { window.heard = [];
        const told = document.getElementById("strip-announced");
        const all = { childList: true, characterData: true, subtree: true };
        new MutationObserver(() => window.heard.push(told.textContent)).observe(told, all); }"""
    )
    raise_alarm(estate)
    until(lambda: len(page.evaluate("window.heard")) > 0, PATIENCE_S)
    polls = estate.polls
    until(lambda: estate.polls > polls + 8, PATIENCE_S)
    assert page.evaluate("window.heard") == ["ALARM · Identity verification · all data centers · nobody yet"]


def test_a_row_that_was_down_stays_in_place_for_a_while(wall: Look, estate: Estate, until: Until) -> None:
    """A product that flaps does not dance; order comes back after a minute."""
    first = "() => document.querySelector('#matrix-body tr .name').textContent"
    page = wall("en")
    raise_alarm(estate)
    until(lambda: page.evaluate(first) == "Identity verification", PATIENCE_S)
    end_alarm(estate)
    until(lambda: said(page, "word") == "All normal", PATIENCE_S)
    assert page.evaluate(first) == "Identity verification"


def test_what_happened_is_flagged_on_the_curve(serve: Serve, visit: Go, estate: Estate) -> None:
    """Each kind by its shape, its words by pointer and keyboard; a band or a line below; flags that meet share one."""
    same = {"zh": "risk 4.2", "en": "risk 4.2"}
    estate.curve["marks"] = [
        {"kind": "deployment", "id": "c-1", "title": same, "from": 36_000, "to": 36_000},
        {"kind": "drill", "id": "c-2", "title": same, "from": 36_300, "to": 36_300},
        {"kind": "maintenance", "id": "m-1", "title": same, "from": 7_200, "to": 14_400},
        {"kind": "incident", "id": "i-1", "title": same, "from": 60_000, "to": 60_600},
    ]
    estate.curve["load_runs"] = [{"run_id": "run-9", "verdict": "proven", "from": 20_000, "to": 20_400}]
    page = visit(serve(QUICK).url + "/?lang=en").page
    page.wait_for_selector(".flag", timeout=60_000)
    texts = page.locator(".flag-face").all_inner_texts()
    labels = page.evaluate("[...document.querySelectorAll('.flag-face')].map(each => each.getAttribute('aria-label'))")
    assert texts[0] == "◆"
    assert labels[0] == "02:00–04:00 · maintenance · risk 4.2"
    whole = "\n".join(labels)
    assert "10:00 · deployment · risk 4.2\n10:05 · drill · risk 4.2" in whole
    assert "run-9 · ✔" in whole
    assert "▼2" in texts
    assert page.locator("#legend-change").is_hidden()
    assert page.locator("#legend-drill").inner_text().startswith("✚")
    page.locator(".flag-face").first.focus()
    shown = page.evaluate("getComputedStyle(document.activeElement, '::after').content")
    assert "maintenance" in shown
    kinds = page.evaluate("document.getElementById('curve-plot').layout.shapes.map(shape => shape.type)")
    assert kinds.count("line") == 2
    assert kinds.count("rect") == 4  # with the simulated band


def test_the_end_of_the_day_is_told_with_how_sure_it_is(wall: Look, estate: Estate) -> None:
    transactions = estate.snapshot["bank"]["transactions"]
    transactions["projected"] = {"point": 1_012_345_678, "low": 987_654_321, "high": 1_043_210_987,
                                 "basis": "same_weekday", "days": 4}  # fmt: skip
    page = wall("en")
    assert page.locator("#transactions-end").inner_text() == "day end ≈ 1.01 B (987 M–1.04 B, 4 weekdays)"
    assert page.locator("#transactions-tick").evaluate("tick => tick.style.left").startswith("71.1")


def test_rotation_shows_pages_and_an_alarm_brings_the_wall_back(
    serve: Serve, visit: Go, estate: Estate, until: Until
) -> None:
    """Only pages of this server; the wall below goes on reading."""
    pages = "/,/peaks,//evil.example/x,https://evil.example/,/api/v1/snapshot"
    seen = visit(f"{serve(QUICK).url}/?lang=en&kiosk=1&rotate=5&pages={pages}")
    page = seen.page
    assert page.evaluate("LendingWall.running.chosen.pages") == ["/", "/peaks"]
    page.wait_for_selector("iframe.rotated.is-shown", timeout=60_000)
    assert page.locator("iframe.rotated").get_attribute("src").endswith("/peaks?kiosk=1&lang=en")  # type: ignore[union-attr]
    assert page.evaluate("getComputedStyle(document.body).cursor") == "none"
    raise_alarm(estate)
    page.wait_for_selector("iframe.rotated", state="detached", timeout=60_000)
    until(lambda: page.locator("#strip").is_visible() and said(page, "word") == "ALARM", PATIENCE_S)
    assert [url for url in seen.requests if url.startswith(("http://evil", "https://evil"))] == []


NIGHT = """([search, minute]) => {
  const chosen = LendingWall.kiosk.options(search, "http://here");
  return LendingWall.kiosk.isNight(chosen.night, minute);
}"""


@pytest.mark.parametrize(
    ("search", "minute", "expected"),
    [
        ("?night=22:00-06:00", 22 * 60, True),
        ("?night=22:00-06:00", 5 * 60 + 59, True),
        ("?night=22:00-06:00", 6 * 60, False),
        ("?night=01:00-05:00", 0, False),
        ("?night=auto", 23 * 60, True),
        ("?night=auto", 12 * 60, False),
        ("?night=99:00-06:00", 3 * 60, False),
        ("", 3 * 60, False),
    ],
)
def test_a_night_may_go_over_midnight(
    standing_pages: Callable[[str], Page], search: str, minute: int, expected: bool
) -> None:
    assert standing_pages("en").evaluate(NIGHT, [search, minute]) is expected


def test_night_dims_a_calm_wall_and_never_an_alarm(serve: Serve, visit: Go, estate: Estate, until: Until) -> None:
    """All but one minute of the day is night here."""
    page = visit(serve(QUICK).url + "/?lang=en&night=00:00-24:00&kiosk=1").page
    until(lambda: "brightness(0.7)" in page.locator("#wall").evaluate("e => getComputedStyle(e).filter"), PATIENCE_S)
    raise_alarm(estate)
    until(lambda: page.locator("#wall").evaluate("e => getComputedStyle(e).filter") == "none", PATIENCE_S)


def test_burn_in_is_spread_without_moving_the_layout(standing_pages: Callable[[str], Page]) -> None:
    """Eight places in 24 minutes, at most 4 px away."""
    page = standing_pages("en")
    places = [page.evaluate("ms => LendingWall.kiosk.shift(ms)", minute * 60_000) for minute in range(24)]
    assert len(set(places)) == 8
    assert all(abs(float(part.removesuffix("rem"))) <= 0.25 for place in places for part in place.split())


def test_sound_asks_for_one_click_and_then_sounds_once_per_alarm(
    serve: Serve, visit: Go, estate: Estate, until: Until
) -> None:
    """The hint goes with the permission; what stays unanswered sounds again only after a minute."""
    page: Any = visit(serve(QUICK).url + "/?lang=en&sound=1").page
    raise_alarm(estate)
    page.wait_for_selector("#sound-hint", state="visible", timeout=60_000)
    assert page.evaluate("LendingWall.running.sound.count()") == 0
    page.locator("#sound-hint").click()
    page.wait_for_selector("#sound-hint", state="hidden", timeout=60_000)
    until(lambda: page.evaluate("LendingWall.running.sound.count()") == 1, PATIENCE_S)
    polls = estate.polls
    until(lambda: estate.polls > polls + 8, PATIENCE_S)
    assert page.evaluate("LendingWall.running.sound.count()") == 1
    raise_alarm(estate, id="i-second")
    until(lambda: page.evaluate("LendingWall.running.sound.count()") == 2, PATIENCE_S)
