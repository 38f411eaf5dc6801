"""Sessions in cookies: read with each request, renewed now and then, taken away at the end."""

from __future__ import annotations

from http import HTTPStatus

import flask

from access.directory import Directory
from access.identity import Identity
from access.sessions import Session, Sessions
from dashboard.api.acting import unavailable
from store.errors import StoreError

NAME = "control-center-session"


class SessionCookie:
    """The first way to become known. Behind TLS the cookie's prefix keeps other hosts from setting it."""

    def __init__(self, sessions: Sessions, directory: Directory, *, secure: bool) -> None:
        self._sessions = sessions
        self._directory = directory
        self._secure = secure
        self.name = cookie_name(NAME, secure=secure)

    def identity(self, request: flask.Request, now_ms: int) -> Identity | None:
        """Who a good cookie speaks for. One that is forged, old or ended is nothing: the browser did not choose it."""
        session = self.session(request, now_ms)
        if session is None:
            return None
        try:
            found = self._directory.identity_of(session)
        except StoreError as error:
            raise unavailable(error) from error
        if found is not None:
            flask.g.session_renewed = self._sessions.renewed(session, now_ms)
        return found

    def session(self, request: flask.Request, now_ms: int) -> Session | None:
        """What the cookie says, if it is ours and not too old."""
        text = request.cookies.get(self.name, "")
        return self._sessions.read(text, now_ms) if text else None

    def give(self, response: flask.Response, session: Session, now_ms: int) -> None:
        """Puts a session into the browser."""
        seconds = max(0, session.expires_ms(self._sessions.times) - now_ms) // 1000
        set_cookie(response, self.name, self._sessions.text(session), seconds, secure=self._secure)

    def take(self, response: flask.Response) -> None:
        """Takes it out again."""
        set_cookie(response, self.name, "", 0, secure=self._secure)

    def renew(self, response: flask.Response, now_ms: int) -> None:
        """After a request: gives the session anew when it is time."""
        session = flask.g.get("session_renewed")
        if session is not None and response.status_code < HTTPStatus.INTERNAL_SERVER_ERROR:
            self.give(response, session, now_ms)


def cookie_name(name: str, *, secure: bool) -> str:
    """With the prefix that browsers hold to its word, where they can."""
    return f"__Host-{name}" if secure else name


def set_cookie(response: flask.Response, name: str, value: str, seconds: int, *, secure: bool) -> None:
    """A cookie that no script reads, and that other sites' requests do not bring along."""
    response.set_cookie(name, value, max_age=seconds, path="/", secure=secure, httponly=True, samesite="Lax")
