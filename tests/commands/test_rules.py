"""`rules export` on the shipped configuration and on that of docs/watch-your-own.md."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

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
