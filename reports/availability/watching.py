"""Who looked at what, and what was simulated, imported or planned: counts become cells with their unseen time."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from reports.availability.imported import NO_IMPORTS, Imports, admitted
from reports.availability.material import CellSlice, Given, PlannedWindow
from slo.counts import Counts
from slo.windows import MINUTE_S, Window, day_of
from store.coverage import Interval, Unseen, Watch, clipped, length_ms, merged, of_spans, unseen
from store.port import Reader
from store.records import SourceStatus
from store.watching import by_data_center, watched_until

LATE_MS = 120_000
"""A source whose newest page is older than this went missing; the others say how far counts are in."""
NOTHING = Counts()
NOTHING_PLANNED = Unseen()
Counted = Mapping[tuple[str, str], Counts]
"""Counts by product and data center."""


@dataclass(frozen=True, slots=True)
class Watching:
    """``unobserved``: simulated stretches, which count as seen; ``products``, ``centers``: in the order in which they
    are shown; ``imports``: counts of files, which add to cells and count as seen for their product."""

    watches: Mapping[str, Watch | None]
    unobserved: Sequence[Interval]
    given: Given
    products: tuple[str, ...]
    centers: tuple[str, ...]
    imports: Imports = NO_IMPORTS

    def places(self, product: str) -> tuple[str, ...]:
        """Data centers of a product: ours, then those that only files name."""
        return tuple(dict.fromkeys([*self.centers, *self.imports.centers(product)]))

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
        seen = {center: self.unseen(center, stretch) for center in (self.centers if centers is None else centers)}
        taken, told = self._taken(window), self.imports.inside(window)
        windows = [each for each in self.given.windows if each.from_s < window.to_s and each.to_s > window.from_s]
        found, of_files = [], self.imports.products
        for product in self.products if products is None else products:
            imported = product in of_files
            for center in self.places(product) if imported and centers is None else seen:
                place = product, center
                counts = counted.get(place, NOTHING)
                found.append(
                    CellSlice(
                        label,
                        product,
                        center,
                        stretch.to_ms - stretch.from_ms,
                        counts + told[place] if place in told else counts,
                        taken.get(place, NOTHING),
                        self.unseen(center, stretch, product) if imported else seen[center],
                        self._planned([each for each in windows if each.names(*place)], place, stretch)
                        if windows
                        else NOTHING_PLANNED,
                    )
                )
        return found

    def longer(self, window: Window, slices: Sequence[Window]) -> list[CellSlice]:
        """Imported counts of more than one slice: they have no length of their own, for the slices hold all of it."""
        ends = {each.from_s: each.to_s for each in slices}
        begins = sorted(ends)
        return [
            CellSlice(
                label=_days(row.from_s, row.to_s, self.given.catalog.zone),
                product=row.product,
                data_center=row.data_center,
                length_ms=0,
                counts=Counts(row.good, row.bad),
                taken=NOTHING,
                unseen=Unseen(),
                planned=Unseen(),
            )
            for row in self.imports.counted(window)
            if row.to_s > ends[begins[bisect_right(begins, row.from_s) - 1]]
        ]

    def unseen(self, center: str, part: Interval, product: str = "") -> Unseen:
        """What nobody saw of one data center in a stretch, and (a product named) no file tells of."""
        told = self.imports.told(product, center) if product else ()
        watch = self.watches.get(center, self.imports.watched)
        return unseen(part, watch, [*self.unobserved, *told])

    def _planned(self, windows: Sequence[PlannedWindow], place: tuple[str, str], stretch: Interval) -> Unseen:
        """What was not seen of the part under maintenance, and how long that is."""
        if not windows:
            return NOTHING_PLANNED
        parts = clipped(merged(Interval(w.from_s * 1000, w.to_s * 1000) for w in windows), stretch)
        product, center = place
        every = [self.unseen(center, part, product) for part in parts]
        return Unseen(sum(e.lost_ms for e in every), sum(e.unwatched_ms for e in every), length_ms(parts))

    def _taken(self, window: Window) -> Counted:
        found: defaultdict[tuple[str, str], Counts] = defaultdict(Counts)
        for (day_s, product, center), counts in self.given.taken.items():
            if window.from_s <= day_s < window.to_s:
                found[product, center] += counts
        return found


def _days(from_s: int, to_s: int, zone: str) -> str:
    """First and last local day."""
    return f"{day_of(from_s, zone).isoformat()}..{day_of(to_s - 1, zone).isoformat()}"


def watching_of(reader: Reader, given: Given, window: Window, now_ms: int) -> tuple[Watching, int]:
    """Who looked at what over a window, and up to where counts are in, in epoch seconds."""
    statuses = reader.sources()
    until_s = min(window.to_s, max(newest_s(statuses, now_ms), window.from_s))
    centers = by_data_center([each.id for each in given.catalog.data_centers], statuses)
    gaps = reader.gaps(window.from_s * 1000, now_ms)
    watches = watched_until(reader, centers, gaps, until_s * 1000, LATE_MS)
    spans = reader.simulated()
    imports = admitted(given.imported, watches, spans, given.products)
    products = tuple(dict.fromkeys([*(each.id for each in given.catalog.products), *imports.products]))
    return Watching(watches, of_spans(spans), given, products, tuple(centers), imports), until_s


def newest_s(statuses: Iterable[SourceStatus], now_ms: int) -> int:
    """Whole minute up to which counts are in: that of the slowest source that is being read."""
    marks = [s.watermark_ms for s in statuses if s.watermark_ms is not None and s.watermark_ms >= now_ms - LATE_MS]
    return min([now_ms, *marks]) // 1000 // MINUTE_S * MINUTE_S
