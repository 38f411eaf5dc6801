"""Login and logout: plain forms, so that they work without a script."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import quote, urlsplit

import flask

from access.entering import Entrance
from access.errors import AccessError, LockedOut, NotAdmitted, TooBusy
from access.identity import Identity, Means
from access.people import Person
from access.rights import Right
from access.sessions import Session
from dashboard.access.cookies import SessionCookie, cookie_name, set_cookie
from dashboard.access.forms import LoginForm, leaving_page, login_page, refused_page
from dashboard.access.pacing import Pace
from dashboard.access.setting import Access
from dashboard.admission import Gate, declare
from dashboard.api.acting import unavailable
from dashboard.api.answering import refusal
from dashboard.api.asking import refuse_foreign
from dashboard.api.errors import Refused
from dashboard.language import Words, choose
from store.errors import StoreError

LOGIN, LOGOUT = "/login", "/logout"
LOGIN_COOKIE = "control-center-login"
LOGIN_SECONDS = 3600
NONCE_BYTES, NONCE_CHARACTERS = 18, 24
MOST_FORM_BYTES = 8 * 1024
LONGEST_ADDRESS = 1000
SEE_OTHER = HTTPStatus.SEE_OTHER
HTML = "text/html; charset=utf-8"
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Door:
    """What login and logout are built on. ``is_page``: whether a path is one of our pages."""

    access: Access
    cookie: SessionCookie
    words: Mapping[str, Words]
    is_page: Callable[[str], bool]
    pace: Pace

    def spoken(self) -> Words:
        """The viewer's language."""
        request = flask.request
        return self.words[choose(request.args.get("lang"), request.headers.get("Accept-Language"))]

    def to_login(self) -> flask.Response:
        """Sends a page's viewer to the login, and afterwards back to the page."""
        request = flask.request
        wanted = request.full_path.rstrip("?") if request.method == "GET" else "/"
        following = f"&next={quote(wanted, safe='')}" if self.own(wanted) != "/" else ""
        answer = flask.redirect(f"{LOGIN}?lang={self.spoken().language.id}{following}", HTTPStatus.FOUND)
        answer.headers["Cache-Control"] = "no-store"
        return _response(answer)

    def page_refused(self, who: Identity, right: Right | None) -> flask.Response:
        """Says which role a page takes and who gives it."""
        page = refused_page(self.spoken(), who, right, self.access.policy, self.access.directory.admins())
        return html(page, HTTPStatus.FORBIDDEN)

    def own(self, text: str) -> str:
        """The same address if it is one of our pages, else the wall: nobody is sent elsewhere from here."""
        plain = text.isascii() and text.isprintable() and "\\" not in text and " " not in text
        if not plain or not text.startswith("/") or text.startswith("//") or len(text) > LONGEST_ADDRESS:
            return "/"
        parts = urlsplit(text)
        return text if not parts.netloc and not parts.scheme and self.is_page(parts.path) else "/"


def register_login(app: flask.Flask, door: Door) -> None:
    """Adds ``/login`` and ``/logout``."""
    app.add_url_rule(LOGIN, "login", lambda: show(door), methods=["GET"])
    app.add_url_rule(LOGIN, "login-try", lambda: answered(lambda: _try(door)), methods=["POST"])
    app.add_url_rule(LOGOUT, "logout", lambda: answered(lambda: _leave(door)), methods=["POST"])
    declare(app, "login", Gate.OPEN)
    declare(app, "login-try", Gate.OPEN)
    declare(app, "logout", Gate.KNOWN)


def admit(door: Door, answer: flask.Response, session: Session) -> flask.Response:
    """Gives the browser of somebody who has just proved who he is a session of its own."""
    door.access.directory.forget()
    door.cookie.give(answer, session, door.access.now_ms())
    set_cookie(answer, _login_cookie(door), "", 0, secure=door.access.behind_tls)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def answered(view: Callable[[], flask.Response]) -> flask.Response:
    """Refusals as answers."""
    try:
        return view()
    except Refused as refused:
        return refusal(refused)
    except StoreError as error:
        log.warning("%s: %s", flask.request.path, error)
        return refusal(unavailable(error))


