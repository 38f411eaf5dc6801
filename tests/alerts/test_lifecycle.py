"""Life of an alert: every change a row, closed by positive good data alone."""

from __future__ import annotations

import json

import pytest

from alerts.errors import BadEngineState
from alerts.lifecycle import Instant, Lifecycle, Timing
from alerts.model import AlertKey, AlertState, Condition, Evidence, Level, Reading, Severity, Subject, Transition

KEY = AlertKey("cliff", Subject(Level.PRODUCT, "weilidai"), "slo")
WORDS = {"T": Condition.TRUE, "F": Condition.FALSE, "U": Condition.UNKNOWN}


def lived(life: Lifecycle, conditions: str, *, from_s: int = 0, severity: Severity = Severity.PAGE) -> list[Transition]:
    """One condition a second; a space says nothing of the alert at all."""
    changes = []
    for at_s, letter in enumerate(conditions, from_s):
        if letter != " ":
            seen = Evidence(bad_from_ms=at_s * 1000)
            changes.append(life.read(Reading(KEY, WORDS[letter], severity, seen), Instant(at_s * 1000, 99_000_000)))
        life.forget(at_s * 1000)
    return [change for change in changes if change is not None]


def told(changes: list[Transition]) -> list[tuple[int, str]]:
    """Second and state of each transition."""
    return [(change.at_ms // 1000, change.state.value) for change in changes]


@pytest.mark.parametrize(
    ("timing", "conditions", "expected"),
    [
        (Timing(), "FFTTF", [(2, "firing"), (4, "resolved")]),
        (Timing(), "FUFU", []),
        (Timing(), "TUUUUUUUU", [(0, "firing")]),
        (Timing(), "T        ", [(0, "firing")]),
        (Timing(), "TUUUF", [(0, "firing"), (4, "resolved")]),
        (Timing(for_seconds=2), "TTTF", [(0, "pending"), (2, "firing"), (3, "resolved")]),
        (Timing(for_seconds=2), "TTFTT", [(0, "pending"), (2, "inactive"), (3, "pending")]),
        (Timing(for_seconds=2), "TUUUT", [(0, "pending"), (4, "firing")]),
        (Timing(hold_seconds=3), "TFFTFFFF", [(0, "firing"), (7, "resolved")]),
        (Timing(hold_seconds=3), "TFUFUF", [(0, "firing"), (5, "resolved")]),
        (Timing(hold_seconds=3), "TFUUUUUUF", [(0, "firing"), (8, "resolved")]),
    ],
    ids=[
        "fires on true and closes on false",
        "inactive stays inactive",
        "unknown closes nothing",
        "a subject that vanished closes nothing",
        "the first good data closes",
        "waits for as long as it must be true",
        "false ends the waiting",
        "unknown neither ends the waiting nor fires",
        "wavering within the hold is one alert",
        "unknown in between does not start the hold anew",
        "but closes only when something good is seen",
    ],
)
def test_a_life(timing: Timing, conditions: str, expected: list[tuple[int, str]]) -> None:
    """The table of lives."""
    assert told(lived(Lifecycle({"cliff": timing}), conditions)) == expected


def test_what_comes_again_soon_is_the_same_alert() -> None:
    """Its impact begins where it first began, and it says how often it came."""
    life = Lifecycle({"cliff": Timing(again_seconds=5)})
    changes = lived(life, "TFFTF     TF")
    assert told(changes) == [
        (0, "firing"), (1, "resolved"), (3, "firing"), (4, "resolved"), (10, "firing"), (11, "resolved"),
    ]  # fmt: skip
    assert [change.evidence.bad_from_ms for change in changes] == [0, 0, 0, 0, 10_000, 10_000]
    assert [dict(change.evidence.values).get("again") for change in changes] == [None, None, "1", "1", None, None]


def test_a_severity_that_rises_is_told() -> None:
    """People who were told of a ticket must hear of the page; what falls stays as loud as it was."""
    life = Lifecycle()
    lived(life, "T", severity=Severity.TICKET)
    raised = lived(life, "T", from_s=1, severity=Severity.CALL)
    assert [(change.state, change.severity) for change in raised] == [(AlertState.FIRING, Severity.CALL)]
    assert lived(life, "T", from_s=2, severity=Severity.TICKET) == []


@pytest.mark.parametrize("before", ["T", "TF", "TFF", ""])
def test_a_life_goes_on_after_a_restart(before: str) -> None:
    """Whatever the moment: the state goes through JSON and nothing is told twice or lost."""
    timings = {"cliff": Timing(hold_seconds=2, again_seconds=9)}
    after = "TTFFFFTT"
    whole = lived(Lifecycle(timings), before + after)
    first, second = Lifecycle(timings), Lifecycle(timings)
    changes = lived(first, before)
    second.restore(json.loads(json.dumps(first.document())))
    assert changes + lived(second, after, from_s=len(before)) == whole


def test_a_state_that_cannot_be_read_is_refused() -> None:
    """With what to do about it."""
    with pytest.raises(BadEngineState, match=r"cannot be read \(KeyError: 'state'\); delete it to begin anew"):
        Lifecycle().restore([{"key": KEY.id}])
