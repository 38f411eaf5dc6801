"""What is wrong with an audit log is found at the first row where it shows."""

from __future__ import annotations

import sqlite3
import tracemalloc
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from functools import partial
from pathlib import Path

import psycopg
import pytest

from slo.windows import SHANGHAI
from store.audit import BEGIN, AuditRow, Head, audited, chained
from store.audit_chain import stored_rows, verify
from store.errors import BadHead
from store.journal import Change
from store.opening import open_store

ROWS = chained(BEGIN, tuple(audited(n, "li.na", "alert.note", f"a{n}", note="n") for n in range(1, 9)))
HEADS = [BEGIN, *(Head(row.number, row.digest) for row in ROWS)]


def renumbered(rows: list[AuditRow]) -> list[AuditRow]:
    return [row._replace(number=number) for number, row in enumerate(rows, start=1)]


def remade(rows: list[AuditRow]) -> list[AuditRow]:
    return chained(BEGIN, tuple(row.act for row in rows))


FORGED = ROWS[3]._replace(act=ROWS[3].act._replace(actor="wang"))
SWAPPED = [*ROWS[:3], ROWS[4]._replace(number=4), ROWS[3]._replace(number=5), *ROWS[5:]]


def test_a_log_that_nobody_touched_is_whole_up_to_its_head() -> None:
    found = verify(ROWS, HEADS)
    assert (found.is_whole, found.rows, found.head) == (True, 8, HEADS[8])
    assert verify([]).is_whole


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([*ROWS[:3], FORGED, *ROWS[4:]], "row 4: what it says, or its place"),
        ([*ROWS[:3], ROWS[3]._replace(digest=ROWS[2].digest), *ROWS[4:]], "row 4: what it says"),
        ([*ROWS[:3], ROWS[3]._replace(digest="no digest"), *ROWS[4:]], "row 4: what it says"),
        ([*ROWS[:3], *ROWS[4:]], "row 4: is missing; after 3 comes 5"),
        (ROWS[2:], "row 1: is missing, as are all up to 2; after 0 comes 3"),
        (renumbered([*ROWS[:3], *ROWS[4:]]), "row 4: what it says"),
        (renumbered([*ROWS[:3], FORGED, *ROWS[3:]]), "row 4: what it says"),
        ([*ROWS[:4], ROWS[3], *ROWS[4:]], "row 4: stands after row 4"),
        (SWAPPED, "row 4: what it says"),
        ([*ROWS[:3], ROWS[4], ROWS[3], *ROWS[5:]], "row 4: is missing; after 3 comes 5"),
    ],
    ids=["changed", "digest", "nonsense", "removed", "begin", "closed-up", "inserted", "twice", "swapped", "order"],
)
def test_a_row_that_was_touched_is_the_first_bad_one(rows: list[AuditRow], said: str) -> None:
    found = verify(rows)
    assert str(found.broken).startswith(said)
    assert found.head in HEADS[:5]


def test_an_end_that_was_cut_off_is_seen_by_a_head_that_was_written_down() -> None:
    assert verify(ROWS[:5]).is_whole
    assert str(verify(ROWS[:5], [HEADS[3], HEADS[8]]).broken) == (
        "row 6: the end was cut off: rows 6 to 8 are missing, for row 8 was written down"
    )
    assert "it is missing, for row 8" in str(verify(ROWS[:7], [HEADS[8]]).broken)
    assert str(verify([], [HEADS[8]]).broken).startswith("row 1: the end was cut off")


def test_a_log_that_was_made_anew_is_seen_by_a_head_that_was_written_down() -> None:
    forged = remade([*ROWS[:3], FORGED, *ROWS[4:]])
    assert verify(forged).is_whole
    assert str(verify(forged, [HEADS[3], HEADS[6]]).broken).startswith("row 6: the head that was written down is")
    assert verify(remade(ROWS[:3]), [HEADS[3]]).is_whole


def test_a_chain_is_followed_from_any_head_on() -> None:
    found = verify(ROWS[5:], [HEADS[2], HEADS[8]], begin=HEADS[5])
    assert (found.is_whole, found.rows, found.head) == (True, 3, HEADS[8])
    assert not verify(ROWS[5:], begin=replace(HEADS[5], digest=HEADS[4].digest)).is_whole


def test_a_million_rows_would_need_no_more_memory_than_ten() -> None:
    def endless() -> Iterator[AuditRow]:
        head = BEGIN
        for number in range(1, 20_001):
            (row,) = chained(head, (audited(number, "li.na", "alert.note"),))
            head = Head(row.number, row.digest)
            yield row

    tracemalloc.start()
    try:
        assert verify(endless()).rows == 20_000
        assert tracemalloc.get_traced_memory()[1] < 200_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("text", ["", "7", "7:", "7:xyz", f"-1:{'0' * 64}", f"7:{'0' * 63}G", f"{'9' * 20}:{'0' * 64}"])
def test_what_is_no_head_is_refused_in_one_line(text: str) -> None:
    with pytest.raises(BadHead, match="is not NUMBER:DIGEST"):
        Head.parse(text)


def test_a_head_is_read_as_it_is_written() -> None:
    assert Head.parse(f" {HEADS[8].text()}\n") == HEADS[8]


def _sqlite(path: Path, statements: list[str]) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        for statement in statements:
            connection.execute(statement)


def _postgres(address: str, statements: list[str]) -> None:
    with psycopg.connect(address) as connection:
        for statement in statements:
            connection.execute(statement.encode())


OPENED = {
    "sqlite": ["DROP TRIGGER audit_row_unchanged", "DROP TRIGGER audit_row_undeleted"],
    "postgres": ["DROP TRIGGER audit_row_unchanged ON audit_row"],
}


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_the_database_refuses_changes_and_verify_finds_those_that_were_forced(
    request: pytest.FixtureRequest, kind: str
) -> None:
    where = request.getfixturevalue({"sqlite": "path", "postgres": "address"}[kind])
    store = open_store(where, SHANGHAI)
    run = partial({"sqlite": _sqlite, "postgres": _postgres}[kind], where)
    store.write(Change(audit=tuple(row.act for row in ROWS)))
    for forbidden in ("UPDATE audit_row SET actor = 'x'", "DELETE FROM audit_row WHERE number > 3"):
        with pytest.raises((sqlite3.IntegrityError, psycopg.errors.RaiseException), match="is only added to"):
            run([forbidden])
    assert verify(stored_rows(store), HEADS).is_whole
    run([*OPENED[kind], "UPDATE audit_row SET actor = 'x' WHERE number = 6"])
    assert str(verify(stored_rows(store)).broken).startswith("row 6: what it says")
    run(["DELETE FROM audit_row WHERE number > 4"])
    assert verify(stored_rows(store)).head == HEADS[4]
    assert not verify(stored_rows(store), [HEADS[8]]).is_whole
    store.close()


def test_a_log_of_many_pages_is_followed_to_its_end(path: Path) -> None:
    store = open_store(path, SHANGHAI)
    try:
        store.write(Change(audit=tuple(audited(n, "li.na", "alert.note") for n in range(2500))))
        assert verify(stored_rows(store)).head.number == 2500
    finally:
        store.close()
