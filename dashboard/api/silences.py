"""Silences: made, listed and ended; they hide notices, never states."""

from __future__ import annotations

import secrets
from http import HTTPStatus
from typing import Annotated, Literal

from pydantic import Field

from access.rights import Right
from alerts.desk import silences as quiet
from alerts.desk.errors import DeskError
from alerts.desk.matching import LABELS, parse_matcher
from alerts.desk.recurrence import LAST_DAY, Every, Recurrence, minute_of_day
from alerts.desk.silences import Silence
from alerts.incidents.view import utc
from dashboard.api.asking import Asked, actor_of, body_of
from dashboard.api.bodies import Act, Body, Instant, Name, Said, Text
from dashboard.api.errors import Missing, Unfit
from dashboard.api.instants import instant_ms
from dashboard.api.paging import asking, listing, page
from dashboard.api.route import Content, Json, Plan, Read, Write
from dashboard.api.setting import ApiSetting
from store.journal import Document
from store.port import Reader

STATES = ("current", "active", "pending", "over", "all")
MOST_MATCHERS = 20
MOST_SECONDS = 10 * 366 * 86_400


class Again(Body):
    """From a minute of the local day to another, each day, week (days: Monday is 0) or month (days: 1 to 31)."""

    every: Literal["daily", "weekly", "monthly"]
    zone: Name = "Asia/Shanghai"
    begin: Annotated[Name, Field(alias="from", examples=["22:30"])]
    end: Annotated[Name, Field(alias="to", examples=["04:00"])]
    days: list[Annotated[int, Field(ge=0, le=LAST_DAY)]] = Field(default=[], max_length=LAST_DAY)


class NewSilence(Act):
    """``by`` owns it and is reminded before it ends. ``starts``: now when it is left out; either ``ends`` or
    ``duration_seconds``. ``matchers``: label=value, !=, =~, !~; all of them must hold."""

    matchers: list[Name] = Field(min_length=1, max_length=MOST_MATCHERS, examples=[["product=weilidai", "dcn=~dcn0."]])
    comment: Said
    note: Text = ""
    starts: Instant | None = None
    ends: Instant | None = None
    duration_seconds: Annotated[int, Field(ge=1, le=MOST_SECONDS)] | None = None
    recurrence: Again | None = None


def silences(setting: ApiSetting, reader: Reader, asked: Asked) -> Content:
    """Those that are active or will be; or others by their state."""
    now_ms, wanted = setting.now_ms(), asked.choice("state", STATES, "current")

    def shown(document: Document) -> Json | None:
        row = silence_json(quiet.decode(document), now_ms)
        fits = {"all": True, "current": row["state"] in ("active", "pending")}.get(wanted, row["state"] == wanted)
        return row if fits else None

    open_only = wanted in ("current", "active", "pending")
    rows, following = page(reader.journal(), quiet.KIND, asked, shown, open_only=open_only, filtered=True)
    return listing("silences", rows, following, labels=list(LABELS))


def silence(setting: ApiSetting, reader: Reader, asked: Asked) -> Content:
    """One silence."""
    return silence_json(_found(reader, asked), setting.now_ms())


def create(setting: ApiSetting, reader: Reader, asked: Asked, now_ms: int) -> Plan:
    """Makes one."""
    given = body_of(asked, NewSilence)
    starts_ms = now_ms if given.starts is None else instant_ms(given.starts)
    try:
        made = Silence(
            id=f"s-{secrets.token_hex(8)}",
            matchers=tuple(parse_matcher(each) for each in given.matchers),
            starts_ms=starts_ms,
            ends_ms=_ends_ms(given, starts_ms),
            owner=actor_of(asked),
            comment=given.comment,
            created_ms=now_ms,
            recurrence=_recurrence(given.recurrence),
        )
        change = quiet.create(made, setting.desk.silences, now_ms)
    except DeskError as error:
        raise Unfit(str(error)) from error
    return Plan(change, silence_json(made, now_ms), HTTPStatus.CREATED)


def expire(setting: ApiSetting, reader: Reader, asked: Asked, now_ms: int) -> Plan:
    """Ends one now; one that has not begun never does."""
    found = _found(reader, asked)
    try:
        change = quiet.expire(found, actor_of(asked), now_ms)
    except DeskError as error:
        raise Unfit(str(error)) from error
    ended = quiet.decode(change.documents[0])
    return Plan(change, silence_json(ended, now_ms))


def silence_json(silence: Silence, now_ms: int) -> Json:
    """A silence as documents show it."""
    every = silence.recurrence
    return {
        "id": silence.id,
        "state": _state(silence, now_ms),
        "matchers": [f"{m.label}{m.operator.value}{m.value}" for m in silence.matchers],
        "starts": utc(silence.starts_ms),
        "ends": utc(silence.ends_ms),
        "owner": silence.owner,
        "comment": silence.comment,
        "created": utc(silence.created_ms),
        "hides_now": silence.active(now_ms),
        "recurrence": None
        if every is None
        else {
            "every": every.every.value,
            "zone": every.zone,
            "from": _clock(every.from_minute),
            "to": _clock(every.to_minute),
            "days": list(every.days),
        },
    }


def _state(silence: Silence, now_ms: int) -> str:
    if now_ms >= silence.ends_ms:
        return "over"
    return "active" if now_ms >= silence.starts_ms else "pending"


def _clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"


def _ends_ms(given: NewSilence, starts_ms: int) -> int:
    if given.ends is not None and given.duration_seconds is None:
        return instant_ms(given.ends)
    if given.ends is None and given.duration_seconds is not None:
        return starts_ms + given.duration_seconds * 1000
    raise Unfit("ends: give either ends or duration_seconds")


def _recurrence(given: Again | None) -> Recurrence | None:
    if given is None:
        return None
    begin, end = minute_of_day(given.begin), minute_of_day(given.end)
    return Recurrence(Every(given.every), given.zone, begin, end, tuple(given.days))


def _found(reader: Reader, asked: Asked) -> Silence:
    document = reader.journal().document(quiet.KIND, asked.id)
    if document is None:
        raise Missing(f"no silence {asked.id[:200]!r}; GET /api/v1/silences lists their ids")
    return quiet.decode(document)


_END = "silence.end"
_TOLD = ("matchers", "comment", "note", "starts", "ends", "duration_seconds", "recurrence")
ROUTES: tuple[Read | Write, ...] = (
    Read(
        "/api/v1/silences",
        "Silences; those that are active or pending unless a state is named",
        silences,
        {
            "state": f"one of {', '.join(STATES)}",
            **asking("begins"),
        },
    ),
    Read("/api/v1/silences/{id}", "One silence", silence),
    Write(
        "/api/v1/silences",
        "Make a silence",
        create,
        NewSilence,
        status=HTTPStatus.CREATED,
        right=Right.RESPOND,
        action="silence.make",
        tells=_TOLD,
    ),
    Write("/api/v1/silences/{id}/expire", "End a silence now", expire, Act, right=Right.RESPOND, action=_END),
    Write("/api/v1/silences/{id}", "End a silence now", expire, Act, method="DELETE", right=Right.RESPOND, action=_END),
)