def show(door: Door, told: str = "", name: str = "", status: HTTPStatus = HTTPStatus.OK) -> flask.Response:
    """The form; its token and a cookie belong together, so that nobody logs somebody else in from afar. All tabs of a
    browser share the cookie."""
    access = door.access
    known = flask.request.cookies.get(_login_cookie(door), "")
    nonce = known if len(known) == NONCE_CHARACTERS else secrets.token_urlsafe(NONCE_BYTES)
    following = door.own(flask.request.values.get("next", "/"))
    form = LoginForm(
        following, access.signer.sign("login", nonce), told, name, access.entrance is not None, access.elsewhere
    )
    answer = html(login_page(door.spoken(), form), status)
    set_cookie(answer, _login_cookie(door), nonce, LOGIN_SECONDS, secure=access.behind_tls)
    return answer


def _try(door: Door) -> flask.Response:
    """One try to log in."""
    request, words = flask.request, door.spoken()
    request.max_content_length = MOST_FORM_BYTES
    entrance = door.access.entrance
    if entrance is None:
        raise Refused(HTTPStatus.NOT_FOUND, "there is no login with a password here")
    door.pace.admit(f"address {request.remote_addr}")
    refuse_foreign(request)
    if not _is_own_form(door):
        return show(door, words("login.again"), status=HTTPStatus.FORBIDDEN)
    name = request.form.get("name", "")
    try:
        person = _entered(door, entrance, name)
    except AccessError as error:
        return _failed(door, words, error, name)
    answer = _response(flask.redirect(door.own(request.form.get("next", "/")), SEE_OTHER))
    now_ms = door.access.now_ms()
    session = door.access.sessions.begin(person.name, Means.PASSWORD, frozenset(), person.epoch_ms, now_ms)
    return admit(door, answer, session)


def _entered(door: Door, entrance: Entrance, name: str) -> Person:
    password = flask.request.form.get("password", "")
    return entrance.enter(name, password, flask.request.remote_addr or "unknown", door.access.now_ms())


def _failed(door: Door, words: Words, error: AccessError, name: str) -> flask.Response:
    if isinstance(error, LockedOut):
        told = words("login.locked", minutes=-(-error.seconds // 60))
        answer = show(door, told, name, HTTPStatus.TOO_MANY_REQUESTS)
        answer.headers["Retry-After"] = str(error.seconds)
        return answer
    if isinstance(error, TooBusy):
        return show(door, words("login.busy"), name, HTTPStatus.SERVICE_UNAVAILABLE)
    if isinstance(error, NotAdmitted):
        return show(door, words("login.wrong"), name, HTTPStatus.UNAUTHORIZED)
    raise Refused(HTTPStatus.BAD_REQUEST, str(error))


def _is_own_form(door: Door) -> bool:
    nonce = flask.request.cookies.get(_login_cookie(door), "")
    return bool(nonce) and door.access.signer.holds("login", nonce, flask.request.form.get("token", ""))


def _leave(door: Door) -> flask.Response:
    """Ends the session everywhere."""
    now_ms = door.access.now_ms()
    session = door.cookie.session(flask.request, now_ms)
    if session is not None:
        door.access.directory.end(session, now_ms)
    answer = _left(door, session)
    flask.g.session_renewed = None
    door.cookie.take(answer)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _left(door: Door, session: Session | None) -> flask.Response:
    """On to the login; to the provider first when that let the session in."""
    elsewhere = session is not None and session.means is Means.OIDC
    address = door.access.farewell() if elsewhere and door.access.farewell is not None else ""
    if not address:
        return _response(flask.redirect(f"{LOGIN}?lang={door.spoken().language.id}", SEE_OTHER))
    answer = html(leaving_page(door.spoken(), address), HTTPStatus.OK)
    answer.headers["Refresh"] = f"0; url={address}"  # a redirect would make the form lead elsewhere (form-action)
    return answer


def _login_cookie(door: Door) -> str:
    return cookie_name(LOGIN_COOKIE, secure=door.access.behind_tls)


def html(page: str, status: HTTPStatus) -> flask.Response:
    return flask.Response(page, status, {"Cache-Control": "no-store"}, content_type=HTML)


def _response(answer: object) -> flask.Response:
    return flask.current_app.make_response(answer)  # type: ignore[arg-type]
