"""The busiest minute of each day: kept, so that a month of peaks is a few rows and outlives the minutes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

# Stored days get their peaks too. Of days with gaps only what no gap touches: careful rather than complete. The number
# of the minute in its day rides below the transactions, so that the greatest is the busiest and then the earliest.
_FILL = """
    INSERT INTO peak_day (scope, day_s, unit_id, at, transactions)
    SELECT scope, day_s, unit_id, day_s + 60 * (2047 - best % 2048), best / 2048
    FROM (
        SELECT c.scope, d.at AS day_s, c.unit_id, max(c.transactions * 2048 + 2047 - (c.at - d.at) / 60) AS best
        FROM (
            SELECT at, coalesce(lead(at) OVER (ORDER BY at), at + 86400) AS next_at
            FROM (SELECT DISTINCT at FROM counts_day WHERE scope = 0) AS begun
        ) AS d
        JOIN counts_minute AS c ON c.at >= d.at AND c.at < d.next_at AND c.at < d.at + 90000
        WHERE c.scope IN (0, 1, 2) AND c.transactions > 0
          AND NOT EXISTS (SELECT 1 FROM gap WHERE gap.to_ms >= c.at * 1000 AND gap.from_ms < (c.at + 60) * 1000)
        GROUP BY c.scope, d.at, c.unit_id
    ) AS every_day
"""


def upgrade() -> None:
    """Adds two tables and fills the peaks of the days whose minutes are still there."""
    op.create_table(
        "peak_day",
        sa.Column("scope", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("day_s", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("unit_id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("transactions", sa.BigInteger, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "peak_mark",
        sa.Column("source_id", sa.Integer, sa.ForeignKey("source.id"), primary_key=True, autoincrement=False),
        sa.Column("minute_s", sa.BigInteger, nullable=False),
    )
    op.execute(_FILL)
