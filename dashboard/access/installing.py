"""Puts access control before a Flask application."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import flask

from access.identity import Identity
from dashboard.access.bearing import BadTokens, Bearer
from dashboard.access.cookies import SessionCookie
from dashboard.access.guard import Guard, Manners, stand_before
from dashboard.access.kiosk import FIELD, Exchange, KioskCookie
from dashboard.access.login import Door, register_login
from dashboard.access.pacing import Pace
from dashboard.access.refusals import Refusals
from dashboard.access.setting import Access
from dashboard.admission import identity
from dashboard.api.answering import refusal
from dashboard.api.errors import Refused
from dashboard.language import Words


def install(
    app: flask.Flask,
    access: Access,
    words: Mapping[str, Words],
    *,
    pages: Sequence[str],
    is_page: Callable[[str], bool],
) -> Door:
    """Guard, login and logout. ``pages``: endpoints that people open; ``is_page``: of a path."""
    vouching = access.vouching
    if vouching is not None:
        from dashboard.access.vouched import Vouchsafing, with_provider  # noqa: PLC0415  Authlib, for those who need it

        access = with_provider(access, vouching, words)
    cookie = SessionCookie(access.sessions, access.directory, secure=access.behind_tls)
    door = Door(access, cookie, words, is_page, Pace(access.logins_per_minute))
    register_login(app, door)
    if vouching is not None:
        Vouchsafing(door, vouching).register(app)
    writes = Pace(access.writes_per_minute)

    def paced(who: Identity, request: flask.Request) -> None:
        writes.admit(f"{who.means} {who.name}" if who.known else f"address {request.remote_addr}")

    manners = Manners(access.csrf, door.to_login, door.page_refused, paced)
    kiosk = KioskCookie(access.signer, access.directory, secure=access.behind_tls)
    bad = BadTokens(access.store, access.now_ms)
    ways = (cookie, *access.ways, Bearer(access.directory, bad), kiosk)
    stand_before(app, Guard(ways, manners, access.now_ms, (*pages, "logout")))
    if access.store is not None:
        _exchange_before(app, access, Exchange(kiosk, access.directory, access.store, bad), pages)

    refusals = None if access.store is None else Refusals(access.store, access.now_ms)

    def after(response: flask.Response) -> flask.Response:
        if refusals is not None:
            refusals.see(response)
        cookie.renew(response, access.now_ms())
        kiosk.renew(response, access.now_ms())
        if flask.request.endpoint == "logout":
            kiosk.take(response)
        return _kept_private(response)

    app.after_request(after)
    return door


def _exchange_before(app: flask.Flask, access: Access, exchange: Exchange, pages: Sequence[str]) -> None:
    """Before the guard, which knows nobody by a token in an address."""

    def exchanged() -> flask.Response | None:
        request = flask.request
        if request.endpoint not in pages or request.method not in ("GET", "HEAD") or FIELD not in request.args:
            return None
        try:
            return exchange(request, access.now_ms())
        except Refused as refused:
            return refusal(refused)

    stand_before(app, exchanged)


def _kept_private(response: flask.Response) -> flask.Response:
    """What was answered to somebody is nobody else's: not in a browser that others use, nor on the way."""
    if not identity().known:
        return response
    response.vary.update(("Cookie", "Authorization"))
    if not response.cache_control.no_store:
        response.cache_control.private = True
    if response.mimetype == "text/html":
        response.headers["Cache-Control"] = "no-store"
    return response
