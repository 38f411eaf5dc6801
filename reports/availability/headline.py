"""Availability over a window of several data centers, with what was not seen estimated per data center: the one place
that every screen and every report has it from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from slo.availability import Availability, missing_estimate
from slo.counts import Counts, summed
from slo.objective import Objective
from slo.states import completeness
from store.coverage import Interval, Unseen

NOTHING_UNSEEN = Unseen()
ByCenter = Mapping[str, Counts]
"""Counts of one product per data center."""


@dataclass(frozen=True, slots=True)
class AvailabilityView:
    """Availability over one window. ``seen``: any of the window was watched, otherwise the counts mean nothing.
    ``completeness``: watched share of the window, None of an empty window. Announced maintenance is left out;
    ``without_exclusions``: the same with it, None when there was none in the window."""

    availability: Availability
    objective: Objective
    window: Interval
    seen: bool
    completeness: Fraction | None
    without_exclusions: AvailabilityView | None = None

    @property
    def as_it_happened(self) -> AvailabilityView:
        """With maintenance."""
        return self.without_exclusions or self


def availability_view(
    products: Iterable[ByCenter], unseen: Mapping[str, Unseen], window: Interval, objective: Objective
) -> AvailabilityView:
    """Availability of one product, or of several together, over one window.

    ``unseen``: what was not seen of each data center within the window; every data center counts the same for the
    completeness.
    """
    return availability_of([(of_product, unseen) for of_product in products], window, objective)


def availability_of(
    parts: Iterable[tuple[ByCenter, Mapping[str, Unseen]]], window: Interval, objective: Objective
) -> AvailabilityView:
    """The same when each product has its own unseen time: maintenance may name some of them alone."""
    window_ms = window.to_ms - window.from_ms
    every: list[Counts] = []
    missing = watched_ms = expected_ms = 0
    for of_product, unseen in parts:
        every += of_product.values()
        lost_ms, unwatched_ms, excluded_ms = map(sum, zip(*unseen.values(), strict=True)) if unseen else NOTHING_UNSEEN
        judged_ms = window_ms * len(unseen) - excluded_ms
        missing += missing_events(of_product, unseen, window_ms) if lost_ms else 0
        expected_ms += judged_ms
        watched_ms += judged_ms - unwatched_ms
    counts = summed(every)
    return AvailabilityView(
        availability=Availability(counts, missing),
        objective=objective,
        window=window,
        seen=watched_ms > 0 or counts.total > 0,
        completeness=completeness(watched_ms, expected_ms),
    )


def missing_events(counts: ByCenter, unseen: Mapping[str, Unseen], window_ms: int) -> int:
    """Estimate of the events of one product that were not seen, summed over data centers.

    Each at its own rate while it was seen; a data center that was never seen at the mean rate of the others.
    """
    missing = 0
    seen_events = seen_ms = never_ms = 0
    for center, each in unseen.items():
        events = counts[center].total if center in counts else 0
        observed_ms = window_ms - each.excluded_ms - each.lost_ms
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
