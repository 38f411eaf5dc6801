"""Rows of the audit log as JSON lines, which anybody can verify without us, and as CSV for a spreadsheet."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from csv import writer
from datetime import UTC, datetime
from io import StringIO
from typing import Any

from reports.audit.errors import BadLine
from reports.paper.csv import guarded
from store.audit import Audited, AuditRow

COLUMNS = ("number", "at", "actor", "action", "subject", "detail", "digest")
LONGEST_LINE = 256 * 1024
_TEXTS = ("actor", "action", "subject", "detail", "digest")


def row_json(row: AuditRow) -> dict[str, Any]:
    """A row as documents show it. ``detail`` is the text that the digest is made of; ``at`` is ``at_ms`` for people."""
    number, act, digest = row
    return {"number": number, "at": utc(act.at_ms), **act._asdict(), "digest": digest}


def json_lines(rows: Iterable[AuditRow]) -> Iterator[str]:
    """One JSON object a line."""
    for row in rows:
        yield json.dumps(row_json(row), ensure_ascii=False, separators=(",", ":")) + "\n"


def csv_lines(rows: Iterable[AuditRow]) -> Iterator[str]:
    """A line of names, then a line a row; what a spreadsheet could take for a formula gets an apostrophe in front."""
    yield _line(COLUMNS)
    for number, act, digest in rows:
        texts = (utc(act.at_ms), act.actor, act.action, act.subject, act.detail, digest)
        yield _line((str(number), *map(guarded, texts)))


def read_json_lines(lines: Iterable[str]) -> Iterator[AuditRow]:
    """The reverse of ``json_lines``, a line at a time. Raises BadLine."""
    for place, line in enumerate(lines, start=1):
        if line.strip():
            yield _row(line, place)


def _row(line: str, place: int) -> AuditRow:
    if len(line) > LONGEST_LINE:
        raise BadLine(place, f"has more than {LONGEST_LINE:,} characters")
    try:
        found = json.loads(line)
        texts = [found[name] for name in _TEXTS]
        numbers = [found[name] for name in ("number", "at_ms")]
    except (ValueError, KeyError, TypeError, RecursionError):
        raise BadLine(place, "is no row as `audit export --format jsonl` writes it") from None
    if not (all(isinstance(text, str) for text in texts) and all(type(number) is int for number in numbers)):
        raise BadLine(place, "has a field of another kind than `audit export --format jsonl` writes")
    actor, action, subject, detail, digest = texts
    return AuditRow(numbers[0], Audited(numbers[1], actor, action, subject, detail), digest)


def utc(at_ms: int) -> str:
    """RFC 3339 with milliseconds; a number that is no time of these millennia stays a number."""
    try:
        whole = datetime.fromtimestamp(at_ms // 1000, UTC).strftime("%Y-%m-%dT%H:%M:%S")
    except (ValueError, OverflowError, OSError):
        return str(at_ms)
    return f"{whole}.{at_ms % 1000:03d}Z"


def _line(fields: Iterable[str]) -> str:
    page = StringIO(newline="")
    writer(page, lineterminator="\r\n").writerow(fields)
    return page.getvalue()


FORMATS: dict[str, Callable[[Iterable[AuditRow]], Iterator[str]]] = {"jsonl": json_lines, "csv": csv_lines}
"""What an export may be."""
