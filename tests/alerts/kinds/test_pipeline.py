"""The control center watches itself."""

from __future__ import annotations

import pytest

from alerts.kinds.pipeline import Operations, readings
from alerts.kinds.policy import PipelinePolicy
from alerts.kinds.sight import Moment
from alerts.model import Condition, Level, Severity
from store.records import SourceStatus
from tests.alerts.kinds.parts import MOMENT, NOW_MS, REFUSED, YOUNG, seen, status

POLICY = PipelinePolicy()
TRUE, FALSE, UNKNOWN = Condition.TRUE, Condition.FALSE, Condition.UNKNOWN
DONE = Operations(NOW_MS - 500)


def judged(ago_ms: int) -> Operations:
    """An engine that judged data of so long ago."""
    return Operations(NOW_MS - ago_ms)


OLD = status(age_ms=60_000, read_age_ms=60_000)
ENGINE, COLLECTOR, NOTIFIER = "engine-late", "collector-gone", "notifier-stuck"
ROWS = [
    ("the engine is up to date", status(), judged(500), MOMENT, ENGINE, FALSE),
    ("five seconds behind the data", status(), judged(5500), MOMENT, ENGINE, FALSE),
    ("more than five seconds behind", status(), judged(5501), MOMENT, ENGINE, TRUE),
    ("no new data: nothing to be late with", OLD, judged(60_000), MOMENT, ENGINE, FALSE),
    ("no data at all yet", status(age_ms=None), Operations(), MOMENT, ENGINE, UNKNOWN),
    ("it has only just started", status(), Operations(), YOUNG, ENGINE, UNKNOWN),
    ("it never judged anything", status(), Operations(), MOMENT, ENGINE, TRUE),
    ("sources are tried", status(), DONE, MOMENT, COLLECTOR, FALSE),
    ("tried in vain is tried", status(age_ms=60_000, reason=REFUSED), DONE, MOMENT, COLLECTOR, FALSE),
    ("a standby takes over within its time", status(age_ms=3300, read_age_ms=3300), DONE, MOMENT, COLLECTOR, FALSE),
    ("nobody has tried for longer", OLD, DONE, MOMENT, COLLECTOR, TRUE),
    ("nobody has tried yet, but we only just started", OLD, DONE, YOUNG, COLLECTOR, UNKNOWN),
    ("nobody ever tried", status(age_ms=None, read_age_ms=None), DONE, MOMENT, COLLECTOR, TRUE),
    ("slow sources are tried seldom", status(read_age_ms=40_000, interval_ms=15_000), DONE, MOMENT, COLLECTOR, FALSE),
    ("nothing waits to be sent", status(), DONE, MOMENT, NOTIFIER, FALSE),
    ("something waits a moment", status(), Operations(NOW_MS, NOW_MS - 30_000), MOMENT, NOTIFIER, FALSE),
    ("something waits for too long", status(), Operations(NOW_MS, NOW_MS - 30_001), MOMENT, NOTIFIER, TRUE),
]


@pytest.mark.parametrize(
    ("one", "operations", "moment", "rule", "expected"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS]
)
def test_each_part(one: SourceStatus, operations: Operations, moment: Moment, rule: str, expected: Condition) -> None:
    found = {r.key.rule: r for r in readings(operations, seen([one], moment), None, moment, POLICY)}
    assert (found[rule].condition, found[rule].severity) == (expected, Severity.PAGE)
    assert found[rule].key.subject.level is Level.PIPELINE


@pytest.mark.parametrize(("overdue", "expected"), [(None, UNKNOWN), (False, FALSE), (True, TRUE)])
def test_pruning(overdue: bool | None, expected: Condition) -> None:
    found = {r.key.rule: r for r in readings(DONE, seen([status()]), overdue, MOMENT, POLICY)}["prune-behind"]
    assert (found.condition, found.severity) == (expected, Severity.TICKET)


def test_without_sources_nobody_is_missed() -> None:
    found = {r.key.rule: r.condition for r in readings(Operations(), [], None, MOMENT, POLICY)}
    assert found == {ENGINE: UNKNOWN, COLLECTOR: UNKNOWN, NOTIFIER: FALSE, "prune-behind": UNKNOWN}


def test_a_collector_that_falters_after_the_first_pages_is_not_gone() -> None:
    """It reads page after page for the first time; later the same silence is the collector's end."""
    for first_ms, condition in ((12_000, UNKNOWN), (30_000, TRUE)):
        sources = seen([status(age_ms=9_000, read_age_ms=9_000, first_page_ms=NOW_MS - first_ms)])
        found = {each.key.rule: each.condition for each in readings(DONE, sources, False, MOMENT, POLICY)}
        assert found[COLLECTOR] is condition
