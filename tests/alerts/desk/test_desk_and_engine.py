"""The desk behind the real engine: outages of a small bank, second by second, and what people hear of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise

import pytest

from alerts.catalog_slos import PERIOD_SECONDS
from alerts.desk.notice import Notice
from alerts.engine import Engine
from alerts.facts import Facts, Growth, Piece, Told
from alerts.model import Level, Subject
from alerts.policy import Policy, Slo
from slo.objective import Objective
from tests.alerts.desk.conftest import BEGIN_MS, Room, words

PRODUCTS, CENTERS, DCNS = ("p1", "p2", "p3"), ("dc1", "dc2", "dc3"), ("n1", "n2")
PER_SECOND = 100
"""Events of each DCN."""
BEGIN_S = BEGIN_MS // 1000
Fails = Callable[[int, str, str], int]
"""Second, product, data center -> how many of a DCN's events fail."""


def places() -> Iterator[tuple[str, str, str]]:
    """Every DCN."""
    for product in PRODUCTS:
        for center in CENTERS:
            yield from ((product, center, f"{center}-{dcn}") for dcn in DCNS)


def levels(product: str, center: str, dcn: str) -> tuple[Subject, ...]:
    """What the events of one DCN count for."""
    return (
        Subject(Level.BANK),
        Subject(Level.PRODUCT, product),
        Subject(Level.CELL, product, center),
        Subject(Level.DCN, product, center, dcn),
    )


def second(at: int, fails: Fails) -> list[Told]:
    """All counts of one second."""
    total: dict[Subject, int] = {}
    bad: dict[Subject, int] = {}
    for place in places():
        failed = fails(at, place[0], place[1])
        for subject in levels(*place):
            total[subject] = total.get(subject, 0) + PER_SECOND
            bad[subject] = bad.get(subject, 0) + failed
    return [Told(BEGIN_S + at, subject, total[subject], bad[subject]) for subject in total]


STARTS_S = [*range(-259_200, -21_600, 3600), *range(-21_600, -60, 60), *range(-60, 1)]
QUIET = second(0, lambda *_: 0)
PERFECT = [
    Piece(BEGIN_S + from_s, BEGIN_S + to_s, [Growth(told.subject, told.total * (to_s - from_s), 0) for told in QUIET])
    for from_s, to_s in pairwise(STARTS_S)
]
"""Three days without a single failure."""


def heard(policy: Policy, fails: Fails, seconds: int) -> list[tuple[int, str]]:
    """What people hear, and in which second; after three perfect days."""
    objective = Objective.parse("99.999")
    slos = [Slo("bank", "", objective, PERIOD_SECONDS, policy, {})]
    slos += [Slo(product, product, objective, PERIOD_SECONDS, policy, {}) for product in PRODUCTS]
    engine, room = Engine(slos), Room()
    engine.tick(Facts(BEGIN_S, BEGIN_S * 1000, base=PERFECT))
    said: list[tuple[int, Notice]] = []
    for at in range(seconds):
        until_s = BEGIN_S + at + 1
        changes = engine.tick(Facts(until_s, until_s * 1000, second(at, fails)))
        said += [(at + 1, notice) for notice in room.take(changes, at + 1)]
    return [(at, words([notice])[0]) for at, notice in said if notice.state.value != "escalated"]


@pytest.mark.parametrize(
    ("fails", "where"),
    [
        (lambda _, product, center: center == "dc3", "dc3"),
        (lambda _, product, center: product == "p2", "p2"),
        (lambda _, product, center: (product, center) == ("p1", "dc2"), "p1/dc2"),
        (lambda *_: True, "bank"),
    ],
    ids=["a data center", "a product", "a cell", "the bank"],
)
def test_an_outage_of_twenty_seconds_is_one_call_and_one_end(policy: Policy, fails: Fails, where: str) -> None:
    """Whatever it reaches: all of its alerts, at all levels and tiers, are that one page."""

    def failing(at: int, product: str, center: str) -> int:
        return PER_SECOND if at < 20 and fails(at, product, center) else 0

    calls = [(at, text) for at, text in heard(policy, failing, 120) if text.startswith("firing")]
    assert calls == [(1, f"firing/new CALL {where}")]


def test_a_second_outage_is_a_call_again_while_the_first_ones_pages_still_burn(policy: Policy) -> None:
    """Three minutes later in the same data center."""

    def failing(at: int, product: str, center: str) -> int:
        return PER_SECOND if center == "dc3" and (at < 10 or 180 <= at < 190) else 0

    calls = [(at, text) for at, text in heard(policy, failing, 260) if text.startswith("firing")]
    assert calls == [(1, "firing/new CALL dc3"), (181, "firing/rise CALL dc3")]
