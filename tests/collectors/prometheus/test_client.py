"""The client against a real Prometheus, and against servers that misbehave."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.page import milliseconds
from collectors.prometheus.client import PrometheusClient, seconds_text, selector
from collectors.prometheus.errors import PrometheusError

Reply = Callable[[BaseHTTPRequestHandler], None]


class FakeServer:
    """Answers every request the way a test says."""

    def __init__(self) -> None:
        self.requests = 0
        self.paths: list[str] = []
        self.reply: Reply = lambda handler: handler.send_error(500)
        fake = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                fake.requests += 1
                fake.paths.append(self.path)
                fake.reply(self)

            def log_message(self, *_: object) -> None:
                """Quiet."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def fake() -> Iterator[FakeServer]:
    server = FakeServer()
    yield server
    server.stop()


def body(text: str, status: int = 200, **headers: str) -> Reply:
    """A reply with this text."""

    def reply(handler: BaseHTTPRequestHandler) -> None:
        data = text.encode()
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(data)))
        handler.end_headers()
        handler.wfile.write(data)

    return reply


def broken_off(handler: BaseHTTPRequestHandler) -> None:
    """Promises 1,000 bytes and hangs up after two."""
    handler.send_response(200)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    handler.wfile.write(b'{"')
    handler.close_connection = True


def silent(_handler: BaseHTTPRequestHandler) -> None:
    """Says nothing for longer than anybody waits here."""
    time.sleep(0.8)


def dripping(handler: BaseHTTPRequestHandler) -> None:
    """One byte at a time: never silent, never done."""
    handler.send_response(200)
    handler.end_headers()
    try:
        for _ in range(40):
            handler.wfile.write(b" ")
            handler.wfile.flush()
            time.sleep(0.05)
    except OSError:
        return


def dripping_head(handler: BaseHTTPRequestHandler) -> None:
    """The same before the answer itself has begun."""
    try:
        for byte in b"HTTP/1.1 200 OK\r\nX-Slow: " + b"x" * 60:
            handler.wfile.write(bytes([byte]))
            handler.wfile.flush()
            time.sleep(0.05)
    except OSError:
        return


def endless(handler: BaseHTTPRequestHandler) -> None:
    """Whole lines without end, a little at a time: never too large, never done."""
    handler.send_response(200)
    handler.end_headers()
    try:
        for _ in range(60):
            handler.wfile.write(b'{"a":1},')
            handler.wfile.flush()
            time.sleep(0.02)
    except OSError:
        return


EMPTY = '{"status":"success","data":{"resultType":"matrix","result":[]}}'


def sampled(*samples: object) -> str:
    """An answer with these samples of one series."""
    return EMPTY.replace("[]", json.dumps([{"metric": {"__name__": "a"}, "values": samples}]))


WRONG = [
    ("garbage: ", "not JSON", body("<html><title>Log in</title>\n<body>", 200)),
    ("garbage: ", "success", body("[1]")),
    ("garbage: ", "data.result", body('{"status":"success","data":{}}')),
    ("garbage: ", "raw samples", body(EMPTY.replace("[]", '[{"metric":{"__name__":"a"},"value":[1,"2"]}]'))),
    ("garbage: ", "raw samples", body(EMPTY.replace("[]", "[7]"))),
    ("garbage: ", "raw samples", body(EMPTY.replace("[]", '[{"metric":{"__name__":"a"},"values":[["x","2"]]}]'))),
    ("garbage: ", "raw samples", body(EMPTY.replace("[]", '[{"metric":{"__name__":"a"},"values":[[1,2],[2,3]]}]'))),
    ("garbage: ", "raw samples", body(EMPTY.replace("[]", '[{"metric":{"__name__":"a"},"values":[[1,"2"],[2]]}]'))),
    ("garbage: ", "asked was for none after", body(sampled([1795347619000, "5"]))),
    ("garbage: ", "asked was for none after", body(sampled([0.5, "5"], [1e15, "5"]))),
    ("garbage: ", "order of time", body(sampled([0.9, "5"], [0.5, "4"]))),
    ("garbage: ", "raw samples", body(sampled(["NaN", "5"]))),
    ("garbage: ", "raw samples", body(sampled([None, "5"]))),
    ("garbage: ", "raw samples", body(sampled([0.5]))),
    ("garbage: ", "raw samples", body(sampled([0.5, None]))),
    ("garbage: ", "raw samples", body(EMPTY.replace("[]", '[{"metric":{},"values":[[1,"2"]]}]'))),
    ("garbage: ", "data.result", body(EMPTY.replace("[]", '{"a":1}'))),
    ("garbage: ", "not JSON", body("[" * 4_000)),
    ("garbage: ", "not JSON", body("")),
    ("garbage: ", "not JSON", body("\x00\xff")),
    ("garbage: ", "success", body('{"status":"error","error":"x","data":{"result":[]}}')),
    ("http: ", "status 204", body("", 204)),
    ("http: ", "status 206", body(EMPTY, 206)),
    ("http: ", "status 429", body("slow down", 429)),
    ("timeout: ", "0.4 s", endless),
    ("http: ", "status 503: try later", body("try\nlater", 503)),
    ("http: ", "status 401", body('{"status":"error","error":"who are you?"}', 401)),
    ("http: ", "sent on to http://other/", body("", 302, Location="http://other/")),
    ("http: ", "parse error", body('{"status":"error","errorType":"bad_data","error":"parse error"}', 400)),
    ("too_large: ", "too many samples", body('{"status":"error","error":"would load too many samples"}', 422)),
    ("too_large: ", "more than", body(EMPTY + " " * 5000)),
    ("partial: ", "store x is away", body(EMPTY[:-1] + ',"warnings":["store x is away"]}')),
    ("partial: ", "isPartial", body(EMPTY[:-1] + ',"isPartial":true}')),
    ("refused: ", "broke", broken_off),
    ("timeout: ", "0.4 s", silent),
    ("timeout: ", "0.4 s", dripping),
    ("timeout: ", "0.4 s", dripping_head),
]


