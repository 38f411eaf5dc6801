"""Missing transactions against the forecast; what nobody observed is never missing."""

from __future__ import annotations

from fractions import Fraction

import pytest

from alerts.kinds.policy import VolumePolicy
from alerts.kinds.volume import Volume, bank_of, observed_window, readings, unobserved
from alerts.model import Condition, Severity
from slo.windows import Window
from store.records import Gap
from tests.alerts.kinds.parts import NOW_MS, REFUSED, seen, status

POLICY = VolumePolicy()
TRUE, FALSE, UNKNOWN = Condition.TRUE, Condition.FALSE, Condition.UNKNOWN
END_S = NOW_MS // 1000
WINDOW = Window(END_S - 30, END_S)


def volume(actual: int, expected: int | None, *, lost: bool = False, blurred: bool = False) -> Volume:
    """Transactions of one product in the last half minute."""
    return Volume("micro", WINDOW, actual, None if expected is None else Fraction(expected), lost, blurred)


ROWS = [
    ("as many as forecast", volume(1000, 1000), FALSE),
    ("70 % exactly are enough", volume(700, 1000), FALSE),
    ("one less is not", volume(699, 1000), TRUE),
    ("none at all", volume(0, 1000), TRUE),
    ("no past week: no verdict", volume(0, None), UNKNOWN),
    ("a forecast below the floor says nothing", volume(0, 499), UNKNOWN),
    ("the floor itself does", volume(0, 500), TRUE),
    ("few were seen, but not all were looked at", volume(100, 1000, lost=True), UNKNOWN),
    ("enough were seen although not all were looked at", volume(700, 1000, lost=True), FALSE),
    ("enough, but some of them may be of before", volume(900, 1000, blurred=True), UNKNOWN),
    ("too few even with those of before", volume(600, 1000, blurred=True), TRUE),
    ("lost and blurred says nothing", volume(600, 1000, lost=True, blurred=True), UNKNOWN),
]


@pytest.mark.parametrize(("given", "expected"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS])
def test_one_product(given: Volume, expected: Condition) -> None:
    (found,) = readings([given], POLICY)
    assert (found.condition, found.severity) == (expected, Severity.PAGE)


def test_a_page_says_how_many_are_missing_and_since_when() -> None:
    (found,) = readings([volume(250, 1000)], POLICY)
    assert dict(found.evidence.values) == {"transactions": "250", "forecast": "1000", "missing_transactions": "750"}
    assert found.evidence.bad_from_ms == WINDOW.from_s * 1000


def test_the_bank_is_the_sum_of_products_that_have_a_forecast() -> None:
    parts = [volume(400, 600), volume(100, None), Volume("cars", WINDOW, 10, Fraction(400))]
    bank = bank_of(parts)
    assert bank is not None
    assert (bank.product, bank.actual, bank.expected) == ("", 410, 1000)
    assert bank_of(parts, {"cars"}) == Volume("", WINDOW, 400, Fraction(600))
    assert bank_of([volume(1, None)]) is None


def test_the_window_ends_where_the_slowest_seen_source_is() -> None:
    sources = seen([status("dc1", age_ms=0), status("dc2", age_ms=2000), status("dc3", age_ms=9000)])
    assert observed_window(sources, POLICY) == Window(END_S - 32, END_S - 2)


def test_the_window_holds_whole_intervals() -> None:
    slow = seen([status("dc1", age_ms=0, interval_ms=20_000)])
    assert observed_window(slow, POLICY) == Window(END_S - 40, END_S)


def test_there_is_no_window_while_nothing_is_seen() -> None:
    assert observed_window(seen([status(age_ms=9000), status("dc2", age_ms=None)]), POLICY) is None
    assert observed_window([], POLICY) is None


def gap(from_s: int, to_s: int, *, exact: bool) -> Gap:
    """A gap of dc1, in seconds before the end of the window."""
    return Gap("dc1", (END_S - from_s) * 1000, (END_S - to_s) * 1000, exact, "away")


GAPS = [
    ("none", [], [], []),
    ("closed before the window", [gap(60, 30, exact=False)], [], []),
    ("inside, and all was counted", [gap(20, 10, exact=True)], [], []),
    ("inside, and events were lost", [gap(20, 10, exact=False)], ["dc1"], []),
    ("begun before the window", [gap(40, 10, exact=True)], [], ["dc1"]),
    ("begun before, and events were lost", [gap(40, 10, exact=False)], ["dc1"], ["dc1"]),
    ("closed after the window", [gap(10, -5, exact=True)], ["dc1"], []),
]


@pytest.mark.parametrize(("gaps", "lost", "blurred"), [row[1:] for row in GAPS], ids=[row[0] for row in GAPS])
def test_gaps_that_touch_the_window(gaps: list[Gap], lost: list[str], blurred: list[str]) -> None:
    sources = seen([status("dc1", first_page_ms=1), status("dc2", first_page_ms=1)])
    assert unobserved(sources, gaps, WINDOW) == (frozenset(lost), frozenset(blurred))


UNSEEN = [
    ("a silent source", status("dc1", age_ms=9000, first_page_ms=1)),
    ("a source whose first page came inside the window", status("dc1", first_page_ms=NOW_MS - 20_000)),
    ("a source without any page", status("dc1", age_ms=None, reason=REFUSED)),
]


@pytest.mark.parametrize("one", [row[1] for row in UNSEEN], ids=[row[0] for row in UNSEEN])
def test_what_was_not_looked_at_is_lost(one: object) -> None:
    sources = seen([one, status("dc2", first_page_ms=1)])  # type: ignore[list-item]
    assert unobserved(sources, [], WINDOW) == (frozenset({"dc1"}), frozenset())


def test_a_source_that_left_loses_nothing() -> None:
    sources = seen([status("dc1", age_ms=9000), status("dc2", first_page_ms=1)], only=["dc2"])
    assert unobserved(sources, [], WINDOW) == (frozenset(), frozenset())
