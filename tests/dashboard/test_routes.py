"""Prepared documents, health and metrics over a bare Flask app, through its test client."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from typing import Any

import flask
import pytest
from flask.testing import FlaskClient
from prometheus_client.parser import text_string_to_metric_families

from dashboard.publisher import Publisher
from dashboard.routes import accepts_gzip, matches, register_routes
from store.errors import StoreUnavailable

Bank = Any


class Time:
    """Moves only when told."""

    seconds = 0.0


@pytest.fixture
def time() -> Time:
    """The monotonic clock of the publisher."""
    return Time()


@pytest.fixture
def publisher(bank: Bank, noon_s: int, time: Time) -> Publisher:
    """Five live seconds, no frame yet."""
    bank.live(noon_s, noon_s + 5)
    return Publisher(bank.store, bank.setting, now_ms=lambda: noon_s * 1000 + 5000, monotonic=lambda: time.seconds)


@pytest.fixture
def app(publisher: Publisher) -> flask.Flask:
    """Like Dash's own server: any other path answers 200 in HTML."""
    server = flask.Flask("bare")
    server.add_url_rule("/", view_func=lambda: "<html>", endpoint="index")
    server.add_url_rule("/<path:rest>", view_func=lambda rest: f"<html>{rest}", endpoint="catch_all")
    register_routes(server, publisher)
    return server


@pytest.fixture
def client(app: flask.Flask) -> Iterator[FlaskClient]:
    """A viewer."""
    with app.test_client() as viewer:
        yield viewer


@pytest.mark.parametrize("path", ["/api/v1/snapshot", "/api/v1/curve", "/readyz"])
def test_before_the_first_frame_the_answer_is_503_with_one_line(client: FlaskClient, path: str) -> None:
    """And when to come back."""
    answer = client.get(path)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")
    assert answer.json == {"error": "no snapshot has been taken yet: the dashboard has just started"}


def test_before_the_first_frame_a_failing_store_is_named(client: FlaskClient, publisher: Publisher, bank: Bank) -> None:
    """The person before an empty wall learns why it is empty."""

    def refuse() -> None:
        raise StoreUnavailable("monitor.db", "is locked")

    bank.store.reading = refuse
    publisher.publish_if_due()
    assert client.get("/api/v1/snapshot").json == {"error": "store monitor.db: is locked"}
    health = client.get("/healthz")
    assert health.status_code == 503
    assert health.json == {
        "status": "failing",
        "frame_age_seconds": None,
        "reason": "no frame yet; store monitor.db: is locked",
    }


@pytest.mark.parametrize("path", ["/api/v1/snapshot", "/api/v1/curve"])
def test_a_document_is_sent_as_it_was_prepared(client: FlaskClient, publisher: Publisher, path: str) -> None:
    """Plain to who accepts no compression, compressed to others, both with the same tag."""
    publisher.publish_if_due()
    plain = client.get(path)
    packed = client.get(path, headers={"Accept-Encoding": "br, gzip, deflate"})
    assert plain.status_code == packed.status_code == 200
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == plain.data
    for answer in (plain, packed):
        assert answer.content_type == "application/json"
        assert answer.headers["Cache-Control"] == "no-cache"
        assert answer.headers["Vary"] == "Accept-Encoding"
        assert answer.headers["ETag"] == plain.headers["ETag"]
        assert int(answer.headers["Content-Length"]) == len(answer.data)


@pytest.mark.parametrize("path", ["/api/v1/snapshot", "/api/v1/curve"])
def test_who_has_the_document_is_told_so_without_it(
    client: FlaskClient, publisher: Publisher, time: Time, path: str
) -> None:
    """304 until there is another."""
    publisher.publish_if_due()
    tag = client.get(path).headers["ETag"]
    again = client.get(path, headers={"If-None-Match": tag})
    assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", tag)
    time.seconds += 1
    publisher.publish_if_due()
    expected = 200 if path.endswith("snapshot") else 304
    assert client.get(path, headers={"If-None-Match": tag}).status_code == expected


def test_head_answers_like_get_without_the_document(client: FlaskClient, publisher: Publisher) -> None:
    """Probes ask so."""
    publisher.publish_if_due()
    answer = client.head("/api/v1/snapshot")
    assert (answer.status_code, answer.data) == (200, b"")
    assert publisher.frame is not None
    assert int(answer.headers["Content-Length"]) == len(publisher.frame.document.raw)


@pytest.mark.parametrize("path", ["/api", "/api/", "/api/v1", "/api/v1/snapshots", "/api/v2/x/y"])
def test_an_unknown_path_of_the_api_is_not_found_in_json(client: FlaskClient, path: str) -> None:
    """Although the app itself would answer anything."""
    for answer in (client.get(path), client.post(path)):
        assert answer.status_code == 404
        assert answer.json == {"error": f"nothing is served at {path}"}
    assert client.get("/other").data == b"<html>other"


