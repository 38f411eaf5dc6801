"""The cost ledger in SQL, inside a transaction that the caller began."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from operator import itemgetter
from typing import Any, TypeAlias

from sqlalchemy import Connection, Executable, and_, delete, or_, select

from store.costs import (
    NOTHING,
    Bill,
    ChargeRow,
    LedgerLine,
    Line,
    Posted,
    Rate,
    Restated,
    Settlement,
    Total,
    money_text,
    settle,
)
from store.errors import LedgerRefused
from store.sql.puts import insert_sql, put_rows, upsert_sql
from store.sql.schema import COST_CHARGE, COST_LINE, COST_RATE

Ask: TypeAlias = Callable[[Executable], Sequence[Any]]
_NAMED = itemgetter(0, 1)
_ASKED_AT_ONCE = 1000
_SUMS = ("charges", "billed", "effective", "list", "billed_unknown", "effective_unknown", "list_unknown")
_PUT_CHARGE = insert_sql(COST_CHARGE)
_PUT_LINE = upsert_sql(COST_LINE, lambda new: {name: new[name] for name in _SUMS}, distinct=True)
_PUT_RATE = upsert_sql(COST_RATE, lambda new: {"cny": new["cny"]}, distinct=True)
_CHARGE_COLUMNS = tuple(COST_CHARGE.columns)
_KEY_OF_LINE = len(Line._fields)


def post(connection: Connection, rows: Sequence[ChargeRow], lines: Mapping[int, Line]) -> Posted:
    """Counts charges once. Raises LedgerRefused."""
    if not rows:
        return Posted()
    in_order = sorted(rows, key=_NAMED)  # neighbors share pages
    done = _all_new(connection, in_order)
    if done is None:
        done = settle(in_order, _kept(connection, list(dict.fromkeys(row[0] for row in in_order))))
        for some in _pieces(done.replaced):
            connection.execute(delete(COST_CHARGE).where(COST_CHARGE.c.key.in_(some)))
        put_rows(connection, _PUT_CHARGE, done.written)
    put_rows(connection, _PUT_LINE, _lines(connection, done.added, lines))
    return done.posted


def restate(
    connection: Connection, bills: Sequence[Bill], pieces: Iterable[Sequence[ChargeRow]], lines: Mapping[int, Line]
) -> Restated:
    """Forgets the charges of bills and counts others in their place. Raises LedgerRefused."""
    mine = or_(
        *(
            and_(
                COST_LINE.c.provider == bill.provider,
                COST_LINE.c.account == bill.account,
                COST_LINE.c.billing_from_s >= bill.from_s,
                COST_LINE.c.billing_from_s < bill.to_s,
            )
            for bill in bills
        )
    )
    found = [_ledger_line(row) for row in connection.execute(select(*tuple(COST_LINE.columns)[1:]).where(mine))]
    connection.execute(delete(COST_CHARGE).where(COST_CHARGE.c.line_id.in_(select(COST_LINE.c.id).where(mine))))
    connection.execute(delete(COST_LINE).where(mine))
    posted = Posted()
    for rows in pieces:
        posted = posted.plus(post(connection, rows, lines))
    return Restated(tuple(sorted(each for each in found if each.total.charges)), posted)


def _all_new(connection: Connection, rows: Sequence[ChargeRow]) -> Settlement | None:
    """Charges that are all new are written without looking for each of them, which takes longer than writing it. None,
    with nothing written, when any is known."""
    if _kept(connection, [rows[0][0]]):
        return None
    done = settle(rows, {})
    attempt = connection.begin_nested()
    if put_rows(connection, _PUT_CHARGE, rows) == len(rows):
        attempt.commit()
        return done
    attempt.rollback()
    return None


def _kept(connection: Connection, keys: Sequence[bytes]) -> dict[bytes, list[ChargeRow]]:
    """What is kept of these charges, parts in order."""
    found: dict[bytes, list[ChargeRow]] = {}
    for some in _pieces(keys):
        asked = select(*_CHARGE_COLUMNS).where(COST_CHARGE.c.key.in_(some))
        for row in sorted(map(tuple, connection.execute(asked)), key=_NAMED):
            found.setdefault(row[0], []).append(row)
    return found


def _lines(connection: Connection, added: Mapping[int, Total], lines: Mapping[int, Line]) -> list[tuple[object, ...]]:
    """Rows of the lines as they become. Raises LedgerRefused when two lines have the same number."""
    before: dict[int, LedgerLine] = {}
    for some in _pieces(sorted(added)):
        asked = select(COST_LINE).where(COST_LINE.c.id.in_(some))
        before |= {number: _ledger_line(rest) for number, *rest in connection.execute(asked)}
    rows: list[tuple[object, ...]] = []
    for number, total in sorted(added.items()):
        kept = before.get(number)
        line = lines[number] if kept is None else kept.line
        if lines.get(number, line) != line:
            raise LedgerRefused(str(number), f"its line has the number of another: {line}")
        became = (NOTHING if kept is None else kept.total).and_also(total)
        rows.append((number, *line, became.charges, *map(money_text, became[1:4]), *became[4:]))
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


def read_known(ask: Ask, keys: Sequence[bytes]) -> frozenset[bytes]:
    """Which of these keys of charges there are."""
    asked = (select(COST_CHARGE.c.key).where(COST_CHARGE.c.key.in_(some)) for some in _pieces(keys))
    return frozenset(bytes(row[0]) for each in asked for row in ask(each))


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
