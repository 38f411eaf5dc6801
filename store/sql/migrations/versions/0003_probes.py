"""Synthetic probes: what runs, what single runs found, and how many runs found what."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Adds three tables; nothing that was stored before changes."""
    op.create_table(
        "probe",
        sa.Column("id", sa.Integer, primary_key=True),
        *(_text(name) for name in ("name", "vantage", "product", "data_center")),
        _number("interval_ms"),
        _number("registered_ms"),
        sa.Column("last_at_ms", sa.BigInteger),
        sa.Column("last_state", sa.Text),
        sa.Column("last_reason", sa.Text),
        sa.Column("last_duration_ms", sa.BigInteger),
        sa.Column("last_tls_expires_s", sa.BigInteger),
        sa.Column("tls_expires_s", sa.BigInteger),
        sa.UniqueConstraint("name", "vantage", name="probe_is_unique"),
    )
    op.create_table(
        "probe_result",
        _probe_key(),
        _key("at_ms"),
        _text("state"),
        _text("reason"),
        _number("duration_ms"),
        sa.Column("tls_expires_s", sa.BigInteger),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "probe_count",
        sa.Column("level", sa.Integer, primary_key=True, autoincrement=False),
        _key("at"),
        _probe_key(),
        *(_number(name) for name in ("good", "bad", "invalid_probe")),
        sqlite_with_rowid=False,
    )


def _key(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, primary_key=True, autoincrement=False)


def _number(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, nullable=False)


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=False)


def _probe_key() -> sa.Column[int]:
    return sa.Column("probe_id", sa.Integer, sa.ForeignKey("probe.id"), primary_key=True, autoincrement=False)
