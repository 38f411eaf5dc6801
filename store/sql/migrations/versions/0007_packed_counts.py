"""SQLite keeps counts in a table for each level and scope, under one integer: a quarter less space, quicker look-ups.

Whole or not at all, as every migration: one that was killed left nothing and is begun anew. It says how far it is (60
million rows take a few minutes), and refuses its own work unless the sums of every count stayed what they were.
"""

from __future__ import annotations

import logging

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

LOG = logging.getLogger("store.upgrade")
ROWS_A_STEP = 5_000_000
_STEP_S = {"slot": 1, "minute": 60, "hour": 1, "day": 1}
_SCOPES = ("bank", "product", "cell", "dcn", "step")
_COLUMNS = "good, bad, ignored, transactions"
_SUMS = "count(*), sum(good), sum(bad), sum(ignored), sum(transactions), sum(at % 1000003), sum(unit_id)"


def upgrade() -> None:
    """Moves every row. PostgreSQL's tables stay as they are."""
    connection = op.get_bind()
    if connection.dialect.name != "sqlite":
        return
    for level, step_s in _STEP_S.items():
        for number, scope in enumerate(_SCOPES):
            _refuse_misfits(connection, level, number, step_s)
            _make(f"counts_{level}_{scope}", step_s)
            _move(connection, level, number, step_s)
            _refuse_difference(connection, level, number)
        op.drop_table(f"counts_{level}")


def _refuse_misfits(connection: sa.Connection, level: str, scope: int, step_s: int) -> None:
    misfits = sa.text(
        f"SELECT count(*) FROM counts_{level}"  # noqa: S608
        f" WHERE scope = :scope AND ((at - 1577836800) % {step_s} <> 0 OR unit_id < 0 OR unit_id > 262143)"
    )
    number = connection.execute(misfits, {"scope": scope}).scalar_one()
    if number:
        raise sa.exc.InvalidRequestError(
            f"counts_{level}, scope {scope}: {number} rows begin at no {level} or belong to a unit above number 262143;"
            " nothing was changed, delete them and upgrade again"
        )


def _make(name: str, step_s: int) -> None:
    op.create_table(
        name,
        sa.Column("key", sa.Integer, primary_key=True),
        *(sa.Column(field, sa.BigInteger, nullable=False) for field in _COLUMNS.split(", ")),
        sa.Column("at", sa.BigInteger, sa.Computed(f"((key >> 18) * {step_s} + 1577836800)", persisted=False)),
        sa.Column("unit_id", sa.Integer, sa.Computed("(key & 262143)", persisted=False)),
    )


def _move(connection: sa.Connection, level: str, scope: int, step_s: int) -> None:
    """Copies the rows of one scope in the order of their key, some millions at a time."""
    old, new = f"counts_{level}", f"counts_{level}_{_SCOPES[scope]}"
    step = sa.text(
        f"INSERT INTO {new} (key, {_COLUMNS})"  # noqa: S608  (names of our own)
        f" SELECT (((at - 1577836800) / {step_s}) << 18) + unit_id, {_COLUMNS} FROM {old}"
        " WHERE scope = :scope AND (at, unit_id) > (:at, :unit_id) ORDER BY at, unit_id LIMIT :most"
    )
    last = sa.text(f"SELECT at, unit_id FROM {new} ORDER BY key DESC LIMIT 1")  # noqa: S608
    at, unit_id, moved = -(1 << 62), 0, 0
    while done := connection.execute(
        step, {"scope": scope, "at": at, "unit_id": unit_id, "most": ROWS_A_STEP}
    ).rowcount:
        at, unit_id = connection.execute(last).one()
        moved += done
        LOG.info("%s: %s rows moved", new, f"{moved:,}")


def _refuse_difference(connection: sa.Connection, level: str, scope: int) -> None:
    before = sa.text(f"SELECT {_SUMS} FROM counts_{level} WHERE scope = :scope")  # noqa: S608
    after = sa.text(f"SELECT {_SUMS} FROM counts_{level}_{_SCOPES[scope]}")  # noqa: S608
    expected, found = connection.execute(before, {"scope": scope}).one(), connection.execute(after).one()
    if tuple(expected) != tuple(found):
        raise sa.exc.InvalidRequestError(
            f"counts_{level}, scope {scope}: {tuple(found)} after, {tuple(expected)} before"
        )
