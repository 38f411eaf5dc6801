"""Imported incidents in the words of reports, marked with the file that they came from."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from reports.availability.material import ReportedIncident
from reports.history.keeping import listed_incidents
from reports.history.model import Severity
from store.journal import JournalReader

CLOSED = "closed"
LANGUAGES = ("zh", "en")
_MS = 1000
_ASKED = {Severity.MAJOR: "page", Severity.PARTIAL: "ticket", Severity.NONE: "notice"}
"""What the control center would have asked of people, for want of a word of the file."""


def imported_incidents(journal: JournalReader, from_ms: int, to_ms: int) -> list[ReportedIncident]:
    """Imported incidents that began in ``[from_ms, to_ms)``, oldest first. Nobody knows when they were detected or
    acknowledged, nor which events failed."""
    return [_reported(each) for each in listed_incidents(journal, from_ms, to_ms)]


def _reported(body: dict[str, Any]) -> ReportedIncident:
    begin_ms, end_ms = (int(Fraction(body[name]) * _MS) for name in ("from", "to"))
    title = body["title"] or body["service"] or body["id"]
    return ReportedIncident(
        id=body["id"],
        title=dict.fromkeys(LANGUAGES, title),
        severity=_ASKED[Severity(body["severity"])],
        state=CLOSED,
        products=(body["product"],) if body["product"] else (),
        data_centers=(),
        begin_ms=begin_ms,
        impact_start_ms=begin_ms,
        detected_ms=None,
        acknowledged_ms=None,
        restored_ms=end_ms,
        imported_from=body["file"],
    )
