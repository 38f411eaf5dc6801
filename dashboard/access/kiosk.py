"""Screens that hang on a wall: a token in the address, exchanged at once for a cookie that holds until it is revoked.

The cookie names the token's digest under our signature: who reads it learns no token, and nobody makes one.
"""

from __future__ import annotations

from dataclasses import replace
from http import HTTPStatus
from urllib.parse import urlencode

import flask

from access.auditing import with_audit
from access.directory import Directory
from access.identity import Identity
from access.sessions import Signer
from access.tokens import DAY_MS, digest_of
from dashboard.access.bearing import BadTokens, known_token
from dashboard.access.cookies import cookie_name, set_cookie
from dashboard.api.acting import unavailable
from store.errors import StoreError
from store.journal import Change
from store.port import Store

COOKIE = "control-center-kiosk"
FIELD = "token"
COOKIE_SECONDS = 400 * 86_400
"""The longest that browsers keep one; it is given anew long before."""
RENEWED_DAYS = 7
PURPOSE = "kiosk"
LONGEST = 200


class KioskCookie:
    """Way: the cookie of a wall."""

    def __init__(self, signer: Signer, directory: Directory, *, secure: bool) -> None:
        self._signer = signer
        self._directory = directory
        self._secure = secure
        self.name = cookie_name(COOKIE, secure=secure)

    def identity(self, request: flask.Request, now_ms: int) -> Identity | None:
        """The wall; None when its token was revoked or is past its end."""
        digest, day = self._read(request.cookies.get(self.name, ""))
        if not digest:
            return None
        try:
            found = self._directory.identity_of_token(digest, now_ms, kiosk=True)
        except StoreError as error:
            raise unavailable(error) from error
        if found is None:
            return None
        if now_ms // DAY_MS - day >= RENEWED_DAYS:
            flask.g.kiosk_renewed = digest
        return replace(found, binding=f"{PURPOSE} {digest}")

    def give(self, response: flask.Response, digest: str, now_ms: int) -> None:
        """Puts it into the browser."""
        text = f"{digest}.{now_ms // DAY_MS}"
        value = f"{text}.{self._signer.sign(PURPOSE, text)}"
        set_cookie(response, self.name, value, COOKIE_SECONDS, secure=self._secure)

    def renew(self, response: flask.Response, now_ms: int) -> None:
        """After a request: gives it anew when it is time."""
        digest = flask.g.get("kiosk_renewed")
        if digest and response.status_code < HTTPStatus.BAD_REQUEST:
            self.give(response, digest, now_ms)

    def take(self, response: flask.Response) -> None:
        """Takes it out again."""
        set_cookie(response, self.name, "", 0, secure=self._secure)

    def _read(self, value: str) -> tuple[str, int]:
        """Digest and day of issue; empty for what is not ours."""
        text, _, signature = value.rpartition(".")
        if len(value) > LONGEST or not text or not self._signer.holds(PURPOSE, text, signature):
            return "", 0
        digest, _, day = text.partition(".")
        return digest, int(day)


class Exchange:
    """Answers a page's address with a token in it: without the token, and with a cookie where it is a good one."""

    def __init__(self, cookie: KioskCookie, directory: Directory, store: Store, bad: BadTokens) -> None:
        self._cookie = cookie
        self._directory = directory
        self._store = store
        self._bad = bad

    def __call__(self, request: flask.Request, now_ms: int) -> flask.Response:
        """Always the same redirect, so that no address with a token stays in a browser's history or a Referer. Raises
        Refused (429, 503)."""
        given = request.args.get(FIELD, "")
        found = known_token(self._directory, given, now_ms, kiosk=True)
        answer = flask.current_app.make_response(flask.redirect(_without_token(request), HTTPStatus.SEE_OTHER))
        answer.headers["Cache-Control"] = "no-store"
        answer.headers["Referrer-Policy"] = "no-referrer"
        if found is None:
            self._bad.note(request.remote_addr or "unknown")
            return answer
        self._record(found, request.remote_addr or "unknown", now_ms)
        self._cookie.give(answer, digest_of(given), now_ms)
        return answer

    def _record(self, found: Identity, address: str, now_ms: int) -> None:
        try:
            self._store.write(with_audit(Change(), now_ms, found.name, "login", found.name, address=address))
        except StoreError as error:
            raise unavailable(error) from error


def _without_token(request: flask.Request) -> str:
    kept = [(name, value) for name, value in request.args.items(multi=True) if name != FIELD]
    return f"{request.path}?{urlencode(kept)}" if kept else request.path
