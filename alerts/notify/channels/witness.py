"""Sees what Apprise sees. Its services answer yes or no; why is lost, and "HTTP 200, errcode 310000" counts as yes.

The witness stands in for the ``requests`` module of one service's module, passes every call on, and remembers per
thread how it ended. What Apprise logs (tokens among it) goes to the witness alone, never to our own logs.
"""

from __future__ import annotations

import logging
import sys
import threading
from types import ModuleType
from typing import Any

import requests

from outgoing.posting import hush_connections

_LIBRARY = logging.getLogger("apprise")
_CAUSE = "Socket Exception: "


class Witness(threading.local):
    """How this thread's last request ended: an answer, a fault, or neither; and what was logged of it."""

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        """Before the next message."""
        self.answer: requests.Response | None = None
        self.fault: requests.RequestException | None = None
        self.logged: list[str] = []

    def __getattr__(self, name: str) -> Any:
        """Everything else of ``requests``, as it is."""
        return getattr(requests, name)

    def post(self, url: str, **options: Any) -> requests.Response:
        """``requests.post``, remembered."""
        return self.request("POST", url, **options)

    def request(self, method: str, url: str, **options: Any) -> requests.Response:
        """``requests.request`` without redirects, remembered."""
        try:
            self.answer = requests.request(method, url, **{**options, "allow_redirects": False})  # noqa: S113
        except requests.RequestException as fault:
            self.fault = fault
            raise
        return self.answer


WITNESS = Witness()
"""One for all services: what it remembers belongs to the thread that asks."""


class _Listener(logging.Handler):
    """Keeps causes that Apprise only logs, for the thread that logged them."""

    def emit(self, record: logging.LogRecord) -> None:
        text = record.getMessage()
        if record.levelno >= logging.WARNING or text.startswith(_CAUSE):
            WITNESS.logged.append(text.removeprefix(_CAUSE))


def watch(module: str) -> None:
    """Puts the witness into a service's module, by name, and takes Apprise's log away from ours; repeatable."""
    found: ModuleType = sys.modules[module]
    if "requests" in vars(found):
        vars(found)["requests"] = WITNESS
    quiet_library()


def quiet_library() -> None:
    """Apprise's log holds tokens and whole messages: nobody but the witness hears it."""
    _LIBRARY.propagate = False
    _LIBRARY.setLevel(logging.DEBUG)
    hush_connections()
    if not any(isinstance(handler, _Listener) for handler in _LIBRARY.handlers):
        _LIBRARY.handlers[:] = [_Listener(logging.DEBUG)]
