"""Borrowers at a real data center, and at one that lies or loses answers."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from loadtests.borrowers.crowd import Crowd
from loadtests.borrowers.journey import Kind, NoAnswer, Outcome, Reply, Session
from loadtests.borrowers.plan import Plan
from loadtests.borrowers.walking import Walk

DAY_S = 86_400.0


class Lying:
    """Passes calls on, and changes answers: ``lie`` gets the path and the document."""

    def __init__(self, honest: Session, lie: Callable[[str, dict[str, Any]], None]) -> None:
        self._honest, self._lie = honest, lie

    def call(self, method: str, path: str, headers: dict[str, str], body: bytes | None) -> Reply:
        reply = self._honest.call(method, path, headers, body)
        document = json.loads(reply.body)
        self._lie(path, document)
        return Reply(reply.status, json.dumps(document).encode(), reply.replayed)


class Forgetful:
    """Passes calls on; the first answer of every path that ends so is lost on the way back."""

    def __init__(self, honest: Session, loses: str) -> None:
        self._honest, self._loses = honest, loses
        self.lost: list[str] = []
        self.replayed = 0

    def call(self, method: str, path: str, headers: dict[str, str], body: bytes | None) -> Reply:
        reply = self._honest.call(method, path, headers, body)
        key = headers.get("Idempotency-Key", "")
        if path.endswith(self._loses) and key not in self.lost:
            self.lost.append(key)
            raise NoAnswer("ConnectionResetError")
        self.replayed += reply.replayed
        return reply


class Canned:
    """Always gives the same answer."""

    def __init__(self, status: int, body: bytes) -> None:
        self._reply = Reply(status, body, False)

    def call(self, method: str, path: str, headers: dict[str, str], body: bytes | None) -> Reply:
        return self._reply


def outcomes(walk: Walk, session: Session, clock: Any) -> Iterator[Outcome]:
    while not walk.done:
        yield walk.run(session, clock)


def walks(plan: Plan, borrower: str, number: int) -> list[Walk]:
    crowd = Crowd(plan, seed=7)
    return [crowd.journey(borrower) for _ in range(number)]


def caught(plan: Plan, session: Session, clock: Any, borrower: str) -> list[Outcome]:
    """The failures of the first borrowers that met some, one of each."""
    found: list[Outcome] = []
    for walk in walks(plan, borrower, 25):
        found.extend(one for one in outcomes(walk, session, clock) if one.kind.failed)
        if len(found) > 1:
            break
    return found


@pytest.mark.parametrize("borrower", ["micro", "sme", "technology", "dealer", "car", "partner", "clearing"])
def test_every_borrower_walks_to_its_end_and_is_served_right(plan: Plan, bank: Any, clock: Any, borrower: str) -> None:
    """Refusals are there, failures are not; somebody comes to the last step. A client that is patient enough for a busy
    machine never asks twice."""
    patient = plan.client.model_copy(update={"deadline_ms": 60_000, "attempt_timeout_ms": 60_000})
    seen: list[Outcome] = []
    for walk in walks(plan.model_copy(update={"client": patient}), borrower, 12):
        seen.extend(outcomes(walk, bank.session, clock))
    assert [one for one in seen if one.kind.failed] == []
    last = next(one for one in plan.borrowers if one.name == borrower).steps[-1]
    names = {one.name for one in seen if one.kind is Kind.OK}
    assert {last.ask, *([last.read] if last.read else [])} <= names
    assert {one.retries for one in seen} == {0}


def test_a_refused_borrower_goes_home_and_nothing_failed(plan: Plan, bank: Any, clock: Any) -> None:
    ended = [list(outcomes(walk, bank.session, clock)) for walk in walks(plan, "sme", 25)]
    refused = [seen for seen in ended if any(one.kind is Kind.BUSINESS_REJECT for one in seen)]
    assert refused
    assert all(seen[-1].kind is Kind.BUSINESS_REJECT and not seen[-1].kind.failed for seen in refused)


def test_the_estate_counts_what_the_borrowers_say_it_counted_and_none_of_it_as_customers(
    plan: Plan, bank: Any, clock: Any
) -> None:
    """Load-test traffic never becomes a customer's; reads are counted by nobody."""
    before = bank.counted(traffic="load_test")
    seen = [one for walk in walks(plan, "micro", 10) for one in outcomes(walk, bank.session, clock)]
    assert bank.counted(traffic="load_test") - before == sum(one.answered for one in seen)
    assert sum(one.answered for one in seen) == sum(bool(one.key) for one in seen)
    assert any(not one.key for one in seen)
    assert bank.counted(traffic="customer") == 0


