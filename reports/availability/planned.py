"""When announced maintenance takes out all of something: a product wherever it runs, or the whole bank."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from reports.availability.material import PlannedWindow
from slo.downtime import union
from slo.windows import Window


def whole_windows(windows: Sequence[PlannedWindow], centers: Mapping[str, Sequence[str]]) -> tuple[Window, ...]:
    """Disjoint stretches in which every product is under maintenance in every data center. ``centers``: of each."""
    common: tuple[Window, ...] | None = None
    for product, places in centers.items():
        for center in places:
            mine = union(Window(each.from_s, each.to_s) for each in windows if each.names(product, center))
            common = mine if common is None else _both(common, mine)
            if not common:
                return ()
    return common or ()


def _both(one: Sequence[Window], other: Sequence[Window]) -> tuple[Window, ...]:
    cut = (Window(max(a.from_s, b.from_s), min(a.to_s, b.to_s)) for a in one for b in other)
    return union(each for each in cut if each.from_s < each.to_s)
