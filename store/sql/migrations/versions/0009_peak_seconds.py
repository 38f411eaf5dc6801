"""The busiest second of each day: kept, because slots live for hours."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

# Seconds of the present day were not looked at until now: its busiest one is not known.
_TODAY = """
    INSERT INTO peak_second (scope, day_s, unit_id)
    SELECT scope, day_s, unit_id FROM peak_day
    WHERE scope IN (0, 1) AND day_s = (SELECT max(day_s) FROM peak_day)
"""


def upgrade() -> None:
    """Adds a table."""
    op.create_table(
        "peak_second",
        sa.Column("scope", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("day_s", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("unit_id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("at", sa.BigInteger),
        sa.Column("transactions", sa.BigInteger),
        sqlite_with_rowid=False,
    )
    op.execute(_TODAY)
