"""From leaf increments to every scope and level: pure, the same for every twin.

Requests count in every scope; transactions in bank, product, cell and DCN, for they have no step and no outcome.
Slots hold no STEP units: nobody asks for one step's second, and they would be half of all rows.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import TypeAlias

from slo.counts import Counts
from store.records import Events, Level, Scope, Transactions, Unit
from store.slices import slice_start

Slice: TypeAlias = Mapping[Unit, Counts]
"""Counts of every unit in one slice of time."""

Rollups: TypeAlias = Mapping[Level, Mapping[int, Slice]]
"""Level -> begin of the slice -> what happened in it."""

_Tally: TypeAlias = list[int]  # good, bad, ignored, transactions: a Kind is the index of its field
_TRANSACTIONS = 3
_Tallies: TypeAlias = defaultdict[tuple[str, ...], _Tally]


def rollups(events: Iterable[Events], transactions: Iterable[Transactions], zone: str) -> Rollups:
    """What one batch adds to every level, scope and unit; units to which nothing is added are left out."""
    slots = dict(_slots(events, transactions))
    minutes = _merged(slots, Level.MINUTE, zone)
    return {
        Level.SLOT: {at: _without_steps(units) for at, units in slots.items()},
        Level.MINUTE: minutes,
        Level.HOUR: _merged(minutes, Level.HOUR, zone),
        Level.DAY: _merged(minutes, Level.DAY, zone),  # not from hours: a local midnight may lie inside one
    }


def _slots(events: Iterable[Events], transactions: Iterable[Transactions]) -> Iterator[tuple[int, Slice]]:
    dcns: defaultdict[int, _Tallies] = defaultdict(_tallies)
    steps: defaultdict[int, _Tallies] = defaultdict(_tallies)
    for slot_s, product, data_center, dcn, step, outcome, traffic, kind, number in events:
        if number:
            dcns[slot_s][product, data_center, dcn, traffic][kind] += number
            steps[slot_s][product, data_center, step, outcome, traffic][kind] += number
    for slot_s, product, data_center, dcn, traffic, number in transactions:
        if number:
            dcns[slot_s][product, data_center, dcn, traffic][_TRANSACTIONS] += number
    for slot_s, leaves in dcns.items():
        yield slot_s, _slice(leaves, steps[slot_s])


def _slice(dcns: _Tallies, steps: _Tallies) -> Slice:
    cells, products, bank = _tallies(), _tallies(), _tallies()
    for (product, data_center, _, traffic), tally in dcns.items():
        _add(cells[product, data_center, traffic], tally)
    for (product, _, traffic), tally in cells.items():
        _add(products[product, traffic], tally)
    for (_, traffic), tally in products.items():
        _add(bank[(traffic,)], tally)
    units = {Unit(Scope.BANK, traffic=traffic): Counts(*tally) for (traffic,), tally in bank.items()}
    units.update((Unit(Scope.PRODUCT, p, traffic=t), Counts(*tally)) for (p, t), tally in products.items())
    units.update((Unit(Scope.CELL, p, c, traffic=t), Counts(*tally)) for (p, c, t), tally in cells.items())
    units.update((Unit(Scope.DCN, p, c, d, traffic=t), Counts(*tally)) for (p, c, d, t), tally in dcns.items())
    units.update((Unit(Scope.STEP, p, c, "", s, o, t), Counts(*tally)) for (p, c, s, o, t), tally in steps.items())
    return units


def _tallies() -> _Tallies:
    return defaultdict(lambda: [0, 0, 0, 0])


def _add(total: _Tally, part: _Tally) -> None:
    for field, number in enumerate(part):
        total[field] += number


def _merged(slices: Mapping[int, Slice], level: Level, zone: str) -> Mapping[int, Slice]:
    """Finer slices summed into those of a level; a level that one finer slice fills shares it."""
    parts: defaultdict[int, list[Slice]] = defaultdict(list)
    for at, units in slices.items():
        parts[slice_start(level, at, zone)].append(units)
    return {at: _sum(each) for at, each in parts.items()}


def _sum(slices: list[Slice]) -> Slice:
    if len(slices) == 1:
        return slices[0]
    total: dict[Unit, Counts] = {}
    for units in slices:
        for unit, counts in units.items():
            before = total.get(unit)
            total[unit] = counts if before is None else before + counts
    return total


def _without_steps(units: Slice) -> Slice:
    return {unit: counts for unit, counts in units.items() if unit.scope is not Scope.STEP}
