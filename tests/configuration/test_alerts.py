"""config/alerts.yaml: what is accepted, and how each defect is named."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

import pytest

from alerts.model import Level
from commands.check import configuration_problems
from commands.options import configuration
from settings import SettingsError, alerts_path, load_policy, load_settings

GOOD = """\
version: "1"
levels: [bank, product]
tiers:
  - {name: cliff, long_seconds: 60, short_seconds: 10, budget_percent: "2", severity: call, source: own}
  - {name: fast, long_seconds: 3600, short_seconds: 300, budget_percent: "2", severity: page, source: own}
"""
SETTINGS = """\
catalog: CATALOG
sources:
  - {id: dc1, kind: exposition, data_center: dc1, url: "http://127.0.0.1:8101/metrics"}
"""
CATALOG = Path(__file__).resolve().parents[2] / "config" / "catalog.yaml"


def written(folder: Path, alerts: str, name: str = "alerts.yaml") -> Path:
    """A configuration with a policy beside it; returns the settings file."""
    (folder / name).write_text(alerts, encoding="utf-8")
    settings = folder / "settings.yaml"
    settings.write_text(SETTINGS.replace("CATALOG", str(CATALOG)), encoding="utf-8")
    return settings


def test_a_policy_is_read_as_written(tmp_path: Path) -> None:
    """Unless said, five bad events are the least."""
    written(tmp_path, GOOD)
    policy = load_policy(tmp_path / "alerts.yaml")
    assert [tier.name for tier in policy.tiers] == ["cliff", "fast"]
    assert policy.levels == (Level.BANK, Level.PRODUCT)
    assert policy.floor_events == 5


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("levels", "levls", ":2: levls: Extra inputs are not permitted"),
        ("[bank, product]", "[bank, bank]", ":2: levels: level 'bank' is listed 2 times; keep one"),
        ("[bank, product]", "[bank, moon]", ":2: levels.1: Input should be 'bank', 'product', 'product_data_center'"),
        ("short_seconds: 300", "short_seconds: 3600", ":5: tiers.1: short_seconds 3600 must be less than long_seconds"),
        ('"2", severity: page', "2, severity: page", ":5: tiers.1.budget_percent: Input should be a valid string"),
        ('"2", severity: page', '"101", severity: page', ":5: tiers.1.budget_percent: 101 % of the budget is not"),
        ("severity: page", "severity: shout", ":5: tiers.1.severity: Input should be 'notice', 'ticket', 'page' or"),
        ("name: fast", "name: cliff", ":4: tiers: tier 'cliff' is given 2 times; give each its own name"),
        ('"2", severity: page', '"100", severity: page', ""),
        ("long_seconds: 3600", "long_seconds: 100000000", ":5: tiers.1.long_seconds: Input should be less than"),
        ("severity: call", "severity: ticket", ":4: tiers: tier 'fast' asks more of people than the higher tier"),
        ("long_seconds: 60,", "long_seconds: 86400,", ":4: tiers: tier 'fast' burns faster than 'cliff' above it"),
    ],
)
def test_every_defect_is_named_where_it_stands(tmp_path: Path, old: str, new: str, expected: str) -> None:
    """File, line and field, and what to write instead."""
    written(tmp_path, GOOD.replace(old, new, 1))
    path = tmp_path / "alerts.yaml"
    if not expected:
        load_policy(path)
        return
    with pytest.raises(SettingsError) as caught:
        load_policy(path)
    assert str(caught.value).removeprefix(str(path)).startswith(expected)


def test_the_policy_beside_the_settings_is_taken(tmp_path: Path) -> None:
    """Unless the settings name another."""
    path = written(tmp_path, GOOD.replace('"1"', '"mine"', 1))
    assert configuration(Namespace(config=path, data=None)).policy.version == "mine"
    written(tmp_path, GOOD.replace('"1"', '"other"', 1), "other.yaml")
    path.write_text(path.read_text() + "alerts: other.yaml\n")
    assert configuration(Namespace(config=path, data=None)).policy.version == "other"


def test_without_a_policy_of_its_own_the_shipped_one_holds(tmp_path: Path) -> None:
    """A configuration from before alerts goes on working."""
    path = written(tmp_path, GOOD, "unrelated.yaml")
    assert load_policy(alerts_path(path, load_settings(path))).tiers[0].name == "cliff"


def test_check_names_every_defect_of_the_policy(tmp_path: Path) -> None:
    """All of them at once, not one per run."""
    broken = GOOD.replace("short_seconds: 300", "short_seconds: 0").replace("severity: call", "severity: loud")
    problems = configuration_problems(written(tmp_path, broken))
    assert [str(problem).split(": ")[1] for problem in problems] == ["tiers.0.severity", "tiers.1.short_seconds"]
