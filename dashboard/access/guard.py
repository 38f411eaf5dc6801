"""One guard before the whole Flask application: who asks, what the endpoint wants, 401 or 403. What nobody declared
is refused."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import TypeAlias

import flask

from access.identity import ANYBODY, Identity
from access.rights import Right
from dashboard.access.ways import Way
from dashboard.admission import Gate, Need, declared
from dashboard.api.answering import refusal
from dashboard.api.asking import refuse_foreign
from dashboard.api.errors import Refused

READING = ("GET", "HEAD", "OPTIONS")
CSRF_HEADER = "X-CSRF-Token"
CSRF_FIELD = "csrf"
CHALLENGE = {"WWW-Authenticate": 'Bearer realm="control-center"'}

Answer: TypeAlias = flask.Response | None


@dataclass(frozen=True, slots=True)
class Manners:
    """How the guard speaks. ``csrf``: the token of a binding; ``to_login``: where a page's viewer goes who is not
    known; ``page_refused``: what he sees who is known and may not; ``paced``: raises Refused (429) for who writes too
    often."""

    csrf: Callable[[str], str]
    to_login: Callable[[], flask.Response]
    page_refused: Callable[[Identity, Right | None], flask.Response]
    paced: Callable[[Identity, flask.Request], None]


class Guard:
    """Called before each request; answers instead of the endpoint where it refuses."""

    def __init__(self, ways: Sequence[Way], manners: Manners, now_ms: Callable[[], int], pages: Sequence[str]) -> None:
        self._ways = tuple(ways)
        self._manners = manners
        self._now_ms = now_ms
        self._pages = frozenset(pages)

    def __call__(self) -> Answer:
        """None: let it pass, with the identity in ``flask.g``."""
        need = self._need()
        if need is Gate.OPEN:
            return None
        try:
            found = self._identity(flask.request)
            if found is None:
                return self._unknown()
            flask.g.identity = found
            return self._admitted(found, need)
        except Refused as refused:
            return self._refused(refused)

    def _admitted(self, found: Identity, need: Need | None) -> Answer:
        if need is None and flask.request.routing_exception is not None:
            return None  # 404 or 405, which Flask says itself
        if need is not Gate.KNOWN and not (isinstance(need, Right) and found.may(need)):
            return self._forbidden(found, need if isinstance(need, Right) else None)
        if flask.request.method not in READING:
            self._refuse_forged(found, form=need is Gate.KNOWN)
            self._manners.paced(found, flask.request)
        return None

    def _need(self) -> Need | None:
        """What the endpoint asks for; None when nobody declared it."""
        said = declared(flask.current_app).get(flask.request.endpoint or "")
        return said if said is None or isinstance(said, Right | Gate) else said()

    def _identity(self, request: flask.Request) -> Identity | None:
        now_ms = self._now_ms()
        return next((found for way in self._ways if (found := way.identity(request, now_ms)) is not None), None)

    def _refuse_forged(self, found: Identity, *, form: bool) -> None:
        """A page of another site can make a browser send its cookie, but not read the token. ``form``: which may stand
        in a plain form, too."""
        if not found.binding:
            return
        refuse_foreign(flask.request)
        shown = flask.request.headers.get(CSRF_HEADER, "") or (flask.request.form.get(CSRF_FIELD, "") if form else "")
        if not hmac.compare_digest(shown.encode("utf-8", "replace"), self._manners.csrf(found.binding).encode()):
            text = f"{CSRF_HEADER} is missing or not this session's; load the page again"
            raise Refused(HTTPStatus.FORBIDDEN, text)

    def _unknown(self) -> Answer:
        if self._is_page():
            return self._manners.to_login()
        return refusal(Refused(HTTPStatus.UNAUTHORIZED, "say who you are: log in, or send a token", CHALLENGE))

    def _refused(self, refused: Refused) -> Answer:
        if refused.status is HTTPStatus.UNAUTHORIZED and self._is_page():
            return self._manners.to_login()
        if refused.status is HTTPStatus.UNAUTHORIZED:
            refused.headers = {**CHALLENGE, **refused.headers}
        return refusal(refused)

    def _forbidden(self, found: Identity, right: Right | None) -> Answer:
        if self._is_page():
            return self._manners.page_refused(found, right)
        text = f"{found.name} may not do this; it takes the right {right.value}" if right else "this is not served"
        return refusal(Refused(HTTPStatus.FORBIDDEN, text))

    def _is_page(self) -> bool:
        return flask.request.endpoint in self._pages


def stand_before(app: flask.Flask, guard: Callable[[], Answer]) -> None:
    """Puts the guard before everything else that looks at requests."""
    app.before_request_funcs.setdefault(None, []).insert(0, guard)


def let_anybody_in() -> Answer:
    """The guard of a control center without access control, on loopback."""
    flask.g.identity = ANYBODY
    return None
