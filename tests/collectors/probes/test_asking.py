"""What happened -> which state: the table of collectors/probes/outcome.py over real sockets."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from typing import Any

import pytest

from collectors.errors import BadTarget
from collectors.probes.asking import MOST_BYTES, Asker
from collectors.probes.target import Target, Vantage
from slo.states import SliceState

GOOD, BAD, INVALID = SliceState.GOOD, SliceState.BAD, SliceState.INVALID_PROBE
Maker = Callable[..., Target]

TABLE: list[tuple[str, str, dict[str, Any], SliceState, str]] = [
    ("the expected answer", "/ok", {}, GOOD, ""),
    ("the expected text", "/ok", {"expect_text": "all well"}, GOOD, ""),
    ("another text", "/ok", {"expect_text": "ready"}, BAD, "body: 'ready' is not in the answer"),
    ("an internal error", "/status/500", {}, BAD, "status: 500 Internal Server Error"),
    ("unavailable", "/status/503", {}, BAD, "status: 503 Service Unavailable"),
    ("an expected error", "/status/503", {"expect_status": (200, 503)}, GOOD, ""),
    ("no right to ask", "/status/401", {}, INVALID, "status: 401 Unauthorized"),
    ("forbidden", "/status/403", {}, INVALID, "status: 403 Forbidden"),
    ("no such thing", "/status/404", {}, INVALID, "status: 404 Not Found"),
    ("an expected refusal", "/status/401", {"expect_status": (401,)}, GOOD, ""),
    ("another client error", "/status/400", {}, BAD, "status: 400 Bad Request"),
    ("an unexpected redirect", "/status/302", {}, BAD, "status: 302 Found, and redirects are not followed (/ok)"),
    ("an expected redirect", "/status/301", {"expect_status": (301,)}, GOOD, ""),
    ("no answer at all", "/hang", {"limit_ms": 400}, BAD, "timeout: no whole answer within 400 ms"),
    ("byte by byte", "/drip", {"limit_ms": 400}, BAD, "timeout: no whole answer within 400 ms"),
    ("half an answer", "/torn", {}, BAD, "garbage: the connection ended within the answer"),
    ("a closed door", "/close", {}, BAD, "refused: the connection was closed without an answer"),
    ("not HTTP", "/garbage", {}, BAD, "garbage: the answer is not HTTP"),
]


@pytest.mark.parametrize("row", [row[1:] for row in TABLE], ids=[row[0] for row in TABLE])
def test_outcome_to_state(service: Any, target: Maker, row: tuple[str, dict[str, Any], SliceState, str]) -> None:
    """One row of the table; the limit holds for everything together."""
    path, expected, state, reason = row
    began = time.monotonic()
    outcome = Asker(target(service.url(path), **expected)).ask().outcome
    assert (outcome.state, outcome.reason[: len(reason)]) == (state, reason)
    assert bool(outcome.reason) == (state is not GOOD)
    assert time.monotonic() - began < 15  # the service hangs for 20


def test_a_redirect_is_not_followed(service: Any, target: Maker) -> None:
    """Another address is another probe."""
    Asker(target(service.url("/status/302"))).ask()
    assert service.asked == ["/status/302"]


def test_every_run_goes_the_whole_way_anew(service: Any, target: Maker) -> None:
    """A server that would keep the connection is neither waited for nor asked again over it."""
    asker = Asker(target(service.url("/ok")))
    assert [asker.ask().outcome.state for _ in range(3)] == [GOOD] * 3
    assert service.connections == 3


def test_nobody_listens(target: Maker) -> None:
    """Down."""
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))
        outcome = Asker(target(f"http://127.0.0.1:{reserved.getsockname()[1]}/")).ask().outcome
    assert (outcome.state, outcome.reason) == (BAD, "refused: Connection refused")


def test_a_backlog_that_is_full_is_a_timeout(target: Maker) -> None:
    """A connection that is never accepted counts against the limit too."""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as deaf:
        outcome = Asker(target(f"http://127.0.0.1:{deaf.getsockname()[1]}/", limit_ms=150)).ask().outcome
    assert (outcome.state, outcome.reason) == (BAD, "timeout: no whole answer within 150 ms")


def test_a_name_without_an_address_is_the_probers_fault(target: Maker, monkeypatch: pytest.MonkeyPatch) -> None:
    """Resolved by a resolver that knows nothing: no question leaves the machine."""

    def nothing(host: str, *_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, f"Name or service not known: {host}")

    monkeypatch.setattr(socket, "getaddrinfo", nothing)
    outcome = Asker(target("http://bank.invalid/")).ask().outcome
    assert outcome.state is INVALID
    assert outcome.reason == "dns: bank.invalid: Name or service not known: bank.invalid"


def test_a_slow_resolver_is_not_a_slow_service(service: Any, target: Maker, monkeypatch: pytest.MonkeyPatch) -> None:
    """The limit is gone before the service was asked: nothing is known of it."""
    real = socket.getaddrinfo

    def slow(*args: Any, **more: Any) -> Any:
        time.sleep(0.1)
        return real(*args, **more)

    monkeypatch.setattr(socket, "getaddrinfo", slow)
    outcome = Asker(target(service.url("/ok"), limit_ms=50)).ask().outcome
    assert (outcome.state, outcome.reason) == (INVALID, "dns: 127.0.0.1: not resolved within 50 ms")


def test_a_text_behind_the_cap_is_not_found(service: Any, target: Maker) -> None:
    """No endless answer fills the memory."""
    assert MOST_BYTES < 10**6
    outcome = Asker(target(service.url("/drip"), expect_text="y", limit_ms=100)).ask().outcome
    assert outcome.reason.startswith("timeout")


def test_a_vantage_point_asks_from_its_own_address(service: Any, target: Maker) -> None:
    """All of 127/8 is this machine."""
    place = Vantage("east", source_address="127.0.0.7")
    assert Asker(target(service.url("/ok"), vantage=place)).ask().outcome.state is GOOD


def test_an_address_that_is_not_ours_is_the_probers_fault(service: Any, target: Maker) -> None:
    """Nothing was asked."""
    outcome = Asker(target(service.url("/ok"), vantage=Vantage("east", source_address="192.0.2.1"))).ask().outcome
    assert outcome.state is INVALID
    assert outcome.reason.startswith("prober: cannot ask from 192.0.2.1:")
    assert service.connections == 0


def test_a_vantage_point_may_stand_behind_a_proxy(service: Any, target: Maker) -> None:
    """The proxy is asked for the whole address; the name is the proxy's to resolve."""
    place = Vantage("dmz", proxy=service.url(""))
    assert Asker(target("http://bank.invalid/x?y=1", vantage=place)).ask().outcome.state is GOOD
    assert service.asked == ["http://bank.invalid:80/x?y=1"]


