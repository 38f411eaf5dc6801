"""The journal: what people and the control center did, and the documents that it speaks of."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Adds two tables."""
    op.create_table(
        "journal_entry",
        sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("at_ms", sa.BigInteger, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Index("journal_entry_by_kind", "kind", "at_ms"),
        sa.Index("journal_entry_by_subject", "subject", "number"),
        sa.Index("journal_entry_by_time", "at_ms"),
    )
    op.create_table(
        "journal_document",
        sa.Column("kind", sa.Text, primary_key=True),
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("at_ms", sa.BigInteger, nullable=False),
        sa.Column("open", sa.Boolean, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Index("journal_document_by_time", "kind", "at_ms", "id"),
        sa.Index("journal_document_open", "kind", "open", "at_ms", "id"),
    )
