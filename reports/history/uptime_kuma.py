"""Uptime Kuma: its heartbeats, from a copy of ``kuma.db`` (SQLite), from the JSON of a status page, or as CSV.

A heartbeat tells how a monitor was until the next one. Three times the usual interval without one: we did not look. A
pending beat is a retry: it counts as what it turned into. Maintenance is taken out.
"""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from statistics import median_low
from typing import Any

from reports.history import values
from reports.history.errors import BadValue, UnreadableHistory
from reports.history.json_text import field
from reports.history.model import Defect, History, Outage, Reading, Records, Watch
from reports.history.table import Table, chosen, refused

KIND = "uptime-kuma"
DOWN, UP, PENDING, MAINTENANCE = range(4)
STATES = {
    **{str(state): state for state in (DOWN, UP, PENDING, MAINTENANCE)},
    "down": DOWN,
    "up": UP,
    "pending": PENDING,
    "maintenance": MAINTENANCE,
    "true": UP,
    "false": DOWN,
}
SQLITE = b"SQLite format 3\x00"
MISSING_INTERVALS = 3
_JOURNAL_BYTES = slice(18, 20)
_QUERY = (
    "SELECT coalesce(monitor.name, heartbeat.monitor_id), heartbeat.time, heartbeat.status FROM heartbeat"
    " LEFT JOIN monitor ON monitor.id = heartbeat.monitor_id ORDER BY heartbeat.id"
)
_MONITOR = "monitor monitor_name monitor_id name service"


@dataclass(frozen=True, slots=True)
class _Beat:
    row: int
    at_s: Fraction
    state: int


def fits(document: Any) -> bool:
    """Whether a JSON document holds heartbeats."""
    return next(iter(_of_document(document)), None) is not None


def fits_columns(columns: Iterable[str]) -> bool:
    """Whether a CSV file holds heartbeats."""
    known = list(columns)
    return bool(chosen(known, "time") and chosen(known, "status") and chosen(known, "monitor monitor_id monitor_name"))


def read_database(content: bytes, name: str, reading: Reading) -> History:
    """A copy of ``kuma.db``. Raises UnreadableHistory."""
    copied = bytearray(content)
    # A database in memory cannot have a write-ahead log; without this mark it is opened as one that has none.
    copied[_JOURNAL_BYTES] = b"\x01\x01"
    try:
        with closing(sqlite3.connect(":memory:")) as database:
            database.deserialize(bytes(copied))
            rows = [tuple(map(str, each)) for each in database.execute(_QUERY)]
    except sqlite3.Error as error:
        raise UnreadableHistory(name, f"no database of Uptime Kuma: {error}") from error
    return _history(((monitor, at, state) for monitor, at, state in rows), name, reading)


def read(document: Any, name: str, reading: Reading) -> History:
    """Heartbeats of a JSON document. Raises UnreadableHistory."""
    if not fits(document):
        raise UnreadableHistory(name, "no heartbeats in it (heartbeatList, or a list of beats with status and time)")
    return _history(_of_document(document), name, reading)


def read_table(table: Table, name: str, reading: Reading) -> History:
    """Heartbeats of a CSV file. Raises UnreadableHistory."""
    if not fits_columns(table.columns):
        raise UnreadableHistory(name, "heartbeats need columns monitor, time and status")
    monitor = chosen(table.columns, _MONITOR)
    beats = ((row.text(monitor), row.text("time"), row.text("status")) for row in table.rows)
    return _history(beats, name, reading, [row.number for row in table.rows], table.defects)


def _of_document(document: Any) -> Iterator[tuple[str, str, str]]:
    """Monitor, time and status of every beat."""
    if isinstance(document, Mapping):
        names = _names(document)
        listed = document.get("heartbeatList", document.get("heartbeats"))
        if isinstance(listed, Mapping):
            for monitor, beats in listed.items():
                yield from _beats(beats, names.get(str(monitor), str(monitor)))
        else:
            yield from _beats(listed, "", names)
    else:
        yield from _beats(document, "")


