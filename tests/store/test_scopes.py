"""Fan-out from leaves to units: what is added where, and what is left out."""

from __future__ import annotations

from slo.counts import Counts
from slo.outcomes import Kind
from slo.windows import SHANGHAI
from store.records import Events, Level, Scope, Transactions, Unit
from store.scopes import rollups

MIDNIGHT_S = 1_795_276_800  # 2026-11-22 00:00 in Shanghai
LEAF = ("loans", "dc1", "a")


def ok(slot_s: int, number: int) -> Events:
    """Good requests of one leaf."""
    return Events(slot_s, *LEAF, "apply", "ok", "customer", Kind.GOOD, number)


def test_nothing_in_nothing_out() -> None:
    """A page without news costs no rows."""
    assert rollups((), (), SHANGHAI) == {level: {} for level in Level}


def test_a_leaf_without_events_makes_no_unit() -> None:
    """All series exist at 0 from the start; their zeros are no rows."""
    none = (Transactions(MIDNIGHT_S, *LEAF, "customer", 0),)
    assert rollups((ok(MIDNIGHT_S, 0),), none, SHANGHAI) == {level: {} for level in Level}


def test_transactions_have_no_step() -> None:
    """They show in bank, product, cell and DCN."""
    added = rollups((), (Transactions(MIDNIGHT_S, *LEAF, "customer", 5),), SHANGHAI)
    units = {Unit(Scope.BANK), Unit(Scope.PRODUCT, "loans"), Unit(Scope.CELL, "loans", "dc1"), Unit(Scope.DCN, *LEAF)}
    for level in Level:
        assert added[level] == {MIDNIGHT_S: {unit: Counts(transactions=5) for unit in units}}


def test_slots_hold_every_scope_but_steps() -> None:
    """The other levels hold all five."""
    added = rollups((ok(MIDNIGHT_S, 1),), (), SHANGHAI)
    scopes = {level: {unit.scope for unit in added[level][MIDNIGHT_S]} for level in Level}
    every = set(Scope)
    expected = {Level.SLOT: every - {Scope.STEP}, Level.MINUTE: every, Level.HOUR: every, Level.DAY: every}
    assert scopes == expected


def test_the_last_second_of_a_day_belongs_to_it() -> None:
    """A batch over midnight fills two days, two hours and two minutes."""
    added = rollups((ok(MIDNIGHT_S - 1, 2), ok(MIDNIGHT_S, 3)), (), SHANGHAI)
    bank = {level: {at: units[Unit(Scope.BANK)].good for at, units in added[level].items()} for level in Level}
    assert bank == {
        Level.SLOT: {MIDNIGHT_S - 1: 2, MIDNIGHT_S: 3},
        Level.MINUTE: {MIDNIGHT_S - 60: 2, MIDNIGHT_S: 3},
        Level.HOUR: {MIDNIGHT_S - 3600: 2, MIDNIGHT_S: 3},
        Level.DAY: {MIDNIGHT_S - 86400: 2, MIDNIGHT_S: 3},
    }


def test_a_midnight_inside_an_hour_parts_the_days_and_not_the_hour() -> None:
    """Half past six by the epoch's hours is midnight in Kolkata."""
    midnight_s = MIDNIGHT_S + 9000
    added = rollups((ok(midnight_s - 1, 2), ok(midnight_s, 3)), (), "Asia/Kolkata")
    days = {at: units[Unit(Scope.BANK)] for at, units in added[Level.DAY].items()}
    assert days == {midnight_s - 86400: Counts(2), midnight_s: Counts(3)}
    assert [units[Unit(Scope.BANK)] for units in added[Level.HOUR].values()] == [Counts(5)]