@pytest.mark.parametrize(
    ("host", "state", "reason"),
    [
        ("407.invalid", INVALID, "prober: the proxy answers 407"),
        ("403.invalid", INVALID, "prober: the proxy answers 403"),
        ("502.invalid", BAD, "refused: the proxy answers 502"),
    ],
)
def test_a_proxy_that_lets_nothing_through(
    service: Any, target: Maker, host: str, state: SliceState, reason: str
) -> None:
    """Not allowed is the prober's fault; not reached is the target's."""
    outcome = Asker(target(f"https://{host}/", vantage=Vantage("dmz", proxy=service.url("")))).ask().outcome
    assert (outcome.state, outcome.reason[: len(reason)]) == (state, reason)


def test_a_dead_proxy_says_nothing_of_the_target(target: Maker) -> None:
    """It is the prober's own way."""
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))
        place = Vantage("dmz", proxy=f"http://127.0.0.1:{reserved.getsockname()[1]}")
        outcome = Asker(target("http://bank.invalid/", vantage=place)).ask().outcome
    assert outcome.state is INVALID
    assert outcome.reason.startswith("prober: proxy 127.0.0.1:")


@pytest.mark.parametrize("url", ["ftp://bank/", "http://", "http://bank:0/", "http://me:secret@bank/", "http://bank/ä"])
def test_an_address_that_is_none_is_refused(target: Maker, url: str) -> None:
    """In one line, without the password."""
    with pytest.raises(BadTarget) as refused:
        Asker(target(url))
    assert "secret" not in str(refused.value)
