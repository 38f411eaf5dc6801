"""What the bank decides on a request: pure, so that the same request always gets the same decision.

A customer's luck is a hash of who asks for what; over many customers it meets the reject share of the step.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from lending.estate import Estate, LoanTerms, Product, Step

LONGEST_ID = 64
IDENTITY_LEVELS = ("simple", "standard", "advanced")
MOST_POSTINGS = 10_000
LEAST_CREDIT_SCORE = 520
IDENTITY_METHODS = ("face", "liveness", "video")
"""In the order in which they are tried: each is the fallback of the one before."""

_METHOD_PASSES = 0.93
_REFUSING_PARTS = ("white_list", "credit_score", "anti_fraud")

Document = Mapping[str, Any]
Answer = dict[str, Any]


class Malformed(Exception):
    """A request that cannot be understood; ``status`` is its HTTP answer, the message one clear line."""

    def __init__(self, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True, slots=True)
class Request:
    """One understood request. ``customer_id`` is the empty string where no customer is involved."""

    product: Product
    step: Step
    key: str
    customer_id: str
    tenant: str | None
    body: Document

    def luck(self, salt: str = "") -> float:
        """A number in [0, 1) that stays the same for the same customer, product, step and salt."""
        text = f"{self.customer_id}|{self.product.id}|{self.step.id}|{salt}"
        return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=7).digest()) / (1 << 56)

    @property
    def reference(self) -> str:
        """The bank's own number of this request: the same for every attempt with the same key."""
        text = f"{self.product.id}|{self.step.id}|{self.key}"
        return hashlib.blake2b(text.encode(), digest_size=10).hexdigest()


@dataclass(frozen=True, slots=True)
class Decision:
    """What to answer, and what to book with it."""

    status: int
    answer: Answer
    booking: Answer | None = None


def understood(estate: Estate, product: Product, step: Step, key: str, body: Document) -> Request:
    """The request in a body. Raises Malformed with the field that is wrong."""
    customer_id = "" if step.kind in ("clear", "reconcile") else _identifier(body, "customer_id")
    tenant = _tenant(estate, product, body)
    return Request(product, step, key, customer_id, tenant, body)


def decided(request: Request) -> Decision:
    """The decision on a request. Raises Malformed with the field that is wrong."""
    return _DECIDERS[request.step.kind](request)


def _identifier(body: Document, field: str) -> str:
    value = body.get(field)
    if value is None:
        raise Malformed(f"{field}: is missing")
    if not isinstance(value, str) or not 0 < len(value) <= LONGEST_ID or not value.isprintable():
        raise Malformed(f"{field}: must be a text of 1 to {LONGEST_ID} printable characters")
    return value


def _whole(body: Document, field: str, most: int, default: int | None = None) -> int:
    value = body.get(field, default)
    if value is None:
        raise Malformed(f"{field}: is missing")
    if not isinstance(value, int) or isinstance(value, bool) or not 0 < value <= most:
        raise Malformed(f"{field}: must be a whole number from 1 to {most}")
    return value


def _tenant(estate: Estate, product: Product, body: Document) -> str | None:
    if not product.tenants:
        return None
    tenant = _identifier(body, "tenant")
    if tenant not in estate.tenant_set:
        raise Malformed(f"tenant: there is no {tenant!r}", 404)
    return tenant


def _terms(product: Product) -> LoanTerms:
    if product.loan is None:
        raise Malformed(f"{product.id} grants no loans", 404)
    return product.loan


def _rejected(reason: str, **more: Any) -> Decision:
    return Decision(422, {"outcome": "business_reject", "reason": reason, **more})


def _unlucky(request: Request) -> bool:
    return request.luck() < float(request.step.reject_share)


def _apply(request: Request) -> Decision:
    if _unlucky(request):
        return _rejected("the application does not meet the product's conditions")
    terms = _terms(request.product)
    limit_fen = terms.limit_fen * (20 + int(request.luck("limit") * 81)) // 100
    return Decision(201, {"outcome": "ok", "application_id": request.reference, "limit_fen": limit_fen})


