from __future__ import annotations

from typing import Any

import pytest

from lending.decisions import Decision, Malformed, decided, understood
from lending.estate import Estate


def decide(estate: Estate, place: str, key: str = "key-1", **fields: Any) -> Decision:
    product_id, step_id = place.split("/")
    product = next(one for one in estate.products if one.id == product_id)
    step = product.step(step_id)
    assert step is not None
    fields.setdefault("customer_id", "customer-1")
    return decided(understood(estate, product, step, key, fields))


@pytest.mark.parametrize(
    "place",
    ["weilidai/apply", "weilidai/risk", "weyedai/tax_data", "identity/face", "outreach/message", "bank_app/login"],
)
def test_over_many_customers_as_many_are_refused_as_the_step_says(estate: Estate, place: str) -> None:
    decisions = [decide(estate, place, customer_id=f"customer-{number}") for number in range(4_000)]
    product_id, step_id = place.split("/")
    step = next(one for one in estate.products if one.id == product_id).step(step_id)
    assert step is not None
    share = float(step.reject_share)
    spread = 4 * (share * (1 - share) / 4_000) ** 0.5
    refused = sum(one.status == 422 for one in decisions) / 4_000
    assert abs(refused - share) < spread


def test_the_same_request_always_gets_the_same_decision(estate: Estate) -> None:
    for number in range(50):
        customer = f"customer-{number}"
        assert decide(estate, "weilidai/risk", customer_id=customer) == decide(
            estate, "weilidai/risk", customer_id=customer
        )


def test_a_risk_decision_tells_its_four_parts_and_which_one_refused(estate: Estate) -> None:
    decisions = [decide(estate, "risk/decide", customer_id=f"c{number}") for number in range(400)]
    for one in decisions:
        parts = one.answer["parts"]
        assert [*parts] == ["white_list", "credit_score", "anti_fraud", "limit"]
        refused = [name for name, part in parts.items() if not part["passed"]]
        assert (one.status == 422) == bool(refused)
        assert all(name in one.answer.get("reason", "") for name in refused)
        assert (parts["credit_score"]["score"] >= 520) == parts["credit_score"]["passed"]
    reasons = {one.answer.get("reason") for one in decisions}
    assert {"refused by white_list", "refused by credit_score", "refused by anti_fraud"} <= reasons


def test_more_than_the_limit_is_refused_by_the_limit(estate: Estate) -> None:
    answers = [decide(estate, "risk/decide", customer_id=f"c{n}", amount_fen=10**9) for n in range(20)]
    assert all("limit" in one.answer["reason"] for one in answers)


def test_identity_falls_back_from_face_to_liveness_to_video(estate: Estate) -> None:
    chains = set()
    for number in range(2_000):
        one = decide(estate, "weilidai/identity", customer_id=f"c{number}")
        attempts = one.answer["attempts"]
        chains.add(tuple((attempt["method"], attempt["passed"]) for attempt in attempts))
        assert one.answer.get("verified", False) == attempts[-1]["passed"]
    assert (("face", True),) in chains
    assert (("face", False), ("liveness", True)) in chains
    assert (("face", False), ("liveness", False), ("video", True)) in chains
    assert (("face", False), ("liveness", False), ("video", False)) in chains


def test_an_advanced_identity_check_takes_at_least_two_methods(estate: Estate) -> None:
    for number in range(200):
        one = decide(estate, "weilidai/identity", customer_id=f"c{number}", level="advanced")
        assert len(one.answer["attempts"]) >= 2


def test_a_joint_loan_is_split_with_the_partner_and_a_guaranteed_one_is_covered(estate: Estate) -> None:
    joint = decide(estate, "weilidai/drawdown", amount_fen=760_001, customer_id="c1").booking
    assert joint is not None
    assert (joint["granted_fen"], joint["partner_fen"], joint["guarantor_fen"]) == (760_001, 608_000, 0)
    covered = decide(estate, "guaranteed/drawdown", amount_fen=1_000, customer_id="c1").booking
    assert covered is not None
    assert (covered["partner_fen"], covered["guarantor_fen"]) == (0, 800)


def test_a_loan_keeps_its_number_over_every_attempt_with_the_same_key(estate: Estate) -> None:
    first = decide(estate, "weilidai/drawdown", "k", amount_fen=100)
    assert first.answer["loan_id"] == decide(estate, "weilidai/drawdown", "k", amount_fen=100).answer["loan_id"]
    assert first.answer["loan_id"] != decide(estate, "weilidai/drawdown", "l", amount_fen=100).answer["loan_id"]


@pytest.mark.parametrize(
    ("place", "fields", "line"),
    [
        ("weilidai/apply", {"customer_id": None}, "customer_id: is missing"),
        ("weilidai/apply", {"customer_id": 7}, "customer_id: must be a text"),
        ("weilidai/apply", {"customer_id": "x" * 65}, "customer_id: must be a text"),
        ("weilidai/apply", {"customer_id": "a\nb"}, "customer_id: must be a text"),
        ("weilidai/drawdown", {}, "amount_fen: is missing"),
        ("weilidai/drawdown", {"amount_fen": 0}, "amount_fen: must be a whole number"),
        ("weilidai/drawdown", {"amount_fen": 1.5}, "amount_fen: must be a whole number"),
        ("weilidai/drawdown", {"amount_fen": True}, "amount_fen: must be a whole number"),
        ("weilidai/drawdown", {"amount_fen": 10**13}, "amount_fen: must be a whole number"),
        ("weilidai/drawdown", {"amount_fen": 5, "instalments": 7}, "instalments: must be one of 5, 10, 20"),
        ("weilidai/repay", {"amount_fen": 5}, "loan_id: is missing"),
        ("weilidai/identity", {"level": "expert"}, "level: must be one of simple, standard, advanced"),
        ("weilidai/identity", {"level": []}, "level: must be one of"),
        ("saas_gateway/query", {}, "tenant: is missing"),
        ("saas_gateway/query", {"tenant": "rcb-999"}, "tenant: there is no 'rcb-999'"),
        ("joint_clearing/clear", {"postings": 10_001}, "postings: must be a whole number"),
    ],
)
def test_a_field_that_is_wrong_is_named(estate: Estate, place: str, fields: dict[str, Any], line: str) -> None:
    with pytest.raises(Malformed) as caught:
        decide(estate, place, **fields)
    assert str(caught.value).startswith(line)
