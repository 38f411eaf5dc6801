"""Answers: prepared once per state of the store and shared by all who ask the same; tags, compression, refusals."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import blake2b
from http import HTTPStatus
from urllib.parse import quote

import flask
import orjson

from dashboard.api.errors import Refused
from dashboard.api.route import Content, File, Text
from dashboard.frame import Document, document
from dashboard.routes import JSON, accepts_gzip, matches
from store.port import Reader, Store

MOST_KEPT = 256
UNTRUSTED = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'"
"""Content-Security-Policy of files that hold what people wrote."""
FRESH_SECONDS = 0.2
"""So long an answer is given again without a look at the store."""
LASTING_SECONDS = 1.0
"""So long it is given again while the store does not change: time passes in what it says."""


@dataclass(slots=True)
class _Slot:
    """One question; whoever comes while it is being answered waits for that answer."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    version: int = -1
    built: float = float("-inf")
    answer: Document | None = None
    content_type: str = JSON
    file_name: str = ""


class Shared:
    """Newest answers by question. ``monotonic``: clock of their age."""

    def __init__(self, store: Store, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._store = store
        self._monotonic = monotonic
        self._slots: OrderedDict[str, _Slot] = OrderedDict()
        self._lock = threading.Lock()

    def answer(self, question: str, make: Callable[[Reader], Content]) -> flask.Response:
        """The answer to a question; ``make`` is asked when there is none that still holds."""
        slot = self._slot(question)
        with slot.lock:
            age = self._monotonic() - slot.built
            if slot.answer is None or age >= FRESH_SECONDS:
                self._renew(slot, make, age)
            found = slot.answer
        return _sent(found or document(b"", ""), slot)

    def _renew(self, slot: _Slot, make: Callable[[Reader], Content], age: float) -> None:
        with self._store.reading() as reader:
            version = reader.version()
            if slot.answer is not None and version == slot.version and age < LASTING_SECONDS:
                return
            content = make(reader)
        raw = content.text.encode() if isinstance(content, Text) else orjson.dumps(content)
        if isinstance(content, Text):
            slot.content_type, slot.file_name = content.content_type, content.file_name
        slot.answer = document(raw, blake2b(raw, digest_size=12).hexdigest())
        slot.version, slot.built = version, self._monotonic()

    def _slot(self, question: str) -> _Slot:
        with self._lock:
            slot = self._slots.pop(question, None) or _Slot()
            self._slots[question] = slot
            if len(self._slots) > MOST_KEPT:
                self._slots.popitem(last=False)
            return slot


def _sent(answer: Document, slot: _Slot) -> flask.Response:
    headers = {"ETag": answer.etag, "Cache-Control": "no-cache", "Vary": "Accept-Encoding"}
    if matches(flask.request.headers.get("If-None-Match", ""), answer.etag):
        return flask.Response(status=HTTPStatus.NOT_MODIFIED, headers=headers)
    if slot.file_name:
        headers["Content-Disposition"] = f'attachment; filename="{slot.file_name}"'
    packed = accepts_gzip(flask.request.headers.get("Accept-Encoding", ""))
    if packed:
        headers["Content-Encoding"] = "gzip"
    return flask.Response(answer.gzip if packed else answer.raw, headers=headers, content_type=slot.content_type)


def file(answer: File) -> flask.Response:
    """A file to save, or a page that runs nothing and asks nobody. Nobody may keep either."""
    output = answer.output
    kind = "inline" if answer.inline else "attachment"
    shown = quote(output.shown_name, safe="")
    headers = {
        "Cache-Control": "no-store",
        "Content-Disposition": f"{kind}; filename=\"{output.name}\"; filename*=UTF-8''{shown}",
        "Content-Security-Policy": UNTRUSTED,
    }
    return flask.Response(output.content, headers=headers, content_type=output.content_type)


def plain(content: Content | None, status: HTTPStatus) -> flask.Response:
    """An answer that nobody may keep; None is an empty one."""
    raw = b"" if content is None or isinstance(content, Text) else orjson.dumps(content)
    return flask.Response(raw, status, {"Cache-Control": "no-store"}, content_type=JSON)


def refusal(refused: Refused) -> flask.Response:
    """One line."""
    answer = plain({"error": refused.text}, refused.status)
    answer.headers.update(refused.headers)
    return answer
