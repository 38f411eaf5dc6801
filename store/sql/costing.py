"""The cost ledger in SQL, inside a transaction that the caller began."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from itertools import groupby
from operator import itemgetter
from typing import Any, TypeAlias

from sqlalchemy import Connection, Executable, delete, select

from store.costs import (
    NOTHING,
    Amounts,
    Charged,
    LedgerLine,
    Line,
    Posted,
    Posting,
    Rate,
    Settlement,
    Total,
    numbers_of,
    settle,
)
from store.errors import LedgerRefused
from store.sql.puts import insert_sql, put_rows, upsert_sql
from store.sql.schema import COST_CHARGE, COST_LINE, COST_RATE

Ask: TypeAlias = Callable[[Executable], Sequence[Any]]
_Row: TypeAlias = tuple[Any, ...]
"""Of a charge: key, part, revision, number of its line, billed, effective, list as text."""
_NAMED = itemgetter(0, 1)
_ASKED_AT_ONCE = 1000
_SUMS = ("charges", "billed", "effective", "list", "billed_unknown", "effective_unknown", "list_unknown")
_PUT_CHARGE = insert_sql(COST_CHARGE)
_PUT_LINE = upsert_sql(COST_LINE, lambda new: {name: new[name] for name in _SUMS}, distinct=True)
_PUT_RATE = upsert_sql(COST_RATE, lambda new: {"cny": new["cny"]}, distinct=True)
_CHARGE_COLUMNS = tuple(COST_CHARGE.columns)
_KEY_OF_LINE = len(Line._fields)


def post(connection: Connection, postings: Sequence[Posting]) -> Posted:
    """Counts charges once. Raises LedgerRefused."""
    if not postings:
        return Posted()
    rows = _rows(postings)
    done = _all_new(connection, postings, rows)
    if done is None:
        kept = _kept(connection, sorted({row[0] for row in rows}))
        same = _same(rows, kept)
        others = [each for each in postings if each.key not in same]
        done = settle(others, _charged(row for row in kept if row[0] not in same))
        _replace(connection, done)
        done = done._replace(posted=done.posted.plus(Posted(unchanged=len(same))))
    put_rows(connection, _PUT_LINE, _lines(connection, done))
    return done.posted


def _all_new(connection: Connection, postings: Sequence[Posting], rows: Sequence[_Row]) -> Settlement | None:
    """Charges that are all new are written without looking for each of them, which takes longer than writing it. None,
    with nothing written, when any is known."""
    if _kept(connection, [rows[0][0]]):
        return None
    done = settle(postings, {})
    attempt = connection.begin_nested()
    if put_rows(connection, _PUT_CHARGE, rows) == len(rows):
        attempt.commit()
        return done
    attempt.rollback()
    return None


def _replace(connection: Connection, done: Settlement) -> None:
    for some in _pieces(done.replaced):
        connection.execute(delete(COST_CHARGE).where(COST_CHARGE.c.key.in_(some)))
    put_rows(connection, _PUT_CHARGE, _rows([each for _, each in done.written]))


def _rows(postings: Sequence[Posting]) -> list[_Row]:
    """Rows of charges in order of the key: neighbors share pages."""
    numbers = numbers_of(postings)
    rows = [
        (each.key, each.part, each.revision, numbers[id(each.line)], *map(_written, each.amounts)) for each in postings
    ]
    rows.sort(key=_NAMED)
    return rows


def _kept(connection: Connection, keys: Sequence[bytes]) -> list[_Row]:
    """Rows of these charges, in order of the key."""
    found: list[_Row] = []
    for some in _pieces(keys):
        asked = select(*_CHARGE_COLUMNS).where(COST_CHARGE.c.key.in_(some))
        found += sorted(map(tuple, connection.execute(asked)), key=_NAMED)
    return found


def _same(given: Sequence[_Row], kept: Sequence[_Row]) -> set[bytes]:
    """Keys of charges that are kept as they are given, to the letter: most, when a bill is imported again. Amounts that
    are only written otherwise are for ``settle``."""
    before = {key: list(rows) for key, rows in groupby(kept, itemgetter(0))}
    return {key for key, rows in groupby(given, itemgetter(0)) if before.get(key) == list(rows)}


def _charged(kept: Iterable[_Row]) -> dict[bytes, Charged]:
    """Charges of rows that are kept."""
    found: dict[bytes, tuple[int, dict[int, tuple[int, Amounts]]]] = {}
    for key, part, revision, line_id, *amounts in kept:
        found.setdefault(key, (revision, {}))[1][part] = (line_id, Amounts(*map(_read, amounts)))
    return {key: Charged(*each) for key, each in found.items()}


def _lines(connection: Connection, done: Settlement) -> list[tuple[object, ...]]:
    """Rows of the lines as they become. Raises LedgerRefused when two lines have the same number."""
    before: dict[int, LedgerLine] = {}
    for some in _pieces(sorted(done.added)):
        asked = select(COST_LINE).where(COST_LINE.c.id.in_(some))
        before |= {number: _ledger_line(rest) for number, *rest in connection.execute(asked)}
    rows: list[tuple[object, ...]] = []
    for number, added in sorted(done.added.items()):
        kept = before.get(number)
        line = done.lines[number] if kept is None else kept.line
        if done.lines.get(number, line) != line:
            raise LedgerRefused(str(number), f"its line has the number of another: {line}")
        total = (NOTHING if kept is None else kept.total).and_also(added)
        rows.append((number, *line, total.charges, *map(_written, total[1:4]), *total[4:]))
    return rows


def put_rates(connection: Connection, rates: Sequence[Rate]) -> int:
    """Keeps rates; returns how many were new or other."""
    known = {(day, currency): cny for day, currency, cny in connection.execute(select(COST_RATE))}
    given = {(rate.day.isoformat(), rate.currency): format(rate.cny, "f") for rate in rates}
    changed = [(*key, cny) for key, cny in sorted(given.items()) if known.get(key) != cny]
    put_rows(connection, _PUT_RATE, changed)
    return len(changed)


def read_ledger(ask: Ask, from_s: int, to_s: int) -> list[LedgerLine]:
    """Lines that begin in the range, in order."""
    asked = select(*tuple(COST_LINE.columns)[1:]).where(
        COST_LINE.c.from_s >= from_s, COST_LINE.c.from_s < to_s, COST_LINE.c.charges > 0
    )
    return sorted(_ledger_line(row) for row in ask(asked))


def read_rates(ask: Ask) -> list[Rate]:
    """Every rate, oldest day first."""
    asked = select(COST_RATE).order_by(COST_RATE.c.day, COST_RATE.c.currency)
    return [Rate(date.fromisoformat(day), currency, Decimal(cny)) for day, currency, cny in ask(asked)]


def _ledger_line(row: Sequence[Any]) -> LedgerLine:
    line, (number, *sums) = row[:_KEY_OF_LINE], row[_KEY_OF_LINE:]
    billed, effective, listed = map(Decimal, sums[:3])
    return LedgerLine(Line(*line), Total(number, billed, effective, listed, *sums[3:]))


def _pieces(keys: Sequence[Any]) -> Iterator[Sequence[Any]]:
    for begin in range(0, len(keys), _ASKED_AT_ONCE):
        yield keys[begin : begin + _ASKED_AT_ONCE]


def _written(amount: Decimal | None) -> str | None:
    if amount is None:
        return None
    text = str(amount)  # several times as fast as format, which is for what str writes with an exponent
    return text if "E" not in text else format(amount, "f")


def _read(amount: str | None) -> Decimal | None:
    return None if amount is None else Decimal(amount)
