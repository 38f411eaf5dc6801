"""Rules of objectives by slices of time and of composites, as promtool judges them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest
import yaml

from alerts.model import Severity
from alerts.policy import Slo, Tier
from alerts.rules.errors import NoTier
from alerts.rules.export import RULES_FILE, TESTS_FILE, rule_files, write_files
from alerts.rules.recording import Estate
from alerts.sliced.model import SlicedPart, SlicedRule, SlicedSlo
from slo.budgeting import Method
from slo.objective import Objective

DAY_S = 86400


def part(product: str = "weilidai", target: str = "99", least: str = "0.97", weight: str = "1") -> SlicedPart:
    return SlicedPart(product, Objective.parse(target), Fraction(least), Fraction(weight))


def objective(id: str, method: Method, *parts: SlicedPart, slice_s: int = 60) -> SlicedSlo:
    """With two windows, with one that waits, and with one that misses data."""
    fast = Tier("fast", 20 * slice_s, 2 * slice_s, Fraction(2, 1000), Severity.PAGE)
    waits = Tier("waits-long", 5 * slice_s, 5 * slice_s, Fraction(1, 1000), Severity.TICKET, after_seconds=90)
    rules = (SlicedRule(fast), SlicedRule(waits, or_equal=True, no_data=True))
    whole = max((each.objective for each in parts), key=lambda each: each.target)
    names, runbook = {"en": id}, "https://bank.example/runbook"
    return SlicedSlo(id, parts, method, slice_s, whole, 30 * DAY_S, rules, names, runbook, floor_events=300)


OBJECTIVES = [
    objective("minutes", Method.TIMESLICES, part()),
    objective("bank-minutes", Method.TIMESLICES, part("", "99.9")),
    objective("half-good", Method.TIMESLICES, part(least="0.5"), slice_s=120),
    objective("ratios", Method.RATIO_TIMESLICES, part(target="95")),
    objective("both", Method.TIMESLICES, part(), part("weyedai", "90", "0.9")),
    objective("both-ratios", Method.RATIO_TIMESLICES, part(), part("weyedai", "90"), part("")),
    objective("weighed", Method.OCCURRENCES, part(weight="2.5"), part("weyedai", "90"), part("weyedai", "99.9")),
]


@pytest.mark.parametrize(("scrape_s", "slos"), [(15, OBJECTIVES), (30, OBJECTIVES[2:4])], ids=["15s", "30s"])
def test_prometheus_changes_state_when_the_backtest_does(
    request: pytest.FixtureRequest, tmp_path: Path, scrape_s: int, slos: list[SlicedSlo]
) -> None:
    """All methods, slices of one and of two minutes, and an outage that ends and begins inside of slices."""
    promtool = request.getfixturevalue("promtool")
    files = rule_files(request.getfixturevalue("estate"), [], scrape_s, slos)
    write_files(tmp_path, files)
    assert "SUCCESS" in promtool(tmp_path, "check", "rules", RULES_FILE)
    assert "SUCCESS" in promtool(tmp_path, "test", "rules", TESTS_FILE)
    tests = yaml.safe_load(files.tests)["tests"]
    told = {s["labels"] for test in tests for each in test["promql_expr_test"] for s in each["exp_samples"]}
    for slo in slos:
        for rule in ("fast", "waits-long", "waits-long-no-data"):
            assert f'{{slo="{slo.id}", tier="{slo.alert_name(rule)}"}}' in told


def test_one_step_off_would_be_found(estate: Estate, promtool: Callable[..., str], tmp_path: Path) -> None:
    """The comparison itself can fail."""
    files = rule_files(estate, [], 15, OBJECTIVES[:1])
    content = yaml.safe_load(files.tests)
    for moment in content["tests"][0]["promql_expr_test"]:
        moment["eval_time"] = f"{int(moment['eval_time'][:-1]) + 15}s"
    write_files(tmp_path, replace(files, tests="# Written by the lending control center\n" + yaml.safe_dump(content)))
    with pytest.raises(AssertionError, match="FAILED"):
        promtool(tmp_path, "test", "rules", TESTS_FILE)


def test_slices_that_scrapes_do_not_make_up_are_named_and_left_out(estate: Estate, slo: Callable[..., Slo]) -> None:
    """In the file too; with nothing else to say they are refused."""
    files = rule_files(estate, [slo()], 45, OBJECTIVES[:1])
    assert (
        "# SLO minutes is left out: its slices of 60 s are no multiples of the scrape interval of 45 s" in files.rules
    )
    assert "LendingSlices" not in files.rules
    with pytest.raises(NoTier):
        rule_files(estate, [], 45, OBJECTIVES[:1])
