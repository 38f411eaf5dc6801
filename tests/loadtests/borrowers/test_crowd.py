"""Who comes, and who goes on."""

from __future__ import annotations

from collections import Counter
from typing import Any

from loadtests.borrowers.crowd import MOST_WAITING, Crowd
from loadtests.borrowers.journey import Reply
from loadtests.borrowers.plan import Plan


class Yes:
    """Agrees to everything that needs no figures."""

    def __init__(self) -> None:
        self.customers: list[str] = []

    def call(self, method: str, path: str, headers: dict[str, str], body: bytes | None) -> Reply:
        self.customers.append(headers.get("Idempotency-Key", ""))
        return Reply(200, b'{"outcome": "ok", "postings": 0, "net_fen": 0}', False)


def test_borrowers_come_by_their_weights(plan: Plan) -> None:
    crowd = Crowd(plan, seed=3)
    found = Counter(crowd.journey().borrower for _ in range(20_000))
    for borrower in plan.borrowers:
        share = borrower.weight / sum(one.weight for one in plan.borrowers)
        assert abs(found[borrower.name] / 20_000 - share) < 4 * (share * (1 - share) / 20_000) ** 0.5


def test_a_borrower_of_weight_0_never_comes(plan: Plan) -> None:
    crowd = Crowd(plan.weighted({"car": 1}), seed=3)
    assert {crowd.journey().borrower for _ in range(200)} == {"car"}


def test_the_same_seed_brings_the_same_borrowers_under_other_names(plan: Plan, clock: Any) -> None:
    """No answer is a replay of an earlier run's."""
    names, kinds = [], []
    for worker, seed in ((0, 5), (0, 5), (1, 5), (0, 6)):
        crowd, session = Crowd(plan, seed, worker), Yes()
        kinds.append([crowd.arrive(session, clock).name for _ in range(200)])
        names.append(set(session.customers) - {""})
    assert kinds[0] == kinds[1]
    assert kinds[0] != kinds[2] != kinds[3]
    assert not names[0] & names[1]
    assert not names[0] & names[2]


def test_one_arrival_is_one_request_of_somebody_who_waits_or_is_new(plan: Plan, bank: Any, clock: Any) -> None:
    crowd, session = Crowd(plan, seed=4), bank.session
    seen = [crowd.arrive(session, clock, clock.now_ns) for _ in range(300)]
    assert [one for one in seen if one.kind.failed] == []
    assert len({one.name for one in seen}) > 15
    assert 0 < crowd.waiting < 150


def test_those_who_wait_are_bounded(plan: Plan, clock: Any) -> None:
    """Whatever the service does, memory does not grow."""
    crowd = Crowd(plan.weighted({"clearing": 1}), seed=4)
    for _ in range(4 * MOST_WAITING):
        crowd.arrive(Yes(), clock)
    assert crowd.waiting <= MOST_WAITING
