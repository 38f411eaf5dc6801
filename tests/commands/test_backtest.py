"""`backtest` as people and scripts call it: over a file of events, and over a store."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from app import main
from slo.counts import Counts
from store.opening import open_store
from store.records import HistoryChunk, Level, Scope, Span, Unit

SLO = """\
apiVersion: openslo/v1
kind: SLO
metadata: {name: pay}
spec:
  service: pay
  indicator:
    metadata: {name: pay-ratio}
    spec:
      ratioMetric:
        counter: true
        good: {metricSource: {type: Prometheus, spec: {query: good}}}
        total: {metricSource: {type: Prometheus, spec: {query: total}}}
  timeWindow: [{duration: 30d, isRolling: true}]
  budgetingMethod: Occurrences
  objectives: [{displayName: five nines, target: 0.99999}]
"""
BEGIN_S = 1_793_491_200  # 2026-11-01 08:00 in Shanghai


@dataclass(frozen=True, slots=True)
class Done:
    """How a command ended."""

    returncode: int
    stdout: str
    stderr: str


@pytest.fixture
def app(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., Done]:
    """One backtest on a data directory of its own."""

    def run(*words: str) -> Done:
        capsys.readouterr()
        code = main(["backtest", "--data", str(tmp_path), *words])
        return Done(code, *capsys.readouterr())

    return run


@pytest.fixture
def files(tmp_path: Path) -> tuple[str, ...]:
    """An outage of 20 s in two minutes of 1 s slots, with a byte order mark as spreadsheets write it."""
    (tmp_path / "slo.yaml").write_text(SLO, encoding="utf-8")
    rows = [f"{BEGIN_S + n},{0 if 60 <= n < 80 else 100},{100 if 60 <= n < 80 else 0}" for n in range(180)]
    (tmp_path / "e.csv").write_bytes(b"\xef\xbb\xbf" + "\r\n".join(["time,good,bad", *rows]).encode())
    return ("--slo", str(tmp_path / "slo.yaml"), "--events", str(tmp_path / "e.csv"))


def test_scripts_get_the_document_of_the_design(
    tmp_path: Path, files: tuple[str, ...], app: Callable[..., Done]
) -> None:
    """Objective, and transitions with time, tier, level, state and budget spent."""
    done = app(*files, "--json")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["objective"] == "99.999"
    first = found["transitions"][0]
    assert first["time"] == "2026-11-01T00:01:01Z"
    assert (first["tier"], first["level"], first["state"]) == ("cliff", "product", "firing")
    assert first["budget_spent"] == "0.0385"
    assert [t["state"] for t in found["transitions"] if t["tier"] == "cliff"] == ["firing", "resolved"]


def test_people_get_tables_and_a_picture(tmp_path: Path, files: tuple[str, ...], app: Callable[..., Done]) -> None:
    """The picture is well-formed SVG with a bar per firing tier."""
    done = app(*files, "--picture", str(tmp_path / "p.svg"))
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[0].split()[:4] == ["slo", "level", "tier", "firings"]
    picture = ET.parse(tmp_path / "p.svg").getroot()  # noqa: S314  our own file
    tips = [title.text or "" for title in picture.iter("{http://www.w3.org/2000/svg}title")]
    assert any(tip.startswith("cliff product") for tip in tips)


def test_over_the_store_it_says_what_would_have_paged(tmp_path: Path, app: Callable[..., Done]) -> None:
    """An hour of minutes in which one of two data centers failed for ten: product and cell, not the other one."""
    store = open_store(tmp_path / "store.sqlite", "Asia/Shanghai", upgrade=True)
    counts: dict[tuple[Level, int, Unit], Counts] = {}
    for minute in range(60):
        at_s = BEGIN_S + 60 * minute
        bad = 50 if 20 <= minute < 30 else 0
        for unit, each in (
            (Unit(Scope.CELL, "weilidai", "dc1"), Counts(500, 0)),
            (Unit(Scope.CELL, "weilidai", "dc2"), Counts(500 - bad, bad)),
            (Unit(Scope.PRODUCT, "weilidai"), Counts(1000 - bad, bad)),
            (Unit(Scope.BANK), Counts(1000 - bad, bad)),
        ):
            counts[(Level.MINUTE, at_s, unit)] = each
    store.add_history(HistoryChunk(Span(BEGIN_S, BEGIN_S + 3600), counts))
    store.close()
    done = app("--from", "2026-11-01T08:00", "--to", "2026-11-01T09:00", "--json")
    assert done.returncode == 0, done.stderr
    firing = [t for t in json.loads(done.stdout)["transitions"] if t["state"] == "firing" and t["tier"] == "fast"]
    assert {(t["level"], t["product"], t["data_center"]) for t in firing} == {
        ("bank", "", ""),
        ("product", "weilidai", ""),
        ("product_data_center", "weilidai", "dc2"),
    }
    assert {t["time"] for t in firing} == {"2026-11-01T00:21:00Z"}
    assert "left out" in done.stderr
    policy = tmp_path / "calm.yaml"
    policy.write_text(
        'version: "calm"\nfloor_events: 100000\ntiers:\n  - {name: fast, long_seconds: 3600, short_seconds: 300,'
        ' budget_percent: "2", severity: page, source: "a test"}\n',
        encoding="utf-8",
    )
    calm = app("--from", "2026-11-01T08:00", "--to", "2026-11-01T09:00", "--policy", str(policy))
    assert calm.stdout.strip() == "nothing would have fired"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "needs either --slo FILE --events CSV, or --from and --to"),
        (("--events", "nowhere.csv"), "--events needs --slo FILE"),
        (("--slo", "nowhere.yaml", "--events", "nowhere.csv"), "nowhere.yaml"),
        (("--from", "soon", "--to", "2026-11-02"), "--from 'soon': write a day"),
        (("--from", "2026-11-02", "--to", "2026-11-01"), "--to 2026-11-01: must be later"),
        (("--from", "2026-11-01", "--to", "2026-11-02"), "store.sqlite"),
        (("--from", "2026-11-01", "--to", "2026-11-02", "--product", "gold"), "--product gold: no such product"),
    ],
)
def test_refusals_are_one_line(app: Callable[..., Done], words: tuple[str, ...], said: str) -> None:
    """Exit code 2, naming what and how to mend it."""
    done = app(*words)
    assert done.returncode == 2
    assert said in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("target: 0.99999", "target: 1.0"), "slo.yaml:"),
        (("Occurrences", "Nothing"), "slo.yaml:"),
        (("kind: SLO", "kind: Service"), "slo.yaml"),
        (("apiVersion", "\tapiVersion"), "slo.yaml"),
    ],
)
def test_a_broken_objective_is_one_line(
    request: pytest.FixtureRequest, tmp_path: Path, files: tuple[str, ...], change: tuple[str, str], said: str
) -> None:
    """Named by file and line."""
    (tmp_path / "slo.yaml").write_text(SLO.replace(*change), encoding="utf-8")
    done = request.getfixturevalue("app")(*files)
    assert done.returncode == 2
    assert said in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_file_of_events_that_is_not_there_is_named(app: Callable[..., Done], files: tuple[str, ...]) -> None:
    done = app(*files[:3], "/nowhere/outage.csv")
    said = "error: /nowhere/outage.csv: no such file; --events names a CSV file of time,good,bad"
    assert (done.returncode, done.stderr.strip()) == (2, said)
