"""Histograms of how long requests took, in minutes, hours and days, and the collector's memory of their buckets."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Adds three tables; collectors fill them from their next page on."""
    op.create_table(
        "latency_series",
        sa.Column("id", sa.Integer, primary_key=True),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("product", "step", "traffic", "bounds")),
        sa.UniqueConstraint("product", "step", "traffic", "bounds", name="latency_series_is_unique"),
    )
    op.create_table(
        "latency",
        sa.Column("level", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("at", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("series_id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("counts", sa.Text, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "latency_state",
        sa.Column("source_id", sa.Integer, sa.ForeignKey("source.id"), primary_key=True, autoincrement=False),
        sa.Column("state", sa.LargeBinary, nullable=False),
    )
