"""Pages in a row, kept column by column: what lets a long past be counted without an object for each sample.

Where nothing but growth happens, pages need not be looked at one by one: what a series grew by is the difference of
its values. A *break* is a page that may be more than that, so that it must be counted by itself, as a collector would:
a series appears or goes, falls or is no whole number, a birth moves, or too much time has passed since the page before.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from operator import sub
from typing import NamedTuple, TypeAlias

import orjson

from collectors.errors import GarbagePage
from collectors.mapping import AccountLeaf, GaugeLeaf, Leaf, MetricMap
from collectors.page import MOST_COUNT, Page, is_value, milliseconds, whole_number
from collectors.prometheus.client import Series
from collectors.prometheus.pages import born_ms, is_birth

Meant: TypeAlias = Callable[[str], Leaf | None]
"""What a series text means. Raises GarbagePage for one that cannot be counted."""


class Grown(NamedTuple):
    """What one counter did over a run of pages: its increase at each (empty: none at all), and its last value."""

    text: str
    increases: Sequence[int]
    value: int


class Column:
    """One series at the pages that show it. ``numbers`` and ``increases`` are known for counters alone."""

    __slots__ = ("increases", "numbers", "positions", "text", "values")

    def __init__(self, text: str, values: Sequence[str], positions: Sequence[int]) -> None:
        """``positions``, ascending: of the pages that show it."""
        self.text = text
        self.values = values
        self.positions = positions
        self.numbers: Sequence[int] = ()
        self.increases: Sequence[int] = ()

    def place(self, position: int) -> int | None:
        """Where the value of a page stands; None when the page does not show the series."""
        if isinstance(self.positions, range):
            return position
        found = bisect_left(self.positions, position)
        return found if found < len(self.positions) and self.positions[found] == position else None

    def count(self) -> list[int]:
        """Learns numbers and increases. Returns where values stand that are no whole number: 0 stands for them."""
        first, pages = self.values[0], len(self.values)
        if self.values.count(first) == pages:
            still = whole_number(first)
            self.numbers = [still or 0] * pages
            return list(range(pages)) if still is None else []
        plain = plain_numbers(self.values)
        if plain is not None:
            self._learn(plain)
            return []
        numbers = list(map(whole_number, self.values))
        self._learn([number or 0 for number in numbers])
        return [at for at, number in enumerate(numbers) if number is None]

    def _learn(self, numbers: list[int]) -> None:
        self.numbers = numbers
        if numbers.count(numbers[0]) < len(numbers):
            self.increases = [0, *map(sub, numbers[1:], numbers)]

    def grown(self, base: int, end: int) -> Grown | None:
        """What it did after page ``base``, up to page ``end``; None when these pages do not show it."""
        at = self.place(base)
        if at is None or not self.numbers:
            return None
        last = at + end - base
        return Grown(self.text, self.increases[at + 1 : last + 1], self.numbers[last])


class Stretch:
    """What one source showed at the times of some scrapes, ascending; pages that show nothing are left out.

    ``breaks``: positions of pages that are to be counted by themselves. Position 0, the baseline, is always one.
    ``meant``: what a series text means.
    """

    def __init__(
        self,
        named: Iterable[tuple[str, Series]],
        times_ms: Sequence[int],
        mapping: MetricMap,
        meant: Meant,
        interval_ms: int,
    ) -> None:
        """``named``: series with their texts. More than one and a half intervals after the last, a page is a break."""
        self.meant = meant
        self._mapping = mapping
        given = [(text, series) for text, series in named if series.times_ms]
        self.times_ms = shown_times(given, times_ms)
        self._columns = columns(given, self.times_ms)
        pairs = zip(self.times_ms, self.times_ms[1:], strict=False)
        self.breaks = {0} | {at for at, (one, next_) in enumerate(pairs, 1) if 2 * (next_ - one) > 3 * interval_ms}
        if len({column.text for column in self._columns}) < len(self._columns):
            self._break_everywhere()
        for column in self._columns:
            self._break_for(column, meant)

    def __len__(self) -> int:
        return len(self.times_ms)

    def page(self, position: int) -> Page:
        """One page, complete."""
        found = ((column, column.place(position)) for column in self._columns)
        values = {column.text: column.values[at] for column, at in found if at is not None}
        births = {text: value for text, value in values.items() if is_birth(text)}
        start, mark = values.get(self._mapping.process_start), values.get(self._mapping.mark)
        return Page(
            at_ms=self.times_ms[position],
            process_born_ms=None if start is None else milliseconds(start),
            mark=None if mark is None else whole_number(mark),
            samples=len(values),
            changed={text: value for text, value in values.items() if text not in births},
            born=born_ms(births),
            complete=True,
        )

    def mark(self, position: int) -> int | None:
        """The target's own sequence number on a page."""
        for column in self._columns:
            if column.text == self._mapping.mark:
                at = column.place(position)
                return None if at is None else whole_number(column.values[at])
        return None

    def samples(self, position: int) -> int:
        """How many samples a page holds."""
        return sum(column.place(position) is not None for column in self._columns)

    def end_of_run(self, position: int) -> int:
        """The last page before the next break."""
        return min((at for at in self.breaks if at > position), default=len(self)) - 1

    def grown(self, base: int, end: int) -> Iterator[Grown]:
        """What every counter did after page ``base`` up to page ``end``, between which there is no break."""
        return filter(None, (column.grown(base, end) for column in self._columns))

    def _break_everywhere(self) -> None:
        self.breaks.update(range(len(self)))

    def _break_for(self, column: Column, meant: Meant) -> None:
        positions = column.positions
        if not isinstance(positions, range):
            shown = frozenset(positions)
            self.breaks.update(at for at in positions if at - 1 not in shown)
            self.breaks.update(at + 1 for at in positions if at + 1 not in shown and at + 1 < len(self))
        if column.text == self._mapping.process_start or is_birth(column.text):
            changed = (at for at in range(1, len(column.values)) if column.values[at] != column.values[at - 1])
            self.breaks.update(positions[at] for at in changed)
            return
        try:
            leaf = meant(column.text)
        except GarbagePage:
            self._break_everywhere()
            return
        self.breaks.update(positions[at] for at in _not_growth(column, leaf))


