"""Tables of the store. Every number is an integer; every time says its unit.

Counts are kept per level with a time-major key inside each scope: what a chart or a window of one scope asks for lies
side by side, new slices go to the end and old ones leave from the front. PostgreSQL's are here,
SQLite's in ``layouts``.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from store.records import Level

REVISIONS = ("0001", "0002", "0003", "0004", "0005", "0006", "0007", "0008", "0009", "0010", "0011", "0012")
"""Every schema that ever was, oldest first; the last is the one that this program reads and writes."""

METADATA = MetaData()
"""What both kinds of database have."""

CUT_METADATA = MetaData()
"""What only PostgreSQL has."""

ABOUT = Table(
    "about",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=False),  # always 1
    Column("zone", Text, nullable=False),  # time zone whose midnights begin the days
    Column("changes", BigInteger, nullable=False),  # changes that no source's version counts
)

UNIT = Table(
    "unit",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("scope", Integer, nullable=False),
    Column("product", Text, nullable=False),
    Column("data_center", Text, nullable=False),
    Column("dcn", Text, nullable=False),
    Column("step", Text, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("traffic", Text, nullable=False),
    UniqueConstraint("scope", "product", "data_center", "dcn", "step", "outcome", "traffic", name="unit_is_unique"),
)


_CUT_BY = {"counts_slot": "RANGE (at)", "counts_minute": "RANGE (at)"}


def _counts(name: str) -> Table:
    # No foreign key to unit: it would cost a look-up for each of thousands of rows a second.
    return Table(
        name,
        CUT_METADATA,
        Column("scope", Integer, primary_key=True, autoincrement=False),
        Column("at", BigInteger, primary_key=True, autoincrement=False),
        Column("unit_id", Integer, primary_key=True, autoincrement=False),
        Column("good", BigInteger, nullable=False),
        Column("bad", BigInteger, nullable=False),
        Column("ignored", BigInteger, nullable=False),
        Column("transactions", BigInteger, nullable=False),
        postgresql_partition_by=_CUT_BY.get(name),
    )


COUNTS = {level: _counts(f"counts_{level.name.lower()}") for level in Level}

SOURCE = Table(
    "source",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    Column("kind", Text, nullable=False),
    Column("data_center", Text, nullable=False),
    Column("interval_ms", BigInteger, nullable=False),
    Column("registered_ms", BigInteger, nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("watermark_ms", BigInteger),
    Column("first_page_ms", BigInteger),  # 0: there was one, but it is not known when
    Column("last_at_ms", BigInteger),  # the last attempt, kept because reads are pruned
    Column("last_collected", Boolean),
    Column("last_reason", Text),
    Column("last_duration_ms", BigInteger),
    Column("last_samples", BigInteger),
    Column("last_resets", BigInteger),
    Column("last_unknown_births", BigInteger),
)

SOURCE_STATE = Table(
    "source_state",
    METADATA,
    Column("source_id", Integer, ForeignKey("source.id"), primary_key=True, autoincrement=False),
    Column("state", LargeBinary, nullable=False),
)

SERIES = Table(
    "series",
    METADATA,
    Column("source_id", Integer, ForeignKey("source.id"), primary_key=True, autoincrement=False),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("text", Text, nullable=False),
    sqlite_with_rowid=False,
)

READ = Table(
    "read",
    METADATA,
    Column("source_id", Integer, ForeignKey("source.id"), primary_key=True, autoincrement=False),
    Column("at_ms", BigInteger, primary_key=True, autoincrement=False),
    Column("version", BigInteger, primary_key=True, autoincrement=False),  # of the commit that brought it
    Column("position", Integer, primary_key=True, autoincrement=False),  # in that commit
    Column("collected", Boolean, nullable=False),
    Column("reason", Text, nullable=False),
    Column("duration_ms", BigInteger, nullable=False),
    Column("samples", BigInteger, nullable=False),
    Column("resets", BigInteger, nullable=False),
    Column("unknown_births", BigInteger, nullable=False),
    sqlite_with_rowid=False,
    postgresql_partition_by="RANGE (at_ms)",
)

OBSERVED = Table(
    "observed",
    METADATA,
    Column("level", Integer, primary_key=True, autoincrement=False),
    Column("at", BigInteger, primary_key=True, autoincrement=False),
    Column("source_id", Integer, ForeignKey("source.id"), primary_key=True, autoincrement=False),
    Column("reads", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

GAP = Table(
    "gap",
    METADATA,
    Column("from_ms", BigInteger, primary_key=True, autoincrement=False),
    Column("source", Text, primary_key=True),
    Column("to_ms", BigInteger, nullable=False),
    Column("exact", Boolean, nullable=False),
    Column("reason", Text, nullable=False),
    sqlite_with_rowid=False,
)

INCARNATION = Table(
    "incarnation",
    METADATA,
    Column("source", Text, primary_key=True),
    Column("born_ms", BigInteger, primary_key=True, autoincrement=False),
    Column("first_mark", BigInteger),
    Column("last_mark", BigInteger),
    Column("first_read_ms", BigInteger, nullable=False),
    Column("last_read_ms", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

SPAN = Table(
    "span",
    METADATA,
    Column("from_s", BigInteger, primary_key=True, autoincrement=False),
    Column("to_s", BigInteger, primary_key=True, autoincrement=False),
    sqlite_with_rowid=False,
)

COST_DAY = Table(
    "cost_day",
    METADATA,
    Column("day_s", BigInteger, primary_key=True, autoincrement=False),
    Column("category", Text, primary_key=True),
    Column("product", Text, primary_key=True),
    Column("data_center", Text, primary_key=True),
    Column("fen", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

ACCOUNT_DAY = Table(
    "account_day",
    METADATA,
    Column("day_s", BigInteger, primary_key=True, autoincrement=False),
    Column("product", Text, primary_key=True),
    Column("state", Text, primary_key=True),
    Column("data_center", Text, primary_key=True),
    Column("at_s", BigInteger, nullable=False),
    Column("accounts", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

GAUGE = Table(
    "gauge",
    METADATA,
    Column("source", Text, primary_key=True),
    Column("name", Text, primary_key=True),
    Column("labels", Text, primary_key=True),
    Column("at_ms", BigInteger, nullable=False),
    Column("value", Text, nullable=False),
    sqlite_with_rowid=False,
)

LEASE = Table(
    "lease",
    METADATA,
    Column("name", Text, primary_key=True),
    Column("owner", Text, nullable=False),  # empty: nobody
    Column("token", BigInteger, nullable=False),  # grows with every change of hands
    Column("clock", Text, nullable=False),  # which monotonic clock the beat was read from
    Column("beat_ms", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

PROBE = Table(
    "probe",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("name", Text, nullable=False),
    Column("vantage", Text, nullable=False),
    Column("product", Text, nullable=False),
    Column("data_center", Text, nullable=False),
    Column("interval_ms", BigInteger, nullable=False),
    Column("registered_ms", BigInteger, nullable=False),
    Column("last_at_ms", BigInteger),  # the newest result, kept because results are pruned
    Column("last_state", Text),
    Column("last_reason", Text),
    Column("last_duration_ms", BigInteger),
    Column("last_tls_expires_s", BigInteger),
    Column("tls_expires_s", BigInteger),  # of the newest handshake that succeeded
    UniqueConstraint("name", "vantage", name="probe_is_unique"),
)

PROBE_RESULT = Table(
    "probe_result",
    METADATA,
    Column("probe_id", Integer, ForeignKey("probe.id"), primary_key=True, autoincrement=False),
    Column("at_ms", BigInteger, primary_key=True, autoincrement=False),
    Column("state", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("duration_ms", BigInteger, nullable=False),
    Column("tls_expires_s", BigInteger),
    sqlite_with_rowid=False,
)

PROBE_COUNT = Table(
    "probe_count",
    METADATA,
    Column("level", Integer, primary_key=True, autoincrement=False),
    Column("at", BigInteger, primary_key=True, autoincrement=False),
    Column("probe_id", Integer, ForeignKey("probe.id"), primary_key=True, autoincrement=False),
    Column("good", BigInteger, nullable=False),
    Column("bad", BigInteger, nullable=False),
    Column("invalid_probe", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

PEAK_DAY = Table(
    "peak_day",
    METADATA,
    Column("scope", Integer, primary_key=True, autoincrement=False),
    Column("day_s", BigInteger, primary_key=True, autoincrement=False),
    Column("unit_id", Integer, primary_key=True, autoincrement=False),
    Column("at", BigInteger, nullable=False),  # the minute of that day with the most transactions
    Column("transactions", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

PEAK_SECOND = Table(
    "peak_second",
    METADATA,
    Column("scope", Integer, primary_key=True, autoincrement=False),
    Column("day_s", BigInteger, primary_key=True, autoincrement=False),
    Column("unit_id", Integer, primary_key=True, autoincrement=False),
    Column("at", BigInteger),  # the second of that day with the most transactions; NULL: no longer known
    Column("transactions", BigInteger),
    sqlite_with_rowid=False,
)

MONTH_SUM = Table(
    "month_sum",
    METADATA,
    Column("scope", Integer, primary_key=True, autoincrement=False),
    Column("from_s", BigInteger, primary_key=True, autoincrement=False),
    Column("unit_id", Integer, primary_key=True, autoincrement=False),
    *(Column(name, BigInteger, nullable=False) for name in ("good", "bad", "ignored", "transactions")),
    sqlite_with_rowid=False,
)

MONTH_SUMMED = Table(
    "month_summed",
    METADATA,
    Column("from_s", BigInteger, primary_key=True, autoincrement=False),  # months whose sums hold
    Column("to_s", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

PEAK_MARK = Table(
    "peak_mark",
    METADATA,
    Column("source_id", Integer, ForeignKey("source.id"), primary_key=True, autoincrement=False),
    Column("minute_s", BigInteger, nullable=False),  # peaks were taken from the source's minutes before this one
)

ENTRY = Table(
    "journal_entry",
    METADATA,
    Column("number", BigInteger, primary_key=True, autoincrement=False),  # from the store's count of changes
    Column("at_ms", BigInteger, nullable=False),
    Column("kind", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("body", Text, nullable=False),
    Index("journal_entry_by_kind", "kind", "at_ms"),
    Index("journal_entry_by_subject", "subject", "number"),
    Index("journal_entry_by_time", "at_ms"),
)

DOCUMENT = Table(
    "journal_document",
    METADATA,
    Column("kind", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("version", BigInteger, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("open", Boolean, nullable=False),
    Column("body", Text, nullable=False),
    Index("journal_document_by_time", "kind", "at_ms", "id"),
    Index("journal_document_open", "kind", "open", "at_ms", "id"),
)

AUDIT = Table(
    "audit_row",
    METADATA,
    Column("number", BigInteger, primary_key=True, autoincrement=False),  # 1, 2, 3 without holes
    Column("at_ms", BigInteger, nullable=False),
    Column("actor", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Column("digest", Text, nullable=False),  # of this row and, through the one before, of all before it
    Index("audit_row_by_time", "at_ms"),
    Index("audit_row_by_actor", "actor", "number"),
    Index("audit_row_by_action", "action", "number"),
    Index("audit_row_by_subject", "subject", "number"),
)

COST_LINE = Table(
    "cost_line",
    METADATA,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False),  # Line.number
    *(Column(name, BigInteger, nullable=False) for name in ("from_s", "to_s", "billing_from_s")),
    *(Column(name, Text, nullable=False) for name in ("provider", "account", "sub_account", "kind", "category")),
    *(Column(name, Text, nullable=False) for name in ("service", "currency", "product", "data_center")),
    Column("charges", BigInteger, nullable=False),
    *(Column(name, Text, nullable=False) for name in ("billed", "effective", "list")),  # exact decimals
    *(Column(f"{name}_unknown", BigInteger, nullable=False) for name in ("billed", "effective", "list")),
    Index("cost_line_by_time", "from_s"),
)

COST_CHARGE = Table(
    "cost_charge",
    METADATA,
    Column("key", LargeBinary, primary_key=True),
    Column("part", Integer, primary_key=True, autoincrement=False),
    Column("revision", BigInteger, nullable=False),
    Column("line_id", BigInteger, nullable=False),
    *(Column(name, Text) for name in ("billed", "effective", "list")),  # exact decimals; NULL: the bill does not say
    sqlite_with_rowid=False,
)

COST_RATE = Table(
    "cost_rate",
    METADATA,
    Column("day", Text, primary_key=True),  # 2026-01-31
    Column("currency", Text, primary_key=True),
    Column("cny", Text, nullable=False),
    sqlite_with_rowid=False,
)

ALEMBIC_VERSION = Table("alembic_version", MetaData(), Column("version_num", String(32), primary_key=True))
"""Where Alembic keeps the revision; read without importing Alembic."""
