"""The server on real sockets, in threads and as a child process."""

from __future__ import annotations

import http.client
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import flask
import pytest

from dashboard.errors import AddressUnusable, DashboardError, OpenToTheNetwork
from dashboard.server import is_loopback, serve
from tests.dashboard.serving import serving

Wait = Callable[[Callable[[], object]], None]
ROOT = Path(__file__).resolve().parents[2]


def get(url: str, connection: http.client.HTTPConnection | None = None) -> tuple[int, bytes]:
    """One request, on a connection of its own unless given."""
    opened = connection or http.client.HTTPConnection(urlsplit(url).netloc, timeout=60)
    opened.request("GET", urlsplit(url).path)
    answer = opened.getresponse()
    body = answer.read()
    if connection is None:
        opened.close()
    return answer.status, body


@pytest.fixture
def app() -> flask.Flask:
    """Answers one word."""
    server = flask.Flask("word")
    server.add_url_rule("/", view_func=lambda: "here")
    return server


@pytest.mark.alone  # it measures time
@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_it_answers_on_loopback_and_stops_when_told(app: flask.Flask, host: str) -> None:
    """Within a second, and the port is free afterwards."""
    with serving(app, host) as url:
        assert get(url) == (200, b"here")
        port = urlsplit(url).port
        told = time.monotonic()
    assert time.monotonic() - told < 2
    with socket.socket() as again:
        assert again.connect_ex(("127.0.0.1", port or 0)) != 0


@pytest.mark.alone  # it measures time
def test_idle_viewers_do_not_delay_the_stop(app: flask.Flask) -> None:
    """Walls keep their connections open."""
    with serving(app) as url:
        viewers = [http.client.HTTPConnection(urlsplit(url).netloc, timeout=60) for _ in range(20)]
        assert [get(url, viewer)[0] for viewer in viewers] == [200] * 20
        told = time.monotonic()
    assert time.monotonic() - told < 2
    for viewer in viewers:
        viewer.close()


def test_what_was_asked_before_the_stop_is_answered_whole(app: flask.Flask) -> None:
    """Drained: nobody new is let in, and who waits for an answer gets it."""
    asked, large = threading.Event(), b"x" * 900_000

    def slow() -> bytes:
        asked.set()
        time.sleep(0.7)
        return large

    app.add_url_rule("/slow", view_func=slow)
    answers: list[tuple[int, bytes]] = []
    with serving(app) as url:
        viewer = threading.Thread(target=lambda: answers.append(get(f"{url}slow")))
        viewer.start()
        assert asked.wait(60)
    viewer.join(60)
    assert answers == [(200, large)]


def test_more_viewers_than_the_usual_hundred_are_served(app: flask.Flask) -> None:
    """All connected at once."""
    with serving(app) as url:
        viewers = [http.client.HTTPConnection(urlsplit(url).netloc, timeout=60) for _ in range(250)]
        for viewer in viewers:
            viewer.connect()
        assert {get(url, viewer)[0] for viewer in viewers} == {200}
        for viewer in viewers:
            viewer.close()


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.7", "control.example"])
def test_a_host_that_others_can_reach_is_refused_without_authentication(app: flask.Flask, host: str) -> None:
    """Before anything listens, in one line that says what to do."""
    with pytest.raises(OpenToTheNetwork, match="authentication") as refused:
        serve(app, host, 0, threading.Event())
    assert isinstance(refused.value, DashboardError)
    assert "\n" not in str(refused.value)
    assert repr(host) in str(refused.value)


def test_a_host_that_others_can_reach_is_tried_with_authentication(app: flask.Flask) -> None:
    """The app asks viewers who they are; this address belongs to no machine."""
    with pytest.raises(AddressUnusable, match=r"192\.0\.2\.7"):
        serve(app, "192.0.2.7", 0, threading.Event(), authenticated=True)


def test_a_port_that_is_taken_is_named(app: flask.Flask) -> None:
    """With what to do about it."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(AddressUnusable, match=rf"cannot listen on 127\.0\.0\.1:{port}: .*--port"):
            serve(app, "127.0.0.1", port, threading.Event())


@pytest.mark.parametrize(
    ("host", "here"),
    [("127.0.0.1", True), ("127.8.9.1", True), ("::1", True), ("localhost", True), ("0.0.0.0", False), ("::", False),
     ("10.0.0.1", False), ("localhost.example", False), ("", False)],
)  # fmt: skip
def test_loopback_is_known_by_its_address(host: str, here: bool) -> None:
    """Names other than localhost are not trusted."""
    assert is_loopback(host) is here


CHILD = """
import sys, threading, flask
sys.path.insert(0, sys.argv[1])
from dashboard.server import serve
app = flask.Flask("child")
app.add_url_rule("/", view_func=lambda: "here")
serve(app, "127.0.0.1", 0, threading.Event(), on_bound=lambda url: print(url, flush=True))
print("stopped", flush=True)
"""


@pytest.mark.alone  # it measures time
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_the_process_cleanly_within_two_seconds(number: signal.Signals) -> None:
    """A real child with a viewer connected."""
    with subprocess.Popen([sys.executable, "-c", CHILD, str(ROOT)], stdout=subprocess.PIPE, text=True) as child:
        try:
            assert child.stdout is not None
            url = child.stdout.readline().strip()
            viewer = http.client.HTTPConnection(urlsplit(url).netloc, timeout=60)
            assert get(url, viewer) == (200, b"here")
            told = time.monotonic()
            child.send_signal(number)
            assert child.stdout.readline() == "stopped\n"
            assert child.wait(5) == 0
            assert time.monotonic() - told < 2
            viewer.close()
        finally:
            child.kill()
