"""Slots of the past out of the store, day by day, so that a month never stands in memory as a whole."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from alerts.sliced.book import SliceBook
from alerts.sliced.burning import Cuts, kinds
from alerts.sliced.model import SlicedSlo
from slo.windows import DAY_S, Window
from store.port import Reader
from store.records import Level, Scope
from store.slices import STEP_S


def slots_of_store(
    reader: Reader, product: str, level: Level, from_s: int, to_s: int
) -> Iterator[tuple[int, dict[str, tuple[int, int]]]]:
    """Slices of the bank (empty product) or of a product by data center that lie in ``[from_s, to_s)``, oldest first.

    A slice without a row had no events or was not observed: unknown either way.
    """
    scope = Scope.CELL if product else Scope.BANK
    step_s = STEP_S[level]
    first_s = from_s + -from_s % step_s
    last_s = to_s - to_s % step_s
    for day_s in range(first_s, last_s, DAY_S):
        rows = reader.timeline(level, scope, day_s, min(day_s + DAY_S, last_s), product=product)
        slots: defaultdict[int, dict[str, tuple[int, int]]] = defaultdict(dict)
        for at_s, unit, counts in rows:
            slots[at_s][unit.data_center] = (counts.good, counts.bad)
        yield from sorted(slots.items())


def slices_of_store(reader: Reader, slo: SlicedSlo, book: SliceBook, within: Window, now_s: int) -> Cuts | None:
    """Slices of every part of an objective that lie in a window and have closed by ``now_s``; None when there is none
    with events. What nobody saw and what was under announced maintenance is known of each, as it is known now."""
    slice_s = slo.slice_seconds
    from_s = within.from_s + -within.from_s % slice_s
    to_s = min(within.to_s, book.closed_s(reader, now_s * 1000))
    if to_s - to_s % slice_s <= from_s:
        return None
    cuts = book.slices(reader, dict.fromkeys(kinds(slo), to_s - to_s % slice_s - from_s), to_s)
    return cuts if any(cut.total for row in cuts.values() for _, cut in row) else None


def retained(reader: Reader, product: str, from_s: int, to_s: int) -> Level:
    """The finest level that reaches back to the begin: one that has as many events in its first part as minutes say."""
    edge_s = min(from_s + DAY_S, to_s)
    minutes = _events(reader, Level.MINUTE, product, from_s, edge_s)
    if minutes and _events(reader, Level.SLOT, product, from_s, edge_s) >= minutes:
        return Level.SLOT
    hours = _events(reader, Level.HOUR, product, from_s, edge_s)
    return Level.HOUR if hours > minutes and edge_s - from_s == DAY_S and not minutes else Level.MINUTE


def _events(reader: Reader, level: Level, product: str, from_s: int, to_s: int) -> int:
    scope = Scope.PRODUCT if product else Scope.BANK
    return sum(counts.total for _, _, counts in reader.timeline(level, scope, from_s, to_s, product=product))
