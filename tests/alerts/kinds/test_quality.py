"""Tickets for figures that cannot be trusted."""

from __future__ import annotations

from typing import Any

import pytest

from alerts.kinds.policy import QualityPolicy
from alerts.kinds.quality import Pair, ProductSeries, SourceQuality, pair_readings, readings
from alerts.model import Condition, Level, Severity, Subject
from store.records import SourceStatus
from tests.alerts.kinds.parts import NOW_MS, REFUSED, seen, status

POLICY = QualityPolicy()
TRUE, FALSE, UNKNOWN = Condition.TRUE, Condition.FALSE, Condition.UNKNOWN
PAGE_OF_80 = status(samples=80)
SILENT = status(age_ms=9000, reason=REFUSED, samples=0)
TWIN = status(reason="duplicate: the process behind it is counted as source dc2 already; remove one of them")


def gone(absent: int, age_ms: int = 60_000) -> dict[str, Any]:
    """Counters of one product that vanished so long ago, of four."""
    return {"products": {"micro": ProductSeries(4, absent, NOW_MS - age_ms)}}


def skew(skew_ms: int, age_ms: int = 1000) -> dict[str, Any]:
    """A skew as told."""
    return {"skew_ms": skew_ms, "skew_at_ms": NOW_MS - age_ms}


def reads(observed: int, expected: int) -> dict[str, Any]:
    """Reads of the last hour."""
    return {"observed": observed, "expected": expected}


SERIES, LOST, SKEWED = "series-vanished", "series-vanished micro", "clock-skew"
ROWS: list[tuple[str, SourceStatus, dict[str, Any], str, Condition]] = [
    ("a fifth of the series gone", PAGE_OF_80, {"most_series": 100}, SERIES, TRUE),
    ("a little less gone", PAGE_OF_80, {"most_series": 99}, SERIES, FALSE),
    ("more series than ever", PAGE_OF_80, {"most_series": 80}, SERIES, FALSE),
    ("nothing to compare with", PAGE_OF_80, {}, SERIES, UNKNOWN),
    ("a source that does not answer lost nothing", SILENT, {"most_series": 100}, SERIES, UNKNOWN),
    ("a reader that tells no number", status(), {"most_series": 100}, SERIES, UNKNOWN),
    ("all of a product's counters gone", PAGE_OF_80, gone(4), LOST, TRUE),
    ("all gone, but only just: it may be starting", PAGE_OF_80, gone(4, 29_000), LOST, UNKNOWN),
    ("one of them is left", PAGE_OF_80, gone(3), LOST, FALSE),
    ("all are back", PAGE_OF_80, gone(0), LOST, FALSE),
    ("the source is silent: not known", SILENT, gone(4), LOST, UNKNOWN),
    ("a clock 1.001 s ahead", PAGE_OF_80, skew(1001), SKEWED, TRUE),
    ("a clock 26 s behind", PAGE_OF_80, skew(-26_000), SKEWED, TRUE),
    ("one second exactly", PAGE_OF_80, skew(1000), SKEWED, FALSE),
    ("a skew that was told long ago", PAGE_OF_80, skew(5000, 300_001), SKEWED, UNKNOWN),
    ("a target that tells no time", PAGE_OF_80, {}, SKEWED, UNKNOWN),
    ("an hour without a hole", PAGE_OF_80, reads(3600, 3600), "completeness", FALSE),
    ("99 % of it", PAGE_OF_80, reads(3564, 3600), "completeness", FALSE),
    ("one read less", PAGE_OF_80, reads(3563, 3600), "completeness", TRUE),
    ("nothing seen of it", SILENT, reads(0, 3600), "completeness", TRUE),
    ("too young to say", PAGE_OF_80, {}, "completeness", UNKNOWN),
    ("read twice", TWIN, {}, "duplicate-target", TRUE),
    ("read once", PAGE_OF_80, {}, "duplicate-target", FALSE),
    ("not read: not known", SILENT, {}, "duplicate-target", UNKNOWN),
    ("names beyond the limits", PAGE_OF_80, {"folded": 1}, "folded-names", TRUE),
    ("no such names", PAGE_OF_80, {"folded": 0}, "folded-names", FALSE),
    ("nobody told", PAGE_OF_80, {}, "folded-names", UNKNOWN),
]


def said(one: SourceStatus, known: dict[str, Any], *, left: bool = False) -> dict[str, tuple[Condition, Severity]]:
    """Rule (and product) -> what was said of one source."""
    (watched,) = seen([one], only=[] if left else None)
    found = readings([SourceQuality(watched, **known)], NOW_MS, POLICY)
    return {f"{r.key.rule} {r.key.subject.product}".strip(): (r.condition, r.severity) for r in found}


@pytest.mark.parametrize(("one", "known", "rule", "expected"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS])
def test_one_source(one: SourceStatus, known: dict[str, Any], rule: str, expected: Condition) -> None:
    assert said(one, known)[rule] == (expected, Severity.TICKET)


def test_whatever_was_wrong_with_a_source_that_left_is_over() -> None:
    known = gone(4) | skew(5000) | reads(0, 3600) | {"most_series": 100, "folded": 3}
    assert {condition for condition, _ in said(TWIN, known, left=True).values()} == {FALSE}


PAIRS = [
    ("more good than total is a wrong query", 101, 100, TRUE),
    ("all good", 100, 100, FALSE),
    ("nothing at all", 0, 0, FALSE),
    ("good not known", None, 100, UNKNOWN),
    ("total not known", 100, None, UNKNOWN),
]


@pytest.mark.parametrize(("good", "total", "expected"), [row[1:] for row in PAIRS], ids=[row[0] for row in PAIRS])
def test_pairs(good: int | None, total: int | None, expected: Condition) -> None:
    pair = Pair("drawdown", Subject(Level.PRODUCT, "micro"), good, total)
    (found,) = pair_readings([pair])
    assert (found.condition, found.severity) == (expected, Severity.TICKET)
    assert found.key.id == "good-over-total:product:micro::::drawdown"


def test_without_sources_nothing_is_said() -> None:
    assert readings([], NOW_MS, POLICY) == []
    assert pair_readings([]) == []
