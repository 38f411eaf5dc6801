"""Who looked at what, and what was simulated, imported or planned: counts become cells with their unseen time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from reports.availability.material import CellSlice, Given, PlannedWindow
from slo.counts import Counts
from slo.windows import MINUTE_S, Window
from store.coverage import Interval, Unseen, Watch, clipped, length_ms, merged, of_spans, unseen
from store.port import Reader
from store.records import SourceStatus
from store.watching import by_data_center, watched_until

LATE_MS = 120_000
"""A source whose newest page is older than this went missing; the others say how far counts are in."""
NOTHING = Counts()
Counted = Mapping[tuple[str, str], Counts]
"""Counts by product and data center."""


@dataclass(frozen=True, slots=True)
class Watching:
    """``unobserved``: simulated and imported stretches, which count as seen; ``products``, ``centers``: in the order in
    which they are shown."""

    watches: Mapping[str, Watch | None]
    unobserved: Sequence[Interval]
    given: Given
    products: tuple[str, ...]
    centers: tuple[str, ...]

    def cells(
        self,
        label: str,
        window: Window,
        counted: Counted,
        products: Sequence[str] | None = None,
        centers: Sequence[str] | None = None,
    ) -> list[CellSlice]:
        """Every product in every data center over one slice; or only those that are named."""
        stretch = Interval(window.from_s * 1000, window.to_s * 1000)
        chosen = self.centers if centers is None else centers
        seen = {center: self.unseen(center, stretch) for center in chosen}
        taken = self._taken(window)
        windows = [each for each in self.given.windows if each.from_s < window.to_s and each.to_s > window.from_s]
        return [
            CellSlice(
                label,
                product,
                center,
                stretch.to_ms - stretch.from_ms,
                counted.get((product, center), NOTHING),
                taken.get((product, center), NOTHING),
                seen[center],
                self._planned([each for each in windows if each.names(product, center)], center, stretch),
            )
            for product in (self.products if products is None else products)
            for center in chosen
        ]

    def unseen(self, center: str, part: Interval) -> Unseen:
        """What was not seen of one data center in a stretch."""
        return unseen(part, self.watches[center], self.unobserved)

    def _planned(self, windows: Sequence[PlannedWindow], center: str, stretch: Interval) -> Unseen:
        """What was not seen of the part under maintenance, and how long that is."""
        parts = clipped(merged(Interval(w.from_s * 1000, w.to_s * 1000) for w in windows), stretch)
        every = [self.unseen(center, part) for part in parts]
        return Unseen(sum(e.lost_ms for e in every), sum(e.unwatched_ms for e in every), length_ms(parts))

    def _taken(self, window: Window) -> Counted:
        found: defaultdict[tuple[str, str], Counts] = defaultdict(Counts)
        for (day_s, product, center), counts in self.given.taken.items():
            if window.from_s <= day_s < window.to_s:
                found[product, center] += counts
        return found


def watching_of(reader: Reader, given: Given, window: Window, now_ms: int) -> tuple[Watching, int]:
    """Who looked at what over a window, and up to where counts are in, in epoch seconds."""
    statuses = reader.sources()
    until_s = min(window.to_s, max(newest_s(statuses, now_ms), window.from_s))
    centers = by_data_center([each.id for each in given.catalog.data_centers], statuses)
    gaps = reader.gaps(window.from_s * 1000, now_ms)
    watches = watched_until(reader, centers, gaps, until_s * 1000, LATE_MS)
    unobserved = of_spans([*reader.simulated(), *(span for span, _ in given.imported)])
    products = tuple(each.id for each in given.catalog.products)
    return Watching(watches, unobserved, given, products, tuple(centers)), until_s


def newest_s(statuses: Iterable[SourceStatus], now_ms: int) -> int:
    """Whole minute up to which counts are in: that of the slowest source that is being read."""
    marks = [s.watermark_ms for s in statuses if s.watermark_ms is not None and s.watermark_ms >= now_ms - LATE_MS]
    return min([now_ms, *marks]) // 1000 // MINUTE_S * MINUTE_S
