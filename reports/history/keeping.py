"""Imported history in the journal: a document per file (``history_file``), per incident (``history_incident``), and per
month of a service's listed days and counts (``history_month``). All are open: the past of a bank does not expire.

Ids come from what the file says, so that the same file again changes nothing; every body says where it came from.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from hashlib import sha256
from typing import Any

from reports.history.model import Counted, History, Outage, PeriodOutage
from slo.windows import day_of, month_window
from store.journal import Change, Document, Entry, JournalReader

FILE = "history_file"
INCIDENT = "history_incident"
MONTH = "history_month"
ORIGIN = "imported"
MOST = 100_000
_MS = 1000
_ID_LENGTH = 24


@dataclass(frozen=True, slots=True)
class Origin:
    """Where documents come from. ``settings``: what the reading of the file depended on; ``products``: ids of the
    catalog, so that a service of that name is that product."""

    file: str
    digest: str
    settings: str
    zone: str
    products: frozenset[str] = frozenset()

    @property
    def id(self) -> str:
        """The same file read in the same way is the same import."""
        return sha256(f"{self.digest} {self.settings}".encode()).hexdigest()[:_ID_LENGTH]


def changes(history: History, origin: Origin, journal: JournalReader, now_ms: int, actor: str) -> Change:
    """What has to be written so that a file is kept; nothing when it is known already."""
    if journal.document(FILE, origin.id) is not None:
        return Change()
    body = {
        "kind": history.kind,
        "shape": history.shape,
        "rows": history.rows,
        "kept": history.rows - history.rejected,
        "defects": [[each.row, each.column, each.rule, each.text, each.kept] for each in history.defects],
        "sparse": sorted(history.records.sparse),
        "unknown": [[each.service, *_pair(each.from_s, each.to_s)] for each in history.records.unknown],
        "watched": [[each.service, *_pair(each.from_s, each.to_s)] for each in history.records.watches],
        "settings": origin.settings,
        "imported_ms": now_ms,
    }
    documents = (
        _document(FILE, origin.id, now_ms, body, origin),
        *_incidents(history.records.outages, origin),
        *_months(history.records.periods, history.records.counts, origin),
    )
    said = json.dumps({"file": origin.file, "digest": origin.digest, "kept": body["kept"]}, ensure_ascii=False)
    return Change((Entry(now_ms, FILE, origin.id, actor, said),), documents)


def listed_files(journal: JournalReader) -> list[dict[str, Any]]:
    """Every import, oldest first: file, kind, rows, kept, defects, when."""
    return [_body(each) for each in journal.documents(FILE, most=MOST)]


def listed_incidents(journal: JournalReader, from_ms: int, to_ms: int) -> list[dict[str, Any]]:
    """Imported incidents that began in a range, oldest first, each with ``origin`` and ``file``."""
    return [_body(each) for each in journal.documents(INCIDENT, from_ms=from_ms, to_ms=to_ms, most=MOST)]


def listed_months(journal: JournalReader, from_ms: int, to_ms: int) -> list[dict[str, Any]]:
    """Imported days and counts of months that begin in a range, a document per file, service and month."""
    return [_body(each) for each in journal.documents(MONTH, from_ms=from_ms, to_ms=to_ms, most=MOST)]


def _body(document: Document) -> dict[str, Any]:
    return {"id": document.id, **json.loads(document.body)}


def _document(kind: str, id_: str, at_ms: int, body: dict[str, Any], origin: Origin) -> Document:
    marked = {"origin": ORIGIN, "file": origin.file, "import": origin.id, **body}
    text = json.dumps(marked, ensure_ascii=False, separators=(",", ":"))
    # Half a character (a lone surrogate of some JSON) and NUL are in no database's text.
    storable = text.encode("utf-8", "replace").decode().replace("\0", "").replace("\\u0000", "")
    return Document(kind, id_, 0, at_ms, True, storable)


def _incidents(outages: Iterable[Outage], origin: Origin) -> Iterator[Document]:
    for number, each in enumerate(outages, start=1):
        share = each.impact.share
        body = {
            "row": each.row,
            "service": each.service,
            "product": each.service if each.service in origin.products else "",
            "title": each.title,
            "from": str(each.from_s),
            "to": str(each.to_s),
            "severity": each.impact.severity.value,
            "share": None if share is None else str(share),
        }
        yield _document(INCIDENT, f"{origin.id}-{number}", int(each.from_s * _MS), body, origin)


def _months(periods: Iterable[PeriodOutage], counts: Iterable[Counted], origin: Origin) -> Iterator[Document]:
    """Rows are lists, they are many: from_s, to_s, then partial and major seconds, or data center, good and bad."""
    found: dict[tuple[int, str], dict[str, list[Any]]] = defaultdict(lambda: {"periods": [], "counts": []})
    for period in periods:
        row = [period.from_s, period.to_s, str(period.partial_seconds), str(period.major_seconds)]
        found[_month_s(period.from_s, origin.zone), period.service]["periods"].append(row)
    for each in counts:
        counted = [each.from_s, each.to_s, each.data_center, each.good, each.bad]
        found[_month_s(each.from_s, origin.zone), each.service]["counts"].append(counted)
    for number, ((at_s, service), rows) in enumerate(sorted(found.items(), key=lambda item: item[0]), start=1):
        body = {"service": service, "zone": origin.zone, **rows}
        yield _document(MONTH, f"{origin.id}-{number}", at_s * _MS, body, origin)


def _month_s(at_s: int, zone: str) -> int:
    day = day_of(at_s, zone)
    return month_window(day.year, day.month, zone).from_s


def _pair(from_s: Fraction, to_s: Fraction) -> tuple[str, str]:
    return str(from_s), str(to_s)
