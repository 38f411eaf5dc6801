"""Is the answer right? Pure checks of what the bank says against what was asked, promised and owed.

Each returns the empty string, or a line ``what is wrong: the figures``. Answers are JSON objects; nothing in them is
trusted to have the right type.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from loadtests.borrowers.account import Account
from loadtests.borrowers.plan import Promise, Step

Document = Mapping[str, Any]

IDENTITY_METHODS = ("face", "liveness", "video")
_LEAST_METHODS = {"simple": 1, "standard": 1, "advanced": 2}
_LEDGER_FIELDS = ("postings", "fen", "cleared_postings", "cleared_fen")


def differing(answer: Document, expected: Document) -> str:
    """The first field that is not what it must be; numbers must be whole numbers, not merely equal."""
    for field, wanted in expected.items():
        found = answer.get(field)
        if found != wanted or type(found) is not type(wanted):
            return f"wrong {field}: {found!r}, not {wanted!r}"
    return ""


def application(answer: Document, promise: Promise) -> str:
    """An application has a number and a limit within what the product promises."""
    limit_fen = answer.get("limit_fen")
    if not isinstance(limit_fen, int) or not 0 < limit_fen <= promise.limit_fen:
        return f"wrong limit_fen: {limit_fen!r} of at most {promise.limit_fen}"
    return _identified(answer, "application_id")


def identification(answer: Document, step: Step) -> str:
    """The person is verified at the asked level, by methods in the order of their fallback, the last one passed."""
    problem = differing(answer, {"verified": True, "level": step.level})
    if problem:
        return problem
    attempts = answer.get("attempts")
    if not isinstance(attempts, list) or len(attempts) < _LEAST_METHODS[step.level]:
        return f"wrong attempts: {attempts!r} at level {step.level}"
    methods = [one.get("method") for one in attempts if isinstance(one, dict)]
    first = IDENTITY_METHODS.index(methods[0]) if methods and methods[0] in IDENTITY_METHODS else 0
    if methods != list(IDENTITY_METHODS[first : first + len(attempts)]) or attempts[-1].get("passed") is not True:
        return f"wrong attempts: {attempts!r}"
    return ""


def assessment(answer: Document, amount_fen: int) -> str:
    """An approval in which every part passed, for at least the asked amount."""
    parts = answer.get("parts")
    if answer.get("approved") is not True or not isinstance(parts, dict) or not parts:
        return f"wrong approved: {answer.get('approved')!r}"
    for name, part in parts.items():
        if not isinstance(part, dict) or part.get("passed") is not True:
            return f"wrong parts: approved although {name} was not passed"
    limit_fen = parts.get("limit", {}).get("limit_fen", amount_fen)
    if limit_fen < amount_fen:
        return f"wrong limit_fen: {limit_fen}, approved for {amount_fen}"
    return ""


def grant(answer: Document, asked: Document, product: str, promise: Promise) -> str:
    """The loan as it was asked for, on the promised terms, all of it owed."""
    fen = asked["amount_fen"]
    expected = {
        "product": product,
        "customer_id": asked["customer_id"],
        "tenant": asked.get("tenant"),
        "granted_fen": fen,
        "owed_fen": fen,
        "instalments": asked["instalments"],
        "daily_rate_ppm": promise.daily_rate_ppm,
        "partner_fen": int(fen * promise.partner_share),
        "guarantor_fen": int(fen * promise.guarantor_share),
    }
    return differing(answer, expected) or _identified(answer, "loan_id")


def repayment(answer: Document, account: Account, fen: int, days: range) -> tuple[str, Account]:
    """What is owed after a repayment, and the account with it; ``days``: as possible_days."""
    problem = differing(answer, {"loan_id": account.loan_id, "amount_fen": fen})
    if problem:
        return problem, account
    for day in days:
        after = account.repaid(fen, day)
        paid_fen = after.interest_paid_fen - account.interest_paid_fen
        expected = {"owed_fen": account.owed_after(day) - fen, "interest_paid_fen": paid_fen}
        problem = differing(answer, expected)
        if not problem:
            return "", after
    return problem, account


def balance(answer: Document, account: Account, days: range) -> str:
    """A loan read back: granted, repaid and owed to the fen."""
    problem = ""
    for day in days:
        expected = {
            "id": account.loan_id,
            "granted_fen": account.granted_fen,
            "principal_fen": account.principal_fen,
            "interest_fen": account.interest_after(day),
            "interest_paid_fen": account.interest_paid_fen,
            "owed_fen": account.owed_after(day),
            "instalments": account.instalments,
            "daily_rate_ppm": account.daily_rate_ppm,
        }
        problem = differing(answer, expected)
        if not problem:
            return ""
    return problem


def clearing(answer: Document, postings: int) -> str:
    """A batch within the asked size whose amounts agree in both ledgers; an empty batch moves nothing."""
    cleared = answer.get("postings")
    if not isinstance(cleared, int) or not 0 <= cleared <= postings:
        return f"wrong postings: {cleared!r} of at most {postings}"
    if not cleared:
        return differing(answer, {"net_fen": 0})
    if not isinstance(answer.get("net_fen"), int):
        return f"wrong net_fen: {answer.get('net_fen')!r}"
    return differing(answer, {"difference_fen": 0})


def ledgers(found: Any) -> str:
    """The bank's ledger and its partner's agree in every figure."""
    if not isinstance(found, dict) or not all(isinstance(found.get(name), dict) for name in ("bank", "partner")):
        return f"wrong ledgers: {found!r}"
    bank = {field: found["bank"].get(field) for field in _LEDGER_FIELDS}
    if not all(isinstance(value, int) for value in bank.values()):
        return f"wrong bank ledger: {bank!r}"
    return differing(found["partner"], bank) or differing(found, {"difference_fen": 0})


def _identified(answer: Document, field: str) -> str:
    value = answer.get(field)
    return "" if isinstance(value, str) and value else f"wrong {field}: {value!r}"
