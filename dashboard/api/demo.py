"""Break something and watch: served in a demo alone. What is broken is written down, and so is what came of it."""

from __future__ import annotations

import json
import secrets
from collections.abc import Sequence
from http import HTTPStatus
from typing import Literal

from pydantic import Field

from access.rights import Right
from alerts.desk.codec import decode_notice, decode_transition
from alerts.desk.desk import ALERT, NOTICE
from alerts.incidents.view import utc
from alerts.model import AlertState, Severity, Transition
from dashboard.api.asking import Asked, actor_of, body_of
from dashboard.api.bodies import Act, Name
from dashboard.api.errors import Missing, Refused, Unfit
from dashboard.api.route import Content, Json, Plan, Read, Route, Write
from dashboard.api.setting import ApiSetting
from dashboard.breaking import BreakRefused
from store.journal import Change, Document, Entry, JournalReader
from store.port import Reader

KIND = "demo_break"
FOLLOWED_MS = 300_000
"""What comes later is not put down to a break."""
MOST_ENTRIES = 1000
SECONDS = 30


class NewBreak(Act):
    """``kill`` ends the process of a data center; ``fail`` makes a product fail in it."""

    kind: Literal["kill", "fail"]
    data_center: Name
    product: Name | None = None
    seconds: int = Field(default=SECONDS, ge=5, le=120)


def broken(setting: ApiSetting, reader: Reader, asked: Asked, now_ms: int) -> Plan:
    """Breaks it at once; it mends itself."""
    given = body_of(asked, NewBreak)
    _refuse_unknown(setting, given)
    try:
        _break(setting, given)
    except BreakRefused as error:
        if error.busy:
            raise Refused(HTTPStatus.CONFLICT, str(error), {"Retry-After": "10"}) from error
        raise Unfit(str(error)) from error
    body = {
        "kind": given.kind,
        "data_center": given.data_center,
        "product": given.product,
        "seconds": None if given.kind == "kill" else given.seconds,
        "by": actor_of(asked),
    }
    id = f"b-{secrets.token_hex(6)}"
    text = json.dumps(body, ensure_ascii=False)
    entry = Entry(now_ms, KIND, id, actor_of(asked), text)
    change = Change((entry,), (Document(KIND, id, 0, now_ms, False, text),))
    return Plan(change, {"id": id, "at": utc(now_ms), **body}, HTTPStatus.CREATED)


def followed(setting: ApiSetting, reader: Reader, asked: Asked) -> Content:
    """The newest break and what the control center did about it; null before the first."""
    del asked
    now_ms = setting.now_ms()
    found = reader.journal().documents(KIND, from_ms=now_ms - 3_600_000, most=1, newest_first=True)
    centers = () if setting.breaker is None else setting.breaker.data_centers
    return {
        "now": utc(now_ms),
        "data_centers": list(centers),
        "products": [each.id for each in setting.catalog.products],
        "break": _story(reader, found[0]) if found else None,
    }


def _refuse_unknown(setting: ApiSetting, given: NewBreak) -> None:
    products = [each.id for each in setting.catalog.products]
    if given.kind == "fail" and given.product not in products:
        raise Unfit(f"product: {str(given.product)[:80]!r} is not known; known: {', '.join(products)}")
    if given.kind == "kill" and given.product is not None:
        raise Unfit("product: a kill is of the whole data center; leave it out")


def _break(setting: ApiSetting, given: NewBreak) -> None:
    if setting.breaker is None:
        raise Missing("nothing is broken on purpose here: this is no demo")
    if given.kind == "kill":
        setting.breaker.kill(given.data_center)
    else:
        setting.breaker.fail(given.data_center, given.product or "", given.seconds)


def _story(reader: Reader, document: Document) -> Json:
    """Milliseconds since the break, each from what was written down; null for what has not happened (yet)."""
    body, began_ms = json.loads(document.body), document.at_ms
    journal = reader.journal()
    seen = _transitions(journal, began_ms, body)
    firing = [each for each in seen if each.state is AlertState.FIRING]
    restarted = _restarted_ms(reader, body["data_center"], began_ms)
    return {
        "id": document.id,
        "at": utc(began_ms),
        **body,
        "detected_ms": firing[0].seen_ms - began_ms if firing else None,
        "detected_by": firing[0].key.id if firing else None,
        "paged_ms": _paged_ms(journal, began_ms, body),
        "restarted_ms": None if restarted is None else restarted - began_ms,
        "recovered_ms": _recovered_ms(seen, began_ms),
        "alerts": len({each.key for each in firing}),
    }


def _transitions(journal: JournalReader, began_ms: int, body: Json) -> list[Transition]:
    """Of the place that was broken, in order; what was found in the past later is no detection."""
    entries = journal.entries(kind=ALERT, from_ms=began_ms, to_ms=began_ms + FOLLOWED_MS, most=MOST_ENTRIES)
    every = (decode_transition(each.entry.body) for each in entries)
    return [each for each in every if not each.replayed and _is_there(each, body)]


def _is_there(transition: Transition, body: Json) -> bool:
    subject = transition.key.subject
    same_center = subject.data_center == body["data_center"] or subject.other == body["data_center"]
    return same_center and (body["product"] is None or subject.product in ("", body["product"]))


def _paged_ms(journal: JournalReader, began_ms: int, body: Json) -> int | None:
    """When the first page about the place went to the notifier's door."""
    entries = journal.entries(kind=NOTICE, from_ms=began_ms, to_ms=began_ms + FOLLOWED_MS, most=MOST_ENTRIES)
    for numbered in entries:
        notice = decode_notice(numbered.entry.body)
        places = [notice.radius, *notice.also, *(each.key.subject for each in notice.members)]
        if notice.severity >= Severity.PAGE and any(each.data_center == body["data_center"] for each in places):
            return numbered.entry.at_ms - began_ms
    return None


def _recovered_ms(seen: Sequence[Transition], began_ms: int) -> int | None:
    """When what detected it was over everywhere in the place; None while it fires. Slower rules, whose windows hold the
    failure for hours, are not waited for."""
    rules = [each.key.rule for each in seen if each.state is AlertState.FIRING][:1]
    firing: set[object] = set()
    over_ms = None
    for each in seen:
        if each.key.rule not in rules:
            continue
        if each.state is AlertState.FIRING:
            firing.add(each.key)
        elif each.state is AlertState.RESOLVED and each.key in firing:
            firing.discard(each.key)
            over_ms = each.seen_ms - began_ms
    return None if firing else over_ms


def _restarted_ms(reader: Reader, data_center: str, began_ms: int) -> int | None:
    sources = [each.source.id for each in reader.sources() if each.source.data_center == data_center]
    born = [life.born_ms for source in sources for life in reader.incarnations(source) if life.born_ms > began_ms]
    return min(born, default=None)


ROUTES: tuple[Route, ...] = (
    Write(
        "/api/v1/demo/break",
        "Break something on purpose and watch (in a demo alone); it mends itself",
        broken,
        NewBreak,
        status=HTTPStatus.CREATED,
        right=Right.RESPOND,
        action="demo.break",
    ),
    Read("/api/v1/demo/break", "The newest break: when it was detected, paged and over", followed),
)
