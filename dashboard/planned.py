"""What announced maintenance takes out of the figures: counts and time per product and data center."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from alerts.desk.exclusions import Excluded, less
from alerts.desk.maintenance import Maintenance, excluded
from slo.counts import Counts
from slo.windows import Window
from store.coverage import Interval, Unseen, clipped, length_ms

Cell: TypeAlias = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Taken:
    """Of one product in one data center over one period: events inside maintenance, and its time: ``excluded_ms`` of
    it, of which ``lost_ms`` and ``unwatched_ms`` were not seen."""

    counts: Counts = field(default_factory=Counts)
    time: Unseen = field(default_factory=Unseen)

    def counted(self, counts: Counts) -> Counts:
        """What the objective sees of all events."""
        return less(counts, self.counts)

    def judged(self, whole: Unseen) -> Unseen:
        """What was not seen of the time that the objective sees."""
        # Not below nothing: what was watched before this minute is up to a minute old, gaps may have closed since.
        return Unseen(
            max(whole.lost_ms - self.time.lost_ms, 0),
            max(whole.unwatched_ms - self.time.unwatched_ms, 0),
            self.time.excluded_ms,
        )


Planned: TypeAlias = Mapping[Cell, Taken]
"""Only of what a window names."""


def holding(windows: Iterable[Maintenance], product: str, center: str, at_ms: int) -> list[Maintenance]:
    """Windows under which a product in a data center is at an instant, first begun first."""
    return [each for each in windows if each.holds(at_ms) and each.names(product, center)]


def planned_in(
    windows: Sequence[Maintenance],
    cells: Iterable[Cell],
    stretch: Interval,
    counts: Excluded,
    seen: Callable[[str, Interval], Unseen],
) -> Planned:
    """What is taken out of one period. ``counts``: events inside maintenance in the same period; ``seen``: what was not
    seen of a data center in a stretch."""
    within = Window(stretch.from_ms // 1000, -(-stretch.to_ms // 1000))
    found: dict[Cell, Taken] = {}
    for product, center in cells:
        spans = excluded(windows, product, center, within)
        parts = clipped([Interval(span.from_s * 1000, span.to_s * 1000) for span in spans], stretch)
        if parts:
            time = _time(parts, [seen(center, part) for part in parts])
            found[product, center] = Taken(counts.cells.get((product, center), Counts()), time)
    return found


def _time(parts: Sequence[Interval], inside: Sequence[Unseen]) -> Unseen:
    return Unseen(sum(each.lost_ms for each in inside), sum(each.unwatched_ms for each in inside), length_ms(parts))
