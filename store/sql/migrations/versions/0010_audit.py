"""The audit log: who did what, in rows that carry digests of all before them and that the database itself keeps."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

# Whoever owns the database can drop these; they are against mistakes. What finds a forger are the digests.
_KEPT = "the audit log is only added to"
_SQLITE = (
    f"CREATE TRIGGER audit_row_unchanged BEFORE UPDATE ON audit_row BEGIN SELECT RAISE(ABORT, '{_KEPT}'); END",
    f"CREATE TRIGGER audit_row_undeleted BEFORE DELETE ON audit_row BEGIN SELECT RAISE(ABORT, '{_KEPT}'); END",
)
_POSTGRES = (
    "CREATE FUNCTION audit_row_is_kept() RETURNS trigger LANGUAGE plpgsql AS"
    f" $$ BEGIN RAISE EXCEPTION '{_KEPT}'; END $$",
    "CREATE TRIGGER audit_row_unchanged BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_row"
    " FOR EACH STATEMENT EXECUTE FUNCTION audit_row_is_kept()",
)


def upgrade() -> None:
    """Adds a table that refuses changes."""
    op.create_table(
        "audit_row",
        sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("at_ms", sa.BigInteger, nullable=False),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("actor", "action", "subject", "detail", "digest")),
    )
    op.create_index("audit_row_by_time", "audit_row", ["at_ms"])
    for name in ("actor", "action", "subject"):
        op.create_index(f"audit_row_by_{name}", "audit_row", [name, "number"])
    for statement in _POSTGRES if op.get_bind().dialect.name == "postgresql" else _SQLITE:
        op.execute(statement)
