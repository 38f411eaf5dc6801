"""Where a window can begin: at the finest slice whose counts are still there.

Minutes are kept for weeks, hours for a year, and simulated days of long ago never had minutes. A window that begins
inside an hour that is stored as a whole would silently lose the rest of that hour.
"""

from __future__ import annotations

from slo.counts import Counts
from slo.windows import Window, pieces
from store.port import Reader
from store.records import Level, Scope
from store.slices import slice_end, slice_start


def answerable_from_s(reader: Reader, from_s: int, zone: str) -> int:
    """The latest instant at or before ``from_s`` from which a window of a day or more loses nothing at its begin.

    ``from_s`` taken outwards to a whole minute where the minutes of its hour are there, else to the hour, else to the
    local day. A slice is there when its parts add up to it: nothing needs to know what was pruned or simulated.
    """
    for level in (Level.MINUTE, Level.HOUR):
        begin_s = slice_start(level, from_s, zone)
        if _adds_up(reader, begin_s, zone):
            return begin_s
    return slice_start(Level.DAY, from_s, zone)


def _adds_up(reader: Reader, begin_s: int, zone: str) -> bool:
    """Whether a local day, cut at an instant into the slices that a window up to it and one from it take, is whole."""
    day_s = slice_start(Level.DAY, begin_s, zone)
    end_s = slice_end(Level.DAY, day_s, zone)
    parts = _parts(reader, Window(day_s, begin_s), zone) + _parts(reader, Window(begin_s, end_s), zone)
    return parts == _sum(reader, Level.DAY, Window(day_s, end_s))


def _parts(reader: Reader, window: Window, zone: str) -> Counts:
    """Counts of the bank in hours, and in minutes where no whole hour fits; the window is no whole day."""
    cut = pieces(window, zone)
    by_level = ((Level.DAY, cut.days), (Level.HOUR, cut.hours), (Level.MINUTE, cut.minutes))
    return sum((_sum(reader, level, each) for level, windows in by_level for each in windows), Counts())


def _sum(reader: Reader, level: Level, window: Window) -> Counts:
    slices = reader.timeline(level, Scope.BANK, window.from_s, window.to_s)
    return sum((counts for _, _, counts in slices), Counts())
