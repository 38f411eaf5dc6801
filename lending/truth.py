"""The truth of one data center: every counted event, appended before it is answered, exact through kill -9.

The log is a row of segments (truth_segment.py). Each begins with the totals before it, so that a start reads only the
newest one and old ones can be dropped. Sequence numbers grow by one per record and never start again.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from lending.errors import DataBusy, DataUnwritable, DetailGone, TruthDamaged
from lending.owning import acquired
from lending.shape import OUTCOMES, TRAFFICS, Shape, Totals, merged_shape
from lending.truth_segment import (
    EVENT,
    HEADER,
    OPENED,
    TICK,
    Incarnation,
    Standing,
    event_body,
    framed,
    header_body,
    opened_body,
    standing_at,
    tick_body,
)

KEPT_INCARNATIONS = 1_000


@dataclass(frozen=True, slots=True)
class TruthLimits:
    """How long a segment grows and how much detail is kept."""

    segment_seconds: int = 600
    segment_bytes: int = 8 << 20
    detail_seconds: int = 6 * 3600
    detail_bytes: int = 256 << 20


@dataclass(frozen=True, slots=True)
class _Segment:
    """A finished or growing file: it holds the records after ``base``; ``ended_ms`` 0 while it grows."""

    path: Path
    base: int
    ended_ms: int
    size_bytes: int


class TruthLog:
    """The truth of one data center; owned by one process at a time.

    Raises DataUnwritable, DataBusy or TruthDamaged when the folder cannot be used.
    """

    def __init__(self, folder: Path, shape: Shape, now_ms: int, limits: TruthLimits | None = None) -> None:
        self._folder = folder
        self._limits = limits or TruthLimits()
        self._lock = acquired(folder / "lock", lambda: DataBusy(folder))
        self._file, self._size, self._segment_born_ms = -1, 0, now_ms
        try:
            standing, self._segments = _recovered(folder, now_ms)
            self._begin(standing, shape, now_ms)
        except OSError as error:
            self.close()
            raise DataUnwritable(folder, error.strerror or str(error)) from None
        except TruthDamaged:
            self.close()
            raise

    def _begin(self, standing: Standing | None, shape: Shape, now_ms: int) -> None:
        before = standing or Standing(0, Totals(shape), (), 0)
        merged = merged_shape(shape, before.totals)
        self.totals = before.totals.reshaped(merged)
        self._padding = 0 if merged is shape else len(merged.places) - len(shape.places)
        self._lives = list(before.incarnations)
        self.sequence = before.sequence
        self.last_second_s = before.last_second_s
        self.born_ms = max(now_ms, self._lives[-1].born_ms + 1 if self._lives else 0)
        self._start_segment(now_ms)
        self._append(OPENED, opened_body(self.born_ms))
        self._lives.append(Incarnation(self.born_ms, self.sequence, self.sequence))

    def close(self) -> None:
        """Gives the folder back. What was appended is already in the file."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1
        os.close(self._lock)

    def count_event(self, place: int, outcome: int, traffic: int, transaction: bool) -> None:
        """Appends one event, then counts it. Raises DataUnwritable, and then nothing is counted."""
        self._append(EVENT, event_body(place, outcome, traffic, transaction))
        self.totals.count(place, outcome, traffic, transaction)

    def count_second(self, second_s: int, drawn: Sequence[int], now_ms: int) -> None:
        """Appends one second of drawn demand (four outcomes of every place), then counts it.

        Raises DataUnwritable, and then nothing is counted.
        """
        vector = self._padded(drawn)
        self._append(TICK, tick_body(second_s, vector))
        self.totals.count_drawn(vector)
        self.last_second_s = second_s
        self.rotate_if_due(now_ms)

    def rotate_if_due(self, now_ms: int) -> None:
        """Starts a new segment when the present one is old or large, and drops detail that is no longer kept.

        Raises DataUnwritable; the present segment then simply grows on.
        """
        age_s = (now_ms - self._segment_born_ms) // 1000
        if age_s < self._limits.segment_seconds and self._size < self._limits.segment_bytes:
            return
        try:
            self._start_segment(now_ms)
            self._drop_old(now_ms)
        except OSError as error:
            raise DataUnwritable(self._folder, error.strerror or str(error)) from None

    def incarnations(self) -> list[Incarnation]:
        """Every life that is remembered, oldest first; the last one is ours."""
        return [*self._lives[:-1], replace(self._lives[-1], last_sequence=self.sequence)]

    def reading(self) -> TruthReading:
        """What is needed to answer questions about the past, away from the thread that counts."""
        return TruthReading(tuple(self._segments), self.sequence, self.totals.copy())

    def _padded(self, drawn: Sequence[int]) -> Sequence[int]:
        if not self._padding:
            return drawn
        width = len(drawn) // len(OUTCOMES)
        gone = [0] * self._padding
        padded: list[int] = []
        for outcome in range(len(OUTCOMES)):
            padded += drawn[outcome * width : (outcome + 1) * width]
            padded += gone
        return padded

    def _append(self, kind: int, body: bytes) -> None:
        data = framed(self.sequence + 1, kind, body)
        try:
            written = os.write(self._file, data)
        except OSError as error:
            raise DataUnwritable(self._folder, error.strerror or str(error)) from None
        if written != len(data):
            os.ftruncate(self._file, self._size)
            raise DataUnwritable(self._folder, "a record could not be written whole")
        self._size += written
        self.sequence += 1

    def _start_segment(self, now_ms: int) -> None:
        standing = Standing(self.sequence, self.totals, tuple(self._kept_lives()), self.last_second_s)
        header = framed(self.sequence, HEADER, header_body(standing))
        path = self._folder / f"truth-{self.sequence:020d}.log"
        fresh = path.with_suffix(".new")
        fresh.write_bytes(header)
        file = os.open(fresh, os.O_WRONLY | os.O_APPEND)
        fresh.rename(path)
        if self._file >= 0:
            os.close(self._file)
            self._segments[-1] = replace(self._segments[-1], ended_ms=now_ms, size_bytes=self._size)
        self._file, self._size, self._segment_born_ms = file, len(header), now_ms
        self._segments = [one for one in self._segments if one.path != path]
        self._segments.append(_Segment(path, self.sequence, 0, 0))

    def _kept_lives(self) -> list[Incarnation]:
        """Lives that a header remembers, the present one with its newest record."""
        lives = self._lives[-KEPT_INCARNATIONS:]
        if self._file >= 0 and lives:
            lives[-1] = replace(lives[-1], last_sequence=self.sequence)
        return lives

    def _drop_old(self, now_ms: int) -> None:
        oldest_ms = now_ms - self._limits.detail_seconds * 1000
        kept_bytes = sum(one.size_bytes for one in self._segments)
        while len(self._segments) > 1:
            first = self._segments[0]
            if first.ended_ms >= oldest_ms and kept_bytes <= self._limits.detail_bytes:
                return
            first.path.unlink(missing_ok=True)
            kept_bytes -= first.size_bytes
            self._segments = self._segments[1:]


