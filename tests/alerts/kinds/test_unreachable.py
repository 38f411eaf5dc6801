"""Nobody listens any more: told at once, by a refused connection and by nothing else."""

from __future__ import annotations

from dataclasses import replace

import pytest

from alerts.kinds.policy import UnreachablePolicy
from alerts.kinds.sight import Moment
from alerts.kinds.unreachable import readings
from alerts.model import Condition, Severity
from store.records import SourceStatus
from tests.alerts.kinds.parts import MOMENT, NOW_MS, REFUSED, YOUNG, said, seen, status, true

POLICY = UnreachablePolicy()
CENTER = "unreachable:data_center::dc1:::"
WATCHED_ON = replace(YOUNG, reading_on=frozenset({"dc1"}))
OTHER_WATCHED_ON = replace(YOUNG, reading_on=frozenset({"dc2"}))
TRUE, FALSE, UNKNOWN = Condition.TRUE, Condition.FALSE, Condition.UNKNOWN

ROWS = [
    ("a page says that it lives", status(), MOMENT, FALSE),
    ("a refused connection says that it is gone", status(age_ms=1500, reason=REFUSED), MOMENT, TRUE),
    ("a timeout says nothing", status(age_ms=1500, reason="timeout: no whole answer"), MOMENT, UNKNOWN),
    ("no way to the machine says nothing", status(age_ms=1500, reason="unroutable: 10.0.0.1"), MOMENT, UNKNOWN),
    ("an answer that is no page says nothing", status(age_ms=1500, reason="http: 503"), MOMENT, UNKNOWN),
    ("our own store in trouble says nothing", status(age_ms=1500, reason="store: locked"), MOMENT, UNKNOWN),
    ("a tick that was skipped says nothing", status(age_ms=1500, reason="skipped: late"), MOMENT, UNKNOWN),
    ("a reason that only begins alike is another one", status(reason="refused_by_policy: x"), MOMENT, UNKNOWN),
    ("an old refusal says nothing of now", status(age_ms=9000, reason=REFUSED, read_age_ms=6000), MOMENT, UNKNOWN),
    ("an old page neither", status(age_ms=9000, read_age_ms=9000), MOMENT, UNKNOWN),
    ("what was never there cannot have died", status(age_ms=None, reason=REFUSED), MOMENT, UNKNOWN),
    ("nobody has looked yet", status(age_ms=None, read_age_ms=None), MOMENT, UNKNOWN),
    ("while all of us start, it may start too", status(age_ms=86_400_000, reason=REFUSED), YOUNG, UNKNOWN),
    ("seen since our start and then gone is gone", status(age_ms=1500, reason=REFUSED), YOUNG, TRUE),
    ("seen just before our start, it may start with us", status(age_ms=3500, reason=REFUSED), YOUNG, UNKNOWN),
    ("unless whoever saw it reads on", status(age_ms=3500, reason=REFUSED), WATCHED_ON, TRUE),
    ("whoever reads on has not looked yet", status(age_ms=3500, reason=REFUSED, read_age_ms=3200), WATCHED_ON, UNKNOWN),
    ("it was gone long before", status(age_ms=8001, reason=REFUSED), WATCHED_ON, UNKNOWN),
    ("another one reads on", status(age_ms=3500, reason=REFUSED), OTHER_WATCHED_ON, UNKNOWN),
]


@pytest.mark.parametrize(("one", "moment", "expected"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS])
def test_one_data_center(one: SourceStatus, moment: Moment, expected: Condition) -> None:
    found = readings(seen([one, status("dc2")], moment), {}, moment, POLICY)
    assert said(found)[CENTER] is expected
    assert said(found)["unreachable:data_center::dc2:::"] is FALSE


def test_a_dead_data_center_is_a_page_with_its_reason_and_begins_at_the_last_page() -> None:
    (found,) = readings(seen([status(age_ms=1500, reason=REFUSED)]), {}, MOMENT, POLICY)
    assert found.severity is Severity.PAGE
    assert found.evidence.bad_from_ms == NOW_MS - 1500
    assert ("reason", REFUSED) in found.evidence.values


def test_one_of_two_processes_is_a_ticket_and_both_are_a_page() -> None:
    one, other = status("a", center="dc1", reason=REFUSED), status("b", center="dc1")
    assert true(readings(seen([one, other]), {}, MOMENT, POLICY)) == {CENTER: Severity.TICKET}
    other = status("b", center="dc1", reason=REFUSED)
    assert true(readings(seen([one, other]), {}, MOMENT, POLICY)) == {CENTER: Severity.PAGE}


def test_a_prometheus_server_tells_nothing_of_this_kind() -> None:
    down = status(kind="prometheus", reason="refused: target down (up = 0)")
    assert readings(seen([down]), {}, MOMENT, POLICY) == []


@pytest.mark.parametrize(("refused", "expected"), [(1, UNKNOWN), (2, UNKNOWN), (3, TRUE), (4, TRUE)])
def test_a_policy_may_want_several_refusals_in_a_row(refused: int, expected: Condition) -> None:
    found = readings(seen([status(reason=REFUSED)]), {"dc1": refused}, MOMENT, UnreachablePolicy(refused_reads=3))
    assert said(found)[CENTER] is expected


def test_a_data_center_that_left_the_configuration_is_over() -> None:
    assert said(readings(seen([status(reason=REFUSED)], only=[]), {}, MOMENT, POLICY)) == {CENTER: FALSE}


def test_without_sources_nothing_is_said() -> None:
    assert readings([], {}, MOMENT, POLICY) == []
