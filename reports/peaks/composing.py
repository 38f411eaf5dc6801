"""Composes the report of peaks of a period, from the store as it is now; records, forecast and capacity are those of
its end, or of now while it goes on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from reports.availability.model import PeriodText
from reports.availability.period import Period
from reports.load_runs.policy import CapacityPolicy
from reports.load_runs.view import utc
from reports.peaks.calendar import DayKinds
from reports.peaks.capacity import CapacityView, capacity_json, headroom_p95, read_capacity
from reports.peaks.errors import UnknownProduct
from reports.peaks.forecasting import outlook
from reports.peaks.gathering import Days, read_days, until_now
from reports.peaks.model import DEFINITION_VERSION, KIND, SCHEMA, PastDay, PeakReport, sealed
from reports.peaks.view import days_json, forecast_json, records_json
from slo.catalog import Catalog
from store.port import Reader


@dataclass(frozen=True, slots=True)
class Ground:
    """What every report of peaks of a bank stands on."""

    catalog: Catalog
    kinds: DayKinds
    policy: CapacityPolicy
    code_version: str
    demo: bool = False


def compose(reader: Reader, ground: Ground, period: Period, now_ms: int, product: str = "") -> PeakReport:
    """The bank's report, or a product's. Raises UnknownProduct."""
    catalog, zone = ground.catalog, ground.catalog.zone
    names = _names(catalog, product)
    as_of_ms = min(now_ms, period.window.to_s * 1000)
    view = read_capacity(reader, as_of_ms, zone, len(catalog.data_centers), ground.policy, kinds=ground.kinds)
    seen = read_days(reader, until_now((as_of_ms - 1) // 1000, zone), zone, product) if product else view.seen
    past = _past(seen, view.outlook.first)
    look = view.outlook
    if product:
        totals = {date.fromisoformat(each.day).toordinal(): each.transactions for each in past}
        peaks = {date.fromisoformat(each.day).toordinal(): each.peak for each in past if each.peak is not None}
        look = outlook(ground.kinds, totals, peaks, look.first)
    days = seen.within(period.window)
    return sealed(
        PeakReport(
            kind=KIND,
            schema=SCHEMA,
            definition_version=DEFINITION_VERSION,
            catalog_version=catalog.version,
            code_version=ground.code_version,
            made_at=utc(now_ms),
            demo=ground.demo,
            period=_period(period, now_ms, provisional=any(day.provisional for day in days)),
            product=product or None,
            names=names,
            verdict=_verdict(view),
            total=sum(day.transactions for day in days),
            days=tuple(days_json(seen, period.window, ground.kinds)),
            records=records_json(seen, ground.kinds),
            forecast=forecast_json(look, ground.kinds),
            capacity=capacity_json(view),
            past=past,
        )
    )


def _names(catalog: Catalog, product: str) -> dict[str, str]:
    if not product:
        return {}
    found = next((each for each in catalog.products if each.id == product), None)
    if found is None:
        raise UnknownProduct(product, [each.id for each in catalog.products])
    return dict(found.names)


def _past(seen: Days, first: date) -> tuple[PastDay, ...]:
    closed = (day for day in seen.days if day.closed and day.day < first)
    return tuple(PastDay(day.day.isoformat(), day.transactions, day.peak) for day in closed)


def _verdict(view: CapacityView) -> str:
    room = headroom_p95(view, lost=False)
    if room is None:
        return "not proven"
    return "met" if room >= 0 else "missed"


def _period(period: Period, now_ms: int, *, provisional: bool) -> PeriodText:
    until_ms = min(period.window.to_s * 1000, max(now_ms, period.window.from_s * 1000))
    return PeriodText(
        kind=period.kind,
        key=period.key,
        from_=utc(period.window.from_s * 1000),
        to=utc(period.window.to_s * 1000),
        until=utc(until_ms),
        time_zone=period.zone,
        provisional=provisional or now_ms < period.window.to_s * 1000,
    )
