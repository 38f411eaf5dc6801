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


SLICES = """\
apiVersion: openslo/v1
kind: SLO
metadata: {{name: two}}
spec:
  service: pay
  timeWindow: [{{duration: 30d, isRolling: true}}]
  budgetingMethod: {method}
  objectives:
    - {{target: 0.9, {slices}, indicator: {{metadata: {{name: weilidai}}, spec: {first}}}}}
    - {{target: 0.9, {slices}, indicator: {{metadata: {{name: risk}}, spec: {second}}}}}
  alertPolicies:
    - metadata: {{name: own}}
      spec:
        alertWhenBreaching: true
        conditions:
          - metadata: {{name: quick}}
            spec: {{severity: page, condition: {{kind: burnrate, op: gt, threshold: 2, lookbackWindow: 10m}}}}
"""
RATIO = "{{ratioMetric: {{counter: true, good: {{metricSource: {0}}}, total: {{metricSource: {0}}}}}}}"


@pytest.mark.parametrize(
    "slices",
    [
        ("Timeslices", "timeSliceTarget: 0.9, timeSliceWindow: 1m", "00:23"),
        ("RatioTimeslices", "timeSliceWindow: 1m", "00:25"),
    ],
)
@pytest.mark.parametrize("source", ["LendingControlCenter, spec: {product: %s}", "Prometheus, spec: {query: %s}"])
def test_a_composite_by_slices_is_replayed_with_its_own_condition(
    request: pytest.FixtureRequest, tmp_path: Path, source: str, slices: tuple[str, str, str]
) -> None:
    """Of ten minutes more than two must be missed. From 00:20 on half of one product's requests fail: each minute is
    bad, or half of it is missed."""
    first, second = (RATIO.format(f"{{type: {source % product}}}") for product in ("weilidai", "risk"))
    method, more, quick = slices
    text = SLICES.format(method=method, slices=more, first=first, second=second)
    app: Callable[..., Done] = request.getfixturevalue("app")
    (tmp_path / "slo.yaml").write_text(text, encoding="utf-8")
    rows = []
    for n in range(240):
        bad = 5 if 80 <= n < 200 else 0
        at_s = BEGIN_S + 15 * n
        rows += [f"{at_s},10,0,risk", f"{at_s},{10 - bad},{bad},weilidai"]
    (tmp_path / "e.csv").write_text("\n".join(["time,good,bad,product", *rows]), encoding="utf-8")
    words = ("--slo", str(tmp_path / "slo.yaml"), "--events", str(tmp_path / "e.csv"))
    done = app(*words, "--json", "--picture", str(tmp_path / "p.svg"))
    assert done.returncode == 0, done.stderr
    first = json.loads(done.stdout)["transitions"][0]
    assert (first["tier"], first["level"], first["state"]) == ("composite-quick", "bank", "firing")
    assert first["time"] == f"2026-11-01T{quick}:00Z"
    assert "composite-quick" in (tmp_path / "p.svg").read_text(encoding="utf-8")
    (tmp_path / "e.csv").write_text("time,good,bad\n0,1,0\n60,1,0\n", encoding="utf-8")
    assert "e.csv:1: product: two is made of several" in app(*words).stderr


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
