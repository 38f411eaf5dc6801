"""A recorded day as a schedule: what ``python app.py recording`` exports, or any CSV of ``time,count`` rows.

Slots are evenly spaced; the count of each is spread evenly over it. A slot whose count is unknown is left empty and
named: a replay says how much of the day it could not know.
"""

from __future__ import annotations

import csv
import itertools
import json
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from pathlib import Path

from loadtests.arrivals.schedule import SECOND_NS, Schedule, Stretch


class BadRecording(ValueError):
    """A recorded day that cannot be replayed; the message names file, place and fix."""


@dataclass(frozen=True, slots=True)
class Recording:
    """Counts per slot, None where nobody looked."""

    slot_seconds: int
    counts: tuple[int | None, ...]

    @property
    def unknown_slots(self) -> int:
        """Slots without a count."""
        return sum(1 for count in self.counts if count is None)

    def schedule(self, speed: Fraction, share: Fraction = Fraction(1)) -> Schedule:
        """The day, ``speed`` times as fast, with ``share`` of its arrivals. At speed 60 an hour takes a minute."""
        bounds = [round(n * self.slot_seconds * SECOND_NS / speed) for n in range(len(self.counts) + 1)]
        widths = [end - begin for begin, end in itertools.pairwise(bounds)]
        return Schedule(
            tuple(
                Stretch(width, (count or 0) * share * SECOND_NS / width)
                for width, count in zip(widths, self.counts, strict=True)
                if width
            )
        )


def recording_of(path: Path) -> Recording:
    """Reads .json or .csv. Raises BadRecording."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadRecording(f"{path}: cannot be read: {error}") from None
    return _from_json(path, text) if path.suffix == ".json" else _from_csv(path, text)


def _from_json(path: Path, text: str) -> Recording:
    try:
        document = json.loads(text)
        slot_seconds, counts = document["slot_seconds"], document["counts"]
    except (json.JSONDecodeError, KeyError, TypeError) as error:
        raise BadRecording(f'{path}: must be {{"slot_seconds": 60, "counts": [1, null, ...]}}: {error}') from None
    if not _whole(slot_seconds) or slot_seconds == 0 or not isinstance(counts, list) or not counts:
        raise BadRecording(f"{path}: slot_seconds must be at least 1 and counts a list of whole numbers")
    for place, count in enumerate(counts):
        if count is not None and not _whole(count):
            raise BadRecording(f"{path}: counts[{place}]: {count!r} is neither a whole number from 0 on nor null")
    return Recording(slot_seconds, tuple(counts))


def _from_csv(path: Path, text: str) -> Recording:
    rows = list(csv.reader(text.splitlines()))
    if len(rows) < 3 or rows[0][:2] != ["time", "count"]:  # noqa: PLR2004 - a header and two slots
        raise BadRecording(f"{path}:1: the first row must be time,count, and at least two slots must follow")
    slots = [_slot(path, number, row) for number, row in enumerate(rows[1:], 2) if row]
    width = slots[1][0] - slots[0][0]
    for number, (one, other) in enumerate(itertools.pairwise(slots), 3):
        if other[0] - one[0] != width or width <= 0:
            raise BadRecording(
                f"{path}:{number}: slots must follow each other evenly, {width} s here; write 0 or leave empty"
            )
    return Recording(width, tuple(count for _, count in slots))


def _slot(path: Path, number: int, row: list[str]) -> tuple[int, int | None]:
    try:
        moment = int(datetime.fromisoformat(row[0]).timestamp())
        text = row[1].strip()
        count = int(text) if text else None
    except (ValueError, IndexError) as error:
        raise BadRecording(f"{path}:{number}: must be a time (RFC 3339) and a count: {error}") from None
    if count is not None and count < 0:
        raise BadRecording(f"{path}:{number}: count {count} is less than 0")
    return moment, count


def _whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0
