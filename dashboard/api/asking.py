"""A request, read and checked: who may ask, how much, in what form. Everything else is refused in one line."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, TypeVar
from urllib.parse import urlsplit

import flask
from pydantic import ValidationError

from access.identity import ANYBODY, Identity
from access.rights import Right
from dashboard.api.bodies import Act, Body
from dashboard.api.errors import Refused, Unreadable
from dashboard.api.instants import instant_ms

JSON_TYPE = "application/json"
MOST_BYTES = 64 * 1024
LONGEST_KEY = 128
REPEATED = "filter"
"""The only parameter that may be given several times; its values are told apart by line ends."""
KEY_HEADER = "Idempotency-Key"
LEAST, USUAL, MOST = 1, 100, 1000
"""Rows of one page."""

Given = TypeVar("Given", bound=Body)


@dataclass(frozen=True, slots=True)
class Asked:
    """``id``: from the address, empty without one; ``query``: of the address, each name once; ``body``: as it came;
    ``given``: the body read by the route's model, None without one; ``key``: that tells a repetition; ``who``: asks."""

    path: str
    id: str = ""
    query: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    given: Body | None = None
    key: str = ""
    who: Identity = ANYBODY

    def demand(self, right: Right) -> None:
        """Refuses (403) who lacks a right that the route alone does not ask for."""
        if not self.who.may(right):
            raise Refused(HTTPStatus.FORBIDDEN, f"{self.who.name} may not do this; it takes the right {right.value}")

    def instant(self, name: str) -> int | None:
        """Milliseconds of a query's instant; None when it was not given."""
        text = self.query.get(name)
        if text is None:
            return None
        try:
            return instant_ms(text)
        except ValueError as error:
            raise Unreadable(f"{name}: {error}") from error

    def limit(self) -> int:
        """Rows of one page."""
        text = self.query.get("limit", str(USUAL))
        if not (text.isascii() and text.isdigit() and len(text) <= len(str(MOST)) and LEAST <= int(text) <= MOST):
            raise Unreadable(f"limit: {text[:40]!r} is not a whole number from {LEAST} to {MOST}")
        return int(text)

    def choice(self, name: str, known: Sequence[str], default: str) -> str:
        """One of several words."""
        word = self.query.get(name, default)
        if word not in known:
            raise Unreadable(f"{name}: {word[:40]!r} is not known; write one of {', '.join(known)}")
        return word


def actor_of(asked: Asked) -> str:
    """Who does this: whoever is logged in, else who the body says; never empty."""
    if asked.who.known:
        return asked.who.name
    if isinstance(asked.given, Act):
        return asked.given.by
    raise Unreadable("by: say who does this")


def body_of(asked: Asked, model: type[Given]) -> Given:
    """The body as the model that its route names."""
    if not isinstance(asked.given, model):
        raise Unreadable(f"the body is missing; send {JSON_TYPE}")
    return asked.given


def query_of(request: flask.Request, known: Sequence[str]) -> dict[str, str]:
    """The query; a name that is not known, or given twice, is refused."""
    found: dict[str, str] = {}
    for name, values in request.args.lists():
        if name not in known:
            raise Unreadable(f"query: no parameter {name[:40]!r}; known: {', '.join(known) or 'none'}")
        if len(values) > 1 and name != REPEATED:
            raise Unreadable(f"query: {name} is given {len(values)} times; give it once")
        text = "\n".join(values)
        if "\0" in text or "\ufffd" in text:
            raise Unreadable(f"query: {name} holds what is no text")
        found[name] = text
    return found


def refuse_foreign(request: flask.Request) -> None:
    """Another site's page must not make a viewer's browser write here."""
    origin = request.headers.get("Origin")
    own = origin is None or urlsplit(origin).netloc == request.host
    if not own or request.headers.get("Sec-Fetch-Site", "none") not in ("none", "same-origin"):
        raise Refused(HTTPStatus.FORBIDDEN, "Origin is not this control center's own; write from its own pages")


def bytes_of(request: flask.Request, most: int) -> bytes:
    """The body. Refused without Content-Type application/json, and when it is too long, before it is read."""
    if request.mimetype != JSON_TYPE:
        raise Refused(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, f"Content-Type is {request.mimetype[:80]!r}; send {JSON_TYPE}")
    if request.content_length is not None and request.content_length > most:
        raise _too_long(most)
    body = request.stream.read(most + 1)
    if len(body) > most:
        raise _too_long(most)
    return bytes(body)


def _too_long(most: int) -> Refused:
    return Refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"the body is longer than {most} bytes; send less")


def key_of(request: flask.Request) -> str:
    """What tells a repetition from another request; empty when nothing does."""
    key = request.headers.get(KEY_HEADER, "")
    if len(key) > LONGEST_KEY or not (key.isascii() and key.isprintable()):
        raise Unreadable(f"{KEY_HEADER} must be at most {LONGEST_KEY} printable ASCII characters")
    return key


def read_body(body: bytes, model: type[Body], who: Identity = ANYBODY) -> Body:
    """A body as its model. Refused with the first defect: which field, what is wrong. Who is logged in need not say
    who acts, and cannot act as somebody else."""
    try:
        given = json.loads(body.decode(), parse_constant=_no_constant, object_pairs_hook=_once)
    except (ValueError, RecursionError) as error:
        raise Unreadable(f"the body is not JSON: {error}") from error
    if not isinstance(given, dict):
        raise Unreadable("the body is not a JSON object; send {...}")
    if who.known and issubclass(model, Act):
        _refuse_other_name(given.setdefault("by", who.name), who)
    try:
        return model.model_validate(given)
    except ValidationError as error:
        raise Unreadable(_first_defect(error, model)) from error


def _refuse_other_name(by: object, who: Identity) -> None:
    if by != who.name:
        text = f"by: {str(by)[:80]!r} is not who is logged in ({who.name}); leave it out"
        raise Refused(HTTPStatus.FORBIDDEN, text)


def _first_defect(error: ValidationError, model: type[Body]) -> str:
    first = error.errors(include_url=False, include_input=False, include_context=False)[0]
    where = ".".join(str(part)[:40] for part in first["loc"]) or "the body"
    if first["type"] == "extra_forbidden":
        known = ", ".join(each.alias or name for name, each in model.model_fields.items())
        return f"{where}: no such field; known: {known}"
    if first["type"] == "missing":
        return f"{where}: is missing; give it"
    return f"{where}: {first['msg'].removeprefix('Value error, ')}"


def _no_constant(text: str) -> Any:
    raise ValueError(f"{text} is no JSON value")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a field is given twice")
    return found
