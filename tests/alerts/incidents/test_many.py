"""A year of incidents lists at once."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

from alerts.incidents.codec import change_of, listed, load_open
from alerts.incidents.folding import Folded
from slo.windows import SHANGHAI
from store.opening import open_store
from tests.alerts.incidents.conftest import Story, at, cell, fires, resolves

YEAR = 10_000
PAGE = 50


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
