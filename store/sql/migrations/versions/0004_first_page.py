"""The first page of every source: what lies before it was never counted and may be read from history."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Adds a column. Of sources that were read already the first page is known by their lives; 0: not known."""
    op.add_column("source", sa.Column("first_page_ms", sa.BigInteger))
    op.execute(
        "UPDATE source SET first_page_ms = COALESCE("
        "(SELECT MIN(first_read_ms) FROM incarnation WHERE incarnation.source = source.name), 0) "
        "WHERE watermark_ms IS NOT NULL"
    )
