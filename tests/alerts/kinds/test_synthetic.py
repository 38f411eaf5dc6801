"""Two places fail two of three runs; invalid and missing runs are unknown; certificates that end soon."""

from __future__ import annotations

import pytest

from alerts.kinds.policy import SyntheticPolicy
from alerts.kinds.synthetic import Probed, readings
from alerts.model import Condition, Severity
from slo.states import SliceState
from store.probes import MS_PER_DAY, Probe, ProbeResult
from tests.alerts.kinds.parts import NOW_MS, said

POLICY = SyntheticPolicy()
TRUE, FALSE, UNKNOWN = Condition.TRUE, Condition.FALSE, Condition.UNKNOWN
KEY = "synthetic:probe:micro:::front:"
STATES = {"g": SliceState.GOOD, "b": SliceState.BAD, "i": SliceState.INVALID_PROBE}


def place(name: str, runs: str, *, expires_s: int | None = None, left: bool = False) -> Probed:
    """A vantage point and its runs every 5 s, oldest first: g(ood), b(ad), i(nvalid), - for none."""
    probe = Probe("front", name, "micro", "", 5000)
    results = tuple(
        ProbeResult(probe.key, NOW_MS - 5000 * (len(runs) - 1 - number), STATES[run], f"http: {name}")
        for number, run in enumerate(runs)
        if run != "-"
    )
    return Probed(probe, results, expires_s, left)


ROWS = [
    ("all is well", ["ggg", "ggg"], FALSE),
    ("one place fails: its own network perhaps", ["bbb", "ggg"], FALSE),
    ("two places fail two of three", ["gbb", "bgb"], TRUE),
    ("one failure each is none", ["ggb", "bgg"], FALSE),
    ("older failures are over", ["bbggg", "bbggg"], FALSE),
    ("two of three places are enough", ["bb", "gbb", "ggg"], TRUE),
    ("runs that tell nothing do not fail", ["iii", "iii"], UNKNOWN),
    ("nor do they heal", ["bbi", "bii"], UNKNOWN),
    ("invalid ones among failures stay out", ["bib", "bib"], TRUE),
    ("nobody probed", ["", ""], UNKNOWN),
    ("the second place was not probed and could tip it", ["gbb", "---"], UNKNOWN),
    ("the second place is good: the first alone cannot tip it", ["bb-", "ggg"], FALSE),
    ("runs of long ago are not recent", ["bbb---", "bbb---"], UNKNOWN),
]


@pytest.mark.parametrize(("runs", "expected"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS])
def test_several_places(runs: list[str], expected: Condition) -> None:
    found = readings([place(f"v{number}", each) for number, each in enumerate(runs)], NOW_MS, POLICY)
    assert said(found) == {KEY: expected}
    assert found[0].severity is Severity.PAGE


def test_a_page_names_the_places_and_the_first_failure() -> None:
    (found,) = readings([place("east", "bgb"), place("west", "gbb")], NOW_MS, POLICY)
    assert found.evidence.bad_from_ms == NOW_MS - 10_000
    assert found.evidence.values[0] == ("vantages", "east, west")


def test_from_one_place_alone_it_is_a_ticket() -> None:
    (found,) = readings([place("east", "bbb")], NOW_MS, POLICY)
    assert (found.condition, found.severity) == (TRUE, Severity.TICKET)


def test_a_place_that_left_the_configuration_neither_fails_nor_counts() -> None:
    gone = place("west", "bbb", left=True)
    assert said(readings([place("east", "ggg"), gone], NOW_MS, POLICY)) == {KEY: FALSE}
    over = {KEY: FALSE, KEY.replace("synthetic", "certificate"): FALSE}
    assert said(readings([gone], NOW_MS, POLICY)) == over


def test_without_probes_nothing_is_said() -> None:
    assert readings([], NOW_MS, POLICY) == []


@pytest.mark.parametrize(("days", "expected"), [(90, FALSE), (14, FALSE), (13, TRUE), (0, TRUE), (-3, TRUE)])
def test_certificates(days: int, expected: Condition) -> None:
    """The one that ends first speaks for all places."""
    soon = NOW_MS // 1000 + days * MS_PER_DAY // 1000
    later = NOW_MS // 1000 + 365 * MS_PER_DAY // 1000
    places = [place("east", "ggg", expires_s=later), place("west", "ggg", expires_s=soon)]
    found = {reading.key.rule: reading for reading in readings(places, NOW_MS, POLICY)}["certificate"]
    assert (found.condition, found.severity) == (expected, Severity.TICKET)
    assert found.evidence.values == ((("days_left", str(days)),) if expected is TRUE else ())
