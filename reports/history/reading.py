"""From the bytes of a file to its records: which kind it is, what is kept of it, and what is wrong with the rest."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from reports.history import incidents_csv, periods_csv, statuspage, upptime, uptime_kuma
from reports.history.checking import checked
from reports.history.errors import UnreadableHistory
from reports.history.json_text import parsed
from reports.history.model import History, Reading
from reports.history.table import Table, table

KINDS = ("availability", "incidents", uptime_kuma.KIND, upptime.KIND, statuspage.KIND)
AUTO = "auto"
MOST_BYTES = 512 * 1024 * 1024
_JSON: dict[str, tuple[Callable[[Any], bool], Callable[[Any, str, Reading], History]]] = {
    upptime.KIND: (upptime.fits, upptime.read),
    statuspage.KIND: (statuspage.fits, statuspage.read),
    uptime_kuma.KIND: (uptime_kuma.fits, uptime_kuma.read),
}
"""Most telling first: a summary of Upptime has a status and a time as heartbeats have."""


def read(content: bytes, name: str, kind: str, reading: Reading) -> History:
    """What a file holds, with every defect of it named. Raises UnreadableHistory."""
    if not content.strip():
        raise UnreadableHistory(name, "is empty")
    if len(content) > MOST_BYTES:
        raise UnreadableHistory(name, f"longer than {MOST_BYTES} bytes")
    return checked(_read(content, name, kind, reading))


def _read(content: bytes, name: str, kind: str, reading: Reading) -> History:
    if content.startswith(uptime_kuma.SQLITE):
        _refuse_other(name, kind, (uptime_kuma.KIND,), "a SQLite database")
        return uptime_kuma.read_database(content, name, reading)
    if name.lower().endswith((".yml", ".yaml")):
        _refuse_other(name, kind, (upptime.KIND,), "a YAML file")
        return upptime.read_site(content, name, reading)
    if content.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] in {b"{", b"["}:
        return _json(content, name, kind, reading)
    return _csv(table(content, name), name, kind, reading)


def _refuse_other(name: str, kind: str, possible: tuple[str, ...], what: str) -> None:
    if kind not in (AUTO, *possible):
        raise UnreadableHistory(name, f"is {what}; --kind {kind} reads none ({', '.join(possible)} does)")


def _json(content: bytes, name: str, kind: str, reading: Reading) -> History:
    _refuse_other(name, kind, tuple(_JSON), "JSON")
    document = parsed(content, name)
    if kind in _JSON:
        return _JSON[kind][1](document, name, reading)
    for fits, take in _JSON.values():
        if fits(document):
            return take(document, name, reading)
    raise UnreadableHistory(name, f"no JSON that is known here; known: {', '.join(_JSON)} (docs/history-import.md)")


def _csv(found: Table, name: str, kind: str, reading: Reading) -> History:
    _refuse_other(name, kind, ("availability", "incidents", uptime_kuma.KIND), "CSV")
    shape = periods_csv.shape_of(found.columns)
    if kind == uptime_kuma.KIND or (kind == AUTO and uptime_kuma.fits_columns(found.columns)):
        return uptime_kuma.read_table(found, name, reading)
    if kind == "availability" or (kind == AUTO and shape == periods_csv.COUNTS):
        return periods_csv.read(found, name, reading)
    if incidents_csv.fits(found.columns) and not (shape and periods_csv.tells_both(found.columns)):
        return incidents_csv.read(found, name, reading)
    if shape:
        return periods_csv.read(found, name, reading)
    raise UnreadableHistory(
        name,
        f"columns {', '.join(found.columns.values())} tell neither incidents (start, end), nor counts (day, good, bad),"
        " nor outages of days (day, partial_outage_minutes, major_outage_minutes)",
    )