def _not_growth(column: Column, leaf: Leaf | None) -> list[int]:
    """Where the values of a column stand that are more than growth, or nothing that can be counted."""
    if leaf is None:
        return []
    if isinstance(leaf, GaugeLeaf):
        return [at for at, value in enumerate(column.values) if not is_value(value)]
    if isinstance(leaf, AccountLeaf):
        return [at for at, value in enumerate(column.values) if whole_number(value) is None]
    bad = column.count()
    if column.increases and min(column.increases) < 0:
        bad += [at for at, increase in enumerate(column.increases) if increase < 0]
    return bad


def plain_numbers(values: Sequence[str]) -> list[int] | None:
    """``whole_number`` of each value; None when some value is not written as plain digits or is too great."""
    text = ",".join(values).encode("utf-8", "replace")
    if text.translate(None, b"0123456789,"):
        return None
    try:
        numbers: list[int] = orjson.loads(b"[%b]" % text)  # several times as fast as int() of each
    except orjson.JSONDecodeError:  # one is empty, or begins with a 0
        return None
    return numbers if len(numbers) == len(values) and max(numbers) <= MOST_COUNT else None


def shown_times(named: Sequence[tuple[str, Series]], times_ms: Sequence[int]) -> tuple[int, ...]:
    """Those of the times at which there is any sample."""
    every = tuple(sorted(set(times_ms)))
    if any(series.times_ms == every for _, series in named):
        return every
    found = set().union(*(series.times_ms for _, series in named))
    return tuple(at_ms for at_ms in every if at_ms in found)


def columns(named: Iterable[tuple[str, Series]], times_ms: tuple[int, ...]) -> list[Column]:
    """Series as columns over pages; those that no page shows are left out."""
    everywhere = range(len(times_ms))
    position = {at_ms: at for at, at_ms in enumerate(times_ms)}
    found: list[Column] = []
    for text, series in named:
        if series.times_ms == times_ms:
            found.append(Column(text, series.values, everywhere))
            continue
        pairs = zip(series.times_ms, series.values, strict=True)
        shown = [(position[at_ms], value) for at_ms, value in pairs if at_ms in position]
        if shown:
            found.append(Column(text, [value for _, value in shown], [at for at, _ in shown]))
    return found
