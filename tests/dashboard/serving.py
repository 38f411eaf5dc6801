"""The server on a free port, in a thread of a test."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import flask

from dashboard.server import serve

PATIENCE_S = 60.0


@contextmanager
def serving(app: flask.Flask, host: str = "127.0.0.1", **more: Any) -> Iterator[str]:
    """Its address for as long as the block lasts; stopped in any case. ``more``: as ``serve`` takes it."""
    stop, bound, urls = threading.Event(), threading.Event(), []

    def ready(url: str) -> None:
        urls.append(url)
        bound.set()

    thread = threading.Thread(target=serve, args=(app, host, 0, stop), kwargs={"on_bound": ready, **more})
    thread.start()
    try:
        assert bound.wait(PATIENCE_S)
        yield urls[0]
    finally:
        stop.set()
        thread.join(PATIENCE_S)
        assert not thread.is_alive()
