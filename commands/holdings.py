"""What `db stats` prints: a document for scripts and a table for people. Unknown is null and "-", never 0."""

from __future__ import annotations

from datetime import UTC, datetime

from slo.formatting import percent
from store.holdings import Holdings, JournalHolding, LatencyHolding, LevelHolding
from store.records import SourceStatus

UNKNOWN = "-"
_HEADS = ("level", "rows", "bytes", "oldest", "newest", "reads", "due", "complete %")
_JOURNAL_HEADS = ("journal", "rows", "bytes", "oldest", "newest", "open")
_LATENCY_HEADS = ("latency", "rows", "bytes", "oldest", "newest", "histograms")
_TEXTS = {0, 3, 4}  # columns that are no numbers and stand left


def document(held: Holdings, where: str) -> dict[str, object]:
    """The fields that scripts rely on: times RFC 3339 UTC, counts integers, completeness truncated text."""
    return {
        "store": where,
        "revision": held.revision,
        "bytes": held.size_bytes,
        "levels": [_level(each) for each in held.levels],
        "journal": [_journal(each) for each in held.journal],
        "latency": _latency(held.latency),
        "sources": [_source(each) for each in held.sources],
        "simulated": [{"from": _time(span.from_s), "to": _time(span.to_s)} for span in held.simulated],
    }


def _level(held: LevelHolding) -> dict[str, object]:
    share, extent = held.completeness, held.extent
    return {
        "level": extent.level.name.lower(),
        "rows": extent.rows,
        "bytes": extent.size_bytes,
        "oldest": _time(extent.oldest_s),
        "newest": _time(extent.newest_s),
        "observed": held.observed,
        "expected": held.expected,
        "completeness": None if share is None else percent(share),
    }


def _journal(held: JournalHolding) -> dict[str, object]:
    return {
        "table": held.name,
        "rows": held.rows,
        "open": held.open_rows,
        "bytes": held.size_bytes,
        "oldest": _time(held.oldest_s),
        "newest": _time(held.newest_s),
    }


def _latency(held: LatencyHolding) -> dict[str, object]:
    return {
        "rows": held.rows,
        "histograms": held.histograms,
        "bytes": held.size_bytes,
        "oldest": _time(held.oldest_s),
        "newest": _time(held.newest_s),
    }


def _source(status: SourceStatus) -> dict[str, object]:
    source = status.source
    return {
        "id": source.id,
        "kind": source.kind,
        "data_center": source.data_center,
        "interval_seconds": source.interval_ms / 1000 if source.interval_ms % 1000 else source.interval_ms // 1000,
        "commits": status.version,
        "watermark": None if status.watermark_ms is None else _time(status.watermark_ms // 1000),
    }


def _time(at_s: int | None) -> str | None:
    return None if at_s is None else datetime.fromtimestamp(at_s, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def table(held: Holdings, where: str) -> str:
    """The same for people."""
    lines = [f"store      {where}", f"schema     {held.revision}", f"bytes      {_number(held.size_bytes)}", ""]
    lines += _aligned([_HEADS, *(_row(each) for each in held.levels)])
    lines += ["", *_aligned([_JOURNAL_HEADS, *(_journal_row(each) for each in held.journal)])]
    lines += ["", *_aligned([_LATENCY_HEADS, _latency_row(held.latency)])]
    lines += ["", f"sources    {len(held.sources)}"]
    for status in held.sources:
        seen = UNKNOWN if status.watermark_ms is None else _time(status.watermark_ms // 1000)
        lines.append(f"  {status.source.id}  {status.source.kind}  watermark {seen}  commits {status.version:,}")
    spans = [f"  {_time(span.from_s)} to {_time(span.to_s)}" for span in held.simulated]
    return "\n".join([*lines, f"simulated  {'' if spans else 'nothing'}".rstrip(), *spans])


def _row(held: LevelHolding) -> tuple[str, ...]:
    share, extent = held.completeness, held.extent
    return (
        extent.level.name.lower(),
        _number(extent.rows),
        _number(extent.size_bytes),
        _time(extent.oldest_s) or UNKNOWN,
        _time(extent.newest_s) or UNKNOWN,
        _number(held.observed),
        _number(held.expected),
        UNKNOWN if share is None else percent(share),
    )


def _journal_row(held: JournalHolding) -> tuple[str, ...]:
    return (
        held.name.removeprefix("journal_"),
        _number(held.rows),
        _number(held.size_bytes),
        _time(held.oldest_s) or UNKNOWN,
        _time(held.newest_s) or UNKNOWN,
        _number(held.open_rows),
    )


def _latency_row(held: LatencyHolding) -> tuple[str, ...]:
    return (
        "all levels",
        _number(held.rows),
        _number(held.size_bytes),
        _time(held.oldest_s) or UNKNOWN,
        _time(held.newest_s) or UNKNOWN,
        _number(held.histograms),
    )


def _number(value: int | None) -> str:
    return UNKNOWN if value is None else f"{value:,}"


def _aligned(rows: list[tuple[str, ...]]) -> list[str]:
    widths = [max(len(row[n]) for row in rows) for n in range(len(rows[0]))]
    return ["  ".join(_cell(row[n], n, widths[n]) for n in range(len(row))) for row in rows]


def _cell(text: str, column: int, width: int) -> str:
    return f"{text:<{width}}" if column in _TEXTS else f"{text:>{width}}"