@pytest.mark.parametrize(("code", "words", "reply"), WRONG)
def test_a_server_that_misbehaves_gives_one_clear_line(fake: FakeServer, code: str, words: str, reply: Reply) -> None:
    """Every way in which an answer can be wrong starts with its code word, names the server and is tried once."""
    fake.reply = reply
    client = PrometheusClient(fake.url, timeout_s=0.4, most_bytes=4096)
    with pytest.raises(PrometheusError) as caught:
        client.samples("up", 0, 1000)
    client.close()
    line = str(caught.value)
    assert line.startswith(code)
    assert words in line
    assert fake.url.removeprefix("http://") in line
    assert "\n" not in line
    assert fake.requests == 1


def test_a_server_that_is_not_there_is_refused_at_once() -> None:
    """No hidden retries: the library alone would take six seconds."""
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        client = PrometheusClient(f"http://127.0.0.1:{closed.getsockname()[1]}", timeout_s=5)
        began = time.monotonic()
        with pytest.raises(PrometheusError, match=r"^refused: 127\.0\.0\.1:\d+: nobody listens$"):
            client.samples("up", 0, 1000)
    client.close()
    assert time.monotonic() - began < 4.5


def test_a_server_that_does_not_speak_tls_is_named_so(fake: FakeServer) -> None:
    """https where there is only http: the code word is tls."""
    client = PrometheusClient(fake.url.replace("http", "https"), timeout_s=2)
    with pytest.raises(PrometheusError, match=r"^tls: "):
        client.samples("up", 0, 1000)
    client.close()


def test_the_window_is_open_on_the_left_whatever_the_server_thinks(fake: FakeServer) -> None:
    """A sample exactly at the watermark is not delivered twice, and the instant is asked for without rounding."""
    fake.reply = body(EMPTY.replace("[]", '[{"metric":{"__name__":"up"},"values":[[1.25,"1"],[1.251,"0"]]}]'))
    client = PrometheusClient(fake.url, timeout_s=1)
    (series,) = client.samples("up", 1250, 1251)
    client.close()
    assert (series.times_ms, series.values) == ((1251,), ("0",))
    assert "time=1.251" in fake.paths[0]


def test_where_a_series_ended_is_no_sample(fake: FakeServer) -> None:
    """VictoriaMetrics shows it as NaN; the samples around it keep their times."""
    found = '{"metric":{"__name__":"a"},"values":[[1,"4"],[2.5,"NaN"],[3,"5"]]}'
    fake.reply = body(EMPTY.replace("[]", f"[{found}]"))
    client = PrometheusClient(fake.url, timeout_s=1)
    (series,) = client.samples("a", 0, 9000)
    client.close()
    assert (series.times_ms, series.values) == ((1000, 3000), ("4", "5"))


def test_label_values_cannot_break_out_of_a_selector() -> None:
    """Quotes, backslashes and line breaks are escaped; several names become one anchored alternative."""
    assert selector(["up"], {"job": 'a"b\\c\nd'}) == '{__name__="up",job="a\\"b\\\\c\\nd"}'
    assert selector(["a", "b"], {}) == '{__name__=~"a|b"}'


@given(st.integers(0, 4_000_000_000_000))
def test_an_instant_survives_text_and_a_double_to_the_millisecond(at_ms: int) -> None:
    """The API writes instants as JSON numbers; a double holds them to the millisecond for centuries."""
    assert round(float(seconds_text(at_ms)) * 1000) == at_ms
    assert milliseconds(seconds_text(at_ms)) == at_ms
