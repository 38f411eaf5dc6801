"""The chain by time."""

from __future__ import annotations

import pytest

from alerts.desk.escalation import Chain, Step
from alerts.model import Severity

CHAIN = Chain((Step(0, ("a",)), Step(100, ("a", "b")), Step(300, ("c",))), Severity.PAGE, repeat_ms=50)


@pytest.mark.parametrize(
    ("step", "told_ms", "severity", "now_ms", "due"),
    [
        (0, 0, Severity.CALL, 99, None),
        (0, 0, Severity.CALL, 100, 1),
        (0, 0, Severity.CALL, 999, 2),  # the newest of those that were missed
        (1, 100, Severity.CALL, 299, None),  # a step that is not the last is not repeated
        (1, 100, Severity.CALL, 300, 2),
        (2, 300, Severity.CALL, 349, None),
        (2, 300, Severity.CALL, 350, 2),  # the last one again
        (2, 300, Severity.PAGE, 350, None),  # only a call insists
        (0, 0, Severity.TICKET, 999, None),  # a ticket waits
    ],
)
def test_a_step_is_due(step: int, told_ms: int, severity: Severity, now_ms: int, due: int | None) -> None:
    """Since the page at 0."""
    assert CHAIN.due(step, 0, told_ms, severity, now_ms) == due


def test_roles_of_steps_that_were_missed_are_named_once() -> None:
    """In their order."""
    assert CHAIN.roles(0, 2) == ("a", "b", "c")
    assert CHAIN.roles(-1, 0) == ("a",)


@pytest.mark.parametrize(
    ("step", "severity", "expected"),
    [
        (0, Severity.CALL, (1, 100)),
        (1, Severity.PAGE, (2, 300)),
        (2, Severity.CALL, (2, 350)),  # the last one again, after the time that it was told
        (2, Severity.PAGE, None),
        (0, Severity.TICKET, None),
    ],
)
def test_the_coming_step_is_told_with_its_time(step: int, severity: Severity, expected: tuple[int, int] | None) -> None:
    """Which is the moment from which it is due."""
    coming = CHAIN.coming(step, 0, 300, severity)
    assert coming == expected
    if coming is not None:
        assert CHAIN.due(step, 0, 300, severity, coming[1] - 1) is None
        assert CHAIN.due(step, 0, 300, severity, coming[1]) == coming[0]
