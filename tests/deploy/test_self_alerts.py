"""Alerts about ourselves, and the configurations beside them: checked by the programs that read them."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "deploy" / "prometheus"
RULES = [
    rule
    for group in yaml.safe_load((FOLDER / "self-alerts.yml").read_text(encoding="utf-8"))["groups"]
    for rule in group["rules"]
]


@pytest.mark.parametrize(
    "line",
    [
        ["promtool", "test", "rules", "self-alerts-test.yml"],
        ["promtool", "check", "config", "prometheus.yml"],
        ["amtool", "check-config", "alertmanager.yml"],
    ],
    ids=lambda line: line[1],
)
def test_the_programs_that_read_them_find_no_fault(line: list[str]) -> None:
    """Rules, their cases, and what names them."""
    run = subprocess.run(line, cwd=FOLDER, capture_output=True, text=True, timeout=60, check=False)
    assert run.returncode == 0, run.stdout + run.stderr


def test_every_alert_has_a_case_in_which_it_fires() -> None:
    """And all of them one in which they do not."""
    cases = yaml.safe_load((FOLDER / "self-alerts-test.yml").read_text(encoding="utf-8"))["tests"]
    fired = {test["alertname"] for case in cases for test in case["alert_rule_test"] if test["exp_alerts"]}
    quiet = {test["alertname"] for case in cases for test in case["alert_rule_test"] if not test["exp_alerts"]}
    assert fired == quiet == {rule["alert"] for rule in RULES}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["alert"])
def test_every_alert_has_a_runbook(rule: dict) -> None:
    """Its link leads to a section that says something."""
    page, _, anchor = rule["annotations"]["runbook"].partition("#")
    text = (ROOT / page).read_text(encoding="utf-8")
    found = re.search(rf"^### {rule['alert']}\n(.+?)(?=^#|\Z)", text, re.MULTILINE | re.DOTALL)
    assert found is not None
    assert len(found.group(1)) > 80
    assert anchor == rule["alert"].lower()
