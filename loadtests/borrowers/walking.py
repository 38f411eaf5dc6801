"""One borrower on the way through its steps: what it asks next, and whether the answer is right.

A business reject ends the journey where the bank may refuse; where it may not (a repayment of what is owed, a loan that
was granted, a clearing batch) it is a wrong answer. After a failure the borrower goes home: what it owes is unknown.
"""

from __future__ import annotations

import json
import math
import random
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from loadtests.borrowers import checks
from loadtests.borrowers.account import Account
from loadtests.borrowers.asking import Ask, Asked, asked
from loadtests.borrowers.journey import Clock, Kind, Outcome, Reply, Session
from loadtests.borrowers.plan import Borrower, ClientPolicy, Plan, Promise, Step

_READS = frozenset({"read", "ledgers"})
_MAY_REFUSE = frozenset({"check", "apply", "identify", "assess", "draw"})
_CREATED = frozenset({"apply", "draw"})
_REJECTED = 422
_NOT_FOUND = 404
_NS_PER_MS = 1_000_000


@dataclass(frozen=True, slots=True)
class Moment:
    """Between which Unix seconds an answer was made."""

    from_s: float
    until_s: float


class Walk:
    """A journey (journey.py). ``chance`` may be shared between walks of one process; ``number`` names the customer."""

    def __init__(self, plan: Plan, borrower: Borrower, number: str, chance: random.Random) -> None:
        self._borrower = borrower
        self._policy: ClientPolicy = plan.client
        self._promise: Promise | None = plan.loans[borrower.loan] if borrower.loan else None
        self._number = number
        self._chance = chance
        self._tenant = chance.choice(borrower.tenants) if borrower.tenants else None
        self._wanted_fen = _amount(borrower, chance)
        self._instalments = _instalments(borrower, chance)
        self._account: Account | None = None
        self._verified = False
        self._sent = 0
        self._left = deque(_drawn(borrower, chance))

    @property
    def borrower(self) -> str:
        """Name of the borrower's kind."""
        return self._borrower.name

    @property
    def done(self) -> bool:
        """Whether there is nothing left to do."""
        return not self._left

    def think_s(self) -> float:
        """How long this borrower thinks now."""
        return self._chance.uniform(*self._borrower.think_seconds)

    def run(self, session: Session, clock: Clock, intended_ns: int | None = None) -> Outcome:
        """Makes the next logical request. ``intended_ns``: when it was planned to start, else now."""
        step = self._left.popleft()
        body = None if step.kind in _READS else self._body(step, clock.unix_s())
        ask = self._ask(step, body)
        began_s, started_ns = clock.unix_s(), clock.monotonic_ns()
        heard = asked(ask, session, clock, self._policy, self._chance)
        ended_ns = clock.monotonic_ns()
        kind, problem = self._judged(step, body or {}, heard, Moment(began_s, clock.unix_s()))
        self._drop_needless(kind)
        planned_ns = started_ns if intended_ns is None else intended_ns
        if not kind.failed and ended_ns - planned_ns > self._policy.deadline_ms * _NS_PER_MS:
            kind, problem = Kind.TOO_SLOW, "later than the deadline"
        product, name = step.ask.split("/")
        answered, unsure = (int(_was_counted(heard)), heard.unsure) if ask.key else (0, 0)
        return Outcome(
            product, name, kind, heard.retries, planned_ns, started_ns, ended_ns,
            self._borrower.name, ask.key, answered, unsure, problem,
        )  # fmt: skip

    def _drop_needless(self, kind: Kind) -> None:
        """Nobody goes on after a reject or a failure, or repays a loan that is paid off."""
        if kind is not Kind.OK:
            self._left.clear()
        while self._left and self._paid_off() and self._left[0].kind in ("repay", "repay_all"):
            self._left.popleft()

    def _paid_off(self) -> bool:
        return self._account is not None and self._account.owed_after(self._account.settled_days) == 0

    def _ask(self, step: Step, body: dict[str, Any] | None) -> Ask:
        if body is None:
            path = "/v1/ledgers" if step.kind == "ledgers" else f"/v1/loans/{self._loan().loan_id}"
            return Ask("GET", path, "", None)
        self._sent += 1
        return Ask("POST", f"/v1/{step.ask}", f"{self._number}-{self._sent}", json.dumps(body).encode())

    def _body(self, step: Step, now_s: float) -> dict[str, Any]:
        if step.kind == "clear":
            return {"postings": step.postings}
        if step.kind == "reconcile":
            return {}
        body: dict[str, Any] = {"customer_id": self._number}
        if self._tenant is not None and step.ask.startswith(f"{self._borrower.loan}/"):
            body["tenant"] = self._tenant
        body.update(self._fields(step, now_s))
        return body

    def _fields(self, step: Step, now_s: float) -> dict[str, Any]:
        if step.kind == "identify":
            return {"level": step.level}
        if step.kind == "assess":
            return {"amount_fen": self._wanted_fen}
        if step.kind == "draw":
            if not self._verified:
                raise RuntimeError("money would be drawn by somebody who was not verified")
            return {"amount_fen": self._wanted_fen, "instalments": self._instalments}
        if step.kind in ("repay", "repay_all"):
            account = self._loan()
            day = account.possible_days(now_s, now_s)[0]
            fen = account.owed_after(day) if step.kind == "repay_all" else account.instalment_fen(day)
            return {"loan_id": account.loan_id, "amount_fen": fen}
        return {}

    def _judged(self, step: Step, body: dict[str, Any], heard: Asked, moment: Moment) -> tuple[Kind, str]:
        """Kind and problem of an answer; takes over what a right one changes."""
        if heard.reply is None or heard.problem:
            return Kind.ERROR, heard.problem
        answer = _document(heard.reply.body)
        if heard.reply.status not in (200, 201, _REJECTED) or answer is None:
            return _unexpected(step, heard.reply)
        if heard.reply.status == _REJECTED:
            return _refused(step, answer)
        if heard.reply.status != (201 if step.kind in _CREATED else 200):
            return Kind.WRONG_ANSWER, f"wrong status: {heard.reply.status}"
        problem = "" if step.kind in _READS else checks.differing(answer, {"outcome": "ok"})
        problem = problem or self._CHECKS[step.kind](self, step, body, answer, moment)
        return (Kind.WRONG_ANSWER, problem) if problem else (Kind.OK, "")

    def _applied(self, _step: Step, _body: dict[str, Any], answer: dict[str, Any], _moment: Moment) -> str:
        problem = checks.application(answer, self._promised())
        if not problem:
            self._wanted_fen = min(self._wanted_fen, answer["limit_fen"])
        return problem

    def _identified(self, step: Step, _body: dict[str, Any], answer: dict[str, Any], _moment: Moment) -> str:
        problem = checks.identification(answer, step)
        self._verified = not problem
        return problem

    def _assessed(self, _step: Step, _body: dict[str, Any], answer: dict[str, Any], _moment: Moment) -> str:
        return checks.assessment(answer, self._wanted_fen)

    def _granted(self, step: Step, body: dict[str, Any], answer: dict[str, Any], moment: Moment) -> str:
        promise = self._promised()
        problem = checks.grant(answer, body, step.ask.split("/")[0], promise)
        if problem:
            return problem
        fen = body["amount_fen"]
        granted_s = (moment.from_s, moment.until_s)
        rate_ppm = promise.daily_rate_ppm
        self._account = Account(answer["loan_id"], fen, rate_ppm, body["instalments"], granted_s, fen)
        return ""

    def _read(self, _step: Step, _body: dict[str, Any], answer: dict[str, Any], moment: Moment) -> str:
        account = self._loan()
        problem = checks.differing(answer, {"customer_id": self._number})
        return problem or checks.balance(answer, account, account.possible_days(moment.from_s, moment.until_s))

    def _repaid(self, _step: Step, body: dict[str, Any], answer: dict[str, Any], moment: Moment) -> str:
        account = self._loan()
        days = account.possible_days(moment.from_s, moment.until_s)
        problem, self._account = checks.repayment(answer, account, body["amount_fen"], days)
        return problem

    def _cleared(self, step: Step, _body: dict[str, Any], answer: dict[str, Any], _moment: Moment) -> str:
        return checks.clearing(answer, step.postings)

    def _reconciled(self, _step: Step, _body: dict[str, Any], answer: dict[str, Any], _moment: Moment) -> str:
        return checks.ledgers(answer.get("ledgers"))

    def _ledgers_read(self, _step: Step, _body: dict[str, Any], answer: dict[str, Any], _moment: Moment) -> str:
        return checks.ledgers(answer)

    def _checked(self, _step: Step, _body: dict[str, Any], _answer: dict[str, Any], _moment: Moment) -> str:
        return ""

    def _loan(self) -> Account:
        if self._account is None:
            raise RuntimeError("the plan reads or repays before money was drawn")
        return self._account

    def _promised(self) -> Promise:
        if self._promise is None:
            raise RuntimeError("the plan applies for a product that promises nothing")
        return self._promise

    _CHECKS: dict[str, Callable[[Walk, Step, dict[str, Any], dict[str, Any], Moment], str]] = {  # noqa: RUF012
        "check": _checked,
        "apply": _applied,
        "identify": _identified,
        "assess": _assessed,
        "draw": _granted,
        "read": _read,
        "repay": _repaid,
        "repay_all": _repaid,
        "clear": _cleared,
        "reconcile": _reconciled,
        "ledgers": _ledgers_read,
    }


