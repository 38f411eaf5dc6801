"""What maintenance took out, written down while the store still has its minutes: reports of last year need it.

One document of kind ``excluded`` per window, by local day, product and data center. What several windows cover is
booked by the one that began first, so that sums over windows hold each event once.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import TypeAlias

from alerts.desk.exclusions import Excluded, excluded_counts, less
from alerts.desk.maintenance import MOST_DAYS, MOST_WINDOWS, Maintenance
from slo.counts import Counts
from slo.windows import DAY_S, Window, day_of, day_window
from store.journal import Change, Document, Entry, JournalReader
from store.port import Reader

KIND = "excluded"
Row: TypeAlias = tuple[int, str, str, int, int, int, int]
"""Begin of a local day, product, data center, then good, bad, ignored events and transactions."""
BOOK_AFTER_S = DAY_S
"""Late samples and healed gaps are in by then."""


def due(journal: JournalReader, windows: Iterable[Maintenance], now_s: int) -> list[Maintenance]:
    """Windows that are over long enough and not booked yet."""
    over = [each for each in windows if each.from_s < each.to_s and each.to_s + BOOK_AFTER_S <= now_s]
    return [each for each in over if journal.document(KIND, each.id) is None]


def book(reader: Reader, window: Maintenance, others: Iterable[Maintenance], zone: str, now_ms: int) -> Change:
    """What is written for a window that is over. ``others``: those that touch it (``maintenance.between``)."""
    rows = _rows(reader, window, others, zone)
    body = json.dumps(rows, ensure_ascii=False)
    entry = Entry(now_ms, KIND, window.id, "", json.dumps({"cells": len(rows)}))
    return Change((entry,), (Document(KIND, window.id, 0, window.from_s * 1000, False, body),))


def _rows(reader: Reader, window: Maintenance, others: Iterable[Maintenance], zone: str) -> list[Row]:
    earlier = [each for each in others if (each.from_s, each.id) < (window.from_s, window.id)]
    rows: list[Row] = []
    for day_s, part in _days(Window(window.from_s, window.to_s), zone):
        before = excluded_counts(reader, earlier, part)
        for (product, center), counts in sorted(excluded_counts(reader, [*earlier, window], part).cells.items()):
            own = less(counts, before.of(product, center))
            if own != Counts():
                rows.append((day_s, product, center, own.good, own.bad, own.ignored, own.transactions))
    return rows


def taken_by_day(reader: Reader, windows: Sequence[Maintenance], zone: str) -> dict[tuple[int, str, str], Counts]:
    """What windows took out by (begin of the local day, product, data center): as booked, else as the store's minutes
    say now. ``windows``: all that touch a stretch (``maintenance.between``)."""
    journal = reader.journal()
    taken: defaultdict[tuple[int, str, str], Counts] = defaultdict(Counts)
    for window in windows:
        document = journal.document(KIND, window.id)
        rows = _rows(reader, window, windows, zone) if document is None else json.loads(document.body)
        for day_s, product, center, *counts in rows:
            taken[day_s, product, center] += Counts(*counts)
    return dict(taken)


def booked(journal: JournalReader, within: Window) -> Excluded:
    """What was taken out on the local days that begin in ``[from_s, to_s)``; windows that are not booked are not in
    it."""
    earliest_ms = (within.from_s - MOST_DAYS * DAY_S) * 1000
    cells: defaultdict[tuple[str, str], Counts] = defaultdict(Counts)
    for document in journal.documents(KIND, from_ms=earliest_ms, to_ms=within.to_s * 1000, most=MOST_WINDOWS):
        for day_s, product, center, *counts in json.loads(document.body):
            if within.from_s <= day_s < within.to_s:
                cells[product, center] += Counts(*counts)
    return Excluded(dict(cells))


def _days(window: Window, zone: str) -> Iterator[tuple[int, Window]]:
    """Begin of each local day that a window touches, and the part of the window in it."""
    at_s = window.from_s
    while at_s < window.to_s:
        day = day_window(day_of(at_s, zone), zone)
        yield day.from_s, Window(at_s, min(day.to_s, window.to_s))
        at_s = day.to_s