@pytest.mark.parametrize("path", ["/api/v1/snapshot", "/api/v1/curve", "/healthz", "/readyz", "/metrics"])
def test_documents_can_only_be_read(client: FlaskClient, path: str) -> None:
    """405 with what is allowed."""
    for answer in (client.post(path), client.delete(path), client.put(path)):
        assert (answer.status_code, answer.headers["Allow"]) == (405, "GET, HEAD, OPTIONS")
        assert answer.json == {"error": f"{path} can only be read"}


def test_health_fails_when_the_newest_frame_is_old_and_says_why(
    client: FlaskClient, publisher: Publisher, time: Time, bank: Bank
) -> None:
    """Five seconds are the limit at one tick per second; what is there is still shown, elsewhere if possible."""
    publisher.publish_if_due()
    time.seconds = 5.0
    good = client.get("/healthz")
    assert (good.status_code, good.json) == (200, {"status": "ok", "frame_age_seconds": 5.0, "fault": ""})

    def refuse() -> None:
        raise StoreUnavailable("monitor.db", "is locked")

    bank.store.reading = refuse
    publisher.publish_if_due()
    time.seconds = 5.1
    bad = client.get("/healthz")
    assert bad.status_code == 503
    assert bad.json is not None
    assert bad.json["reason"] == "the newest frame is 5.1 s old, the limit is 5.0 s; store monitor.db: is locked"
    ready = client.get("/readyz")
    assert (ready.status_code, ready.json) == (503, {"error": "store monitor.db: is locked"})
    assert client.get("/api/v1/snapshot").status_code == 200
    for path in ("/healthz", "/readyz"):
        from_afar = client.get(path, environ_base={"REMOTE_ADDR": "192.0.2.7"})
        assert (from_afar.status_code, "monitor.db" in from_afar.text) == (503, False)


def figures(client: FlaskClient) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    """Every sample of /metrics."""
    text = client.get("/metrics").text
    return {
        (s.name, tuple(sorted(s.labels.items()))): s.value
        for family in text_string_to_metric_families(text)
        for s in family.samples
    }


def test_metrics_tell_frames_requests_sources_and_the_process(
    client: FlaskClient, publisher: Publisher, time: Time
) -> None:
    """As Prometheus reads them."""
    client.get("/api/v1/snapshot")
    publisher.publish_if_due()
    tag = client.get("/api/v1/snapshot").headers["ETag"]
    client.get("/api/v1/snapshot", headers={"If-None-Match": tag})
    time.seconds = 2.0
    found = figures(client)
    requests = "control_center_document_requests_total"
    for status in ("200", "304", "503"):
        assert found[requests, (("document", "snapshot"), ("status", status))] == 1
    assert found[requests, (("document", "curve"), ("status", "200"))] == 0
    assert found["control_center_frames_built_total", ()] == 1
    assert found["control_center_frame_build_seconds_count", ()] == 1
    assert found["control_center_frame_age_seconds", ()] == 2.0
    assert found["control_center_source_age_seconds", (("source", "dc1"),)] == 2.0
    assert found["control_center_source_state", (("source", "dc1"), ("state", "fresh"))] == 1
    assert found["control_center_source_state", (("source", "dc1"), ("state", "missing"))] == 0
    assert ("process_resident_memory_bytes", ()) in found


def test_metrics_before_the_first_frame_have_no_age(client: FlaskClient) -> None:
    """Unknown is left out, not 0."""
    found = figures(client)
    assert ("control_center_frame_age_seconds", ()) not in found
    assert found["control_center_frames_built_total", ()] == 0


def test_two_apps_in_one_process_keep_their_metrics_apart(publisher: Publisher) -> None:
    """Each has a registry of its own."""
    first, second = flask.Flask("one"), flask.Flask("two")
    register_routes(first, publisher)
    register_routes(second, publisher)
    first.test_client().get("/api/v1/snapshot")
    key = ("control_center_document_requests_total", (("document", "snapshot"), ("status", "503")))
    assert (figures(first.test_client())[key], figures(second.test_client())[key]) == (1, 0)


@pytest.mark.parametrize(
    ("header", "allowed"),
    [("", False), ("gzip", True), ("gzip, deflate, br", True), ("br;q=1.0, gzip;q=0.5", True), ("gzip;q=0", False),
     ("br", False), ("*", True), ("identity", False), ("*;q=0", False), ("x-gzipped", False)],
)  # fmt: skip
def test_gzip_is_sent_only_to_who_allows_it(header: str, allowed: bool) -> None:
    """By name or by ``*``, unless the quality is 0."""
    assert accepts_gzip(header) is allowed


@pytest.mark.parametrize(
    ("header", "same"),
    [("", False), ('W/"7"', True), ('"7"', True), ('"6", W/"7"', True), ('W/"8"', False), ("*", True), ("7", True)],
)
def test_tags_are_compared_weakly(header: str, same: bool) -> None:
    """As RFC 9110 asks for If-None-Match; an unquoted tag is read kindly."""
    assert matches(header, 'W/"7"') is same
