"""Increases of many slots at once, column by column: pure, the same for every twin.

A week of a bank read back is tens of millions of increases. A series has one leaf, so what its increases add to is
known once for all of them; from there on whole columns are added, and no object is made for an increase.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from operator import add
from typing import NamedTuple, TypeAlias

from slo.outcomes import Kind
from store.records import Level, Scope, Unit
from store.slices import slice_start

_TRANSACTIONS = 3
_Fields: TypeAlias = list[Sequence[int] | None]  # good, bad, ignored, transactions: a Kind is the index of its field
_ByUnit: TypeAlias = dict[Unit, _Fields]

UnitColumns: TypeAlias = tuple[Sequence[int], ...]
"""Good, bad, ignored and transactions of one unit, each as long as there are slices."""


class GrowthColumn(NamedTuple):
    """What one series grew by, slot by slot. ``kind`` None: transactions, which have no step and no outcome."""

    product: str
    data_center: str
    dcn: str
    step: str
    outcome: str
    traffic: str
    kind: Kind | None
    increases: Sequence[int]


@dataclass(frozen=True, slots=True)
class Growth:
    """Series that were all read at the same times: ``slots_s`` ascends, each column has one number for each slot."""

    slots_s: tuple[int, ...]
    columns: tuple[GrowthColumn, ...]


class LevelGrowth(NamedTuple):
    """What a growth adds to the slices of one level, which begin at ``starts_s``, ascending and distinct.

    ``nothing`` is the one column that stands for every field to which nothing is added.
    """

    starts_s: Sequence[int]
    units: dict[Unit, UnitColumns]
    nothing: Sequence[int]


def growth_by_level(growth: Growth, first_s: dict[Level, int], zone: str) -> dict[Level, LevelGrowth]:
    """What a growth adds to every level from the slice on that ``first_s`` says; levels without any are left out."""
    if growth.slots_s[-1] < first_s[Level.SLOT]:
        growth = _by_minute(growth, zone)  # nothing finer is kept: there is less to add up from here on
    units = _every_unit(growth.columns)
    distinct = {id(column): column for fields in units.values() for column in fields}
    found: dict[Level, LevelGrowth] = {}
    for level in Level:
        slices = [each for each in _slices(growth.slots_s, level, zone) if each.start_s >= first_s[level]]
        if not slices:
            continue
        nothing = [0] * len(slices)
        # A step, a DCN and a cell mostly share one column: it is summed once.
        sums = {key: nothing if column is None else _summed(column, slices) for key, column in distinct.items()}
        wanted = ((unit, fields) for unit, fields in units.items() if level > Level.SLOT or unit.scope < Scope.STEP)
        columns = {unit: tuple(map(sums.__getitem__, map(id, fields))) for unit, fields in wanted}
        found[level] = LevelGrowth([each.start_s for each in slices], columns, nothing)
    return found


def _by_minute(growth: Growth, zone: str) -> Growth:
    slices = _slices(growth.slots_s, Level.MINUTE, zone)
    columns = (column._replace(increases=_summed(column.increases, slices)) for column in growth.columns)
    return Growth(tuple(each.start_s for each in slices), tuple(columns))


class _Slice(NamedTuple):
    start_s: int
    begin: int
    end: int


def _slices(slots_s: Sequence[int], level: Level, zone: str) -> list[_Slice]:
    """Slices of a level and which of the slots each of them holds."""
    starts = [slice_start(level, slot_s, zone) for slot_s in slots_s]
    begins = [at for at, start in enumerate(starts) if not at or start != starts[at - 1]]
    return [_Slice(starts[begin], begin, end) for begin, end in zip(begins, [*begins[1:], len(starts)], strict=True)]


def _summed(column: Sequence[int], slices: list[_Slice]) -> Sequence[int]:
    first, last = slices[0].begin, slices[-1].end
    if len(slices) == last - first:
        return column[first:last]
    return [sum(column[begin:end]) for _, begin, end in slices]


def _every_unit(columns: Iterable[GrowthColumn]) -> _ByUnit:
    dcns: _ByUnit = {}
    steps: _ByUnit = {}
    for product, data_center, dcn, step, outcome, traffic, kind, increases in columns:
        field = _TRANSACTIONS if kind is None else int(kind)
        _add(dcns, Unit(Scope.DCN, product, data_center, dcn, traffic=traffic), field, increases)
        if kind is not None:
            _add(steps, Unit(Scope.STEP, product, data_center, "", step, outcome, traffic), field, increases)
    cells = _above(dcns, lambda unit: Unit(Scope.CELL, unit.product, unit.data_center, traffic=unit.traffic))
    products = _above(cells, lambda unit: Unit(Scope.PRODUCT, unit.product, traffic=unit.traffic))
    bank = _above(products, lambda unit: Unit(Scope.BANK, traffic=unit.traffic))
    return {**bank, **products, **cells, **dcns, **steps}


def _above(units: _ByUnit, parent: Callable[[Unit], Unit]) -> _ByUnit:
    found: _ByUnit = {}
    for unit, fields in units.items():
        for field, column in enumerate(fields):
            if column is not None:
                _add(found, parent(unit), field, column)
    return found


def _add(units: _ByUnit, unit: Unit, field: int, column: Sequence[int]) -> None:
    fields = units.setdefault(unit, [None, None, None, None])
    before = fields[field]
    fields[field] = column if before is None else list(map(add, before, column))
