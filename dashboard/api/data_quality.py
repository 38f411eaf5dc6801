"""How good the data of every source are: age, completeness, clock, errors, gaps, and who reads it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from fractions import Fraction
from statistics import median_low

from alerts.incidents.view import utc
from dashboard.api.asking import Asked
from dashboard.api.errors import Missing
from dashboard.api.route import Content, Json, Read, Route
from dashboard.api.setting import ApiSetting
from dashboard.quality import UNTOLD, Quality, quality_of, with_quality
from dashboard.sources import source_view
from slo.formatting import percent
from slo.windows import DAY_S, MINUTE_S
from store import reasons
from store.leases import NOBODY, Lease, lease_name
from store.port import Reader
from store.quality import VANISHED
from store.records import Gap, SourceStatus
from store.records import Read as Reading

READS_SECONDS = 900
"""Reads are looked at one by one over so long, or less where there are many."""
MOST_READS = 20_000
SPANS_S = {"hours_24": DAY_S, "days_30": 30 * DAY_S}
MOST_GAPS = 200
BACKFILLED = "prometheus"
"""Kind of sources whose past can be read again."""
BACKFILL = ".venv/bin/python app.py backfill"


@dataclass(frozen=True, slots=True)
class _Known:
    """What is asked once for all sources."""

    now_ms: int
    quality: Mapping[str, Quality]
    vanished: Mapping[str, int]
    observed: Mapping[str, Mapping[str, int]]
    leases: Mapping[str, Lease]
    gaps: Sequence[Gap]
    reads_ms: int


def data_quality(setting: ApiSetting, reader: Reader, asked: Asked) -> Content:
    """Every source, and what is simulated."""
    now_ms, statuses = setting.now_ms(), reader.sources()
    known = _known(setting, reader, statuses, now_ms)
    return {
        "taken_at": utc(now_ms),
        "time_zone": setting.catalog.zone,
        "reads_seconds": known.reads_ms // 1000,
        "sources": [_source(reader, each, known) for each in sorted(statuses, key=lambda each: each.source.id)],
        "simulated": [{"from": utc(s.from_s * 1000), "to": utc(s.to_s * 1000)} for s in reader.simulated()],
    }


def gaps(setting: ApiSetting, reader: Reader, asked: Asked) -> Content:
    """Newest first, the ``limit`` newest of them; ``total`` says how many there are."""
    now_ms = setting.now_ms()
    to_ms = asked.instant("to") or now_ms
    from_ms = asked.instant("from") or to_ms - DAY_S * 1000
    source, kinds = asked.query.get("source", ""), {each.source.id: each.source.kind for each in reader.sources()}
    if source and source not in kinds:
        raise Missing(f"source: none is {source[:80]!r}; known: {', '.join(list(kinds)[:50]) or 'none yet'}")
    found = [each for each in reader.gaps(from_ms, to_ms) if source in ("", each.source)]
    limit = min(asked.limit(), MOST_GAPS) if "limit" in asked.query else MOST_GAPS
    rows = [_gap(each, kinds.get(each.source, "")) for each in reversed(found)]
    return {"from": utc(from_ms), "to": utc(to_ms), "total": len(found), "gaps": rows[:limit]}


def _known(setting: ApiSetting, reader: Reader, statuses: Sequence[SourceStatus], now_ms: int) -> _Known:
    end_s = now_ms // 1000 // MINUTE_S * MINUTE_S
    gauges = reader.gauges()
    vanished: Counter[str] = Counter()
    for gauge in gauges:
        if gauge.name == VANISHED:
            vanished[gauge.source] += int(gauge.value)
    per_second = sum(Fraction(1000, each.source.interval_ms) for each in statuses)
    seconds = min(READS_SECONDS, int(MOST_READS / per_second)) if per_second else READS_SECONDS
    return _Known(
        now_ms,
        quality_of(gauges, now_ms),
        vanished,
        {name: reader.observed(end_s - span_s, end_s) for name, span_s in SPANS_S.items()},
        setting.store.leases(),
        reader.gaps(now_ms - DAY_S * 1000, now_ms),
        seconds * 1000,
    )


def _source(reader: Reader, status: SourceStatus, known: _Known) -> Json:
    source = status.source
    view = with_quality(source_view(status, known.now_ms), known.quality)
    lease = known.leases.get(lease_name(source.id))
    lives = reader.incarnations(source.id)
    own = [each for each in known.gaps if each.source == source.id]
    return {
        "id": source.id,
        "kind": source.kind,
        "data_center": source.data_center,
        "interval_seconds": float(Fraction(source.interval_ms, 1000)),
        "state": view.state.value,
        "cause": reasons.cause(view.reason) if view.reason else None,
        "reason": view.reason or None,
        "notes": list(view.notes),
        "age_ms": view.age_ms,
        "newest_page": None if status.watermark_ms is None else utc(status.watermark_ms),
        "registered": utc(status.registered_ms),
        "completeness": {name: _completeness(status, name, known) for name in SPANS_S},
        "skew_ms": view.skew_ms,
        "folded_series": known.quality.get(source.id, UNTOLD).folded,
        "vanished_series": known.vanished.get(source.id, 0),
        "reads": _reads(reader.reads(source.id, known.now_ms - known.reads_ms, known.now_ms + 1)),
        "gaps_24h": {"count": len(own), "lost": sum(not each.exact for each in own), "seconds": _seconds(own)},
        "lives": len(lives),
        "born": utc(lives[-1].born_ms) if lives else None,
        "read_by": None if lease is None or lease.owner == NOBODY else lease.owner,
        "lease_token": None if lease is None else lease.token,
    }


def _completeness(status: SourceStatus, name: str, known: _Known) -> Json:
    """Accepted reads of those that were due since the source was registered; a share of nothing is null."""
    end_s = known.now_ms // 1000 // MINUTE_S * MINUTE_S
    first_ms = min(each for each in (status.registered_ms, status.first_page_ms or status.registered_ms))
    begin_ms = max((end_s - SPANS_S[name]) * 1000, first_ms)
    due = max(0, end_s * 1000 - begin_ms) // status.source.interval_ms
    accepted = min(due, known.observed[name].get(status.source.id, 0))
    return {"due": due, "accepted": accepted, "percent": percent(Fraction(accepted, due)) if due else None}


def _reads(reads: Sequence[Reading]) -> Json:
    failed = Counter(reasons.cause(each.reason) for each in reads if not each.collected)
    lasted = [each.duration_ms for each in reads if each.collected]
    newest_bad = next((each for each in reversed(reads) if not each.collected), None)
    return {
        "tried": len(reads),
        "accepted": len(lasted),
        "failed": dict(failed.most_common()),
        "late": failed[reasons.SKIPPED],
        "duplicates": failed[reasons.DUPLICATE],
        "resets": sum(each.resets for each in reads),
        "unknown_births": sum(each.unknown_births for each in reads),
        "samples": next((each.samples for each in reversed(reads) if each.collected), None),
        "median_ms": median_low(lasted) if lasted else None,
        "slowest_ms": max(lasted, default=None),
        "newest_failure": None if newest_bad is None else {"at": utc(newest_bad.at_ms), "reason": newest_bad.reason},
    }


def _seconds(found: Iterable[Gap]) -> float:
    return sum(each.to_ms - each.from_ms for each in found) / 1000


def _gap(gap: Gap, kind: str) -> Json:
    return {
        "source": gap.source,
        "from": utc(gap.from_ms),
        "to": utc(gap.to_ms),
        "seconds": float(Fraction(gap.to_ms - gap.from_ms, 1000)),
        "lost": not gap.exact,
        "reason": gap.reason,
        "cause": reasons.cause(gap.reason),
        "mend": _mend(gap) if kind == BACKFILLED and not gap.exact else None,
    }


def _mend(gap: Gap) -> str:
    """The command that reads the gap again; outwards to whole seconds."""
    begin, end = (datetime.fromtimestamp(at_s, UTC) for at_s in (gap.from_ms // 1000, -(-gap.to_ms // 1000)))
    return f"{BACKFILL} --from {begin:%Y-%m-%dT%H:%M:%SZ} --to {end:%Y-%m-%dT%H:%M:%SZ} --source '{gap.source}'"


ROUTES: tuple[Route, ...] = (
    Read(
        "/api/v1/data-quality",
        "Every source: age, completeness of 24 hours and 30 days, clock, reads, errors, restarts, who reads it",
        data_quality,
    ),
    Read(
        "/api/v1/data-quality/gaps",
        "Time in which nobody looked, newest first, with the command that mends what can be mended",
        gaps,
        {"source": "only of this one", "from": "RFC 3339; 24 hours before to", "to": "RFC 3339; now", "limit": "rows"},
    ),
)
