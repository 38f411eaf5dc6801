"""Maintenance: announced before it begins; it silences, and its time counts for no objective."""

from __future__ import annotations

import secrets
from collections.abc import Collection
from http import HTTPStatus

from pydantic import Field

from access.rights import Right
from alerts.desk import maintenance as planned
from alerts.desk.errors import DeskError
from alerts.desk.maintenance import Maintenance
from alerts.incidents.view import utc
from dashboard.api.asking import Asked, actor_of, body_of
from dashboard.api.bodies import Act, Instant, Name, Said, Text
from dashboard.api.errors import Missing, Unfit
from dashboard.api.instants import instant_ms
from dashboard.api.paging import asking, listing, page
from dashboard.api.route import Content, Json, Plan, Read, Write
from dashboard.api.setting import ApiSetting
from store.journal import Document
from store.port import Reader

STATES = ("current", "announced", "running", "over", "cancelled", "all")
MOST_NAMED = 200


class NewMaintenance(Act):
    """``by`` owns it. No products: every product of the data centers; no data centers: all of the products'. ``from``
    must be still to come, ``from`` and ``to`` are whole minutes."""

    title: Name
    reason: Said
    note: Text = ""
    products: list[Name] = Field(default=[], max_length=MOST_NAMED)
    data_centers: list[Name] = Field(default=[], max_length=MOST_NAMED)
    begin: Instant = Field(alias="from")
    end: Instant = Field(alias="to")


def windows(setting: ApiSetting, reader: Reader, asked: Asked) -> Content:
    """Those that run or are to come; or others by their state."""
    now_ms, wanted = setting.now_ms(), asked.choice("state", STATES, "current")

    def shown(document: Document) -> Json | None:
        row = maintenance_json(planned.decode(document), now_ms)
        fits = {"all": True, "current": row["state"] in ("announced", "running")}.get(wanted, row["state"] == wanted)
        return row if fits else None

    open_only = wanted in ("current", "announced", "running")
    rows, following = page(reader.journal(), planned.KIND, asked, shown, open_only=open_only, filtered=True)
    return listing("maintenance", rows, following)


def window(setting: ApiSetting, reader: Reader, asked: Asked) -> Content:
    """One window."""
    return maintenance_json(_found(reader, asked), setting.now_ms())


def announce(setting: ApiSetting, reader: Reader, asked: Asked, now_ms: int) -> Plan:
    """Announces one."""
    given = body_of(asked, NewMaintenance)
    _refuse_unknown("products", given.products, [each.id for each in setting.catalog.products])
    _refuse_unknown("data_centers", given.data_centers, [each.id for each in setting.catalog.data_centers])
    made = Maintenance(
        id=f"m-{secrets.token_hex(8)}",
        title=given.title,
        reason=given.reason,
        owner=actor_of(asked),
        products=tuple(given.products),
        data_centers=tuple(given.data_centers),
        from_s=_whole_second("from", given.begin),
        to_s=_whole_second("to", given.end),
        announced_ms=now_ms,
    )
    try:
        change = planned.announce(made, now_ms)
    except DeskError as error:
        raise Unfit(str(error)) from error
    return Plan(change, maintenance_json(made, now_ms), HTTPStatus.CREATED)


def cancel(setting: ApiSetting, reader: Reader, asked: Asked, now_ms: int) -> Plan:
    """Calls one off before it begins."""
    found = _found(reader, asked)
    if not found.cancelled and found.from_s * 1000 <= now_ms < found.to_s * 1000:
        raise Unfit(f"maintenance: {found.id} has begun; end it instead: POST /api/v1/maintenance/{found.id}/end")
    return _ended(found, asked, now_ms)


def end(setting: ApiSetting, reader: Reader, asked: Asked, now_ms: int) -> Plan:
    """Ends one that runs, at the next whole minute."""
    found = _found(reader, asked)
    if not found.cancelled and now_ms < found.from_s * 1000:
        raise Unfit(f"maintenance: {found.id} has not begun; cancel it: POST /api/v1/maintenance/{found.id}/cancel")
    return _ended(found, asked, now_ms)


def maintenance_json(window: Maintenance, now_ms: int) -> Json:
    """A window as documents show it."""
    return {
        "id": window.id,
        "state": _state(window, now_ms),
        "title": window.title,
        "reason": window.reason,
        "owner": window.owner,
        "products": list(window.products),
        "data_centers": list(window.data_centers),
        "from": utc(window.from_s * 1000),
        "to": utc(window.to_s * 1000),
        "announced": utc(window.announced_ms),
        "cancelled": window.cancelled,
    }


def _state(window: Maintenance, now_ms: int) -> str:
    if window.cancelled:
        return "cancelled"
    if now_ms < window.from_s * 1000:
        return "announced"
    return "running" if window.holds(now_ms) else "over"


def _ended(found: Maintenance, asked: Asked, now_ms: int) -> Plan:
    try:
        change = planned.cancel(found, actor_of(asked), now_ms)
    except DeskError as error:
        raise Unfit(str(error)) from error
    return Plan(change, maintenance_json(planned.decode(change.documents[0]), now_ms))


def _whole_second(name: str, text: str) -> int:
    at_ms = instant_ms(text)
    if at_ms % 60_000:
        raise Unfit(f"{name}: {text} is not a whole minute; counts are kept by the minute")
    return at_ms // 1000


def _refuse_unknown(field: str, named: Collection[str], known: Collection[str]) -> None:
    strangers = [each for each in named if each not in known]
    if strangers:
        raise Unfit(f"{field}: no {strangers[0]!r} in the catalog; known: {', '.join(known)}")


def _found(reader: Reader, asked: Asked) -> Maintenance:
    document = reader.journal().document(planned.KIND, asked.id)
    if document is None:
        raise Missing(f"no maintenance {asked.id[:200]!r}; GET /api/v1/maintenance lists their ids")
    return planned.decode(document)


ROUTES: tuple[Read | Write, ...] = (
    Read(
        "/api/v1/maintenance",
        "Maintenance windows; those that run or are announced unless a state is named",
        windows,
        {
            "state": f"one of {', '.join(STATES)}",
            **asking("begins"),
        },
    ),
    Read("/api/v1/maintenance/{id}", "One window", window),
    Write(
        "/api/v1/maintenance",
        "Announce a window",
        announce,
        NewMaintenance,
        status=HTTPStatus.CREATED,
        right=Right.RESPOND,
        action="maintenance.announce",
        tells=("title", "reason", "note", "products", "data_centers", "begin", "end"),
    ),
    Write(
        "/api/v1/maintenance/{id}/cancel",
        "Call it off before it begins",
        cancel,
        Act,
        right=Right.RESPOND,
        action="maintenance.cancel",
    ),
    Write(
        "/api/v1/maintenance/{id}/end",
        "End it at the next whole minute",
        end,
        Act,
        right=Right.RESPOND,
        action="maintenance.end",
    ),
)
