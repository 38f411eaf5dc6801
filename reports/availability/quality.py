"""How well each source was watched over the period."""

from __future__ import annotations

from fractions import Fraction

from reports.availability.evidence import utc_ms
from reports.availability.material import Material
from reports.availability.model import SourceGap, SourceQuality
from slo.formatting import ratio, truncated
from slo.states import completeness
from store.coverage import Interval, Watch, clipped, length_ms, of_spans, unseen
from store.records import Gap, SourceStatus

LATE_MS = 120_000


def data_quality(material: Material) -> tuple[SourceQuality, ...]:
    """Every registered source, in order of its data center."""
    return tuple(_source(material, each) for each in sorted(material.statuses, key=_place))


def _place(status: SourceStatus) -> tuple[str, str]:
    return status.source.data_center, status.source.id


def _source(material: Material, status: SourceStatus) -> SourceQuality:
    stretch = Interval(material.period.window.from_s * 1000, material.until_s * 1000)
    gaps = tuple(gap for gap in material.gaps if gap.source == status.source.id)
    inside = clipped([Interval(gap.from_ms, gap.to_ms) for gap in gaps], stretch)
    spans = of_spans(material.simulated)
    watch = _watch(status, gaps, stretch.to_ms)
    found = unseen(stretch, watch, spans)
    length = stretch.to_ms - stretch.from_ms
    share = completeness(length - found.unwatched_ms, length)
    return SourceQuality(
        id=status.source.id,
        kind=status.source.kind,
        data_center=status.source.data_center,
        interval_ms=status.source.interval_ms,
        first_page=utc_ms(status.first_page_ms or None),
        last_page=utc_ms(None if status.watermark_ms is None else min(status.watermark_ms, stretch.to_ms)),
        gaps=len(inside),
        lost_seconds=_seconds(found.lost_ms),
        unwatched_seconds=_seconds(found.unwatched_ms),
        longest_gap_seconds=_seconds(max((length_ms([each]) for each in inside), default=0)),
        completeness=None if share is None else ratio(share),
        watched_from=None if watch is None else utc_ms(watch.from_ms),
        watched_to=None if watch is None else utc_ms(watch.to_ms),
    )


def gaps(material: Material) -> tuple[SourceGap, ...]:
    """Every gap that touches the period, oldest first."""
    from_ms, to_ms = material.period.window.from_s * 1000, material.until_s * 1000
    return tuple(
        SourceGap(each.source, utc_ms(each.from_ms) or "", utc_ms(each.to_ms) or "", each.exact)
        for each in sorted(material.gaps, key=lambda each: (each.from_ms, each.source))
        if each.from_ms < to_ms and each.to_ms > from_ms
    )


def _watch(status: SourceStatus, gaps: tuple[Gap, ...], until_ms: int) -> Watch | None:
    if status.watermark_ms is None:
        return None
    begin_ms = status.first_page_ms or status.registered_ms
    return Watch(begin_ms, until_ms if status.watermark_ms >= until_ms - LATE_MS else status.watermark_ms, gaps)


def _seconds(milliseconds: int) -> str:
    return truncated(Fraction(milliseconds, 1000), 3)
