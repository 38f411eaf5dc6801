"""What stands beside the figures: incidents and how long they took, maintenance, changes, what was not observed."""

from __future__ import annotations

from datetime import UTC, datetime

from reports.availability.beside import ImportedTime, NotCounted
from reports.availability.imported import joined
from reports.availability.material import LeftOut, Material, ReportedIncident
from reports.availability.model import (
    Changed,
    Incident,
    Maintenance,
    Spread,
    Statistics,
    Stretch,
)
from slo.formatting import percent, ratio
from slo.spread import spread
from slo.windows import Window

MS_PER_S = 1000
SIMULATED = "simulated"


def incidents(material: Material) -> tuple[Incident, ...]:
    """Those that touch the period and, when products were chosen, one of them; oldest first."""
    from_ms, to_ms = material.period.window.from_s * MS_PER_S, material.until_s * MS_PER_S
    chosen = set(material.given.products)
    touching = (
        each
        for each in material.given.incidents
        if each.begin_ms < to_ms
        and (each.restored_ms is None or each.restored_ms > from_ms or each.begin_ms >= from_ms)
        and (not chosen or not each.products or chosen & set(each.products))
    )
    return tuple(_incident(each) for each in sorted(touching, key=lambda each: (each.begin_ms, each.id)))


def _incident(each: ReportedIncident) -> Incident:
    return Incident(
        id=each.id,
        title=dict(each.title),
        severity=each.severity,
        state=each.state,
        products=each.products,
        data_centers=each.data_centers,
        impact_start=utc_ms(each.impact_start_ms),
        detected=utc_ms(each.detected_ms),
        acknowledged=utc_ms(each.acknowledged_ms),
        restored=utc_ms(each.restored_ms),
        mttd_ms=_between(each.impact_start_ms, each.detected_ms),
        mtta_ms=_between(each.detected_ms, each.acknowledged_ms),
        mttr_ms=_between(each.impact_start_ms, each.restored_ms),
        failed=each.failed,
        failed_complete=each.failed_complete,
        budget_spent_percent=each.budget_spent_percent,
        regulatory=each.regulatory,
        owner=each.owner,
        imported_from=each.imported_from,
    )


def _between(from_ms: int | None, to_ms: int | None) -> int | None:
    return None if from_ms is None or to_ms is None else to_ms - from_ms


def statistics(listed: tuple[Incident, ...]) -> Statistics:
    """MTTD, MTTA, MTTR of what is listed."""
    return Statistics(
        len(listed),
        _spread([each.mttd_ms for each in listed]),
        _spread([each.mtta_ms for each in listed]),
        _spread([each.mttr_ms for each in listed]),
    )


def _spread(times: list[int | None]) -> Spread:
    found = spread(times)
    median = None if found.median_ms is None else ratio(found.median_ms, 1)
    return Spread(found.known, found.unknown, median, found.p90_ms, found.max_ms)


def maintenance(material: Material) -> tuple[Maintenance, ...]:
    """Announced windows that touch the period."""
    window = material.period.window
    return tuple(
        Maintenance(
            id=each.id,
            title=each.title,
            reason=each.reason,
            owner=each.owner,
            products=tuple(each.products),
            data_centers=tuple(each.data_centers),
            from_=utc_ms(each.from_s * MS_PER_S) or "",
            to=utc_ms(each.to_s * MS_PER_S) or "",
            announced=utc_ms(each.announced_ms) or "",
        )
        for each in sorted(material.given.windows, key=lambda each: (each.from_s, each.id))
        if each.from_s < window.to_s and each.to_s > window.from_s
    )


def changes(material: Material) -> tuple[Changed, ...]:
    """What people changed in the period, oldest first."""
    from_ms, to_ms = material.period.window.from_s * MS_PER_S, material.until_s * MS_PER_S
    return tuple(
        Changed(utc_ms(each.at_ms) or "", each.title, each.actor, each.products)
        for each in sorted(material.given.changes, key=lambda each: (each.at_ms, each.title))
        if from_ms <= each.at_ms < to_ms
    )


def not_observed(material: Material) -> tuple[Stretch, ...]:
    """Parts of the period whose counts are simulated or imported, oldest first."""
    told = [LeftOut(span.from_s, span.to_s, SIMULATED, "") for span in material.simulated]
    told += [LeftOut(each.from_s, each.to_s, each.file, "") for each in material.told]
    found = joined(told, Window(material.period.window.from_s, material.until_s))
    return tuple(Stretch(_utc(each.from_s), _utc(each.to_s), each.file) for each in found)


def left_out(material: Material) -> tuple[NotCounted, ...]:
    """Imported counts that touch the period and do not count, oldest first."""
    return tuple(NotCounted(_utc(each.from_s), _utc(each.to_s), each.file, each.reason) for each in material.left_out)


def outages(material: Material) -> tuple[ImportedTime, ...]:
    """Months of the trend of which files tell seconds of outage; the time availability that follows."""
    return tuple(
        ImportedTime(
            month=each.month,
            service=each.service,
            files=each.files,
            partial_weight=ratio(each.partial_weight),
            down_seconds=ratio(each.down_seconds, 6),
            watched_seconds=ratio(each.watched_seconds, 6),
            time_availability=percent(1 - each.down_seconds / each.watched_seconds) if each.watched_seconds else None,
        )
        for each in sorted(material.given.outages, key=lambda each: (each.month, each.service))
    )


def _utc(at_s: int) -> str:
    return utc_ms(at_s * MS_PER_S) or ""


def utc_ms(at_ms: int | None) -> str | None:
    """RFC 3339, UTC, with milliseconds where there are any; None stays None."""
    if at_ms is None:
        return None
    text = f"{datetime.fromtimestamp(at_ms // MS_PER_S, UTC):%Y-%m-%dT%H:%M:%S}"
    return f"{text}.{at_ms % MS_PER_S:03d}Z" if at_ms % MS_PER_S else f"{text}Z"
