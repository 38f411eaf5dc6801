"""What an incident's picture is drawn from: bad events per product and data center over its time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from alerts.incidents.codec import find
from alerts.incidents.model import Incident
from alerts.incidents.view import utc
from dashboard.api.asking import Asked
from dashboard.api.errors import Missing
from dashboard.api.route import Content, Json, Read, Write
from dashboard.api.setting import ApiSetting
from slo.counts import Counts
from slo.windows import DAY_S
from store.port import Reader
from store.records import Level, Scope, Unit

MOST_LANES = 24
MOST_SECONDS = 300
"""Seconds are drawn up to here, then minutes."""
MOST_MINUTES = 6 * 60
MARGIN_SHARE = 8
"""An eighth of the incident is shown before and after it, at least LEAST_MARGIN_S."""
LEAST_MARGIN_S = 15
STEPS = {Level.SLOT: 1, Level.MINUTE: 60, Level.HOUR: 3600, Level.DAY: DAY_S}
Lane = tuple[str, str]


def lanes(setting: ApiSetting, reader: Reader, asked: Asked) -> Content:
    """Bad and total events per step; lanes with the most bad events first."""
    found = find(reader.journal(), asked.id)
    if found is None:
        raise Missing(f"no incident {asked.id[:200]!r}; GET /api/v1/incidents lists their ids")
    from_s, to_s = shown(found, setting.now_ms())
    level = fitting(to_s - from_s)
    rows = _rows(reader, level, from_s, to_s, found)
    if level is Level.SLOT and not rows:  # seconds are no longer kept
        level = Level.MINUTE
        rows = _rows(reader, level, from_s, to_s, found)
    step = STEPS[level]
    begin, end = from_s // step * step, -(-to_s // step) * step
    chosen = worst(rows)
    return {
        "from": utc(begin * 1000),
        "to": utc(end * 1000),
        "step_seconds": step,
        "lanes": [_lane(lane, rows[lane], range(begin, end, step)) for lane in chosen[:MOST_LANES]],
        "more": max(0, len(chosen) - MOST_LANES),
    }


def shown(incident: Incident, now_ms: int) -> tuple[int, int]:
    """The stretch that the picture shows, in seconds: the incident with a margin, never beyond now."""
    begin_s = incident.begin_ms // 1000
    end_s = -(-(incident.restored_ms or now_ms) // 1000)
    margin_s = max(LEAST_MARGIN_S, (end_s - begin_s) // MARGIN_SHARE)
    return begin_s - margin_s, max(begin_s + 1, min(end_s + margin_s, now_ms // 1000))


def fitting(seconds: int) -> Level:
    """The finest level whose slices can still be told apart."""
    if seconds <= MOST_SECONDS:
        return Level.SLOT
    return Level.MINUTE if seconds <= MOST_MINUTES * 60 else Level.HOUR


def worst(rows: Mapping[Lane, Mapping[int, Counts]]) -> list[Lane]:
    """Lanes with bad events, most first."""
    bad = {lane: sum(counts.bad for counts in slices.values()) for lane, slices in rows.items()}
    return sorted((lane for lane, events in bad.items() if events), key=lambda lane: (-bad[lane], lane))


def _rows(reader: Reader, level: Level, from_s: int, to_s: int, incident: Incident) -> dict[Lane, dict[int, Counts]]:
    found: dict[Lane, dict[int, Counts]] = defaultdict(dict)
    product = _only(area.product for area in incident.areas)
    center = _only(area.data_center for area in incident.areas)
    step = STEPS[level]
    begin, end = from_s // step * step, -(-to_s // step) * step
    for at_s, unit, counts in reader.timeline(level, Scope.CELL, begin, end, product=product, data_center=center):
        found[_lane_of(unit)][at_s] = counts
    return found


def _only(names: Iterable[str]) -> str:
    """The one name that all areas share; empty when they do not."""
    several = set(names)
    return several.pop() if len(several) == 1 else ""


def _lane_of(unit: Unit) -> Lane:
    return unit.product, unit.data_center


def _lane(lane: Lane, slices: Mapping[int, Counts], steps: range) -> Json:
    """None where nothing was seen: unknown is not 0."""
    seen = [slices.get(at_s) for at_s in steps]
    return {
        "product": lane[0],
        "data_center": lane[1],
        "bad": [None if counts is None else counts.bad for counts in seen],
        "total": [None if counts is None else counts.total for counts in seen],
    }


ROUTES: tuple[Read | Write, ...] = (
    Read("/api/v1/incidents/{id}/lanes", "Bad events per product and data center over its time, for a picture", lanes),
)
