"""Only a demo on this machine can be broken, one thing at a time, and what it says is passed on."""

from __future__ import annotations

import json
import threading
from argparse import Namespace
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from commands.breaking import REST_S, EstateBreaker, breaker_of
from commands.options import DEFAULT_CONFIG, Configuration, configuration
from dashboard.breaking import BreakRefused


class Center(BaseHTTPRequestHandler):
    """Takes faults as a data center does."""

    taken: list[Any]

    def do_POST(self) -> None:
        """A fault."""
        fault = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.taken.append((self.path, fault))
        known = fault.get("product") != "gold"
        self.send_response(201 if known else 422)
        self.end_headers()
        self.wfile.write(b"{}" if known else b'{"error": "product: there is no gold"}')

    def log_message(self, *what: object) -> None:
        """Says nothing."""


@pytest.fixture
def center() -> Iterator[tuple[str, list[Any]]]:
    """Address of a data center, and the faults that it took."""
    taken: list[Any] = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Own", (Center,), {"taken": taken}))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", taken
    server.shutdown()
    server.server_close()
    thread.join(5)


def test_one_thing_is_broken_at_a_time(center: tuple[str, list[Any]]) -> None:
    now = [100.0]
    breaker = EstateBreaker({"dc1": center[0]}, lambda: now[0])
    breaker.kill("dc1")
    with pytest.raises(BreakRefused, match="something was broken just now; try again in 10 s") as refused:
        breaker.fail("dc1", "weilidai", 30)
    assert refused.value.busy
    now[0] += REST_S
    breaker.fail("dc1", "weilidai", 30)
    failing = {"kind": "error_share", "share": 1, "product": "weilidai", "seconds": 30}
    assert center[1] == [("/faults", {"kind": "crash"}), ("/faults", failing)]


def test_what_cannot_be_broken_says_why_and_may_be_tried_again(center: tuple[str, list[Any]]) -> None:
    """A refused break does not make the next one wait."""
    breaker = EstateBreaker({"dc1": center[0], "dc2": "http://127.0.0.1:9"})
    for act, said in (
        (lambda: breaker.kill("dc9"), "data_center: none is 'dc9'; known: dc1, dc2"),
        (lambda: breaker.kill("dc2"), "dc2 does not answer"),
        (lambda: breaker.fail("dc1", "gold", 5), "dc1 refused the fault: product: there is no gold"),
    ):
        with pytest.raises(BreakRefused, match=said) as refused:
            act()
        assert not refused.value.busy


@pytest.mark.parametrize(
    ("demo", "url", "there"),
    [
        (True, "http://127.0.0.1:8101", True),
        (False, "http://127.0.0.1:8101", False),
        (True, "http://bank.example:8101", False),
    ],
)
def test_a_bank_or_another_machine_is_never_broken(tmp_path: Path, *, demo: bool, url: str, there: bool) -> None:
    chosen: Configuration = configuration(Namespace(config=DEFAULT_CONFIG, data=tmp_path))
    settings = chosen.settings.model_copy(update={"demo": demo, "truth": {"dc1": url}})
    assert (breaker_of(replace(chosen, settings=settings)) is not None) is there
