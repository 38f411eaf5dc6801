"""What an account costs in IT and why: the month's report, a bridge of two months, a what-if, the FOCUS export."""

from __future__ import annotations

import re
from dataclasses import asdict
from fractions import Fraction
from functools import partial
from http import HTTPStatus

from access.rights import Right
from dashboard.api.asking import Asked
from dashboard.api.errors import Refused, Unfit, Unreadable
from dashboard.api.route import Content, Direct, File, Json, Read, Route, Text
from dashboard.api.setting import ApiSetting
from dashboard.reporting.jobs import OPEN, NoSeat, Output, Tell, TooManyJobs
from dashboard.reporting.making import FORMATS, LANGUAGES, drawn, file_name
from dashboard.reporting.orders import CONTENT_TYPES, STEPS
from reports.availability.errors import AvailabilityReportError
from reports.availability.period import Period, month
from reports.costs.composing import compose
from reports.costs.errors import CostReportError
from reports.costs.figuring import between, names_of, reasons_of
from reports.costs.focus import focus_csv
from reports.costs.material import Material
from reports.costs.model import document
from reports.costs.supposing import change_of, suppose
from slo.errors import SloError
from slo.windows import closed_months, day_of
from store.port import Reader

FILE = "/api/v1/costs/file"
LONGEST_WAIT_SECONDS = 30.0
_PERCENT = re.compile(r"[+-]?\d{1,6}(\.\d{1,4})?")
_WHOLE = re.compile(r"[+-]?\d{1,4}")
_MONTH = {"month": "2026-10; the last closed month when left out"}


def costs(setting: ApiSetting, reader: Reader, asked: Asked) -> Content:
    """The report without its rows; ``bridge`` between any two of its months."""
    material = _material(setting, reader, asked)
    body = document(compose(material))
    del body["rows"]
    if "from" in asked.query or "to" in asked.query:
        body.update(_bridge(material, asked))
    return body


def _bridge(material: Material, asked: Asked) -> Json:
    first, last = (material.of(asked.query.get(name, material.period.key)) for name in ("from", "to"))
    if first is None or last is None:
        known = f"{material.months[0].month.key} to {material.months[-1].month.key}"
        raise Unreadable(f"from, to: name two months of {known}")
    found = between(first, last, names_of(material))
    reason = "" if found else "; ".join(reasons_of([first, last])) or "no_accounts"
    return {"bridge": None if found is None else asdict(found), "bridge_reason": reason}


def supposed(setting: ApiSetting, reader: Reader, asked: Asked) -> Content:
    """What the last twelve closed months would cost after a change."""
    accounts, servers = (_percent(asked, name) for name in ("accounts", "servers"))
    more = asked.query.get("data_centers", "0").strip()
    if _WHOLE.fullmatch(more) is None:
        raise Unreadable(f"data_centers: {more[:40]!r} is no whole number, such as 1 or -1")
    try:
        change = change_of(accounts, int(more), servers, len(setting.catalog.data_centers))
    except CostReportError as error:
        raise Unreadable(str(error)) from error
    return asdict(suppose(_material(setting, reader, asked), change))


def _percent(asked: Asked, name: str) -> Fraction:
    text = asked.query.get(name, "0").strip().removesuffix("%").strip()
    if _PERCENT.fullmatch(text) is None:
        raise Unreadable(f"{name}: {text[:40]!r} is no per cent, such as 10 or -2.5")
    return Fraction(text)


def focus(setting: ApiSetting, reader: Reader, asked: Asked) -> Content:
    """The month's allocation as FOCUS 1.4."""
    material = _material(setting, reader, asked)
    try:
        content = focus_csv([material.month], material.catalog, material.policy)
    except CostReportError as error:
        raise Unfit(str(error)) from error
    return Text(content.decode(), "text/csv; charset=utf-8", f"focus-1.4-{material.period.key}.csv")


def file(setting: ApiSetting, asked: Asked) -> File:
    """The report as a file: made beside the server's threads."""
    period = _period(setting, asked)
    format_ = asked.choice("format", FORMATS, "pdf")
    language = asked.choice("lang", LANGUAGES, LANGUAGES[0])
    question = ("costs", period.key, format_, language)
    work = partial(_made, setting, period, format_, language)
    try:
        ended = setting.reporting.jobs.made(question, STEPS, work, LONGEST_WAIT_SECONDS)
    except (TooManyJobs, NoSeat) as full:
        raise Refused(HTTPStatus.TOO_MANY_REQUESTS, str(full), {"Retry-After": "5"}) from full
    if ended is None or ended.state in OPEN:
        raise Refused(HTTPStatus.SERVICE_UNAVAILABLE, "it is not made yet; ask again", {"Retry-After": "5"})
    if ended.output is None:
        raise Unfit(ended.error)
    return File(ended.output, format_ == "html")


def _made(setting: ApiSetting, period: Period, format_: str, language: str, tell: Tell) -> Output:
    tell("reading")
    with setting.store.reading() as reader:
        found = compose(setting.costs.material(reader, setting.catalog, period, setting.now_ms() // 1000))
    tell("drawing")
    name = file_name(found, format_, language)
    return Output(drawn(found, format_, language), CONTENT_TYPES[format_], name, name)


def _material(setting: ApiSetting, reader: Reader, asked: Asked) -> Material:
    try:
        return setting.costs.material(reader, setting.catalog, _period(setting, asked), setting.now_ms() // 1000)
    except CostReportError as error:
        raise Unreadable(f"month: {error}") from error
    except SloError as error:
        raise Unfit(f"costs.yaml: {error}") from error


def _period(setting: ApiSetting, asked: Asked) -> Period:
    zone = setting.catalog.zone
    last = day_of(closed_months(setting.now_ms() // 1000, 1, zone).from_s, zone)
    try:
        return month(asked.query.get("month", f"{last:%Y-%m}"), zone)
    except AvailabilityReportError as error:
        raise Unreadable(str(error)) from error


ROUTES: tuple[Route, ...] = (
    Read(
        "/api/v1/costs",
        "What an account costs in IT, who bears it, why it moved",
        costs,
        {**_MONTH, "from": "bridge from this month", "to": "bridge to this month"},
        right=Right.SEE_COSTS,
    ),
    Read(
        "/api/v1/costs/what-if",
        "The same after a change of accounts, data centers or the price of servers",
        supposed,
        {**_MONTH, "accounts": "per cent more", "data_centers": "so many more", "servers": "per cent dearer"},
        right=Right.SEE_COSTS,
    ),
    Read("/api/v1/costs/focus", "The month's allocation as FOCUS 1.4, CSV", focus, _MONTH, right=Right.SEE_COSTS),
    Direct(
        FILE,
        "The month's cost report as a file",
        file,
        {**_MONTH, "format": f"one of {', '.join(FORMATS)}", "lang": f"one of {', '.join(LANGUAGES)}"},
        right=Right.SEE_COSTS,
    ),
)
