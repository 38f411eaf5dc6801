"""Retries as the real client makes them."""

from __future__ import annotations

import random
from typing import Any

import pytest

from loadtests.borrowers.asking import Ask, asked
from loadtests.borrowers.journey import NoAnswer, Reply
from loadtests.borrowers.plan import ClientPolicy

POLICY = ClientPolicy(deadline_ms=3000, attempts=3, attempt_timeout_ms=1000, backoff_ms=50)
DRAW = Ask("POST", "/v1/weilidai/drawdown", "key-1", b"{}")
GOOD = Reply(201, b"{}", False)


class Scripted:
    """Gives one prepared answer after the other; an exception is raised. ``costs_s``: how long each takes."""

    def __init__(self, answers: list[Reply | None], clock: Any, costs_s: float = 0.0) -> None:
        self.sent: list[tuple[str, str, dict[str, str], bytes | None]] = []
        self._answers, self._clock, self._costs_ns = answers, clock, int(costs_s * 1e9)

    def call(self, method: str, path: str, headers: dict[str, str], body: bytes | None) -> Reply:
        self.sent.append((method, path, dict(headers), body))
        self._clock.now_ns += self._costs_ns
        answer = self._answers.pop(0)
        if answer is None:
            raise NoAnswer("ConnectionResetError")
        return answer


def test_a_retry_is_the_same_request_with_the_same_key(clock: Any) -> None:
    session = Scripted([None, Reply(503, b"", False), GOOD], clock)
    found = asked(DRAW, session, clock, POLICY, random.Random(1))
    assert (found.reply, found.retries, found.unsure, found.problem) == (GOOD, 2, 2, "")
    assert session.sent == [session.sent[0]] * 3
    assert session.sent[0][2] == {
        "Idempotency-Key": "key-1",
        "X-Traffic": "load_test",
        "Content-Type": "application/json",
    }


def test_retries_are_bounded_and_the_last_cause_is_told(clock: Any) -> None:
    session = Scripted([None] * 9, clock)
    found = asked(DRAW, session, clock, POLICY, random.Random(1))
    assert (len(session.sent), found.reply, found.retries, found.unsure) == (3, None, 2, 3)
    assert found.problem == "no answer: ConnectionResetError"


def test_pauses_are_drawn_and_grow(clock: Any) -> None:
    chance, pauses = random.Random(2), []
    for _ in range(300):
        clock.slept_s.clear()
        asked(DRAW, Scripted([None] * 3, clock), clock, POLICY, chance)
        pauses.append(tuple(clock.slept_s))
    first, second = [one[0] for one in pauses], [one[1] for one in pauses]
    assert 0 <= min(first) < 0.005
    assert 0.045 < max(first) <= 0.05
    assert 0.05 < max(second) <= 0.1
    assert len(set(first)) == 300


def test_nobody_retries_after_the_deadline(clock: Any) -> None:
    session = Scripted([None] * 3, clock, costs_s=1.6)
    assert asked(DRAW, session, clock, POLICY, random.Random(1)).retries == 1
    assert len(session.sent) == 2


@pytest.mark.parametrize("status", [200, 201, 400, 404, 409, 422])
def test_an_answer_that_a_retry_cannot_change_is_taken(clock: Any, status: int) -> None:
    session = Scripted([Reply(status, b"{}", False)], clock)
    found = asked(DRAW, session, clock, POLICY, random.Random(1))
    assert (found.retries, found.unsure, found.problem) == (0, 0, "")


def test_a_read_carries_no_key_but_says_that_it_is_a_load_test(clock: Any) -> None:
    session = Scripted([Reply(200, b"{}", False)], clock)
    asked(Ask("GET", "/v1/loans/1", "", None), session, clock, POLICY, random.Random(1))
    assert session.sent == [("GET", "/v1/loans/1", {"X-Traffic": "load_test"}, None)]
