"""Availability without what announced maintenance takes out, and as it happened beside."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from dashboard.planned import Planned, Taken
from reports.availability.headline import AvailabilityView, ByCenter, availability_of, availability_view
from slo.counts import Counts
from slo.objective import Objective
from store.coverage import Interval, Unseen

NOTHING_TAKEN = Taken()


def without_planned(
    products: Sequence[tuple[str, ByCenter]],
    unseen: Mapping[str, Unseen],
    planned: Planned,
    window: Interval,
    objective: Objective,
) -> AvailabilityView:
    """Products by id without what was planned of them; as it happened beside, when anything was."""
    whole = availability_view([counts for _, counts in products], unseen, window, objective)
    named = {product for product, _ in planned}
    if not any(product in named for product, _ in products):
        return whole
    parts = [
        (
            counted(product, counts, planned),
            {center: planned.get((product, center), NOTHING_TAKEN).judged(each) for center, each in unseen.items()},
        )
        for product, counts in products
    ]
    return replace(availability_of(parts, window, objective), without_exclusions=whole)


def counted(product: str, counts: ByCenter, planned: Planned) -> dict[str, Counts]:
    """What the objective sees of a product's events."""
    return {center: planned.get((product, center), NOTHING_TAKEN).counted(each) for center, each in counts.items()}
