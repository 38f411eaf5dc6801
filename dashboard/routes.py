"""What scripts, probes and walls fetch: prepared documents, health, readiness and metrics. Works on any Flask app."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache

import flask
import orjson
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector
from werkzeug.datastructures import Accept
from werkzeug.http import parse_accept_header, parse_etags

from access.rights import Right
from dashboard.admission import Gate, declare, told
from dashboard.frame import Document
from dashboard.metrics import RequestCounts, create_registry
from dashboard.publisher import Publisher

JSON = "application/json"
RETRY_AFTER_SECONDS = "1"
WRITING = ("POST", "PUT", "PATCH", "DELETE")
HEALTH = ("/healthz", "/readyz")
"""For load balancers and supervisors, which have no name."""

View = Callable[[], flask.Response]


def register_routes(app: flask.Flask, publisher: Publisher, more: Iterable[Collector] = ()) -> None:
    """Adds the JSON API, ``/healthz``, ``/readyz`` and ``/metrics`` (``more``: what else it shows). Paths under
    ``/api`` that nobody serves answer 404 in JSON, whatever the app does with unknown paths."""
    registry = create_registry(publisher)
    for collector in more:
        registry.register(collector)
    counts = RequestCounts(registry)

    def metrics() -> flask.Response:
        encode, content_type = choose_encoder(flask.request.headers.get("Accept", ""))
        return flask.Response(encode(registry), content_type=content_type, headers={"Cache-Control": "no-store"})

    views: dict[str, View] = {
        "/api/v1/snapshot": lambda: _answer("snapshot", _snapshot(publisher), publisher, counts),
        "/api/v1/curve": lambda: _answer("curve", publisher.curve, publisher, counts),
        "/healthz": lambda: _health(publisher),
        "/readyz": lambda: _readiness(publisher),
        "/metrics": metrics,
    }
    for path, view in views.items():
        app.add_url_rule(path, endpoint=f"control_center:{path}", view_func=view, methods=["GET"])
        app.add_url_rule(path, endpoint=f"control_center:{path}!", view_func=_read_only, methods=list(WRITING))
        need = Gate.OPEN if path in HEALTH else Right.SEE
        declare(app, f"control_center:{path}", need)
        declare(app, f"control_center:{path}!", need)
    for path in ("/api", "/api/", "/api/<path:rest>"):
        app.add_url_rule(path, endpoint=f"control_center:{path}", view_func=_unknown, methods=["GET", *WRITING])
        declare(app, f"control_center:{path}", Right.SEE)


@lru_cache(maxsize=256)
def accepts_gzip(header: str) -> bool:
    """Whether an Accept-Encoding header allows gzip (named or by ``*``, with a quality above 0)."""
    return parse_accept_header(header, Accept).quality("gzip") > 0 if header else False


def matches(header: str, etag: str) -> bool:
    """Whether an If-None-Match header names this document, compared weakly."""
    return bool(header) and (header == etag or parse_etags(header).contains_weak(etag.removeprefix("W/").strip('"')))


def _snapshot(publisher: Publisher) -> Document | None:
    frame = publisher.frame
    return None if frame is None else frame.document


def _answer(name: str, document: Document | None, publisher: Publisher, counts: RequestCounts) -> flask.Response:
    """The prepared bytes, or 304 when the client has them, or 503 before there are any."""
    if document is None:
        counts.add(name, 503)
        return _not_yet(publisher)
    headers = {"ETag": document.etag, "Cache-Control": "no-cache", "Vary": "Accept-Encoding"}
    request = flask.request.headers
    if matches(request.get("If-None-Match", ""), document.etag):
        counts.add(name, 304)
        return flask.Response(status=304, headers=headers)
    counts.add(name, 200)
    if accepts_gzip(request.get("Accept-Encoding", "")):
        headers["Content-Encoding"] = "gzip"
        return flask.Response(document.gzip, headers=headers, content_type=JSON)
    return flask.Response(document.raw, headers=headers, content_type=JSON)


def _fault(publisher: Publisher) -> str:
    return publisher.fault and told(publisher.fault)


def _not_yet(publisher: Publisher) -> flask.Response:
    reason = _fault(publisher) or "no snapshot has been taken yet: the dashboard has just started"
    return _json({"error": reason}, 503, {"Retry-After": RETRY_AFTER_SECONDS})


def _health(publisher: Publisher) -> flask.Response:
    """200 while frames are current; 503 with the reason when the newest is too old or there is none."""
    age = publisher.frame_age_seconds()
    limit = publisher.pace.limit_seconds
    fault = _fault(publisher)
    if age is not None and age <= limit:
        return _json({"status": "ok", "frame_age_seconds": round(age, 3), "fault": fault}, 200)
    late = "no frame yet" if age is None else f"the newest frame is {age:.1f} s old, the limit is {limit:.1f} s"
    reason = f"{late}; {fault}" if fault else late
    shown = None if age is None else round(age, 3)
    return _json({"status": "failing", "frame_age_seconds": shown, "reason": reason}, 503)


def _readiness(publisher: Publisher) -> flask.Response:
    """200 while there is a frame and the store answers: else a load balancer sends viewers to another process."""
    if publisher.frame is None or publisher.fault:
        return _not_yet(publisher)
    return _json({"status": "ready"}, 200)


def _read_only() -> flask.Response:
    allowed = "GET, HEAD, OPTIONS"
    return _json({"error": f"{flask.request.path} can only be read"}, 405, {"Allow": allowed})


def _unknown(rest: str = "") -> flask.Response:
    del rest
    return _json({"error": f"nothing is served at {flask.request.path}"}, 404)


def _json(content: dict[str, object], status: int, headers: dict[str, str] | None = None) -> flask.Response:
    """A small answer that nobody may keep."""
    return flask.Response(
        orjson.dumps(content), status, {"Cache-Control": "no-store", **(headers or {})}, content_type=JSON
    )
