"""How long requests took: counts per bucket and slice, shares within a bound, and the bucket that holds a quantile."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal, InvalidOperation
from types import MappingProxyType

from dashboard.api.asking import Asked
from dashboard.api.errors import Missing, Unreadable
from dashboard.api.route import Content, Json, Read, Write
from dashboard.api.setting import ApiSetting
from reports.load_runs.view import utc
from slo.windows import DAY_S
from store.latency import added
from store.latency_records import LatencySlice
from store.port import Reader
from store.records import Level
from store.slices import slice_end, slice_start

LEVELS = MappingProxyType({"minute": Level.MINUTE, "hour": Level.HOUR, "day": Level.DAY})
USUAL_S = MappingProxyType({"minute": 3600, "hour": 2 * 86_400, "day": 30 * 86_400})
MOST_SLICES = 1_500
MOST_DIGITS = 20
QUANTILES = ((50, 100), (95, 100), (99, 100))


def latency(setting: ApiSetting, reader: Reader, asked: Asked) -> Content:
    """One product's histograms; slices that nobody observed hold null, never 0."""
    product, by = _product(setting, asked), asked.choice("by", tuple(LEVELS), "minute")
    within, now_ms = _within(asked), setting.now_ms()
    starts = _starts(asked, by, now_ms // 1000, setting.catalog.zone)
    end_s = slice_end(LEVELS[by], starts[-1], setting.catalog.zone)
    kept = reader.latency(LEVELS[by], starts[0], end_s, product=product)
    wanted = asked.query.get("step")
    found = [each for each in kept if wanted is None or each.series.step == wanted]
    return {
        "product": product,
        "by": by,
        "from": utc(starts[0] * 1000),
        "to": utc(end_s * 1000),
        "starts": [utc(at_s * 1000) for at_s in starts],
        "histograms": [
            _histogram([each for each in found if each.series == series], starts, within)
            for series in sorted({each.series for each in found})
        ],
    }


def _histogram(slices: list[LatencySlice], starts: list[int], within: Decimal | None) -> Json:
    series = slices[0].series
    kept = {each.at_s: each.counts for each in slices}
    whole = (0,) * len(series.bounds)
    for counts in kept.values():
        whole = added(whole, counts)
    bounds = series.bounds
    return {
        "step": series.step,
        "traffic": series.traffic or None,
        "bounds": list(bounds),
        "counts": [list(kept[at_s]) if at_s in kept else None for at_s in starts],
        "quantiles": [_quantiles(kept.get(at_s, ()), bounds) for at_s in starts],
        "total": sum(whole),
        "whole": list(whole),
        "whole_quantiles": _quantiles(whole, bounds),
        "within": None if within is None else _share(whole, bounds, within),
    }


def _quantiles(counts: tuple[int, ...], bounds: tuple[str, ...]) -> Json | None:
    """For each quantile the bucket that it lies in; None without requests."""
    total = sum(counts)
    if not total:
        return None
    return {f"p{part}": _bucket(counts, bounds, -(-total * part // of)) for part, of in QUANTILES}


def _bucket(counts: Iterable[int], bounds: tuple[str, ...], rank: int) -> Json:
    """The bucket of the request with this rank (1 is the fastest); ``to`` is null beyond the last bound."""
    seen = 0
    for at, count in enumerate(counts):
        seen += count
        if seen >= rank:
            return {"from": bounds[at - 1] if at else "0", "to": None if bounds[at] == "+Inf" else bounds[at]}
    return {"from": bounds[-2] if len(bounds) > 1 else "0", "to": None}


def _share(counts: tuple[int, ...], bounds: tuple[str, ...], bound: Decimal) -> Json:
    """How many took at most so long: one number where the bound is an edge, else the least and the most."""
    edges = [Decimal("Infinity") if edge == "+Inf" else Decimal(edge) for edge in bounds]
    least = sum(count for edge, count in zip(edges, counts, strict=True) if edge <= bound)
    lower = [Decimal(0), *edges]
    most = sum(count for edge, count in zip(lower, counts, strict=False) if edge < bound)
    return {"seconds": f"{bound:f}", "least": least, "most": most, "total": sum(counts), "exact": bound in edges}


def _product(setting: ApiSetting, asked: Asked) -> str:
    product = asked.query.get("product", "")
    known = [each.id for each in setting.catalog.products]
    if product not in known:
        raise Missing(f"product: no product {product[:100]!r}; known: {', '.join(known)}")
    return product


def _within(asked: Asked) -> Decimal | None:
    text = asked.query.get("within")
    if text is None:
        return None
    wrong = f"within: {text[:40]!r} is no number of seconds above 0; for example 0.5"
    try:
        bound = Decimal(text)
    except InvalidOperation as error:
        raise Unreadable(wrong) from error
    if len(text) > MOST_DIGITS or not bound.is_finite() or not 0 < bound <= DAY_S:
        raise Unreadable(wrong)
    return bound


def _starts(asked: Asked, by: str, now_s: int, zone: str) -> list[int]:
    """Begins of the slices asked for, the edges taken outwards."""
    to_ms, from_ms = asked.instant("to"), asked.instant("from")
    to_s = now_s if to_ms is None else -(-to_ms // 1000)
    from_s = to_s - USUAL_S[by] if from_ms is None else from_ms // 1000
    if not 0 <= from_s < to_s:
        raise Unreadable(f"from, to: to ({utc(to_s * 1000)}) is not after from")
    level, starts = LEVELS[by], [slice_start(LEVELS[by], from_s, zone)]
    while (next_s := slice_end(level, starts[-1], zone)) < to_s:
        starts.append(next_s)
        if len(starts) > MOST_SLICES:
            raise Unreadable(f"from, to: more than {MOST_SLICES} steps of one {by}; ask for less, or by a longer step")
    return starts


ROUTES: tuple[Read | Write, ...] = (
    Read(
        "/api/v1/latency",
        "How long requests took: counts per bucket, and the bucket of p50, p95 and p99",
        latency,
        {
            "product": "id of a product",
            "step": "one journey step, else all",
            "by": "minute (usual), hour or day",
            "from": "RFC 3339; taken outwards to a whole step",
            "to": "RFC 3339; now when it is not given",
            "within": "seconds; how many requests took at most so long",
        },
    ),
)
