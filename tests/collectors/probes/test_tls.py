"""TLS faults told apart: what every customer's browser would refuse too is down, the rest is the prober's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from collectors.probes.asking import Asker
from collectors.probes.target import Target
from slo.states import SliceState

GOOD, BAD, INVALID = SliceState.GOOD, SliceState.BAD, SliceState.INVALID_PROBE
Maker = Callable[..., Target]
END_OF_2099_S = 4_102_444_799

TABLE = [
    ("a good certificate", "good", "localhost", GOOD, ""),
    ("a good certificate for an address", "good", "127.0.0.1", GOOD, ""),
    ("expired", "expired", "localhost", BAD, "tls: certificate refused, certificate has expired"),
    ("not yet valid", "future", "localhost", BAD, "tls: certificate refused, certificate is not yet valid"),
    ("for another name", "other", "localhost", BAD, "tls: certificate refused, Hostname mismatch"),
    ("asked by address", "by_name", "127.0.0.1", INVALID, "tls: certificate refused, IP address mismatch"),
]


@pytest.mark.parametrize("row", [row[1:] for row in TABLE], ids=[row[0] for row in TABLE])
def test_certificate_to_state(
    serve: Callable[..., Any],
    target: Maker,
    authority: Any,
    certificates: dict[str, Any],
    row: tuple[str, str, SliceState, str],
) -> None:
    """One row of the table, with our own authority; the end of a certificate is known when it was accepted."""
    name, host, state, reason = row
    url = serve(certificates[name]).url("/ok", "https", host)
    answered = Asker(target(url, ca_file=str(authority.file))).ask()
    assert (answered.outcome.state, answered.outcome.reason[: len(reason)]) == (state, reason)
    assert answered.tls_expires_s == (END_OF_2099_S if state is GOOD else None)


def test_an_unknown_authority_is_the_probers_list(
    serve: Callable[..., Any], target: Maker, certificates: dict[str, Any]
) -> None:
    """What is trusted is said by ca_file: without it nobody knows our authority."""
    outcome = Asker(target(serve(certificates["good"]).url("/ok", "https", "localhost"))).ask().outcome
    assert outcome.state is INVALID
    assert outcome.reason.startswith("tls: certificate refused, unable to get local issuer certificate")


def test_a_server_that_wants_our_certificate_is_like_401(
    serve: Callable[..., Any], target: Maker, authority: Any, certificates: dict[str, Any]
) -> None:
    """The prober has none to show."""
    url = serve(certificates["good"], wants_ours=True).url("/ok", "https", "localhost")
    outcome = Asker(target(url, ca_file=str(authority.file))).ask().outcome
    assert outcome.state is INVALID
    assert outcome.reason.startswith("tls: the server wants a certificate")


def test_a_plain_answer_to_a_handshake_is_down(service: Any, target: Maker) -> None:
    """Customers cannot shake hands either."""
    outcome = Asker(target(service.url("/ok", "https"))).ask().outcome
    assert outcome.state is BAD
    assert outcome.reason.startswith("tls: ")


def test_the_status_of_a_failing_service_comes_with_its_certificate(
    serve: Callable[..., Any], target: Maker, authority: Any, certificates: dict[str, Any]
) -> None:
    """A service that is down still shows how long its certificate lasts."""
    url = serve(certificates["good"]).url("/status/500", "https", "localhost")
    answered = Asker(target(url, ca_file=str(authority.file))).ask()
    assert (answered.outcome.state, answered.tls_expires_s) == (BAD, END_OF_2099_S)


def test_a_missing_ca_file_is_the_probers_fault(service: Any, target: Maker) -> None:
    """Named."""
    outcome = Asker(target(service.url("/ok", "https"), ca_file="/no/such/ca.pem")).ask().outcome
    assert outcome.state is INVALID
    assert outcome.reason == "prober: ca_file /no/such/ca.pem: No such file or directory"
