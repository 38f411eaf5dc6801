"""`rules export` on the shipped configuration and on that of docs/watch-your-own.md."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from app import main

OBJECTIVE = """\
apiVersion: openslo/v1
kind: SLO
metadata: {{name: risk-by-{method}}}
spec:
  service: risk
  indicator:
    metadata: {{name: risk-{method}}}
    spec:
      ratioMetric:
        counter: true
        bad: {{metricSource: {{type: LendingControlCenter, spec: {{product: risk}}}}}}
        total: {{metricSource: {{type: LendingControlCenter, spec: {{product: risk}}}}}}
  timeWindow: [{{duration: 30d, isRolling: true}}]
  budgetingMethod: {budgeting}
  objectives: [{{target: 0.999{slices}}}]
"""
ROOT = Path(__file__).resolve().parent.parent.parent


def app(*words: str) -> subprocess.CompletedProcess[str]:
    """One command of the product."""
    line = [sys.executable, str(ROOT / "app.py"), "rules", "export", *words]
    return subprocess.run(line, capture_output=True, text=True, timeout=120, check=False)


def promtool(*words: str, directory: Path) -> str:
    """What promtool says of a file; it must be content."""
    done = subprocess.run(["promtool", *words], cwd=directory, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_shipped_configuration_gives_rules_that_promtool_accepts(tmp_path: Path) -> None:
    """All products of the catalog and the bank."""
    done = app("-o", str(tmp_path / "rules"), "--data", str(tmp_path))
    assert done.returncode == 0, done.stderr
    assert "SUCCESS" in promtool("check", "rules", "lending-slo.rules.yml", directory=tmp_path / "rules")
    rules = yaml.safe_load((tmp_path / "rules" / "lending-slo.rules.yml").read_text(encoding="utf-8"))["groups"][0]
    burning = [rule for rule in rules["rules"] if rule.get("alert", "").startswith("LendingBudgetBurn")]
    assert len(burning) == 4 * (1 + 14 * 3)


def test_without_a_directory_it_prints(tmp_path: Path) -> None:
    """Rules, or with --tests their tests."""
    assert "groups:" in app("--data", str(tmp_path)).stdout
    assert "rule_files:" in app("--tests", "--data", str(tmp_path)).stdout


def test_another_estate_is_told_by_its_own_names(tmp_path: Path) -> None:
    """The catalog of docs/watch-your-own.md: constants, patterns, several metrics, series that come late."""
    text = (ROOT / "docs" / "watch-your-own.md").read_text(encoding="utf-8")
    for name in ("catalog.yaml", "control-center.yaml"):
        found = re.search(rf"```yaml {re.escape(name)}\n(.*?)```", text, re.DOTALL)
        assert found is not None
        (tmp_path / name).write_text(found[1], encoding="utf-8")
    done = app("-o", str(tmp_path), "--config", str(tmp_path / "control-center.yaml"))
    assert done.returncode == 0, done.stderr
    assert "SUCCESS" in promtool("test", "rules", "lending-slo.tests.yml", directory=tmp_path)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--scrape-interval", "0"), "--scrape-interval 0: must be 1 to 3600 seconds"),
        (("--scrape-interval", "7"), "--scrape-interval 7: no tier"),
        (
            ("-o", "/dev/null"),
            "error: /dev/null: cannot be written: file exists; choose another directory with -o",
        ),
        (
            ("-o", "/proc/x"),
            "error: /proc/x: cannot be written: no such file or directory; choose another directory with -o",
        ),
    ],
)
def test_refusals_are_one_line(tmp_path: Path, words: tuple[str, ...], said: str) -> None:
    """Exit code 2, naming what and how to mend it."""
    done = app(*words, "--data", str(tmp_path))
    assert done.returncode == 2
    assert said in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.fixture
def objectives(tmp_path: Path) -> Path:
    """The shipped configuration with one objective over events and one over minutes of one product."""
    shutil.copytree(ROOT / "config", tmp_path / "config")
    slos = tmp_path / "config" / "slos"
    shutil.rmtree(slos)
    slos.mkdir()
    events = OBJECTIVE.format(method="events", budgeting="Occurrences", slices="")
    minutes = OBJECTIVE.format(
        method="minutes", budgeting="Timeslices", slices=", timeSliceTarget: 0.99, timeSliceWindow: 1m"
    )
    (slos / "events.yaml").write_text(events, encoding="utf-8")
    (slos / "minutes.yaml").write_text(minutes, encoding="utf-8")
    return slos


def test_an_objective_by_slices_has_rules_of_its_own(
    tmp_path: Path, objectives: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Beside those over events, or alone. Scrapes that do not make up its slices are named, in the file too."""
    where = ["--config", str(tmp_path / "config" / "control-center.yaml"), "--data", str(tmp_path)]
    assert main(["rules", "export", *where, "--scrape-interval", "40"]) == 0
    said = capsys.readouterr()
    named = "SLO risk-by-minutes is left out: its slices of 60 s are no multiples of the scrape interval of 40 s"
    assert said.err.startswith(named)
    assert f"# {named}" in said.out
    assert "LendingBudgetBurnMedium" in said.out
    (objectives / "events.yaml").unlink()
    assert main(["rules", "export", *where, "-o", str(tmp_path)]) == 0
    assert capsys.readouterr().err == ""
    assert "alert: LendingSlicesBurnFast" in (tmp_path / "lending-slo.rules.yml").read_text(encoding="utf-8")
    assert "SUCCESS" in promtool("check", "rules", "lending-slo.rules.yml", directory=tmp_path)
    assert "SUCCESS" in promtool("test", "rules", "lending-slo.tests.yml", directory=tmp_path)
