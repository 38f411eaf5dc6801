"""Tokens in a request's Authorization header: of scripts, and the older one for results of load runs."""

from __future__ import annotations

import logging
from collections.abc import Callable
from http import HTTPStatus

import flask

from access.auditing import with_audit
from access.directory import Directory
from access.identity import Identity, Means
from access.rights import Right
from access.tokens import SHAPE, digest_of
from dashboard.access.pacing import Pace
from dashboard.api.acting import unavailable
from dashboard.api.errors import Refused
from dashboard.api.tokens import LOAD_RUNS, Tokens, bearer_of
from store.errors import StoreError
from store.journal import Change
from store.port import Store

WRONG_PER_MINUTE = 60
AUDITED_PER_MINUTE = 6
log = logging.getLogger(__name__)


class BadTokens:
    """Counts tokens that open nothing, by address; a few a minute stand in the audit log, never a token."""

    def __init__(self, store: Store | None, now_ms: Callable[[], int]) -> None:
        self._store = store
        self._now_ms = now_ms
        self._tries = Pace(WRONG_PER_MINUTE)
        self._rows = Pace(AUDITED_PER_MINUTE)

    def note(self, address: str) -> None:
        """Counts one. Raises Refused (429) when these are too many."""
        self._tries.admit(address)
        try:
            self._rows.admit("everybody")
        except Refused:
            return  # the first ones tell enough
        log.warning("a token that opens nothing was shown from %s", address)
        if self._store is None:
            return
        try:
            self._store.write(with_audit(Change(), self._now_ms(), "unknown token", "token.refused", address=address))
        except StoreError as error:
            log.warning("the audit log has no row for a refused token: %s", error)


class Bearer:
    """Way: ``Authorization: Bearer lcc_...``."""

    def __init__(self, directory: Directory, bad: BadTokens) -> None:
        self._directory = directory
        self._bad = bad

    def identity(self, request: flask.Request, now_ms: int) -> Identity | None:
        """Who a good token speaks for. Raises Refused: 401 for one that opens nothing, 429 for too many of those."""
        given = bearer_of(request.headers.get("Authorization", ""))
        if not given:
            return None
        found = known_token(self._directory, given, now_ms)
        if found is None:
            self._bad.note(request.remote_addr or "unknown")
            text = "this token opens nothing here: it is unknown, revoked or past its end"
            raise Refused(HTTPStatus.UNAUTHORIZED, text)
        return found


class LoadRunsToken:
    """Way: the one token that ``python app.py load-runs token`` makes; it sends results of load runs and does nothing
    else."""

    def __init__(self, tokens: Tokens) -> None:
        self._tokens = tokens

    def identity(self, request: flask.Request, now_ms: int) -> Identity | None:
        """The sender; None for any other token."""
        given = bearer_of(request.headers.get("Authorization", ""))
        if not given or SHAPE.fullmatch(given) or not self._tokens.is_known(LOAD_RUNS, given):
            return None
        return Identity(f"token:{LOAD_RUNS}", Means.TOKEN, frozenset({Right.MEASURE}))


def known_token(directory: Directory, given: str, now_ms: int, *, kiosk: bool = False) -> Identity | None:
    """Who a token speaks for. Raises Refused (503) when nobody can say."""
    if not SHAPE.fullmatch(given):
        return None
    try:
        return directory.identity_of_token(digest_of(given), now_ms, kiosk=kiosk)
    except StoreError as error:
        raise unavailable(error) from error
