"""Attempts that were refused, in the audit log: who tried what, and how often. Bounded, so that nobody fills a disk by
being refused."""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from collections.abc import Callable
from http import HTTPStatus
from typing import Final

import flask

from access.auditing import with_audit
from dashboard.access.pacing import Pace
from dashboard.admission import identity
from dashboard.api.errors import Refused
from store.errors import StoreError
from store.journal import Change
from store.port import Store

ACTION = "access.refused"
UNKNOWN = "unknown name"
QUIET_MS = 600_000
"""The same by the same person leaves one row in so long."""
ROWS_PER_MINUTE = 6
ROWS_AT_ONCE = 60
MOST_KEPT = 1_000
LONGEST = 200
OF_THE_LOGIN: Final = ("login-try", "logout")
log = logging.getLogger(__name__)


class Refusals:
    """Of one process, over all of its threads. ``unrecorded`` in a row: attempts since the last one that left none."""

    def __init__(self, store: Store, now_ms: Callable[[], int]) -> None:
        self._store = store
        self._now_ms = now_ms
        self._rows = Pace(ROWS_PER_MINUTE, at_once=ROWS_AT_ONCE)
        self._seen: OrderedDict[tuple[str, ...], int] = OrderedDict()
        self._unrecorded = 0
        self._lock = threading.Lock()

    def note(self, actor: str, action: str, subject: str, cause: str, address: str) -> None:
        """One attempt. A store that is away loses the row, and the log says so."""
        now_ms = self._now_ms()
        unrecorded = self._counted((actor, action, subject, cause), now_ms)
        if unrecorded is None:
            return
        change = with_audit(
            Change(), now_ms, actor, action, subject, address=address, cause=cause, unrecorded=unrecorded
        )
        try:
            self._store.write(change)
        except StoreError as error:
            log.warning("the audit log has no row for what was refused to %s: %s", actor, error)

    def see(self, response: flask.Response) -> None:
        """After a request: notes a 403 to somebody who is known, or to a forged login."""
        request = flask.request
        if response.status_code != HTTPStatus.FORBIDDEN:
            return
        who = identity()
        if not who.known and request.endpoint not in OF_THE_LOGIN:
            return
        path = "".join(sign if sign.isprintable() else "?" for sign in request.path[:LONGEST])
        subject, cause = f"{request.method} {path}"[:LONGEST], _cause(response)
        actor, address = who.name if who.known else UNKNOWN, request.remote_addr or "unknown"
        log.warning("refused to %s from %s: %s: %s", actor, address, subject, cause)
        self.note(actor, ACTION, subject, cause, address)

    def _counted(self, key: tuple[str, ...], now_ms: int) -> int | None:
        """Attempts that left no row since the last one that did; None when this one leaves none either."""
        with self._lock:
            last_ms = self._seen.get(key)
            if (last_ms is not None and now_ms - last_ms < QUIET_MS) or not self._is_paced():
                self._unrecorded += 1
                return None
            self._seen[key] = now_ms
            self._seen.move_to_end(key)
            if len(self._seen) > MOST_KEPT:
                self._seen.popitem(last=False)
            unrecorded, self._unrecorded = self._unrecorded, 0
        return unrecorded

    def _is_paced(self) -> bool:
        try:
            self._rows.admit("everybody")
        except Refused:
            return False
        return True


def _cause(response: flask.Response) -> str:
    """The line that was answered."""
    found = response.get_json(silent=True) if response.is_json else None
    line = found.get("error", "") if isinstance(found, dict) else ""
    return str(line)[:LONGEST] or "a page that takes another role"
