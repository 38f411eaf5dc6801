"""The exported files, as promtool judges them and as files."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest
import yaml

from alerts.model import Severity
from alerts.policy import Slo, Tier
from alerts.rules.errors import ForeignFile, NoPlace, NoTier
from alerts.rules.export import RULES_FILE, TESTS_FILE, rule_files, write_files
from alerts.rules.recording import Estate


@pytest.mark.parametrize(("target", "days", "scrape_s"), [("99.9", 90, 15), ("99.995", 28, 1), ("95", 7, 60)])
def test_promtool_finds_rules_and_their_tests_right(
    request: pytest.FixtureRequest, tmp_path: Path, target: str, days: int, scrape_s: int
) -> None:
    """Every target, period and scrape interval: thresholds to the event, the floor, an outage without series; and a
    tier that waits."""
    slo, promtool = request.getfixturevalue("slo"), request.getfixturevalue("promtool")
    own = Tier("own", 3600, 3600, Fraction(1, 100), Severity.PAGE, after_seconds=2 * scrape_s)
    patient = slo("weyedai")
    patient = replace(patient, policy=replace(patient.policy, tiers=(own,)))
    slos = [slo(""), slo("weilidai", target, days), patient]
    write_files(tmp_path, rule_files(request.getfixturevalue("estate"), slos, scrape_s))
    assert "SUCCESS" in promtool(tmp_path, "check", "rules", RULES_FILE)
    assert "SUCCESS" in promtool(tmp_path, "test", "rules", TESTS_FILE)


def test_each_tier_is_tested_silent_and_firing(estate: Estate, slo: Callable[..., Slo]) -> None:
    """At its threshold exactly, and one bad request above it."""
    tests = yaml.safe_load(rule_files(estate, [slo()], 15).tests)["tests"]
    for tier in ("fast", "medium", "slow", "leak"):
        silent, firing = (_tiers_firing(test) for test in tests if test["name"].startswith(f"{tier}:"))
        assert tier not in silent
        assert tier in firing


def _tiers_firing(test: dict[str, object]) -> str:
    return str(test["promql_expr_test"])


def test_the_cliff_is_told_only_where_scrapes_are_fast_enough(estate: Estate, slo: Callable[..., Slo]) -> None:
    """A window of 10 s holds no two scrapes of 15 s; a comment says so."""
    assert "LendingBudgetBurnCliff" in rule_files(estate, [slo()], 1).rules
    slow = rule_files(estate, [slo()], 15).rules
    assert "LendingBudgetBurnCliff" not in slow
    assert "# Tier cliff (1m and 10s) is left out" in slow


def test_scrapes_too_slow_for_every_tier_are_refused(estate: Estate, slo: Callable[..., Slo]) -> None:
    """Rules without alerts would look like calm."""
    with pytest.raises(NoTier, match="--scrape-interval 7: no tier"):
        rule_files(estate, [slo()], 7)


def test_a_runbook_and_the_automation_hook_reach_the_alert(estate: Estate, slo: Callable[..., Slo]) -> None:
    """People get an address, the drain a label."""
    text = rule_files(estate, [slo(runbook="https://bank.example/runbook")], 1).rules
    cliff = next(r for r in yaml.safe_load(text)["groups"][0]["rules"] if r.get("alert") == "LendingBudgetBurnCliff")
    assert cliff["labels"]["automation"] == "drain"
    assert cliff["annotations"]["runbook_url"] == "https://bank.example/runbook"


def test_names_follow_level_metric_operation(estate: Estate, slo: Callable[..., Slo]) -> None:
    """As the Prometheus documentation asks for."""
    rules = yaml.safe_load(rule_files(estate, [slo(), slo("")], 15).rules)["groups"][0]["rules"]
    recorded = {rule["record"] for rule in rules if "record" in rule}
    assert {name.split(":")[0] for name in recorded} == {"dcn_outcome", "bank", "product", "product_data_center", "dcn"}
    assert {name.split(":")[1] for name in recorded} == {"lending_requests", "lending_requests_bad"}
    assert all(len(name.split(":")) == 3 and name.split(":")[2].startswith("increase") for name in recorded)


def test_a_foreign_file_stays_and_nothing_else_is_written(
    estate: Estate, slo: Callable[..., Slo], tmp_path: Path
) -> None:
    """Whole or not at all."""
    (tmp_path / TESTS_FILE).write_text("groups: []\n", encoding="utf-8")
    with pytest.raises(ForeignFile, match="was not written by rules export"):
        write_files(tmp_path, rule_files(estate, [slo()], 15))
    assert [path.name for path in tmp_path.iterdir()] == [TESTS_FILE]
    assert (tmp_path / TESTS_FILE).read_text(encoding="utf-8") == "groups: []\n"


def test_our_own_files_are_replaced(estate: Estate, slo: Callable[..., Slo], tmp_path: Path) -> None:
    """The second export is the one that counts, and no draft is left."""
    target = tmp_path / "new" / "rules"
    write_files(target, rule_files(estate, [slo()], 15))
    files = rule_files(estate, [slo("weyedai")], 15)
    write_files(target, files)
    assert {path.name: path.read_text(encoding="utf-8") for path in target.iterdir()} == files.by_name()


def test_a_directory_that_cannot_be_made_is_named_with_its_reason(
    estate: Estate, slo: Callable[..., Slo], tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(NoPlace, match="file/rules: cannot be written: not a directory; choose another"):
        write_files(tmp_path / "file" / "rules", rule_files(estate, [slo()], 15))
