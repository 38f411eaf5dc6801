"""Availability over a window of several data centers, with what was not seen estimated per data center."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction

from dashboard.coverage import Interval, Unseen
from dashboard.model import AvailabilityView
from slo.availability import Availability, missing_estimate
from slo.counts import Counts
from slo.objective import Objective
from slo.states import completeness

ByCenter = Mapping[str, Counts]
"""Counts of one product per data center."""


def availability_view(
    products: Iterable[ByCenter], unseen: Mapping[str, Unseen], window: Interval, objective: Objective
) -> AvailabilityView:
    """Availability of one product, or of several together, over one window.

    ``unseen``: what was not seen of each data center within the window; every data center counts the same for the
    completeness.
    """
    window_ms = window.to_ms - window.from_ms
    counts = Counts()
    missing = 0
    for of_product in products:
        counts = sum(of_product.values(), counts)
        missing += missing_events(of_product, unseen, window_ms)
    watched_ms = sum(window_ms - each.unwatched_ms for each in unseen.values())
    return AvailabilityView(
        availability=Availability(counts, missing),
        objective=objective,
        window=window,
        seen=watched_ms > 0 or counts.total > 0,
        completeness=completeness(watched_ms, window_ms * len(unseen)),
    )


def missing_events(counts: ByCenter, unseen: Mapping[str, Unseen], window_ms: int) -> int:
    """Estimate of the events of one product that were not seen, summed over data centers.

    Each at its own rate while it was seen; a data center that was never seen at the mean rate of the others.
    """
    missing = 0
    seen_events = seen_ms = never_ms = 0
    for center, each in unseen.items():
        events = counts[center].total if center in counts else 0
        observed_ms = window_ms - each.lost_ms
        if observed_ms == 0 and events == 0:
            never_ms += each.lost_ms
            continue
        seen_events += events
        seen_ms += observed_ms
        if each.lost_ms:
            missing += missing_estimate(events, observed_ms, each.lost_ms)
    return missing + (missing_estimate(seen_events, seen_ms, never_ms) if never_ms else 0)


def share(part: int, whole: int) -> Fraction:
    """part / whole, 0 of nothing, at most 1."""
    return min(Fraction(part, whole), Fraction(1)) if whole > 0 else Fraction(0)
