"""What people read: what, where, since when, how bad, who has it, where to read on; in both languages."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from alerts.desk.notice import NoticeState
from alerts.model import Evidence, Level, Severity, Subject
from alerts.notify.news import News
from alerts.notify.rendering import Renderer
from alerts.notify.wording import FOLDERS, UnknownWord, read_wording
from slo.counts import Counts
from tests.alerts.notify.parts import CELL, T0_MS, member, notice

ROOM = Path(__file__).parents[3] / "alerts" / "notify"
PLACEHOLDER = re.compile(r"\{(\w+)\}")


def rendered(renderer: Renderer, now_ms: int = T0_MS + 2_460, *, incident: str = "", **changes: Any) -> tuple[str, str]:
    """Title and body of one notice."""
    news = News(notice(**changes), incident, runbook="https://runbooks.example/cliff")
    message = renderer.message("d1", [news], now_ms)
    return message.title, message.body


def test_a_page_says_everything_that_is_needed(renderer: Renderer) -> None:
    """In the order in which people ask."""
    title, body = rendered(renderer, incident="inc-7")
    assert title == "[FIRING][call] DC 3: sudden failure: errors use up the budget within minutes"
    assert body.splitlines() == [
        "What: sudden failure: errors use up the budget within minutes",
        "Where: DC 3",
        "Since: 2026-11-18 19:06:40 Asia/Shanghai (2.4 s)",
        "How bad: 123 of 4,567 failed (97.30676 % good)",
        "Budget spent by this: 2.13 %",
        "Has it: nobody yet",
        "Open: https://center.example/incidents/inc-7",
        "Runbook: https://runbooks.example/cliff",
    ]


def test_every_rule_that_the_screens_name_is_named_in_messages(renderer: Renderer, chinese: Renderer) -> None:
    """In both languages; a composite's like its tier, each step of a budget like the budget."""
    script = (ROOM.parents[1] / "dashboard" / "assets" / "desk_2_words.js").read_text(encoding="utf-8")
    named = re.findall(r'^ +"?([\w-]+)"?: "rule\.', script.split("RULES = {")[1].split("};")[0], re.MULTILINE)
    assert len(named) > 20
    for each in (renderer, chinese):
        assert all(each.rule(name) != name for name in named)
        assert each.rule("composite-fast") == each.rule("fast")
        assert (
            each.rule("budget-calendar-25") == each.rule("composite-budget-rolling-100") == each.rule("budget-month-50")
        )
        assert each.rule("own") == "own"


def test_the_same_in_chinese(chinese: Renderer) -> None:
    """Names from the catalog, words from the other catalog."""
    title, body = rendered(chinese, members=(member(CELL),), radius=CELL)
    assert title.startswith("【告警】【电话】")
    assert "突发故障" in title
    assert "影响:4,567 笔中 123 笔失败(成功率 97.30676 %)" in body


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"state": NoticeState.OVER, "over_ms": T0_MS + 26_000}, "Was down 26.0 s: 2026-11-18 19:06:40"),
        ({"state": NoticeState.RESOLVED, "over_ms": T0_MS + 192_000}, "Was down 3 min 12 s"),
        ({"state": NoticeState.RESOLVED, "over_ms": T0_MS + 7_260_000}, "Was down 2 h 1 min"),
        ({"replayed": True}, "Found late: the control center was away"),
        ({"members": (member(acked_by="li.wei"),)}, "Has it: li.wei"),
        ({"state": NoticeState.ESCALATED, "step": 2}, "Escalation step 2: nobody acknowledged in time"),
        ({"firing": 900, "total": 1000}, "Alerts: 900 firing of 1000"),
        ({"firing": 900, "total": 1000}, "- and 999 more"),
        ({"radius": Subject(Level.BANK)}, "Where: the whole bank"),
        ({"radius": Subject(Level.SOURCE, other="dc1")}, "Where: source dc1"),
        ({"members": (member(rule="own_rule"),)}, "What: own_rule"),
        (
            {"state": NoticeState.REMINDER, "silence": "s1", "over_ms": T0_MS},
            "Silence s1 ends at 2026-11-18 19:06:40 Asia/Shanghai.",
        ),
    ],
)
def test_each_occasion_says_what_it_is(renderer: Renderer, changes: dict[str, Any], said: str) -> None:
    """A row for each."""
    assert said in rendered(renderer, **changes)[1]


@pytest.mark.parametrize(
    ("also", "said"),
    [
        (["dc4"], "now also DC 4 (in all: the whole bank)"),
        (["dc4", "dc5"], "now also DC 4, DC 5 (in all: the whole bank)"),
        ([f"x{n}" for n in range(9)], "now also x0, x1, x2, x3, x4, x5 and 3 more (in all: the whole bank)"),
    ],
)
def test_a_place_that_fails_newly_is_read_first(renderer: Renderer, also: list[str], said: str) -> None:
    """In the title and in the body."""
    places = tuple(Subject(Level.DATA_CENTER, data_center=center) for center in also)
    title, body = rendered(renderer, state=NoticeState.UPDATED, radius=Subject(Level.BANK), also=places)
    assert title.startswith(f"[UPDATE][call] {said}: sudden failure")
    assert f"Where: {said}" in body.splitlines()


def test_what_was_found_late_says_so_in_its_title(renderer: Renderer) -> None:
    """Nobody runs for what is long over."""
    assert rendered(renderer, replayed=True)[0].startswith("[late] [FIRING]")


def test_a_summary_names_the_worst_first_and_counts_all(renderer: Renderer) -> None:
    """And is as severe as its worst."""
    told = [News(notice(f"n{number}", group=f"g{number}", severity=Severity.TICKET)) for number in range(30)]
    message = renderer.message("d1", [*told, News(notice("worst"))], T0_MS)
    assert message.severity is Severity.CALL
    assert message.title.startswith("[FIRING][call] 31 notices: DC 3:")
    assert message.body.splitlines()[1].startswith("- [FIRING][call]")
    assert "- and 11 more" in message.body


def test_a_share_is_never_rounded_up(renderer: Renderer) -> None:
    """One failure in ten million is not 100 %."""
    one = replace(member(), evidence=Evidence(long=Counts(99_999_999, 1)))
    assert "1 of 100,000,000 failed (99.99999 % good)" in rendered(renderer, members=(one,))[1]


def test_both_catalogs_have_the_same_keys_and_placeholders() -> None:
    """A word that one language lacks would lose a message."""
    catalogs = [read_wording(language).messages for language in FOLDERS]
    first, second = catalogs
    assert first.keys() == second.keys()
    assert [key for key in first if set(PLACEHOLDER.findall(first[key])) != set(PLACEHOLDER.findall(second[key]))] == []


def test_every_key_that_the_code_asks_for_is_there() -> None:
    """Found as text; keys that are put together are covered by every state, severity and level."""
    asked = {key for path in ROOM.rglob("*.py") for key in re.findall(r'words\(\s*"([a-z_.]+)"', path.read_text())}
    asked |= {f"state.{state.value}" for state in NoticeState} | {f"severity.{each.name.lower()}" for each in Severity}
    assert asked
    assert asked <= read_wording("en").messages.keys()


def test_a_missing_word_is_named() -> None:
    """With the catalog that lacks it."""
    with pytest.raises(UnknownWord, match=r"word 'no.such' is not in the 'en' catalog"):
        read_wording("en")("no.such")
