"""Reports that go out by themselves: what comes next, and what became of the last ones. Never what was sent, nor to
whom."""

from __future__ import annotations

from access.rights import Right
from alerts.incidents.view import utc
from dashboard.api.asking import Asked
from dashboard.api.paging import asking, listing, page
from dashboard.api.route import Content, Json, Read, Route
from dashboard.api.setting import ApiSetting
from reports.delivery.model import Delivery
from reports.delivery.parcel import KIND, OPEN, Parcel, Status
from reports.delivery.schedule import Almanac, Run, next_run
from store.journal import Document
from store.port import Reader

STATUSES = tuple(each.value for each in Status)


def deliveries(setting: ApiSetting, reader: Reader, asked: Asked) -> Content:
    """The plan with its next runs, and the outbox, newest first."""
    wanted = asked.choice("status", ("all", *STATUSES), "all")

    def shown(document: Document) -> Json | None:
        parcel = Parcel.readable(document)
        fits = parcel is not None and wanted in ("all", parcel.status.value)
        return parcel_json(parcel) if parcel is not None and fits else None

    rows, following = page(reader.journal(), KIND, asked, shown, filtered=wanted != "all")
    plan = [_planned(setting, each) for each in setting.reporting.plan.deliveries]
    return listing("parcels", rows, following, deliveries=plan)


def parcel_json(parcel: Parcel) -> Json:
    """A report on its way through one channel."""
    waits = parcel.status is Status.PENDING and parcel.next_attempt_ms
    return {
        "id": parcel.id,
        "delivery": parcel.delivery,
        "period": parcel.period,
        "channel": parcel.channel,
        "status": parcel.status.value,
        "attempts": parcel.attempts,
        "queued": utc(parcel.queued_ms),
        "settled": None if parcel.status in OPEN else utc(parcel.settled_ms),
        "next_attempt": utc(parcel.next_attempt_ms) if waits else None,
        "error": parcel.last_error or None,
        "provisional": parcel.provisional,
        "sha256": parcel.digest or None,
    }


def _planned(setting: ApiSetting, delivery: Delivery) -> Json:
    run = _next(setting, delivery)
    return {
        "id": delivery.id,
        "kind": delivery.kind,
        "language": delivery.language,
        "formats": list(delivery.formats),
        "channels": [target.name for target in delivery.targets],
        "products": list(delivery.products),
        "next": run and {"at": utc(run.at_s * 1000), "period": run.period.name, "provisional": run.provisional},
    }


def _next(setting: ApiSetting, delivery: Delivery) -> Run | None:
    reporting = setting.reporting
    if reporting.calendar is None:
        return None
    almanac = Almanac(reporting.plan.zone, reporting.calendar())
    return next_run(delivery.schedule, setting.now_ms() // 1000, almanac)


ROUTES: tuple[Route, ...] = (
    Read(
        "/api/v1/reports/deliveries",
        "Reports by schedule: next runs, and what became of the last ones",
        deliveries,
        {"status": f"one of all, {', '.join(STATUSES)}", **asking("queued")},
        right=Right.SEE_REPORTS,
    ),
)
