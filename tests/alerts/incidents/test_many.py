"""A year of incidents lists at once."""

from __future__ import annotations

import time
from dataclasses import replace
from functools import reduce
from pathlib import Path

import pytest

from alerts.incidents.codec import change_of, listed, load_open
from alerts.incidents.folding import Folded
from alerts.incidents.joining import observed
from alerts.model import Severity, Transition
from slo.windows import SHANGHAI
from store.opening import open_store
from tests.alerts.incidents.conftest import Story, at, cell, dcn, fires, resolves

YEAR = 10_000
PAGE = 50


@pytest.mark.alone  # it measures time
def test_a_page_of_ten_thousand_incidents_lists_within_a_tenth_of_a_second(tmp_path: Path) -> None:
    """Processor time, out of SQLite; and a restart does not read the past."""
    store = open_store(tmp_path / "store.sqlite", SHANGHAI, upgrade=True)
    made = Story().tick(1, fires(cell("risk", "dc3"), 1)).tick(20, resolves(cell("risk", "dc3"), 20, 20)).tick(700).only
    members = [replace(made.members[0], bad_from_ms=at(n * 3000)) for n in range(YEAR)]
    year = tuple(replace(made, id=f"i{n}", members=(member,)) for n, member in enumerate(members))
    store.write(change_of(Folded((), year, ())))
    with store.reading() as reader:
        began = time.process_time()
        page = listed(reader.journal(), None, None, PAGE)
        took_s = time.process_time() - began
        assert load_open(reader.journal()) == ()
    store.close()
    assert [each.id for each in page] == [f"i{n}" for n in range(YEAR - 1, YEAR - 1 - PAGE, -1)]
    assert took_s < 0.1


PARTS = [dcn("risk", "dc3", f"n{number:04}") for number in range(2_000)]


@pytest.mark.parametrize(
    "told",
    [
        [resolves(each, 20, 19) for each in PARTS[:3]],
        [fires(each, 30, bad_from=29) for each in PARTS[:3]],
        [fires(each, 30, severity=Severity.PAGE) for each in (*PARTS[3:5], *PARTS[:1])],
        [fires(cell("other", "dc3"), 30), fires(PARTS[0], 30), fires(PARTS[0], 31)],
    ],
)
@pytest.mark.parametrize("mitigated_ms", [None, at(10), at(40)])
def test_many_words_on_an_incident_are_as_good_as_one_after_the_other(
    told: list[Transition], mitigated_ms: int | None
) -> None:
    """Also when one of them says that it got worse again."""
    made = replace(Story().tick(1, *(fires(each, 1) for each in PARTS[:6])).only, mitigated_ms=mitigated_ms)
    one_by_one = reduce(lambda incident, each: observed(incident, [each]), told, made)
    assert observed(made, told) == one_by_one
    assert observed(one_by_one, told) == one_by_one


@pytest.mark.alone  # it measures time
def test_two_thousand_alerts_end_as_cheaply_as_they_began() -> None:
    """Processor time, the best of three: members are looked through once, not once for each that ends."""
    took_s = []
    for _ in range(3):
        story = Story().tick(1, *(fires(each, 1) for each in PARTS))
        began = time.process_time()
        story.tick(30, *(resolves(each, 29, 20) for each in PARTS))
        took_s.append(time.process_time() - began)
        assert not story.only.firing
    assert min(took_s) < 0.4
