"""Taking, silencing and finding alerts, by thumb and by keys, against a real store; and a dead engine is loud."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from alerts.desk.acks import acknowledge
from alerts.model import AlertState, Severity
from alerts.notify.prometheus_alerts import parse_posted
from store.journal import Change
from tests.dashboard.screens.conftest import Sight, Stage, busy


@pytest.fixture(scope="module")
def own(make_stage: Callable[[], Stage]) -> Stage:
    """A bank whose alerts these tests take and silence."""
    made = make_stage()
    busy(made)
    return made


@pytest.fixture(scope="module")
def desk(own: Stage, open_page: Callable[..., Sight]) -> Sight:
    """The alerts screen at a desk, loaded once."""
    return open_page(f"{own.url}/alerts?lang=en", ".alert", by="Chen Yu")


@pytest.fixture
def page(desk: Sight) -> Page:
    """The same without a filter."""
    found = desk.page
    found.keyboard.press("Escape")
    found.keyboard.press("1")
    found.fill("#filter", "")
    found.locator("body").click(position={"x": 2, "y": 2})
    return found


def row(page: Page, text: str) -> Any:
    """The first alert that says something."""
    return page.locator(".alert", has_text=text).first


def test_two_taps_on_a_phone_take_an_alert(own: Stage, open_page: Callable[..., Sight]) -> None:
    """One on the alert, one on the button: who has it stands in the store, and on the screen once the desk heard it."""
    page = open_page(f"{own.url}/alerts?lang=zh", ".alert", size="phone", by="李伟").page
    first = page.locator(".alert").first
    first.locator(".act").first.tap()
    page.locator("dialog .primary").tap()
    expect(page.locator(".toast")).to_contain_text("已认领")
    with own.store.reading() as reader:
        entry = reader.journal().entries(kind="ack", newest_first=True)[0].entry
    assert (entry.actor, entry.subject) == ("李伟", "cliff:product_data_center:weilidai:dc3:::weilidai-availability")
    own.step()
    expect(page.locator(".alert", has_text="李伟").first).to_be_visible()


def test_somebody_without_a_name_is_asked_for_it(own: Stage, open_page: Callable[..., Sight]) -> None:
    """Nobody takes an alert anonymously; the name is remembered."""
    page = open_page(f"{own.url}/alerts?lang=en", ".alert").page
    row(page, "WeYeDai").locator(".act").first.click()
    page.locator("dialog .primary").click()
    expect(page.locator("dialog")).to_be_visible()
    page.fill("dialog [name=by]", "Wang Fang")
    page.fill("dialog [name=note]", "looking at the gateway")
    page.locator("dialog .primary").click()
    expect(page.locator(".toast")).to_be_visible()
    own.step()
    expect(row(page, "WeYeDai")).to_contain_text("looking at the gateway")
    assert page.evaluate("localStorage.getItem('control-center.name')") == "Wang Fang"


def test_an_alert_says_what_where_how_much_and_who(page: Page) -> None:
    """Severity by word and shape; counts beside the share; marks as words."""
    first = row(page, "WeiLiDai")
    expect(first.locator(".severity")).to_have_text("◆Call")
    expect(first).to_contain_text("DC 3")
    expect(first).to_contain_text("90 of 100 failed")
    expect(first).to_contain_text("2.13 % of the budget")
    expect(row(page, "Identity")).to_contain_text("replayed")


def test_what_another_alert_explains_is_shown_when_asked(page: Page) -> None:
    """A lower tier of the same place is no news, but not lost."""
    before = page.locator(".alert").count()
    page.get_by_label("Show explained").check()
    expect(page.locator(".alert")).to_have_count(before + 1)
    expect(page.locator(".alert", has_text="explained").first).to_be_visible()
    page.get_by_label("Show explained").uncheck()


def test_ages_tick_without_new_answers(page: Page) -> None:
    """On the browser's clock, from the server's time."""
    age = page.locator(".alert .age").first
    before = age.inner_text()
    page.wait_for_timeout(1_300)
    assert age.inner_text() != before


def test_keys_move_filter_take_and_explain_themselves(page: Page) -> None:
    """j and k move, / filters, a and s open their forms, Escape closes, ? tells."""
    page.keyboard.press("j")
    page.keyboard.press("j")
    assert page.locator(".alert").nth(1).evaluate("row => row.classList.contains('is-chosen')")
    page.keyboard.press("k")
    assert page.locator(".alert").nth(0).evaluate("row => row.classList.contains('is-chosen')")
    for key, title in (("s", "Silence notifications"), ("?", "Keys")):
        page.keyboard.press(key)
        expect(page.locator("dialog h2")).to_have_text(title)
        page.keyboard.press("Escape")
        expect(page.locator("dialog")).to_have_count(0)
    page.keyboard.press("f")
    page.keyboard.type("weyedai")
    expect(page.locator(".alert")).to_have_count(1)
    page.keyboard.press("Escape")
    page.keyboard.press("a") if row(page, "WeYeDai").locator(".ack").count() else page.keyboard.press("u")
    expect(page.locator("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    assert "q=weyedai" in page.url
    assert page.input_value("#filter") == "weyedai"


def test_a_silence_is_made_from_an_alert_and_ended(own: Stage, page: Page) -> None:
    """Its labels are the matchers; the comment is asked for; the tab lists it and ends it."""
    row(page, "Identity").locator(".act", has_text="Silence").click()
    chosen = page.locator("dialog [name=matcher]:checked")
    labels = [chosen.nth(place).input_value() for place in range(chosen.count())]
    assert labels == ["product=identity", "data_center=dc1", "rule=leak"]
    page.fill("dialog [name=note]", "known, fixed on Monday")
    page.locator("dialog .primary").click()
    expect(page.locator(".toast")).to_contain_text("Silenced until")
    own.step()
    expect(row(page, "Identity")).to_contain_text("silenced")
    page.keyboard.press("2")
    line = page.locator(".silence", has_text="known, fixed on Monday")
    expect(line).to_contain_text("Chen Yu")
    line.get_by_role("button", name="End now").click()
    page.locator("dialog .primary").click()
    expect(page.locator(".toast")).to_contain_text("over")
    own.step()
    page.keyboard.press("1")
    expect(row(page, "Identity")).not_to_contain_text("silenced")


def test_a_refusal_is_told_in_its_own_words(page: Page) -> None:
    """What the API refuses stays in the form, with the reason."""
    page.keyboard.press("2")
    page.get_by_role("button", name="New silence").click()
    page.fill("dialog [name=matchers]", "galaxy=far")
    page.fill("dialog [name=note]", "why not")
    page.locator("dialog .primary").click()
    expect(page.locator(".dialog-error")).to_contain_text("no label 'galaxy'")
    page.keyboard.press("Escape")


def test_a_page_with_a_call_of_another_name_cannot_run_as_markup(own: Stage, page: Page) -> None:
    """Words of people are text."""
    own.store.write(_ack(own, "<img src=x onerror=alert(1)>"))
    own.step()
    expect(page.locator(".alert", has_text="<img src=x").first).to_be_visible()
    assert page.locator(".alert img").count() == 0


def _ack(own: Stage, by: str) -> Change:
    alert = "leak:product_data_center:identity:dc1:::identity-availability"
    return acknowledge(alert, by, "", own.clock.now_ms())


def test_a_quiet_list_says_that_it_was_evaluated(
    make_stage: Callable[[], Stage], open_page: Callable[..., Sight]
) -> None:
    """All quiet is a statement with an age, and only while somebody evaluates."""
    calm = make_stage()
    calm.evaluate()
    page = open_page(f"{calm.url}/alerts?lang=en", ".calm-page:not([hidden])").page
    expect(page.locator(".calm-title")).to_have_text("All quiet")
    expect(page.locator(".calm-line")).to_contain_text("was evaluated")
    expect(page.locator("#engine-alarm")).to_be_hidden()
    calm.clock.second += 60
    expect(page.locator("#engine-alarm")).to_be_visible(timeout=60_000)
    expect(page.locator("#engine-alarm-words")).to_have_text("Alerts are NOT being evaluated")
    expect(page.locator(".calm-title")).to_have_text("Quiet means nothing now")
    assert page.title().startswith("▲")
    calm.evaluate()
    expect(page.locator("#engine-alarm")).to_be_hidden(timeout=60_000)


def test_a_store_that_nobody_ever_evaluated_is_loud(
    make_stage: Callable[[], Stage], open_page: Callable[..., Sight]
) -> None:
    """An empty list means nothing then."""
    page = open_page(f"{make_stage().url}/alerts?lang=en", "#engine-alarm:not([hidden])").page
    expect(page.locator("#engine-alarm-words")).to_contain_text("NEVER")
    expect(page.locator(".calm-title")).to_have_text("Quiet means nothing now")


def test_a_server_that_dies_is_loud(make_stage: Callable[[], Stage], open_page: Callable[..., Sight]) -> None:
    """The list stays, grey, under a banner that says so."""
    dying = make_stage()
    busy(dying)
    page = open_page(f"{dying.url}/alerts?lang=en", ".alert").page
    page.wait_for_function("document.getElementById('engine-text').textContent.includes('ago')")
    dying.host.stop()
    expect(page.locator("#engine-alarm-words")).to_have_text("The server does NOT answer", timeout=60_000)
    assert page.locator(".alert").count() > 0


def test_a_thousand_alerts_stay_usable(make_stage: Callable[[], Stage], open_page: Callable[..., Sight]) -> None:
    """The worst are shown, the rest is counted and can be filtered."""
    stormy = make_stage()
    products = [f"p{n}" for n in range(250)]
    room = stormy.room
    firing = [
        room.transition(AlertState.FIRING, product, center, "fast", Severity.PAGE)
        for product in products
        for center in ("dc1", "dc2", "dc3", "dc4")
    ]
    room.tick(*firing)
    stormy.evaluate()
    page = open_page(f"{stormy.url}/alerts?lang=en&grouped=0", ".alert").page
    expect(page.locator(".alert")).to_have_count(200)
    expect(page.locator(".more")).to_contain_text("the 200 worst of 1,000")
    page.fill("#filter", "p249")
    expect(page.locator(".alert")).to_have_count(4)


def test_maintenance_is_planned_and_called_off(own: Stage, open_page: Callable[..., Sight]) -> None:
    """By keys alone up to the form; the window stands in the store as it was typed by the estate's clock."""
    page = open_page(f"{own.url}/alerts?lang=en", ".alert", by="Chen Yu").page
    page.keyboard.press("m")
    page.fill("dialog [name=name]", "new switches")
    page.fill("dialog [name=reason]", "end of life")
    page.check("dialog [name=center][value=dc2]")
    page.fill("dialog [name=begin]", "2026-12-24T22:00")
    page.fill("dialog [name=end]", "2026-12-25T01:30")
    page.locator("dialog .primary").click()
    row = page.locator(".maintenance", has_text="new switches")
    expect(row).to_contain_text("2026-12-24 22:00 → 2026-12-25 01:30")
    with own.store.reading() as reader:
        (document,) = reader.journal().documents("maintenance")
    made = json.loads(document.body)
    assert (made["from_s"], made["to_s"]) == (1_798_120_800, 1_798_133_400)
    assert (made["owner"], made["data_centers"], made["products"]) == ("Chen Yu", ["dc2"], [])
    row.locator(".act").click()
    page.locator("dialog .primary").click()
    expect(page.locator("#maintenance")).to_contain_text("No maintenance")