@dataclass(frozen=True, slots=True)
class TruthReading:
    """The truth as it stood at one moment: totals now, and the files that know how they came about."""

    segments: tuple[_Segment, ...]
    sequence: int
    totals: Totals

    def counted(self, after: int, through: int) -> Totals:
        """What the records with after < sequence <= through counted. Raises DetailGone when that is no longer known."""
        through = min(through, self.sequence)
        if through <= after:
            return Totals(self.totals.shape)
        return self._at(through).since(self._at(after))

    def _at(self, sequence: int) -> Totals:
        if sequence >= self.sequence:
            return self.totals
        if sequence == 0:
            return Totals(self.totals.shape)
        holding = [one for one in self.segments if one.base <= sequence]
        if not holding:
            raise DetailGone(sequence, self.segments[0].base)
        try:
            standing, _ = standing_at(holding[-1].path, sequence)
        except FileNotFoundError:
            raise DetailGone(sequence, self.segments[-1].base) from None
        return standing.totals


def count_rows(totals: Totals) -> list[dict[str, str | int]]:
    """Counts of events as /truth shows them."""
    return [
        {
            "product": product,
            "step": step,
            "dcn": dcn,
            "outcome": OUTCOMES[outcome],
            "traffic": TRAFFICS[traffic],
            "events": events,
        }
        for product, step, dcn, outcome, traffic, events in totals.event_rows()
    ]


def transaction_rows(totals: Totals) -> list[dict[str, str | int]]:
    """Counts of transactions as /truth shows them."""
    return [
        {"product": product, "dcn": dcn, "traffic": TRAFFICS[traffic], "transactions": transactions}
        for product, dcn, traffic, transactions in totals.transaction_rows()
    ]


def _recovered(folder: Path, now_ms: int) -> tuple[Standing | None, list[_Segment]]:
    """The standing after the last whole record, and the segments there are; a torn record is cut off."""
    for left_over in folder.glob("truth-*.new"):
        left_over.unlink()
    segments = [
        _Segment(path, int(path.stem.removeprefix("truth-")), min(now_ms, _modified_ms(path)), path.stat().st_size)
        for path in sorted(folder.glob("truth-*.log"))
    ]
    if not segments:
        return None, []
    newest = segments[-1]
    standing, end = standing_at(newest.path)
    os.truncate(newest.path, end)
    return standing, [*segments[:-1], replace(newest, size_bytes=end)]


def _modified_ms(path: Path) -> int:
    return int(path.stat().st_mtime * 1000)
