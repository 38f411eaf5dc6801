"""Changes: planned on what is stored, written whole, planned anew when somebody else was faster, done once per key."""

from __future__ import annotations

import json
from dataclasses import replace
from hashlib import blake2b
from http import HTTPStatus

from dashboard.admission import told
from dashboard.api.asking import KEY_HEADER, Asked
from dashboard.api.auditing import acts_of
from dashboard.api.errors import Refused, Unfit
from dashboard.api.route import Content, Plan, Text, Write
from dashboard.api.setting import ApiSetting
from store.errors import JournalRefused, StaleDocument, StoreError
from store.journal import Change, Document
from store.port import Reader

DONE = "request"
"""Kind of the documents that remember what was answered to a request with a key."""
TRIES = 5
_NOTHING = Change()


def act(setting: ApiSetting, route: Write, asked: Asked) -> Plan:
    """Does it, or says what was done for the same key before.

    A document that somebody changed in between is read and planned on again; after five times that is refused (409).
    """
    for _ in range(TRIES):
        plan, repeated = _planned(setting, route, asked)
        if repeated or plan.change.is_nothing:
            return plan
        try:
            setting.store.write(plan.change)
        except StaleDocument:
            continue
        except JournalRefused as error:
            raise Unfit(str(error)) from error
        return plan
    raise Refused(
        HTTPStatus.CONFLICT, "somebody else keeps changing the same thing; nothing was done: look again, then repeat"
    )


def unavailable(error: StoreError) -> Refused:
    """503: the store cannot be asked right now."""
    return Refused(HTTPStatus.SERVICE_UNAVAILABLE, told(str(error)), {"Retry-After": "1"})


def _planned(setting: ApiSetting, route: Write, asked: Asked) -> tuple[Plan, bool]:
    now_ms = setting.now_ms()
    with setting.store.reading() as reader:
        done = _done(reader, asked)
        if done is not None:
            return done, True
        plan = route.plan(setting, reader, asked, now_ms)
    change = replace(plan.change, audit=(*plan.change.audit, *acts_of(route, asked, plan, now_ms)))
    if asked.key:
        change = replace(change, documents=(*change.documents, _memory(plan, asked, now_ms)))
    return replace(plan, change=change), False


def _done(reader: Reader, asked: Asked) -> Plan | None:
    found = reader.journal().document(DONE, _id(asked)) if asked.key else None
    if found is None:
        return None
    kept = json.loads(found.body)
    if kept["digest"] != _digest(asked):
        raise Unfit(f"{KEY_HEADER} was used for another request; take a new key for this one")
    return Plan(_NOTHING, kept["content"], HTTPStatus(kept["status"]))


def _memory(plan: Plan, asked: Asked, now_ms: int) -> Document:
    content: Content | None = None if isinstance(plan.content, Text) else plan.content
    body = {"digest": _digest(asked), "status": int(plan.status), "content": content}
    return Document(DONE, _id(asked), 0, now_ms, False, json.dumps(body, ensure_ascii=False))


def _id(asked: Asked) -> str:
    return f"{asked.path} {asked.key} {asked.who.name}" if asked.who.known else f"{asked.path} {asked.key}"


def _digest(asked: Asked) -> str:
    return blake2b(asked.body, digest_size=16).hexdigest()
