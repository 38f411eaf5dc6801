"""Scripts and styles, compressed once for all viewers: they are the same for everybody."""

from __future__ import annotations

import gzip
from hashlib import sha256
from http import HTTPStatus

import flask

from dashboard.routes import accepts_gzip

LEVEL = 6
MOST_FILES = 512
"""More than the program has; a bound, should files change beside a running server."""
LEAST_BYTES = 500
TYPES = ("text/css", "text/javascript", "application/javascript")


class Packed:
    """Keeps what was compressed. Threads may compress the same file twice, with the same result."""

    def __init__(self, endpoints: tuple[str, ...]) -> None:
        self._endpoints = endpoints
        self._kept: dict[tuple[str, str], bytes] = {}

    def install(self, server: flask.Flask) -> None:
        """Answers of the endpoints go out of memory. To be installed after Flask-Compress, so that it runs before."""
        server.after_request(self.pack)

    def pack(self, response: flask.Response) -> flask.Response:
        """The same answer, compressed, where the endpoint is one of ours and the browser takes it."""
        if not self._is_ours(response):
            return response
        tag = response.get_etag()[0]
        found = self._kept.get((flask.request.path, tag)) if tag else None
        if found is None:
            response.direct_passthrough = False
            raw = response.get_data()
            key = (flask.request.path, tag) if tag else ("", sha256(raw).hexdigest())
            found = self._kept.get(key) or self._compressed(key, raw)
        response.close()
        response.set_data(found)
        response.headers["Content-Encoding"] = "gzip"
        if tag:
            response.set_etag(f"{tag}:gzip")
            response.make_conditional(flask.request)
        return response

    def _is_ours(self, response: flask.Response) -> bool:
        request, length = flask.request, response.content_length
        return (
            request.endpoint in self._endpoints
            and request.method == "GET"
            and response.status_code == HTTPStatus.OK
            and response.mimetype in TYPES
            and (length is None or length >= LEAST_BYTES)
            and accepts_gzip(request.headers.get("Accept-Encoding", ""))
        )

    def _compressed(self, key: tuple[str, str], raw: bytes) -> bytes:
        packed = gzip.compress(raw, LEVEL, mtime=0)
        if len(self._kept) < MOST_FILES:
            self._kept[key] = packed
        return packed
