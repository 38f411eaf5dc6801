"""Daily peaks with their records, the forecast of the next 28 days, and the capacity that carries them."""

from __future__ import annotations

from datetime import date

from dashboard.api.asking import Asked
from dashboard.api.errors import Missing, Unreadable
from dashboard.api.route import Content, Json, Read, Write
from dashboard.api.setting import ApiSetting
from reports.load_runs.view import utc
from reports.peaks.capacity import capacity_json, read_capacity
from reports.peaks.curve import Hour, read_curve, shown_days
from reports.peaks.forecasting import outlook
from reports.peaks.gathering import read_days, until_now
from reports.peaks.view import days_json, forecast_json, kinds_json, records_json
from slo.errors import SloError
from slo.windows import Window, day_of, day_window
from store.port import Reader

USUAL_DAYS = 60
MOST_DAYS = 3660


def peaks(setting: ApiSetting, reader: Reader, asked: Asked) -> Content:
    """Of the bank, or of one product; the capacity is always the bank's."""
    zone, now_ms, kinds = setting.catalog.zone, setting.now_ms(), setting.kinds
    product = _product(setting, asked)
    window = _window(asked, now_ms // 1000, zone)
    view = read_capacity(reader, now_ms, zone, len(setting.catalog.data_centers), setting.capacity, kinds=kinds)
    seen, look = view.seen, view.outlook
    if product:
        seen = read_days(reader, until_now(now_ms // 1000, zone), zone, product)
        look = outlook(kinds, _before(seen.totals(), look.first), _before(seen.peaks(), look.first), look.first)
    return {
        "product": product or None,
        "period": {"from": utc(window.from_s * 1000), "to": utc(window.to_s * 1000)},
        "time_zone": zone,
        "today": {"day": look.first.isoformat(), "kinds": kinds_json(kinds, look.first)},
        "records": records_json(seen, kinds),
        "days": days_json(seen, window, kinds),
        "curve": [_hour(each) for each in read_curve(reader, seen, look, now_ms // 1000)],
        "forecast": forecast_json(look, kinds),
        "capacity": capacity_json(view),
    }


def _before(known: dict[int, int], first: date) -> dict[int, int]:
    return {day: number for day, number in known.items() if day < first.toordinal()}


def _hour(hour: Hour) -> Json:
    return {
        "at": utc(hour.at_s * 1000),
        "transactions": hour.transactions,
        "record": hour.record,
        "low": hour.low,
        "point": hour.point,
        "high": hour.high,
    }


def _product(setting: ApiSetting, asked: Asked) -> str:
    product = asked.query.get("product", "")
    known = [each.id for each in setting.catalog.products]
    if product and product not in known:
        raise Missing(f"no product {product[:100]!r}; known: {', '.join(known)}")
    return product


def _window(asked: Asked, now_s: int, zone: str) -> Window:
    """Whole local days; ``to`` is not part of them."""
    given = {name: asked.query.get(name) for name in ("from", "to")}
    usual = shown_days(now_s, zone, USUAL_DAYS)
    begin = _date("from", given["from"]) or day_of(usual.from_s, zone)
    end = _date("to", given["to"])
    try:
        window = Window(day_window(begin, zone).from_s, usual.to_s if end is None else day_window(end, zone).from_s)
    except (SloError, OverflowError) as error:
        raise Unreadable(f"from, to: {error}") from error
    if window.from_s >= window.to_s:
        raise Unreadable(
            f"to: {given['to'] or 'now'} is not after from {begin}; the day of to is not part of the period"
        )
    if window.to_s - window.from_s > MOST_DAYS * 86_400:
        raise Unreadable(f"from, to: more than {MOST_DAYS} days; ask for a shorter period")
    return window


def _date(name: str, text: str | None) -> date | None:
    if text is None:
        return None
    wrong = f"{name}: {text[:40]!r} is no day; write YYYY-MM-DD, for example 2026-11-21"
    if len(text) != len("2026-11-21"):
        raise Unreadable(wrong)
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise Unreadable(wrong) from error


ROUTES: tuple[Read | Write, ...] = (
    Read(
        "/api/v1/peaks",
        "Daily peaks and records, forecast of the next 28 days, capacity",
        peaks,
        {
            "from": "first local day, YYYY-MM-DD; without it 60 days that end with today",
            "to": "day after the last, YYYY-MM-DD",
            "product": "id of a product; without it the whole bank",
        },
    ),
)
