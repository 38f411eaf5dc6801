"""A target that hands out another one's page, and for a while rubbish in its place."""

from __future__ import annotations

import random
import threading
import time
import urllib.error
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self

RUBBISH = ("bytes", "web page", "error", "cut off", "silence")
SILENT_S = 2.0


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_GET(self) -> None:
        kind = self.server.next_rubbish()
        if kind == "silence":
            time.sleep(SILENT_S)
        if kind == "error":
            self.send_error(503)
            return
        try:
            page, content_type = self._page()
        except (urllib.error.URLError, OSError):
            self.send_error(502)
            return
        if kind == "bytes":
            page = random.Random(len(page)).randbytes(20_000)
        if kind == "web page":
            page, content_type = b"<html><body>It works!</body></html>", "text/html"
        sent = page[: len(page) // 2] if kind == "cut off" else page
        self.send_response(200)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(page)))
        self.end_headers()
        self.wfile.write(sent)
        self.close_connection = True

    def _page(self) -> tuple[bytes, str]:
        asked = urllib.request.Request(self.server.target, headers={"Accept": self.headers.get("Accept", "")})
        with urllib.request.urlopen(asked, timeout=2) as answer:
            return answer.read(), answer.headers.get("Content-Type", "text/plain")

    def log_message(self, format: str, *args: object) -> None:
        """Silence."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, target: str) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.target = target
        self._planned: list[str] = []

    def plan(self, kind: str, pages: int) -> None:
        self._planned = [kind] * pages

    def next_rubbish(self) -> str:
        return self._planned.pop() if self._planned else ""

    def handle_error(self, request: object, client_address: object) -> None:
        """A reader that went away is what a soak does."""


class Garbler:
    """Stands between a data center and its collector; use it as a context."""

    def __init__(self, target: str) -> None:
        self._server = _Server(target)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self.url = f"http://127.0.0.1:{self._server.server_port}/metrics"

    def garble(self, kind: str, pages: int) -> None:
        """The next pages are rubbish of this kind."""
        self._server.plan(kind, pages)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