def _was_counted(heard: Asked) -> bool:
    return not heard.problem and heard.reply is not None and heard.reply.status in (200, 201, _REJECTED)


def _unexpected(step: Step, reply: Reply) -> tuple[Kind, str]:
    text = reply.body[:200].decode(errors="replace")
    if reply.status in (200, 201, _REJECTED):
        return Kind.WRONG_ANSWER, f"no JSON object: {text}"
    if step.kind == "read" and reply.status == _NOT_FOUND:
        return Kind.WRONG_ANSWER, f"a granted loan cannot be read: {text}"
    return Kind.ERROR, f"answered {reply.status}: {text}"


def _refused(step: Step, answer: dict[str, Any]) -> tuple[Kind, str]:
    if answer.get("outcome") != "business_reject" or not answer.get("reason"):
        return Kind.WRONG_ANSWER, "wrong outcome: a refusal without its reason"
    if step.kind not in _MAY_REFUSE:
        return Kind.WRONG_ANSWER, f"refused what must be possible: {answer['reason']}"
    return Kind.BUSINESS_REJECT, ""


def _document(body: bytes) -> dict[str, Any] | None:
    try:
        found = json.loads(body)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def _amount(borrower: Borrower, chance: random.Random) -> int:
    wanted = borrower.amount_fen
    if wanted is None:
        return 0
    drawn = int(wanted.median * math.exp(chance.gauss(0, wanted.sigma)))
    cut = min(wanted.most, max(wanted.least, drawn))
    return cut - cut % wanted.multiple_of


def _instalments(borrower: Borrower, chance: random.Random) -> int:
    if not borrower.instalments:
        return 0
    return chance.choices(list(borrower.instalments), list(borrower.instalments.values()))[0]


def _drawn(borrower: Borrower, chance: random.Random) -> list[Step]:
    """The steps that this borrower will take if nobody refuses."""
    steps: list[Step] = []
    for step in borrower.steps:
        if step.chance < 1 and chance.random() >= step.chance:
            continue
        steps.extend(step.round * chance.randint(*step.times))
    return steps
