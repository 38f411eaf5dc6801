"""Sums of months are what long questions are answered from, and nothing else is."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from slo.counts import Counts
from store.opening import open_store
from store.port import Store
from store.records import Scope, Unit
from tests.store.test_condensing_contract import JULY, OCTOBER, SEPTEMBER, come_late, condense_all, observe

NEW_YORK = "America/New_York"


def totals(store: Store, from_s: int, to_s: int) -> Counts:
    """Of the bank."""
    with store.reading() as reader:
        return reader.totals(Scope.BANK, from_s, to_s)[Unit(Scope.BANK)]


@pytest.fixture
def condensed(sqlite_store: Store) -> Store:
    """Four months that are over, and the present one."""
    observe(sqlite_store)
    assert condense_all(sqlite_store) == 4
    return sqlite_store


def test_whole_months_are_read_from_their_sums(condensed: Store, path: Path) -> None:
    """A sum that was changed shows in a year and in its month, and not in a part of it."""
    whole, month = totals(condensed, JULY.from_s, OCTOBER.to_s), totals(condensed, SEPTEMBER.from_s, SEPTEMBER.to_s)
    part = totals(condensed, SEPTEMBER.from_s + 86400, OCTOBER.from_s)
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("UPDATE month_sum SET good = good + 5000 WHERE scope = 0 AND from_s = ?", [SEPTEMBER.from_s])
    assert totals(condensed, JULY.from_s, OCTOBER.to_s) == whole + Counts(5000)
    assert totals(condensed, SEPTEMBER.from_s, SEPTEMBER.to_s) == month + Counts(5000)
    assert totals(condensed, SEPTEMBER.from_s + 86400, OCTOBER.from_s) == part


def test_a_day_that_is_added_to_takes_back_the_sums_of_its_month_alone(condensed: Store, path: Path) -> None:
    """In the same transaction; the next step writes them anew."""
    come_late(condensed)
    with closing(sqlite3.connect(path)) as database:
        kept = [from_s for (from_s,) in database.execute("SELECT from_s FROM month_summed ORDER BY from_s")]
    assert SEPTEMBER.from_s not in kept
    assert len(kept) == 3
    assert condense_all(condensed) == 1


def test_months_are_those_of_the_store_s_time_zone(tmp_path: Path) -> None:
    """Of a bank elsewhere they begin at its own midnights, where clocks change too."""
    store = open_store(tmp_path / "new-york.sqlite", NEW_YORK, upgrade=True)
    observe(store)
    before = totals(store, JULY.from_s, OCTOBER.to_s), totals(store, JULY.from_s, OCTOBER.to_s + 86400)
    assert condense_all(store) == 5  # June in New York holds the first hours of July in Shanghai
    assert (totals(store, JULY.from_s, OCTOBER.to_s), totals(store, JULY.from_s, OCTOBER.to_s + 86400)) == before
    store.close()