def test_every_request_has_a_key_of_its_own(plan: Plan, bank: Any, clock: Any) -> None:
    keys = [one.key for walk in walks(plan, "dealer", 10) for one in outcomes(walk, bank.session, clock) if one.key]
    assert len(keys) == len(set(keys))


@pytest.mark.parametrize("loses", ["/drawdown", "/repay"])
def test_a_lost_answer_is_asked_for_again_and_booked_once(plan: Plan, bank: Any, clock: Any, loses: str) -> None:
    """The bank booked, the borrower did not hear it: the retry gets the stored answer, and the balance is right."""
    session = Forgetful(bank.session, loses)
    postings = bank.get("/v1/ledgers")["bank"]["postings"]
    seen = [
        one
        for walk in walks(plan, "partner" if loses == "/drawdown" else "micro", 12)
        for one in outcomes(walk, session, clock)
    ]
    again = [one for one in seen if one.retries]
    assert [one for one in seen if one.kind.failed] == []
    assert again
    assert {(f"/{one.step}", one.retries, one.answered, one.unsure) for one in again} == {(loses, 1, 1, 1)}
    assert session.replayed == len(again)
    if loses == "/drawdown":
        granted = [one for one in again if one.kind is Kind.OK]
        assert bank.get("/v1/ledgers")["bank"]["postings"] - postings == len(granted)


def _more_owed(path: str, answer: dict[str, Any]) -> None:
    if path.startswith("/v1/loans/"):
        answer["owed_fen"] += 1


def _float_owed(path: str, answer: dict[str, Any]) -> None:
    if path.startswith("/v1/loans/"):
        answer["owed_fen"] = float(answer["owed_fen"])


def _other_granted(path: str, answer: dict[str, Any]) -> None:
    if path.endswith("/drawdown") and "granted_fen" in answer:
        answer["granted_fen"] -= 100


def _other_customer(path: str, answer: dict[str, Any]) -> None:
    if path.startswith("/v1/loans/"):
        answer["customer_id"] = "somebody-else"


def _other_instalments(path: str, answer: dict[str, Any]) -> None:
    if path.startswith("/v1/loans/"):
        answer["instalments"] += 1


def _dearer(path: str, answer: dict[str, Any]) -> None:
    if path.endswith("/drawdown") and "daily_rate_ppm" in answer:
        answer["daily_rate_ppm"] += 1


def _not_repaid(path: str, answer: dict[str, Any]) -> None:
    if path.endswith("/repay") and "owed_fen" in answer:
        answer["owed_fen"] += answer["amount_fen"]


def _not_verified(path: str, answer: dict[str, Any]) -> None:
    if "attempts" in answer:
        answer["verified"] = False


def _verified_by_nothing(path: str, answer: dict[str, Any]) -> None:
    if answer.get("verified"):
        answer["attempts"][-1]["passed"] = False


def _approved_anyway(path: str, answer: dict[str, Any]) -> None:
    if answer.get("approved"):
        answer["parts"]["anti_fraud"]["passed"] = False


def _above_the_promise(path: str, answer: dict[str, Any]) -> None:
    if "application_id" in answer:
        answer["limit_fen"] = 10**12


def _no_outcome(path: str, answer: dict[str, Any]) -> None:
    answer.pop("outcome", None)


@pytest.mark.parametrize(
    ("lie", "problem"),
    [
        (_more_owed, "wrong owed_fen"),
        (_float_owed, "wrong owed_fen"),
        (_other_granted, "wrong granted_fen"),
        (_other_customer, "wrong customer_id"),
        (_other_instalments, "wrong instalments"),
        (_dearer, "wrong daily_rate_ppm"),
        (_not_repaid, "wrong owed_fen"),
        (_not_verified, "wrong verified"),
        (_verified_by_nothing, "wrong attempts"),
        (_approved_anyway, "wrong parts"),
        (_above_the_promise, "wrong limit_fen"),
        (_no_outcome, "wrong outcome"),
    ],
)
def test_a_wrong_answer_is_a_failure_of_its_own_kind(
    plan: Plan, bank: Any, clock: Any, lie: Callable[[str, dict[str, Any]], None], problem: str
) -> None:
    found = caught(plan, Lying(bank.session, lie), clock, "micro")
    assert found
    assert {(one.kind, one.problem.split(":")[0]) for one in found} == {(Kind.WRONG_ANSWER, problem)}


def _one_ledger_is_short(path: str, answer: dict[str, Any]) -> None:
    for found in (answer, answer.get("ledgers")):
        if found and "partner" in found:
            found["partner"]["fen"] -= 1


