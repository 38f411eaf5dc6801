"""What a picture needs of a long replay: events per column, whatever the number of slots."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from alerts.backtest.replay import Parts

MOST_COLUMNS = 1200


@dataclass(slots=True)
class Column:
    """Events of one stretch of time."""

    total: int = 0
    bad: int = 0


class Trace:
    """Columns of equal length; whenever there are too many, two become one."""

    def __init__(self, slot_seconds: int) -> None:
        self.column_seconds = slot_seconds
        self.from_s: int | None = None
        self.to_s = 0
        self.columns: list[Column] = []
        self._slot_seconds = slot_seconds

    def watch(self, slots: Iterable[tuple[int, Parts]]) -> Iterator[tuple[int, Parts]]:
        """The same slots, counted as they pass."""
        for at_s, parts in slots:
            self._count(at_s, parts)
            yield at_s, parts

    def _count(self, at_s: int, parts: Parts) -> None:
        if self.from_s is None:
            self.from_s = at_s
        self.to_s = at_s + self._slot_seconds
        number = (at_s - self.from_s) // self.column_seconds
        while number >= MOST_COLUMNS:
            self._halve()
            number = (at_s - self.from_s) // self.column_seconds
        while number >= len(self.columns):
            self.columns.append(Column())
        column = self.columns[number]
        for good, bad in parts.values():
            column.total += good + bad
            column.bad += bad

    def _halve(self) -> None:
        self.column_seconds *= 2
        if len(self.columns) % 2:
            self.columns.append(Column())
        pairs = zip(self.columns[::2], self.columns[1::2], strict=True)
        self.columns = [Column(one.total + two.total, one.bad + two.bad) for one, two in pairs]