def test_who_asks_while_a_read_is_under_way_is_answered_by_the_next_at_once(page: Page) -> None:
    """The answer under way may be older than what somebody just did; the next would come after the usual pause."""
    page.evaluate(
        """() => {
          window.reads = [];
          window.again = window.LendingDesk.life.every(3_600_000, () => new Promise((done) => window.reads.push(done)));
        }"""
    )
    page.wait_for_function("() => window.reads.length === 1")
    page.evaluate("window.again()")
    page.evaluate("window.reads[0]()")
    page.wait_for_function("() => window.reads.length === 2")
    page.evaluate("window.reads[1]()")


def test_a_silence_comes_again_each_week_on_a_phone(own: Stage, open_page: Callable[..., Sight]) -> None:
    """Only what its turn needs is asked; the list says it in the viewer's words."""
    page = open_page(f"{own.url}/alerts?lang=zh#silences", "#tab-silences", size="phone", by="李伟").page
    page.locator(".create:visible").tap()
    page.fill("dialog [name=matchers]", "product=weyedai")
    page.select_option("dialog [name=every]", "weekly")
    expect(page.locator("dialog [name=duration]").first).to_be_hidden()
    page.check("dialog [name=weekday][value='5']")
    page.fill("dialog [name=again_from]", "23:00")
    page.fill("dialog [name=again_to]", "02:00")
    page.fill("dialog [name=note]", "批量清算")
    page.locator("dialog .primary").tap()
    expect(page.locator(".silence", has_text="批量清算")).to_contain_text("每周 23:00–02:00 · 周六")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    with own.store.reading() as reader:
        kept = [json.loads(each.body)["recurrence"] for each in reader.journal().documents("silence")]
    again = {"every": "weekly", "zone": "Asia/Shanghai", "from_minute": 1380, "to_minute": 120, "days": [5]}
    assert again in kept


def test_an_alert_that_a_prometheus_posts_is_silenced_like_ours(own: Stage, page: Page) -> None:
    """By its name, or by any label that it came with."""
    labels = {"alertname": "DiskFull", "severity": "warning", "job": "db"}
    posted = parse_posted(json.dumps([{"labels": labels}]).encode(), own.clock.now_ms())
    own.store.write(Change(documents=tuple(each.document(None) for each in posted)))
    own.step()
    row(page, "DiskFull").locator(".act", has_text="Silence").click()
    offered = page.locator("dialog [name=matcher]")
    matchers = [offered.nth(place).input_value() for place in range(offered.count())]
    assert matchers == ["rule=DiskFull", "level=external", "severity=ticket", "label.job=db"]
    assert page.locator("dialog [name=matcher]:checked").count() == 2
    page.fill("dialog [name=note]", "disk is being swapped")
    page.locator("dialog .primary").click()
    expect(page.locator(".toast")).to_contain_text("Silenced until")
    own.step()
    expect(row(page, "DiskFull")).to_contain_text("silenced")
