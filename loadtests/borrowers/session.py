"""A borrower's connection, without the retries that Locust's fast client hides.

geventhttpclient sends a GET again, up to twelve times, when the server closes without answering; a failure would be
invisible. Emptying its list of idempotent methods is the only switch. Import this module, or the locustfile, first.
"""

from __future__ import annotations

import time
from typing import Any

import geventhttpclient.client
from locust.contrib.fasthttp import FAILURE_EXCEPTIONS, FastHttpSession
from locust.event import EventHook

from loadtests.borrowers.connection import Connection
from loadtests.borrowers.journey import NoAnswer, Reply, Session
from loadtests.borrowers.plan import ClientPolicy

geventhttpclient.client.IDEMPOTENT_METHODS = frozenset()


def hidden_retries_are_off() -> bool:
    """Whether the client still does what this module told it; a run in which it does not is invalid."""
    may_send_again = geventhttpclient.client._may_retry_after_send_error
    return not any(may_send_again(method) for method in ("GET", "HEAD", "PUT", "DELETE", "POST"))


def session_to(host: str, policy: ClientPolicy) -> Session:
    """A session of one borrower: on plain HTTP the light one, else Locust's."""
    return Connection(host, policy) if host.startswith("http://") else LocustSession(host, policy)


class LocustSession:
    """A session (journey.py) on Locust's fast client: one connection, kept open. Reports nothing to Locust by itself:
    what counts is the logical request, not each of its calls."""

    def __init__(self, host: str, policy: ClientPolicy) -> None:
        timeout_s = policy.attempt_timeout_ms / 1000
        self._client: Any = FastHttpSession(  # its hints promise less than it does: bodies may be bytes
            base_url=host.rstrip("/"),
            request_event=EventHook(),
            user=None,
            concurrency=1,
            connection_timeout=timeout_s,
            network_timeout=timeout_s,
            max_retries=0,
        )

    def call(self, method: str, path: str, headers: dict[str, str], body: bytes | None) -> Reply:
        """One HTTP call. Raises NoAnswer."""
        try:
            response = self._client.request(method, path, data=body, headers=headers, allow_redirects=False)
            content = response.content or b""
        except FAILURE_EXCEPTIONS as error:
            raise NoAnswer(_named(error)) from None
        if not response.status_code:
            raise NoAnswer(_named(response.error))
        replayed = (response.headers or {}).get("Idempotent-Replay") == "true"
        return Reply(response.status_code, content, replayed)


class SystemClock:
    """Time of this machine; under Locust, to sleep lets other users run."""

    def monotonic_ns(self) -> int:
        """Nanoseconds of a steady clock."""
        return time.monotonic_ns()

    def unix_s(self) -> float:
        """Seconds since 1970."""
        return time.time()

    def sleep(self, seconds: float) -> None:
        """Waits."""
        time.sleep(seconds)


def _named(error: BaseException | None) -> str:
    """A cause without addresses or numbers of sockets, so that equal causes are counted together."""
    return type(error).__name__ if error is not None else "nothing came"
