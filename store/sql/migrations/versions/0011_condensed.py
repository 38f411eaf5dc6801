"""Sums of months that are over: what a report of thirteen months would have to add up again, half a million days."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Adds two tables; collectors fill them, a month at a time."""
    op.create_table(
        "month_sum",
        sa.Column("scope", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("from_s", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("unit_id", sa.Integer, primary_key=True, autoincrement=False),
        *(sa.Column(name, sa.BigInteger, nullable=False) for name in ("good", "bad", "ignored", "transactions")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "month_summed",
        sa.Column("from_s", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("to_s", sa.BigInteger, nullable=False),
        sqlite_with_rowid=False,
    )