def _names(document: Mapping[str, Any]) -> dict[str, str]:
    """Names of monitors by their id, from whatever lists them."""
    groups = [document, *(each for each in document.get("publicGroupList") or () if isinstance(each, Mapping))]
    listed = [each.get("monitorList") for each in groups]
    monitors = [item for each in listed for item in (each.values() if isinstance(each, Mapping) else each or ())]
    return {field(each, "id"): field(each, "name") for each in monitors if field(each, "id") and field(each, "name")}


def _beats(items: Any, monitor: str, names: Mapping[str, str] | None = None) -> Iterator[tuple[str, str, str]]:
    for each in items if isinstance(items, list) else ():
        if isinstance(each, Mapping) and "status" in each and "time" in each:
            own = field(each, "monitor_name", "monitorID", "monitor_id", "monitorId", "monitor")
            yield monitor or (names or {}).get(own, own), field(each, "time"), str(each["status"])


def _history(
    beats: Iterable[tuple[str, str, str]],
    name: str,
    reading: Reading,
    numbers: list[int] | None = None,
    before: Iterable[Defect] = (),
) -> History:
    defects = list(before)
    found: dict[str, list[_Beat]] = defaultdict(list)
    rows = 0
    # Kuma writes its times in UTC, without saying so.
    utc = Reading("UTC", reading.now_s, reading.epoch_s, reading.until_s)
    for rows, (monitor, at, state) in enumerate(beats, start=1):
        row = numbers[rows - 1] if numbers else rows
        try:
            found[reading.product or monitor].append(_Beat(row, values.instant(at, utc), _state(state)))
        except BadValue as error:
            defects.append(refused(row, "status" if error.rule == "bad_status" else "time", error))
    records = sum((_folded(monitor, each) for monitor, each in found.items()), Records())
    return History(name, KIND, "heartbeats", rows + len(tuple(before)), records, tuple(defects))


def _state(text: str) -> int:
    found = STATES.get(text.strip().lower())
    if found is None:
        raise BadValue("bad_status", f"{values.shown(text)} is none of 0 down, 1 up, 2 pending, 3 maintenance")
    return found


def _folded(service: str, beats: list[_Beat]) -> Records:
    """Outages and watched stretches of one monitor."""
    ordered = sorted(beats, key=lambda each: (each.at_s, each.row))
    gaps = [later.at_s - earlier.at_s for earlier, later in pairwise(ordered) if later.at_s > earlier.at_s]
    if not gaps:
        return Records()
    longest = MISSING_INTERVALS * median_low(gaps)
    outages: list[Outage] = []
    watches: list[Watch] = []
    for begin, end, row, state in _stretches(_settled(ordered), longest):
        if state == MAINTENANCE:
            continue
        watches.append(Watch(service, begin, end))
        if state == DOWN:
            outages.append(Outage(row, service, begin, end))
    return Records(outages=tuple(outages), watches=tuple(watches))


def _settled(ordered: list[_Beat]) -> list[_Beat]:
    """The same with every pending beat as the state that it turned into (none after it: up, nobody called it down)."""
    settled: list[_Beat] = []
    state = UP
    for beat in reversed(ordered):
        state = state if beat.state == PENDING else beat.state
        settled.append(_Beat(beat.row, beat.at_s, state))
    return settled[::-1]


def _stretches(beats: list[_Beat], longest: Fraction) -> Iterator[tuple[Fraction, Fraction, int, int]]:
    """Begin, end, first row and state of stretches on end; after a gap a new one begins."""
    first = beats[0]
    end = first.at_s
    for beat, following in pairwise(beats):
        seen_until = (
            following.at_s if following.at_s - beat.at_s <= longest else beat.at_s + longest / MISSING_INTERVALS
        )
        if beat.state != first.state or beat.at_s > end:
            yield first.at_s, end, first.row, first.state
            first = beat
        end = seen_until
    if end > first.at_s:
        yield first.at_s, end, first.row, first.state
