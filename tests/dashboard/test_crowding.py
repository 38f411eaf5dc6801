"""How many connections one address may hold, at a real server on loopback and by rule."""

from __future__ import annotations

import http.client
import logging
import time
from collections.abc import Iterator
from ipaddress import ip_network
from urllib.parse import urlsplit

import flask
import pytest

from dashboard.crowding import Crowd, Crowding
from dashboard.patience import Limits
from tests.dashboard.serving import serving

PATIENCE_S = 60.0
MOST = 3
Place = tuple[str, int]


@pytest.fixture(scope="module")
def place() -> Iterator[Place]:
    """A server that lets each address hold three connections, and believes a proxy at 127.0.0.9."""
    app = flask.Flask("word")
    app.add_url_rule("/", "here", lambda: "here")
    limits = Limits(crowding=Crowding(MOST, (ip_network("127.0.0.9"),), own=True))
    with serving(app, limits=limits, trusted_proxy="127.0.0.9") as url:
        parts = urlsplit(url)
        yield parts.hostname or "", parts.port or 0


def asked(place: Place, source: str) -> tuple[int, http.client.HTTPConnection]:
    """Status of one request from an address on loopback, and the connection, which stays open."""
    connection = http.client.HTTPConnection(*place, timeout=PATIENCE_S, source_address=(source, 0))
    connection.request("GET", "/", headers={"X-Forwarded-For": "198.51.100.7"})
    answer = connection.getresponse()
    answer.read()
    return answer.status, connection


def let_in(place: Place, source: str) -> http.client.HTTPConnection:
    """A connection as soon as the server has seen the end of others."""
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        status, connection = asked(place, source)
        if status == 200:
            return connection
        connection.close()
    pytest.fail(f"{source} is still turned away")


def test_an_address_holds_so_many_and_the_next_is_told_why(place: Place, caplog: pytest.LogCaptureFixture) -> None:
    """Whatever it says of itself in headers; others come in, and so does it again once one of its own has ended."""
    caplog.set_level(logging.WARNING)
    held = [let_in(place, "127.0.0.2") for _ in range(MOST)]

    refused = [asked(place, "127.0.0.2") for _ in range(5)]
    assert [status for status, _ in refused] == [429] * 5
    status, other = asked(place, "127.0.0.3")
    assert status == 200

    held.pop().close()
    held.append(let_in(place, "127.0.0.2"))
    for connection in (other, *held, *(each for _, each in refused)):
        connection.close()
    lines = [record.getMessage() for record in caplog.records if "connections_per_address" in record.getMessage()]
    assert len(lines) == 1
    assert lines[0].startswith("127.0.0.2 holds 3 connections")


def test_a_proxy_that_is_believed_may_hold_those_of_all_its_viewers(place: Place) -> None:
    through = [asked(place, "127.0.0.9") for _ in range(MOST * 4)]
    for _, connection in through:
        connection.close()
    assert {status for status, _ in through} == {200}


@pytest.mark.parametrize(
    ("host", "household"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("127.0.0.1", None),
        ("::1", None),
        ("10.0.0.5", None),
    ],
)
def test_who_is_counted_together(host: str, household: str | None) -> None:
    """Unless it is said otherwise this machine counts as a proxy beside us would."""
    assert Crowding(proxies=(ip_network("10.0.0.5"),)).household(host) == household


def test_those_that_failed_at_their_beginning_do_not_count_for_ever() -> None:
    crowd = Crowd(Crowding(2))
    assert [crowd.admits("192.0.2.7") for _ in range(3)] == [True, True, False]
    crowd.recount(["192.0.2.7"])
    assert [crowd.admits("192.0.2.7") for _ in range(2)] == [True, False]
    crowd.went("192.0.2.7")
    assert crowd.admits("192.0.2.7")
