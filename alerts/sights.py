"""How far each data center was looked at, from the sources in it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from alerts.facts import Sight
from slo.freshness import fresh_for_ms
from store.records import Gap, SourceStatus

LEAST_GRACE_S = 3
MS_PER_S = 1000


def slot_end(at_ms: int) -> int:
    """End of the one-second slot in which a page taken at ``at_ms`` books its increase: a page of 5.0 s ends slot 4."""
    return -(-at_ms // MS_PER_S)


def sights(statuses: Iterable[SourceStatus], gaps: Sequence[Gap] = ()) -> Mapping[str, Sight]:
    """Data center -> how far it was looked at: by any of its sources, for processes come and go.

    ``gaps`` of the stretch to judge; those of a data center with several sources say nothing, for others looked on.
    """
    by_data_center: defaultdict[str, list[SourceStatus]] = defaultdict(list)
    for status in statuses:
        if status.watermark_ms is not None:
            by_data_center[status.source.data_center].append(status)
    return {name: _sight(of_it, gaps) for name, of_it in by_data_center.items()}


def _sight(statuses: Sequence[SourceStatus], gaps: Sequence[Gap]) -> Sight:
    until_s = max(slot_end(status.watermark_ms) for status in statuses if status.watermark_ms is not None)
    longest_ms = max(status.source.interval_ms for status in statuses)
    alone = statuses[0].source.id if len(statuses) == 1 else None
    own = tuple((gap.from_ms // MS_PER_S, slot_end(gap.to_ms) - 1) for gap in gaps if gap.source == alone)
    return Sight(until_s, max(LEAST_GRACE_S, slot_end(fresh_for_ms(longest_ms))), own)