def _identify(request: Request) -> Decision:
    """Face first, then liveness, then a video call; the last one decides. The level says how many must agree."""
    level = request.body.get("level", "standard")
    if level not in IDENTITY_LEVELS:
        raise Malformed(f"level: must be one of {', '.join(IDENTITY_LEVELS)}")
    first = IDENTITY_METHODS.index(request.step.id) if request.step.id in IDENTITY_METHODS else 0
    attempts = [
        {"method": method, "passed": request.luck(method) < _METHOD_PASSES} for method in IDENTITY_METHODS[first:]
    ]
    passed_first = next((index for index, one in enumerate(attempts) if one["passed"]), len(attempts) - 1)
    used = attempts[: max(passed_first + 1, IDENTITY_LEVELS.index(level))]
    if _unlucky(request):
        return _rejected(
            "the person could not be verified", level=level, attempts=[{**a, "passed": False} for a in attempts]
        )
    used[-1]["passed"] = True
    return Decision(
        200,
        {"outcome": "ok", "verification_id": request.reference, "level": level, "verified": True, "attempts": used},
    )


def _assess(request: Request) -> Decision:
    """White list, credit score, anti-fraud and limit, each in the answer; any one of them can refuse."""
    limit_fen = request.product.loan.limit_fen if request.product.loan else 30_000_000
    asked_fen = _whole(request.body, "amount_fen", 10**12, default=1)
    refusing = _REFUSING_PARTS[int(request.luck("part") * len(_REFUSING_PARTS))] if _unlucky(request) else None
    enough = refusing != "credit_score"
    score = int(request.luck("score") * 220) + (LEAST_CREDIT_SCORE if enough else LEAST_CREDIT_SCORE - 220)
    parts: dict[str, dict[str, int | bool]] = {
        "white_list": {"passed": refusing != "white_list"},
        "credit_score": {"passed": enough, "score": score, "least": LEAST_CREDIT_SCORE},
        "anti_fraud": {"passed": refusing != "anti_fraud"},
        "limit": {"passed": asked_fen <= limit_fen, "limit_fen": limit_fen},
    }
    failed = [name for name, part in parts.items() if not part["passed"]]
    if failed:
        return _rejected(f"refused by {' and '.join(failed)}", parts=parts)
    return Decision(200, {"outcome": "ok", "decision_id": request.reference, "approved": True, "parts": parts})


def _draw(request: Request) -> Decision:
    terms = _terms(request.product)
    fen = _whole(request.body, "amount_fen", 10**12)
    instalments = _whole(request.body, "instalments", 1_000, default=terms.instalments[0])
    if instalments not in terms.instalments:
        raise Malformed(f"instalments: must be one of {', '.join(str(one) for one in terms.instalments)}")
    if fen > terms.limit_fen:
        return _rejected(f"{fen} fen is above the limit of {terms.limit_fen} fen")
    if _unlucky(request):
        return _rejected("the credit line is used up")
    loan = {
        "id": request.reference,
        "product": request.product.id,
        "customer_id": request.customer_id,
        "tenant": request.tenant,
        "granted_fen": fen,
        "daily_rate_ppm": terms.daily_rate_ppm,
        "partner_fen": int(fen * terms.partner_share),
        "guarantor_fen": int(fen * terms.guarantor_share),
        "instalments": instalments,
    }
    answer = {"outcome": "ok", "loan_id": request.reference, "owed_fen": fen, **loan}
    return Decision(201, answer, {"kind": "grant", **loan})


def _repay(request: Request) -> Decision:
    fen = _whole(request.body, "amount_fen", 10**12)
    loan_id = _identifier(request.body, "loan_id")
    answer = {"outcome": "ok", "repayment_id": request.reference, "loan_id": loan_id, "amount_fen": fen}
    booking = {"kind": "repay", "loan_id": loan_id, "amount_fen": fen, "products": [request.product.id]}
    return Decision(200, answer, booking)


def _check(request: Request) -> Decision:
    if _unlucky(request):
        return _rejected(f"{request.step.id} was not passed")
    return Decision(200, {"outcome": "ok", "check_id": request.reference, "passed": True})


def _notify(request: Request) -> Decision:
    if _unlucky(request):
        return _rejected("the customer does not wish to be contacted this way")
    return Decision(200, {"outcome": "ok", "notice_id": request.reference, "channel": request.step.id})


def _clear(request: Request) -> Decision:
    postings = _whole(request.body, "postings", MOST_POSTINGS, default=1_000)
    return Decision(200, {"outcome": "ok", "clearing_id": request.reference}, {"kind": "clear", "postings": postings})


def _reconcile(request: Request) -> Decision:
    return Decision(200, {"outcome": "ok", "reconciliation_id": request.reference}, {"kind": "reconcile"})


_DECIDERS: dict[str, Callable[[Request], Decision]] = {
    "apply": _apply,
    "identity": _identify,
    "risk": _assess,
    "draw": _draw,
    "repay": _repay,
    "check": _check,
    "notice": _notify,
    "clear": _clear,
    "reconcile": _reconcile,
}
