"""The post-mortem: both languages, every figure, nothing that a person's words could break."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from string import Template

import pytest

from alerts.incidents import acts
from alerts.incidents.figures import Promise, Watched, figures
from alerts.incidents.model import Incident, IncidentState, Moment
from alerts.incidents.postmortem import duration, postmortem
from alerts.incidents.regulatory import Confidence, RegulatoryTable
from alerts.incidents.view import document
from alerts.incidents.words import FOLDER, LANGUAGES, Names, title, words_of
from alerts.model import Level, Severity, Subject
from settings import load_catalog, load_regulatory
from slo.objective import Objective
from store.memory import MemoryStore
from tests.alerts.incidents.conftest import BANK, Story, at, cell, dcn, fires, product, resolves
from tests.alerts.incidents.test_keeper import fill

CONFIG = Path(__file__).resolve().parents[3] / "config"
WATCHED = Watched(Promise(Objective.parse("99.999"), 30 * 86400), {}, 7200)


@pytest.fixture(scope="module")
def names() -> Names:
    """Those of the catalog that ships."""
    return Names.of(load_catalog(CONFIG / "catalog.yaml"))


@pytest.fixture(scope="module")
def table() -> RegulatoryTable:
    """The one that ships."""
    return load_regulatory(CONFIG / "regulatory.yaml")


@pytest.fixture
def incident(story: Story) -> Incident:
    """Over, with figures, and with words that would break a table."""
    store = MemoryStore()
    fill(store, [("risk", "dc3", "d1")])
    story.tick(1, fires(cell("risk", "dc3"), 1)).tick(2400, resolves(cell("risk", "dc3"), 2400, 2300.25))
    made, _ = acts.acknowledge(story.only, at(75), "王芳", "a | b\n# c <script>")
    with store.reading() as reader:
        return replace(made, figures=figures(reader, made, at(2400), WATCHED))


def test_english(incident: Incident, table: RegulatoryTable, names: Names) -> None:
    """Local times, counts, the draft class with what is missing."""
    text = postmortem(incident, table, names, "en", at(2400))
    for line in (
        "# Post-mortem: Risk decision in DC 3",
        "| Impact | 2026-11-18 19:06:40.500 +08:00 to 2026-11-18 19:45:00.250 +08:00 |",
        "| Time to restore (MTTR) | 38 min 19.750 s |",
        "| Time to acknowledge (MTTA) | 1 min 13.700 s |",
        "| Failed transactions | at least 190 / 800 |",
        "| Affected customers | not known |",
        "| Provinces | not known |",
        "- bank: 190 of 0.04 allowed events, 102600.000 s of full outage, 395833.33 % of the budget (99.999 %, 30 d)",
        "DRAFT - a human decides",
        "Class III to Class II | NOT CONFIRMED, read in quotations",
        r"| 王芳 | a \| b \# c \<script\> |",
    ):
        assert line in text, text


def test_chinese(incident: Incident, table: RegulatoryTable, names: Names) -> None:
    """The same figures in the other language, with no word of the first left in the rows."""
    text = postmortem(incident, table, names, "zh", at(2400))
    for line in (
        "# 复盘：三号数据中心 风控决策",
        "| 失败交易 | 至少 190 / 800 |",
        "| 受影响客户 | 未知 |",
        "III 级（较大） 至 II 级（重大）",
        "未经证实",
    ):
        assert line in text, text


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_goes_on_says_so(story: Story, table: RegulatoryTable, names: Names, language: str) -> None:
    """Without figures nothing is 0; the next class has its minutes."""
    story.tick(1, fires(cell("risk", "dc3"), 1))
    text = postmortem(story.only, table, names, language, at(600))
    words = words_of(language)
    assert f"| {words('unknown')} |" in text
    assert words("state.ongoing") in text
    assert "21 min" in text or "21 分钟" in text
    assert "$" not in text


def test_tables_keep_their_columns(incident: Incident, table: RegulatoryTable, names: Names) -> None:
    """No cell of any table adds or swallows one."""
    widths: set[int] = set()
    for line in postmortem(incident, table, names, "en", at(2400)).splitlines():
        if not line.startswith("|"):
            widths.clear()
            continue
        widths.add(line.replace("\\|", "").count("|"))
        assert len(widths) == 1, line


def test_both_languages_have_the_same_words() -> None:
    """Every moment, state, severity, level and confidence among them."""
    chinese, english = (words_of(each).words for each in LANGUAGES)
    assert chinese.keys() == english.keys()
    wanted = {f"moment.{each.value}" for each in Moment} | {f"state.{each.value}" for each in IncidentState}
    wanted |= {f"severity.{each.name.lower()}" for each in Severity} | {f"area.{each.value}" for each in Level}
    wanted |= {f"confidence.{each.value}" for each in Confidence}
    assert wanted <= english.keys()
    fields = [Template((FOLDER / f"postmortem.{each}.md").read_text("utf-8")).get_identifiers() for each in LANGUAGES]
    assert set(fields[0]) == set(fields[1])


TITLES = [
    ([cell("risk", "dc3")], "Risk decision in DC 3"),
    ([dcn("risk", "dc3", "d7")], "Risk decision in DC 3, DCN d7"),
    ([cell("risk", "dc3"), cell("weilidai", "dc3")], "DC 3: 2 products"),
    ([cell("risk", "dc3"), cell("risk", "dc1")], "Risk decision in 2 data centers"),
    ([product("risk")], "Risk decision"),
    ([BANK], "whole bank"),
    ([cell("strange", "dc9")], "strange in dc9"),
]


@pytest.mark.parametrize(("subjects", "wanted"), TITLES, ids=[each[1] for each in TITLES])
def test_titles(story: Story, names: Names, subjects: list[Subject], wanted: str) -> None:
    """In the names of the catalog; what it does not know by its id."""
    story.tick(1, *(fires(each, 1) for each in subjects))
    assert title(story.only, names, "en") == wanted


DURATIONS = [
    (0, "0.000 s"),
    (59_999, "59.999 s"),
    (60_000, "1 min 0.000 s"),
    (7_385_300, "2 h 03 min 5.300 s"),
    (-20, "-0.020 s"),
]


@pytest.mark.parametrize(("length_ms", "text"), DURATIONS)
def test_durations(length_ms: int, text: str) -> None:
    """To the millisecond."""
    assert duration(length_ms, words_of("en")) == text


def test_the_document_has_integers_beside_every_ratio(incident: Incident, names: Names) -> None:
    """Times RFC 3339 UTC, nothing rounded up."""
    found = document(incident, names)
    assert found["impact_start"] == "2026-11-18T11:06:40.500Z"
    assert found["mttr_ms"] == 2_299_750
    (spent,) = [each for each in found["figures"]["budget_spent"] if each["product"] is None]
    assert (spent["failed"], spent["total"], spent["allowed"], spent["share"]) == (190, 4800, "0.048", "3958.333333")
