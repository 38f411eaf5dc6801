"""Data centers beside each other: balance, availability by product, failovers, what is left when one is lost, DCNs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

from alerts.incidents.view import utc
from dashboard.api.asking import Asked
from dashboard.api.availability import QUERY, span_of, window_of
from dashboard.api.errors import Missing
from dashboard.api.route import Content, Json, Read, Route
from dashboard.api.setting import ApiSetting
from reports.availability.figuring import percent_text
from reports.availability.material import Given
from reports.availability.watching import Watching, watching_of
from reports.centers.balance import NOTHING, Balance, balance, even_share
from reports.centers.falling import unwatched_ms
from reports.peaks.capacity import CapacityView, capacity_json, headroom_today, read_capacity, usable
from slo.counts import Counts
from slo.failover import Failover
from slo.formatting import percent, ratio, truncated
from slo.windows import MINUTE_S, Window, day_of, day_window
from store.coverage import Interval
from store.port import Reader
from store.watching import by_data_center

NOW_SECONDS = 60
"""What "now" is: so many closed seconds."""
STRETCH = {"from": QUERY["from"], "to": QUERY["to"]}


def data_centers(setting: ApiSetting, reader: Reader, asked: Asked) -> Content:
    """Of every data center: share now, today and of the stretch beside the even one; every product and DCN in it."""
    now_ms, zone = setting.now_ms(), setting.catalog.zone
    window = _whole_minutes(window_of(setting, asked, "hour"))
    watching, until_s = watching_of(reader, Given(setting.catalog, ""), window, now_ms)
    centers = watching.centers
    recent_s = until_s if until_s < now_ms // 1000 - 2 * MINUTE_S else _closed_s(reader, now_ms)
    views = {
        "now": balance(reader, Window(recent_s - NOW_SECONDS, recent_s)),
        "today": balance(reader, Window(day_window(day_of(now_ms // 1000, zone), zone).from_s, now_ms // 1000)),
        "stretch": balance(reader, window, dcns=True),
    }
    even = even_share(centers)
    capacity = read_capacity(reader, now_ms, zone, len(centers), setting.capacity, kinds=setting.kinds)
    return {
        **span_of(window, zone),
        "taken_at": utc(now_ms),
        "even_share": None if even is None else ratio(even),
        "data_centers": [_center(each, views, watching, even) for each in centers],
        "n_1": _without_one(capacity),
    }


def fallen(setting: ApiSetting, reader: Reader, asked: Asked) -> Content:
    """Newest first; of a longer stretch only its last 35 days are looked through, and ``from`` says so. ``complete``:
    false while hours further back are still to be read; who asks again sees more of them."""
    center = asked.query.get("data_center", "")
    window = _whole_minutes(window_of(setting, asked, "hour"))
    closed_s = min(window.to_s, setting.now_ms() // 1000 // MINUTE_S * MINUTE_S)
    wanted = Window(window.from_s, max(closed_s, window.from_s))
    groups = by_data_center([each.id for each in setting.catalog.data_centers], reader.sources())
    if center and center not in groups:
        raise Missing(f"data_center: none is {center[:80]!r}; known: {', '.join(groups)}")
    looked = setting.failovers.found(reader, wanted, tuple(groups))
    searched = looked.window
    gaps = reader.gaps(searched.from_s * 1000, searched.to_s * 1000)
    sources = {name: [each.source.id for each in group] for name, group in groups.items()}
    rows = [
        _fall(each, unwatched_ms(gaps, sources[each.data_center], each.from_s, each.to_s or searched.to_s), setting)
        for each in reversed(looked.failovers)
        if center in ("", each.data_center)
    ]
    policy = setting.failovers.policy
    rule = {
        "fallen_below": ratio(policy.fallen),
        "back_at": ratio(policy.back),
        "usual_minutes": policy.usual_minutes,
        "least_minutes": policy.least_minutes,
        "floor_per_minute": policy.floor,
        "taken_over_from": ratio(policy.taken),
    }
    return {**span_of(searched, setting.catalog.zone), "complete": looked.complete, "rule": rule, "failovers": rows}


def _whole_minutes(window: Window) -> Window:
    """Outwards."""
    return Window(window.from_s // MINUTE_S * MINUTE_S, -(-window.to_s // MINUTE_S) * MINUTE_S)


def _closed_s(reader: Reader, now_ms: int) -> int:
    """Up to where every source that is being read has told its counts."""
    marks = [each.watermark_ms for each in reader.sources() if each.watermark_ms is not None]
    late_ms = now_ms - 10_000
    return min([now_ms, *(mark for mark in marks if mark >= late_ms)]) // 1000


def _center(center: str, views: Mapping[str, Balance], watching: Watching, even: Fraction | None) -> Json:
    stretch = views["stretch"]
    window = stretch.window
    counts = stretch.centers.get(center, NOTHING)
    length_ms = (window.to_s - window.from_s) * 1000
    lost_ms = watching.unseen(center, Interval(window.from_s * 1000, window.to_s * 1000)).lost_ms
    products = [each for each in watching.products if (center, each) in stretch.cells]
    inside = {dcn: each for (place, dcn), each in sorted(stretch.dcns.items()) if place == center}
    return {
        "id": center,
        "shares": {name: _share(view, center, even) for name, view in views.items()},
        **_counts(counts),
        "completeness": percent(Fraction(length_ms - min(lost_ms, length_ms), length_ms)),
        "products": [{"product": each, **_counts(stretch.cells[center, each])} for each in products],
        "dcns": [_dcn(name, each, inside) for name, each in inside.items()],
        "dcns_complete": sum(each.total for each in inside.values()) == counts.total,
    }


def _share(view: Balance, center: str, even: Fraction | None) -> Json:
    """``off_even``: share beside the even one, 0 when it is exactly that; null when nobody had anything."""
    share = view.share(center)
    off = None if share is None or not even else share / even - 1
    return {
        "transactions": view.centers.get(center, NOTHING).transactions if view.transactions else None,
        "share": None if share is None else ratio(share),
        "off_even": None if off is None else truncated(off, 4),
    }


def _counts(counts: Counts) -> Json:
    return {
        "good": counts.good,
        "bad": counts.bad,
        "total": counts.total,
        "transactions": counts.transactions,
        "availability": percent_text(counts.share),
    }


def _dcn(name: str, counts: Counts, inside: Mapping[str, Counts]) -> Json:
    total = sum(each.transactions for each in inside.values())
    return {"id": name, "share": ratio(Fraction(counts.transactions, total)) if total else None, **_counts(counts)}


def _fall(found: Failover, unwatched: int, setting: ApiSetting) -> Json:
    moved = found.taken_share >= setting.failovers.policy.taken
    return {
        "data_center": found.data_center,
        "from": utc(found.from_s * 1000),
        "to": None if found.to_s is None else utc(found.to_s * 1000),
        "kind": "taken_over" if moved else "lost",
        "usual_share": ratio(found.usual_share),
        "lowest_share": ratio(found.lowest_share),
        "lost_transactions": found.lost,
        "gained_by_others": found.gained,
        "taken_share": ratio(found.taken_share, 4),
        "unwatched_seconds": unwatched // 1000,
    }


def _without_one(view: CapacityView) -> Json:
    """Would the others carry the busiest minute of today so far? Null while that is not known."""
    said = capacity_json(view)
    left, room = usable(view, lost=True), headroom_today(view, lost=True)
    names: Sequence[str] = (
        "proven_per_second",
        "peak_today_per_second",
        "peak_today_at",
        "headroom_today_n_1",
        "forecast_p95_per_second",
        "headroom_n_1",
        "state",
        "expires_at",
    )
    return {
        "carried": None if room is None else room >= 0,
        "left_per_second": None if left is None else int(left),
        **{name: said[name] for name in names},
        "reasons": said["reasons"],
    }


ROUTES: tuple[Route, ...] = (
    Read(
        "/api/v1/data-centers",
        "Balance of the data centers now, today and over a stretch; every product and DCN; what carries without one",
        data_centers,
        STRETCH,
    ),
    Read(
        "/api/v1/data-centers/failovers",
        "When the traffic of a data center went elsewhere (docs/data-centers.md), newest first; at most 35 days",
        fallen,
        {"data_center": "only of this one", **STRETCH},
    ),
)
