"""Counts inside maintenance windows, to be taken out of good and of total: always beside the figures with them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from alerts.desk.maintenance import Maintenance
from alerts.policy import Slo
from slo.counts import Counts
from slo.downtime import union
from slo.windows import MINUTE_S, Window
from store.port import Reader
from store.records import Level, Scope


class Both(NamedTuple):
    """Counts as they happened, and as the objective sees them."""

    with_maintenance: Counts
    counted: Counts


@dataclass(frozen=True, slots=True)
class Excluded:
    """Counts inside maintenance by product and data center."""

    cells: Mapping[tuple[str, str], Counts]

    def of(self, product: str = "", data_center: str = "") -> Counts:
        """Sum over what is named; an empty product or data center means all."""
        chosen = (c for (p, d), c in self.cells.items() if product in ("", p) and data_center in ("", d))
        return sum(chosen, Counts())

    def counted(self, counts: Counts, slo: Slo) -> Counts:
        """What an objective sees of its product's (the bank's) counts over the same window."""
        return less(counts, self.of(slo.product)) if slo.excludes_maintenance else counts

    def both(self, counts: Counts, product: str = "", data_center: str = "") -> Both:
        """Counts of a unit over the same window, with maintenance and without."""
        return Both(counts, less(counts, self.of(product, data_center)))


def excluded_counts(reader: Reader, windows: Iterable[Maintenance], within: Window) -> Excluded:
    """What lies inside maintenance in ``[from_s, to_s)``, each event once however many windows cover it.

    Exact as long as the store keeps minutes of that time (35 days unless configured).
    """
    planned = [each for each in windows if each.from_s < within.to_s and each.to_s > within.from_s]
    edges = {within.from_s, within.to_s}
    for each in planned:
        edges |= {max(each.from_s, within.from_s), min(each.to_s, within.to_s)}
    cells: defaultdict[tuple[str, str], Counts] = defaultdict(Counts)
    instants = sorted(edges)
    for from_s, to_s in pairwise(instants):
        covering = [each for each in planned if each.from_s <= from_s and to_s <= each.to_s]
        if not covering:
            continue
        for unit, counts in reader.totals(Scope.CELL, from_s, to_s).items():
            if any(each.names(unit.product, unit.data_center) for each in covering):
                cells[unit.product, unit.data_center] += counts
    return Excluded(dict(cells))


def excluded_minutes(reader: Reader, product: str, windows: Iterable[Maintenance], within: Window) -> dict[int, Counts]:
    """What maintenance takes out of a product (empty: the bank) in ``[from_s, to_s)``, by minute: of the cells that it
    names, each minute once."""
    planned = [each for each in windows if not product or product in (each.products or (product,))]
    clipped = (Window(max(w.from_s, within.from_s), min(w.to_s, within.to_s)) for w in planned)
    taken: defaultdict[int, Counts] = defaultdict(Counts)
    for stretch in union(clipped):
        begin_s = stretch.from_s - stretch.from_s % MINUTE_S
        for at_s, unit, counts in reader.timeline(Level.MINUTE, Scope.CELL, begin_s, stretch.to_s, product=product):
            if any(w.holds(at_s * 1000) and w.names(unit.product, unit.data_center) for w in planned):
                taken[at_s] += counts
    return dict(taken)


def less(whole: Counts, part: Counts) -> Counts:
    """Counts of a whole without those of a part of it."""
    return Counts(
        whole.good - part.good,
        whole.bad - part.bad,
        whole.ignored - part.ignored,
        whole.transactions - part.transactions,
    )
