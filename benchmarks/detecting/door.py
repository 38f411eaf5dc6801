"""A local HTTP server that notes what is posted to it, and when."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple


class Ring(NamedTuple):
    """One POST: where to, its JSON, and the wall clock when its body was there."""

    path: str
    content: Any
    at_s: float


@dataclass(slots=True)
class Door:
    """``rings`` grows at its end; nothing is ever taken away."""

    url: str = ""
    rings: list[Ring] = field(default_factory=list)


@contextmanager
def opened() -> Iterator[Door]:
    """A door on a free loopback port for as long as the block lasts."""
    door = Door()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            """Notes it and says that it was taken."""
            body = self.rfile.read(int(self.headers["Content-Length"]))
            at_s = time.time()
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()
            door.rings.append(Ring(self.path, json.loads(body), at_s))

        def log_message(self, *_: object) -> None:
            """Nobody reads it."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    door.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield door
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
