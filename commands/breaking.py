"""Breaks the demo's own estate, over the address by which it takes faults; only on this machine."""

from __future__ import annotations

import json
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

from commands.options import Configuration
from dashboard.breaking import BreakRefused
from dashboard.server import is_loopback

PATIENCE_S = 3.0
REST_S = 10.0
"""Between two breaks at least: each is to be seen by itself."""


class EstateBreaker:
    """``urls``: base address of each data center, on loopback. For any number of threads."""

    def __init__(self, urls: Mapping[str, str], monotonic: Callable[[], float] = time.monotonic) -> None:
        self._urls = dict(urls)
        self._monotonic = monotonic
        self._latest = float("-inf")
        self._lock = threading.Lock()

    @property
    def data_centers(self) -> tuple[str, ...]:
        """What can be broken."""
        return tuple(self._urls)

    def kill(self, data_center: str) -> None:
        """Ends the process of a data center at once; the demo starts it again. Raises BreakRefused."""
        self._break(data_center, {"kind": "crash"})

    def fail(self, data_center: str, product: str, seconds: int) -> None:
        """Makes every request of a product fail there for so long. Raises BreakRefused."""
        self._break(data_center, {"kind": "error_share", "share": 1, "product": product, "seconds": seconds})

    def _break(self, data_center: str, fault: Mapping[str, object]) -> None:
        url = self._urls.get(data_center)
        if url is None:
            raise BreakRefused(f"data_center: none is {data_center[:80]!r}; known: {', '.join(self._urls)}")
        with self._lock:
            left_s = self._latest + REST_S - self._monotonic()
            if left_s > 0:
                raise BreakRefused(f"something was broken just now; try again in {left_s:.0f} s", busy=True)
            _post(f"{url}/faults", fault, data_center)
            self._latest = self._monotonic()


def breaker_of(chosen: Configuration) -> EstateBreaker | None:
    """Of a demo whose estate runs on this machine; None of anything else."""
    urls = chosen.settings.truth
    here = all(is_loopback(urlsplit(url).hostname or "") for url in urls.values())
    return EstateBreaker(urls) if chosen.settings.demo and urls and here else None


def _post(url: str, body: Mapping[str, object], data_center: str) -> None:
    request = urllib.request.Request(  # noqa: S310  our own loopback address
        url, json.dumps(body).encode(), {"Content-Type": "application/json"}, method="POST"
    )
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE_S) as answer:  # noqa: S310  the same
            answer.read()
    except urllib.error.HTTPError as error:
        raise BreakRefused(f"{data_center} refused the fault: {_said(error)}") from error
    except (urllib.error.URLError, OSError) as error:
        raise BreakRefused(f"{data_center} does not answer; it may be down already: look at the wall") from error


def _said(error: urllib.error.HTTPError) -> str:
    try:
        return str(json.loads(error.read())["error"])[:300]
    except (ValueError, KeyError, TypeError):
        return f"status {error.code}"
