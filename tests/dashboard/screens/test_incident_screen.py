"""The page of an incident and that of an objective say what the store says, and notes reach it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from alerts.incidents.codec import find, listed
from tests.dashboard.screens.conftest import Sight, Stage


@pytest.fixture(scope="module")
def incident(stage: Stage) -> str:
    """The one with a call."""
    with stage.store.reading() as reader:
        return next(each.id for each in listed(reader.journal(), None, None, 10) if "weilidai" in each.id)


@pytest.fixture(scope="module")
def page(stage: Stage, incident: str, open_page: Callable[..., Sight]) -> Page:
    """Its page, with the picture drawn."""
    address = f"{stage.url}/incidents/{incident}?lang=en"
    return open_page(address, "#picture .plot-container", by="Chen Yu").page


def test_the_headline_says_what_failed_and_how_it_stands(page: Page) -> None:
    """State by word and shape, the title in the viewer's language, the times to the millisecond."""
    expect(page.locator(".headline-state")).to_have_text("✖\ufe0eongoing")
    expect(page.locator(".headline-title")).to_contain_text("WeiLiDai")
    expect(page.locator(".tile-small", has_text="MTTD")).to_contain_text("0.6 s")
    expect(page.locator(".tile-small", has_text="MTTA")).to_contain_text("nobody has it")


def test_the_picture_has_a_lane_with_what_failed_and_the_moments(page: Page) -> None:
    """Readers who do not see it are told the same."""
    told = page.locator("#picture").get_attribute("aria-label") or ""
    assert told.startswith("Failures of 1 lanes")
    assert "first failure" in told
    assert "detected" in told
    assert page.locator("#picture .bars path").count() >= 1


def test_a_note_and_an_owner_reach_the_store_and_the_timeline(stage: Stage, incident: str, page: Page) -> None:
    """Words of people stand in the timeline with their name."""
    page.get_by_role("button", name="Add a note").click()
    page.fill("dialog [name=text]", "drained dc3 <by hand>")
    page.locator("dialog .primary").click()
    expect(page.locator(".timeline")).to_contain_text("drained dc3 <by hand>")
    page.keyboard.press("o")
    page.fill("dialog [name=owner]", "Li Wei")
    page.locator("dialog .primary").click()
    expect(page.locator(".headline")).to_contain_text("Owner: Li Wei")
    with stage.store.reading() as reader:
        found = find(reader.journal(), incident)
    assert found is not None
    assert found.owner == "Li Wei"
    assert "drained dc3 <by hand>" in [line.text for line in found.happenings]


def test_the_class_is_a_draft_with_a_clock(page: Page) -> None:
    """Nobody may take it for a decision."""
    draft = page.locator(".draft").first
    expect(draft).to_contain_text("draft, a person decides")
    assert page.locator(".draft [data-until]").count() >= 1


def test_the_export_is_a_download_of_the_post_mortem(page: Page) -> None:
    """Markdown, in the viewer's language."""
    with page.expect_download() as waiting:
        page.get_by_role("link", name="Export Markdown").click()
    text = waiting.value.path().read_text(encoding="utf-8")
    assert text.startswith("#")
    assert "WeiLiDai" in text


def test_paper_has_no_buttons(page: Page) -> None:
    """What is printed is dark on white, without what can only be pressed."""
    page.emulate_media(media="print")
    assert page.locator(".act:visible").count() == 0
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    page.emulate_media(media="screen")


def test_an_incident_that_is_not_there_says_so(stage: Stage, open_page: Callable[..., Sight]) -> None:
    """A wrong address is no blank page."""
    page = open_page(f"{stage.url}/incidents/nothing?lang=en", ".nothing").page
    expect(page.locator(".nothing")).to_contain_text("no incident 'nothing'")


def test_the_list_gives_the_spread_of_times(stage: Stage, open_page: Callable[..., Sight]) -> None:
    """n, median, P90 and maximum; what is not known is counted as such."""
    page = open_page(f"{stage.url}/incidents?lang=en", ".incident").page
    expect(page.locator("#mttd-median")).to_have_text("0.6 s")
    expect(page.locator("#mttr-n")).to_contain_text("not known")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_selector(".headline-title")
    assert "/incidents/2026" in page.url


def test_an_objective_says_what_is_left_and_how_fast_it_burns(stage: Stage, open_page: Callable[..., Sight]) -> None:
    """Events, seconds and per cent; a rate per window beside its threshold, with shape and word."""
    sight = open_page(f"{stage.url}/slo?lang=en", ".objective")
    mine = sight.page.locator(".objective", has_text="WeiLiDai")
    expect(mine).to_contain_text("/ 864")
    assert mine.locator(".burn").count() == 5
    assert mine.locator(".burn .mark").first.inner_text() in "▲●○"
    mine.get_by_role("link").click()
    sight.page.wait_for_selector("#picture .plot-container")
    expect(sight.page.locator(".tiers .tier")).to_have_count(5)
    expect(sight.page.locator(".tiles-small")).to_contain_text("allowed failures")
    expect(sight.page.locator(".tiles-small")).to_contain_text("of 25.92 s spent")


def test_a_person_decides_the_class(stage: Stage, incident: str, open_page: Callable[..., Sight]) -> None:
    """One of the rule's classes, with the reason; it stands beside the draft."""
    page = open_page(f"{stage.url}/incidents/{incident}?lang=en", ".draft", by="Chen Yu").page
    page.keyboard.press("c")
    page.locator("dialog [name=chosen]").select_option(index=1)
    page.fill("dialog [name=text]", "three provinces, says the front desk")
    page.locator("dialog .primary").click()
    expect(page.locator(".decided").first).to_contain_text("Chen Yu")
    expect(page.locator(".decided").first).to_contain_text("three provinces, says the front desk")
    with stage.store.reading() as reader:
        found = find(reader.journal(), incident)
    assert found is not None
    assert [each.actor for each in found.decisions] == ["Chen Yu"]