def _nets_differ(path: str, answer: dict[str, Any]) -> None:
    if answer.get("batch") is not None:
        answer["difference_fen"] = 1


def test_ledgers_that_disagree_are_a_wrong_answer(plan: Plan, bank: Any, clock: Any) -> None:
    list(outcomes(walks(plan, "partner", 1)[0], bank.session, clock))
    short = caught(plan, Lying(bank.session, _one_ledger_is_short), clock, "clearing")
    assert {(one.step, one.kind) for one in short} == {("reconcile", Kind.WRONG_ANSWER)}
    for walk in walks(plan, "partner", 3):
        list(outcomes(walk, bank.session, clock))
    nets = caught(plan, Lying(bank.session, _nets_differ), clock, "clearing")
    assert {(one.step, one.problem.split(":")[0]) for one in nets} == {("clear", "wrong difference_fen")}


def test_interest_that_was_not_charged_is_a_wrong_answer(plan: Plan, bank: Any, clock: Any) -> None:
    """Three days pass for the borrower, none for the bank."""
    for walk in walks(plan, "car", 12):
        for outcome in outcomes(walk, bank.session, clock):
            if outcome.step == "drawdown":
                clock.ahead_s += 3 * DAY_S
            if outcome.step == "loan":
                assert (outcome.kind, outcome.problem.split(":")[0]) == (Kind.WRONG_ANSWER, "wrong interest_fen")
                return
    raise AssertionError("nobody drew")


def test_a_granted_loan_that_cannot_be_read_is_a_wrong_answer(plan: Plan, bank: Any, clock: Any) -> None:
    for walk in walks(plan, "car", 12):
        for outcome in outcomes(walk, bank.session, clock):
            if outcome.step == "drawdown" and outcome.kind is Kind.OK:
                lost = walk.run(Canned(404, b'{"error": "there is no loan"}'), clock)
                assert (lost.kind, lost.problem) == (
                    Kind.WRONG_ANSWER,
                    'a granted loan cannot be read: {"error": "there is no loan"}',
                )
                assert walk.done
                return
    raise AssertionError("nobody drew")


@pytest.mark.parametrize(
    ("answer", "kind", "problem"),
    [
        ((503, b"{}"), Kind.ERROR, "answered 503"),
        ((400, b'{"error": "bad"}'), Kind.ERROR, 'answered 400: {"error": "bad"}'),
        ((302, b""), Kind.ERROR, "answered 302: "),
        ((200, b"<html>"), Kind.WRONG_ANSWER, "no JSON object: <html>"),
        ((200, b"[]"), Kind.WRONG_ANSWER, "no JSON object: []"),
        ((200, b'{"outcome": "ok"}'), Kind.WRONG_ANSWER, "wrong status: 200"),
        ((422, b"{}"), Kind.WRONG_ANSWER, "wrong outcome: a refusal without its reason"),
    ],
)
def test_what_is_no_right_answer_fails(
    plan: Plan, clock: Any, answer: tuple[int, bytes], kind: Kind, problem: str
) -> None:
    walk = walks(plan, "sme", 1)[0]
    found = walk.run(Canned(*answer), clock)
    assert (found.kind, found.problem, found.name) == (kind, problem, "weyedai/apply")
    assert walk.done, "after a failure the borrower goes home"


def test_a_refusal_where_nothing_may_be_refused_is_a_wrong_answer(plan: Plan, clock: Any) -> None:
    refusing = Canned(422, b'{"outcome": "business_reject", "reason": "no such loan"}')
    found = walks(plan, "clearing", 1)[0].run(refusing, clock)
    assert (found.kind, found.problem) == (Kind.WRONG_ANSWER, "refused what must be possible: no such loan")


def test_a_right_answer_after_the_deadline_is_too_slow_and_the_journey_goes_on(
    plan: Plan, bank: Any, clock: Any
) -> None:
    """Measured from the intended start: a generator's or a stall's delay is the borrower's delay."""
    clock.now_ns = 10_000_000_000
    walk = next(one for one in walks(plan, "clearing", 5))
    late = walk.run(bank.session, clock, intended_ns=clock.now_ns - 3_000_000_001)
    assert (late.kind, late.started_ns - late.intended_ns, walk.done) == (Kind.TOO_SLOW, 3_000_000_001, False)
    in_time = walk.run(bank.session, clock, intended_ns=clock.now_ns - 3_000_000_000)
    assert in_time.kind is Kind.OK


def test_no_test_here_runs_under_gevent() -> None:
    """Locust patches the standard library; it belongs into children."""
    assert not {"locust", "gevent"} & set(sys.modules)
