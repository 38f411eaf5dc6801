"""How a budget burned down over its period, hour by hour, without what was excluded."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate

from alerts.desk.exclusions import excluded_minutes, less
from alerts.desk.maintenance import Maintenance
from alerts.incidents.view import utc
from alerts.policy import Slo
from dashboard.api.route import Json
from slo.counts import Counts
from slo.windows import DAY_S, HOUR_S, Window
from store.port import Reader
from store.records import Level, Scope

LONGEST_BY_HOUR_S = 31 * DAY_S


def burn_down(reader: Reader, slo: Slo, windows: Sequence[Maintenance], begin_s: int, now_s: int) -> Json:
    """Bad and all events of each step since ``begin_s`` and bad ones so far. Steps without a row had no events; a step
    is an hour, for periods beyond 31 days a day."""
    by_hour = slo.period_seconds <= LONGEST_BY_HOUR_S
    level, step_s = (Level.HOUR, HOUR_S) if by_hour else (Level.DAY, DAY_S)
    scope = Scope.PRODUCT if slo.product else Scope.BANK
    found = reader.timeline(level, scope, begin_s, now_s, product=slo.product)
    steps: dict[int, Counts] = {at_s: counts for at_s, _, counts in found}
    begins = sorted(steps)
    for at_s, counts in excluded_minutes(reader, slo.product, windows, Window(begin_s, now_s)).items():
        place = bisect_right(begins, at_s) - 1
        if place >= 0:
            steps[begins[place]] = less(steps[begins[place]], counts)
    spent = accumulate(steps[at_s].bad for at_s in begins)
    return {
        "step_seconds": step_s,
        "rows": [
            {"from": utc(at_s * 1000), "bad": steps[at_s].bad, "total": steps[at_s].total, "spent_events": so_far}
            for at_s, so_far in zip(begins, spent, strict=True)
        ],
    }
