"""The first schema. Written out, not taken from the present tables: a migration never changes afterwards.

In PostgreSQL the tables that grow fastest are cut by time; parts are made when they are needed, and the default part
takes what has none. Texts are compared byte by byte, as SQLite and Python do, whatever the language of the database.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None

_TEXT = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")


def upgrade() -> None:
    """Makes every table of an empty database."""
    _make_about()
    _make_counts()
    _make_sources()
    _make_reads()
    _make_lives_and_gaps()
    _make_day_totals()


def _key(name: str, kind: type[sa.types.TypeEngine[int]] = sa.BigInteger) -> sa.Column[int]:
    return sa.Column(name, kind, primary_key=True, autoincrement=False)


def _number(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, nullable=False)


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, _TEXT, nullable=False)


def _source_key() -> sa.Column[int]:
    return sa.Column("source_id", sa.Integer, sa.ForeignKey("source.id"), primary_key=True, autoincrement=False)


def _make_default_part(table: str) -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"CREATE TABLE {table}_default PARTITION OF {table} DEFAULT")


def _leave_room(table: str, fill_percent: int) -> None:
    """For rows that are added to many times in place."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"ALTER TABLE {table} SET (fillfactor = {fill_percent})")


def _make_about() -> None:
    op.create_table("about", _key("id", sa.Integer), _text("zone"), _number("changes"))
    names = ("product", "data_center", "dcn", "step", "outcome", "traffic")
    op.create_table(
        "unit",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("scope", sa.Integer, nullable=False),
        *(_text(name) for name in names),
        sa.UniqueConstraint("scope", *names, name="unit_is_unique"),
    )


def _make_counts() -> None:
    for level, cut_by in {"slot": "RANGE (at)", "minute": "RANGE (at)", "hour": None, "day": None}.items():
        table = f"counts_{level}"
        op.create_table(
            table,
            _key("scope", sa.Integer),
            _key("at"),
            _key("unit_id", sa.Integer),
            *(_number(name) for name in ("good", "bad", "ignored", "transactions")),
            sqlite_with_rowid=False,
            postgresql_partition_by=cut_by,
        )
        if cut_by:
            _make_default_part(table)
        else:
            _leave_room(table, 50)


def _make_sources() -> None:
    op.create_table(
        "source",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("name", _TEXT, nullable=False, unique=True),
        _text("kind"),
        _text("data_center"),
        _number("interval_ms"),
        _number("registered_ms"),
        _number("version"),
        sa.Column("watermark_ms", sa.BigInteger),
        sa.Column("last_at_ms", sa.BigInteger),
        sa.Column("last_collected", sa.Boolean),
        sa.Column("last_reason", sa.Text),
        *(sa.Column(f"last_{name}", sa.BigInteger) for name in ("duration_ms", "samples", "resets", "unknown_births")),
    )
    op.create_table("source_state", _source_key(), sa.Column("state", sa.LargeBinary, nullable=False))
    op.create_table("series", _source_key(), _key("position", sa.Integer), _text("text"), sqlite_with_rowid=False)


def _make_reads() -> None:
    op.create_table(
        "read",
        _source_key(),
        _key("at_ms"),
        _key("version"),
        _key("position", sa.Integer),
        sa.Column("collected", sa.Boolean, nullable=False),
        _text("reason"),
        *(_number(name) for name in ("duration_ms", "samples", "resets", "unknown_births")),
        sqlite_with_rowid=False,
        postgresql_partition_by="RANGE (at_ms)",
    )
    _make_default_part("read")
    op.create_table(
        "observed", _key("level", sa.Integer), _key("at"), _source_key(), _number("reads"), sqlite_with_rowid=False
    )


def _make_lives_and_gaps() -> None:
    op.create_table(
        "gap",
        _key("from_ms"),
        sa.Column("source", _TEXT, primary_key=True),
        _number("to_ms"),
        sa.Column("exact", sa.Boolean, nullable=False),
        _text("reason"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "incarnation",
        sa.Column("source", _TEXT, primary_key=True),
        _key("born_ms"),
        sa.Column("first_mark", sa.BigInteger),
        sa.Column("last_mark", sa.BigInteger),
        _number("first_read_ms"),
        _number("last_read_ms"),
        sqlite_with_rowid=False,
    )
    op.create_table("span", _key("from_s"), _key("to_s"), sqlite_with_rowid=False)


def _make_day_totals() -> None:
    by_day = {
        "cost_day": (("category", "product", "data_center"), ("fen",)),
        "account_day": (("product", "state", "data_center"), ("at_s", "accounts")),
    }
    for table, (names, numbers) in by_day.items():
        keys = [sa.Column(name, _TEXT, primary_key=True) for name in names]
        op.create_table(table, _key("day_s"), *keys, *map(_number, numbers), sqlite_with_rowid=False)
    keys = [sa.Column(name, _TEXT, primary_key=True) for name in ("source", "name", "labels")]
    op.create_table("gauge", *keys, _number("at_ms"), _text("value"), sqlite_with_rowid=False)
