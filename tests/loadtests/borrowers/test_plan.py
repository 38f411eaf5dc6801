"""Who borrows, as data."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from loadtests.borrowers.plan import DEFAULT_PLAN, BadPlan, Plan, load_plan, parsed_weights

ESTATE = Path(__file__).resolve().parents[3] / "config" / "estate.yaml"


def test_the_plan_that_ships_promises_what_the_estate_keeps(plan: Plan) -> None:
    """Terms, steps and tenants are those of the reference estate."""
    estate = yaml.safe_load(ESTATE.read_text(encoding="utf-8"))
    products = {product["id"]: product for product in estate["products"]}
    for name, promise in plan.loans.items():
        terms = yaml.safe_load(DEFAULT_PLAN.read_text(encoding="utf-8"))["loans"][name]
        kept = products[name]["loan"]
        assert {field: str(value) for field, value in terms.items() if "share" not in field} == {
            field: str(value) for field, value in kept.items() if "share" not in field
        }
        assert float(promise.partner_share) == kept.get("partner_share", 0)
        assert float(promise.guarantor_share) == kept.get("guarantor_share", 0)
    for borrower in plan.borrowers:
        assert set(borrower.tenants) <= set(estate["tenants"])
        for step in borrower.steps:
            product, name = step.ask.split("/")
            if step.kind not in ("read", "ledgers"):
                assert name in {one["id"] for one in products[product]["steps"]}


def test_every_borrower_of_the_estate_is_there(plan: Plan) -> None:
    assert plan.names == ("micro", "sme", "technology", "dealer", "car", "partner", "clearing")


@pytest.mark.parametrize(
    ("before", "after", "on_the_line", "words"),
    [
        ("weight: 60", "weight: -1", "weight: -1", "borrowers.0.weight: "),
        ("weight: 60", "weigth: 60", "weigth: 60", "borrowers.0.weigth: "),
        ("weight: 60", "weight: 1.5", "weight: 1.5", "borrowers.0.weight: "),
        ("attempts: 3 ", "attempts: 0 ", "attempts: 0 ", "client.attempts: "),
        ("timeout_ms: 1000", "timeout_ms: 5000", "client:", "client: attempt_timeout_ms must not be longer"),
        ("loan: weyedai", "loan: gold", "loan: gold", "borrowers.1.loan: loans promises nothing for gold"),
        ("{5: 45, 10: 35, 20: 20}", "{7: 1}", "{7: 1}", "borrowers.0.instalments: must be among those of weilidai"),
        ("as: identify, level: standard", "as: check", "name: micro", "borrowers.0: identity must be verified"),
        ("as: draw}", "as: check}", "name: micro", "borrowers.0: read needs a draw before it"),
        ("{ask: weilidai/apply,", "{ask: weilidai,", "{ask: weilidai,", "borrowers.0.steps.1.ask: "),
        ("least: 50000,", "least: 900000,", "least: 900000,", "least, median and most"),
        ("name: sme ", "name: micro ", "name: micro   ", "borrowers.1.name: micro is there twice"),
        ("times: [1, 4]", "times: [4, 1]", "times: [4, 1]", "times must be at least, then at most"),
        ("think_seconds: [2, 12]", "think_seconds: [12, 2]", "name: micro", "think_seconds must be at least"),
        ("version:", "version: [", "", "is not YAML"),
    ],
)
def test_a_defect_is_one_line_with_file_line_and_field(
    tmp_path: Path, before: str, after: str, on_the_line: str, words: str
) -> None:
    text = DEFAULT_PLAN.read_text(encoding="utf-8")
    assert before in text
    broken = tmp_path / "plan.yaml"
    broken.write_text(text.replace(before, after, 1), encoding="utf-8")
    with pytest.raises(BadPlan) as caught:
        load_plan(broken)
    said = str(caught.value)
    assert words in said
    assert "\n" not in said
    line = int(said.removeprefix(f"{broken}:").split(":")[0])
    assert on_the_line in broken.read_text(encoding="utf-8").splitlines()[line - 1], said


def test_a_plan_without_any_weight_is_refused(tmp_path: Path) -> None:
    text = re.sub(r"weight: \d+", "weight: 0", DEFAULT_PLAN.read_text(encoding="utf-8"))
    idle = tmp_path / "plan.yaml"
    idle.write_text(text, encoding="utf-8")
    with pytest.raises(BadPlan, match="borrowers: all weights are 0"):
        load_plan(idle)


def test_a_plan_that_is_not_there_is_said_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(BadPlan, match=r"nowhere\.yaml:1: file: No such file"):
        load_plan(tmp_path / "nowhere.yaml")


def test_weights_from_the_command_line_replace_all_others(plan: Plan) -> None:
    changed = plan.weighted(parsed_weights("micro=80, sme=20", plan.names))
    assert {one.name: one.weight for one in changed.borrowers if one.weight} == {"micro": 80, "sme": 20}


@pytest.mark.parametrize(
    "text", ["micro", "micro=", "micro=-1", "micro=1.5", "gold=1", "micro=0", "micro=1;sme=2", "="]
)
def test_weights_that_make_no_sense_are_refused(plan: Plan, text: str) -> None:
    with pytest.raises(ValueError, match=r"^[^\n]+$"):
        parsed_weights(text, plan.names)


def test_think_times_can_be_hurried(plan: Plan) -> None:
    assert plan.hurried(0.5).borrowers[0].think_seconds == (1.0, 6.0)
    assert {one.think_seconds for one in plan.hurried(0).borrowers} == {(0.0, 0.0)}
