"""Puts access control before a Flask application."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import flask

from access.identity import Identity
from dashboard.access.cookies import SessionCookie
from dashboard.access.guard import Guard, Manners, stand_before
from dashboard.access.login import Door, register_login
from dashboard.access.pacing import Pace
from dashboard.access.setting import Access
from dashboard.admission import identity
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
    cookie = SessionCookie(access.sessions, access.directory, secure=access.behind_tls)
    door = Door(access, cookie, words, is_page, Pace(access.logins_per_minute))
    register_login(app, door)
    writes = Pace(access.writes_per_minute)

    def paced(who: Identity, request: flask.Request) -> None:
        writes.admit(f"{who.means} {who.name}" if who.known else f"address {request.remote_addr}")

    manners = Manners(access.csrf, door.to_login, door.page_refused, paced)
    stand_before(app, Guard((cookie, *access.ways), manners, access.now_ms, (*pages, "logout")))

    def after(response: flask.Response) -> flask.Response:
        cookie.renew(response, access.now_ms())
        return _kept_private(response)

    app.after_request(after)
    return door


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
