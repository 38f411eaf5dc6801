"""What happened on the day of the curve, beside the load runs: incidents, maintenance, and what people changed."""

from __future__ import annotations

import enum
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from alerts.desk.maintenance import between
from alerts.incidents.codec import listed
from alerts.incidents.words import LANGUAGES, Names, titles
from reports.changes.recording import RecordedChange, recorded
from slo.windows import Window
from store.journal import JournalReader

MOST_MARKS = 200
_REACH_MS = 31 * 86_400_000
"""An incident that began longer before the day is not looked for."""


class MarkKind(enum.Enum):
    """What a mark tells of; each has its own shape on the curve."""

    INCIDENT = "incident"
    MAINTENANCE = "maintenance"
    CHANGE = "change"
    DEPLOYMENT = "deployment"
    DRILL = "drill"


@dataclass(frozen=True, slots=True)
class Mark:
    """``from_second`` and ``to_second`` since the begin of the day, within it; the same for an instant, ``to_second``
    None for what goes on. ``titles``: by language."""

    kind: MarkKind
    id: str
    titles: Mapping[str, str]
    from_second: int
    to_second: int | None


def read_marks(journal: JournalReader, today: Window, names: Names) -> tuple[Mark, ...]:
    """The newest of the day, oldest first."""
    found = [*_incidents(journal, today, names), *_maintenance(journal, today), *_changes(journal, today)]
    return tuple(sorted(found, key=lambda each: each.from_second)[-MOST_MARKS:])


def mark_json(mark: Mark) -> dict[str, Any]:
    """A mark in the document of the curve."""
    return {
        "kind": mark.kind.value,
        "id": mark.id,
        "title": dict(mark.titles),
        "from": mark.from_second,
        "to": mark.to_second,
    }


def _incidents(journal: JournalReader, today: Window, names: Names) -> Iterator[Mark]:
    begin_ms, end_ms = today.from_s * 1000, today.to_s * 1000
    for each in listed(journal, begin_ms - _REACH_MS, end_ms, MOST_MARKS):
        ended_ms = each.restored_ms
        if ended_ms is not None and ended_ms <= begin_ms:
            continue
        to = None if ended_ms is None else _second(ended_ms, today)
        yield Mark(MarkKind.INCIDENT, each.id, titles(each, names), _second(each.begin_ms, today), to)


def _maintenance(journal: JournalReader, today: Window) -> Iterator[Mark]:
    for each in between(journal, today):
        begin, end = _second(each.from_s * 1000, today), _second(each.to_s * 1000, today)
        yield Mark(MarkKind.MAINTENANCE, each.id, _same(each.title), begin, end)


def _changes(journal: JournalReader, today: Window) -> Iterator[Mark]:
    for each in recorded(journal, today.from_s * 1000, today.to_s * 1000):
        second = _second(each.at_ms, today)
        yield Mark(_kind(each), each.id, _same(each.title), second, second)


def _kind(change: RecordedChange) -> MarkKind:
    return MarkKind(change.kind.value)


def _same(text: str) -> dict[str, str]:
    return dict.fromkeys(LANGUAGES, text)


def _second(at_ms: int, today: Window) -> int:
    return min(max(at_ms // 1000, today.from_s), today.to_s) - today.from_s
