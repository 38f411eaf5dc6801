"""`incidents`: what it prints of a stored incident, and what it refuses in one line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import app
from alerts.incidents.codec import change_of
from slo.windows import SHANGHAI
from store.opening import open_store
from tests.alerts.incidents.conftest import Story, at, cell, fires, resolves

ROOT = Path(__file__).resolve().parents[2]
CONFIG = f"""\
sources:
  - {{id: dc1, kind: exposition, data_center: dc1, url: "http://127.0.0.1:1/metrics"}}
catalog: {ROOT / "config" / "catalog.yaml"}
"""
ID = "20261118-110641-risk-dc3"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A store with one incident that is over and one that goes on."""
    (tmp_path / "control-center.yaml").write_text(CONFIG, encoding="utf-8")
    store = open_store(tmp_path / "store.sqlite", SHANGHAI, upgrade=True)
    story = Story().tick(1, fires(cell("risk", "dc3"), 1)).tick(20, resolves(cell("risk", "dc3"), 20, 20))
    story.tick(5000, fires(cell("weilidai", "dc1"), 5000))
    for incident in story.all.values():
        store.write(change_of(type(story.last)((), (incident,), ())))
    store.close()
    return tmp_path


def incidents(data: Path, *words: str) -> int:
    """Runs one action as the command line does."""
    return app.main(["incidents", *words, "--data", str(data)])


def test_a_list_has_the_newest_first_and_the_spread_of_times(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What is not known is counted as such."""
    assert incidents(data, "list", "--json") == 0
    found = json.loads(capsys.readouterr().out)
    assert [each["state"] for each in found["incidents"]] == ["ongoing", "restored"]
    assert found["incidents"][1]["title"] == {"zh": "三号数据中心 风控决策", "en": "Risk decision in DC 3"}
    assert found["statistics"]["mttr"] == {"n": 1, "unknown": 1, "median_ms": 19500, "p90_ms": 19500, "max_ms": 19500}
    assert found["statistics"]["mtta"]["median_ms"] is None


def test_a_list_for_people_says_the_same(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One line each, and three lines of times."""
    assert incidents(data, "list", "--lang", "zh") == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 6
    assert "风控决策" in lines[1]
    assert lines[-1].startswith("MTTR  n 1 (not known: 1)  median 19.500 s")


def test_a_range_chooses_by_the_begin_of_impact(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Half-open, to the instant."""
    assert (
        incidents(data, "list", "--json", "--from", "2026-11-18T11:06:40.500Z", "--to", "2026-11-18T11:06:40.501Z") == 0
    )
    assert [each["id"] for each in json.loads(capsys.readouterr().out)["incidents"]] == [ID]
    assert at(0.5) % 1000 == 500


def test_one_is_shown_with_its_draft_classes(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Always a draft, with what is missing."""
    assert incidents(data, "show", ID, "--json") == 0
    found = json.loads(capsys.readouterr().out)
    assert [line["what"] for line in found["timeline"]] == ["first_bad", "detected", "mitigated", "restored"]
    assert {each["draft"] for each in found["regulatory"]} == {True}
    assert found["regulatory"][0]["missing"] == ["provinces"]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_post_mortem_goes_to_a_file(data: Path, tmp_path: Path, language: str) -> None:
    """In either language."""
    target = tmp_path / "post-mortem.md"
    assert incidents(data, "export", ID, "-o", str(target), "--lang", language) == 0
    text = target.read_text(encoding="utf-8")
    assert ("# 复盘：三号数据中心 风控决策" if language == "zh" else "# Post-mortem: Risk decision in DC 3") in text


REFUSALS = [
    ((), "which one? list, show, export"),
    (("show", "x"), "no incident 'x'"),
    (("list", "--most", "0"), "--most 0: at least 1"),
    (("list", "--from", "yesterday"), "--from 'yesterday': write 2026-11-14"),
    (("export", ID, "-o", "/nonexistent/x.md"), "there is no folder /nonexistent; make it first"),
]


@pytest.mark.parametrize(("words", "line"), REFUSALS, ids=[each[1] for each in REFUSALS])
def test_refused(data: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], line: str) -> None:
    """One clear line, exit code 2."""
    code = incidents(data, *words) if words else app.main(["incidents"])
    errors = capsys.readouterr().err.splitlines()
    assert (code, len(errors)) == (2, 1)
    assert line in errors[0]
