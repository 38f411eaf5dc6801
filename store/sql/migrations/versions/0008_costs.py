"""The cost ledger: charges that were counted, the lines that they add up to, rates of currencies."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

_AMOUNTS = ("billed", "effective", "list")
_WORDS = ("provider", "account", "sub_account", "kind", "category", "service", "currency", "product", "data_center")


def upgrade() -> None:
    """Adds three tables."""
    op.create_table(
        "cost_line",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True, autoincrement=False),
        *(sa.Column(name, sa.BigInteger, nullable=False) for name in ("from_s", "to_s", "billing_from_s")),
        *(sa.Column(name, sa.Text, nullable=False) for name in _WORDS),
        sa.Column("charges", sa.BigInteger, nullable=False),
        *(sa.Column(name, sa.Text, nullable=False) for name in _AMOUNTS),
        *(sa.Column(f"{name}_unknown", sa.BigInteger, nullable=False) for name in _AMOUNTS),
        sa.Index("cost_line_by_time", "from_s"),
    )
    op.create_table(
        "cost_charge",
        sa.Column("key", sa.LargeBinary, primary_key=True),
        sa.Column("part", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("revision", sa.BigInteger, nullable=False),
        sa.Column("line_id", sa.BigInteger, nullable=False),
        *(sa.Column(name, sa.Text) for name in _AMOUNTS),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "cost_rate",
        sa.Column("day", sa.Text, primary_key=True),
        sa.Column("currency", sa.Text, primary_key=True),
        sa.Column("cny", sa.Text, nullable=False),
        sqlite_with_rowid=False,
    )
