"""What is counted, and that tallies of several workers add up."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from loadtests.borrowers.journey import Kind, Outcome
from loadtests.running.tally import Second, Tally, packed, unpacked

MS = 1_000_000


def outcome(*fields: Any, product: str = "weilidai", step: str = "apply", **more: int) -> Outcome:
    """kind, retries, intended, started, ended."""
    return Outcome(product, step, *fields, "borrower", "key", more.get("answered", 1), more.get("unsure", 0))


ENDED = st.builds(
    Outcome,
    st.sampled_from(["weilidai", "clearing"]),
    st.sampled_from(["apply", "repay"]),
    st.sampled_from(list(Kind)),
    st.integers(0, 3),
    st.just(0),
    st.integers(0, 100 * MS),
    st.integers(100 * MS, 3000 * MS),
    st.just("borrower"),
    st.just("key"),
    st.integers(0, 1),
    st.integers(0, 2),
)


def tally_of(requests: list[Outcome]) -> Tally:
    tally = Tally(1_000_000, (500_000,))
    for number, ended in enumerate(requests):
        tally.start(number)
        tally.count(ended, number // 3)
    return tally


def test_a_good_answer_after_the_deadline_is_a_failure_from_the_intended_start() -> None:
    """Sent 900 ms late and answered within 200 ms: the customer waited 1,100 ms."""
    tally = Tally(1_000_000)
    kind = tally.count(outcome(Kind.OK, 0, 0, 900 * MS, 1100 * MS), 0)
    assert (kind, tally.failures) == (Kind.TOO_SLOW, 1)
    step = tally.steps["weilidai", "apply"]
    assert (step.corrected.total, max(step.uncorrected.counts) < 210_000) == (1, True)


def test_a_business_reject_is_a_good_event_and_a_wrong_answer_a_bad_one() -> None:
    tally = Tally(1_000_000)
    for kind in (Kind.BUSINESS_REJECT, Kind.WRONG_ANSWER, Kind.OK):
        tally.count(outcome(kind, 2, 0, 0, 1), 0)
    assert (tally.requests, tally.failures, tally.retries) == (3, 1, 6)


def test_a_failed_request_is_slow_for_every_latency_limit() -> None:
    tally = Tally(1_000_000, (500_000,))
    tally.count(outcome(Kind.ERROR, 0, 0, 0, 1), 0)
    assert tally.slow == {500_000: 1}


def test_a_dropped_arrival_stands_in_its_second() -> None:
    tally = Tally(1_000_000)
    tally.drop(2)
    assert list(tally.whole_seconds()) == [(0, Second()), (1, Second()), (2, Second(0, 0, 1))]


@given(st.lists(ENDED, max_size=30), st.lists(ENDED, max_size=30))
def test_tallies_survive_the_way_to_the_master_and_add_up(one: list[Outcome], other: list[Outcome]) -> None:
    master = Tally(1_000_000)
    for part in (one, other):
        master.merge(unpacked(json.loads(json.dumps(packed(tally_of(part))))))
    direct = tally_of(one)
    direct.merge(tally_of(other))
    assert packed(master) == {**packed(direct), "slow": packed(master)["slow"]}
    assert master.slow == {500_000: direct.slow[500_000]}
    assert master.requests == len(one) + len(other) == master.arrivals_started
    assert master.answered == sum(each.answered for each in one + other)
    assert sum(counts.requests for _, counts in master.whole_seconds()) == master.requests
    assert sum(master.product(name).failures for name in master.products()) == master.failures
