"""Logged out by a real OpenID Connect provider, without a browser: whose session ends, and what ends none."""

from __future__ import annotations

import json
import threading
from http import HTTPStatus
from itertools import count
from urllib.parse import urlencode

import pytest
import requests
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from access.parting import ACTOR
from tests.dashboard.access.conftest import Bank
from tests.dashboard.access.test_vouched import Ask, ask, audited, issuer, open_bank, there_and_back

__all__ = ["ask", "issuer"]
PLACE = "/login/oidc/logout"
number = count(1)


@pytest.fixture(scope="module")
def bank(issuer: str) -> Bank:
    """Shared by these tests."""
    return open_bank(issuer, monotonic=count(step=20.0).__next__)


def token_of(issuer: str, **asked: str) -> str:
    """A logout token of the provider."""
    return requests.get(f"{issuer}/parting?{urlencode(asked)}", timeout=10).text


def parted(bank: Bank, token: str) -> TestResponse:
    """What we say to the provider; a second later, so that who comes back comes later."""
    answer = bank.client().post(PLACE, data={"logout_token": token})
    bank.clock.now += 1000
    return answer


def come_in(bank: Bank, ask: Ask, **claims: str) -> FlaskClient:
    """A browser of somebody whom the provider calls so."""
    ask(more=claims)
    client = bank.client()
    assert there_and_back(client).status_code == HTTPStatus.SEE_OTHER
    bank.clock.now += 1000
    return client


def is_in(client: FlaskClient) -> bool:
    """Whether a browser is still let in."""
    return client.get("/api/v1/incidents").status_code == HTTPStatus.OK


def test_a_session_that_it_names_ends_at_once_and_no_other(bank: Bank, ask: Ask, issuer: str) -> None:
    """Of the same person at the same provider; once logged in again, the browser is let in."""
    office, phone = come_in(bank, ask, sub="zhang", sid="office"), come_in(bank, ask, sub="zhang", sid="phone")

    answer = parted(bank, token_of(issuer, sub="zhang", sid="office"))

    assert (answer.status_code, answer.headers["Cache-Control"]) == (HTTPStatus.OK, "no-store")
    assert (is_in(office), is_in(phone)) == (False, True)
    actor, action, detail = audited(bank)[-1]
    assert (actor, action, json.loads(detail)["sub"]) == (ACTOR, "logout", "zhang")
    assert is_in(come_in(bank, ask, sub="zhang", sid="office again"))


def test_all_sessions_of_somebody_end_where_it_names_the_person_alone(bank: Bank, ask: Ask, issuer: str) -> None:
    ours = [come_in(bank, ask, sub="wang", sid="one"), come_in(bank, ask, sub="wang")]
    other = come_in(bank, ask, sub="zhao", sid="one more")

    assert parted(bank, token_of(issuer, sub="wang")).status_code == HTTPStatus.OK

    assert [is_in(client) for client in ours] == [False, False]
    assert is_in(other)
    again = come_in(bank, ask, sub="wang")
    assert is_in(again)
    assert parted(bank, token_of(issuer, sub="wang")).status_code == HTTPStatus.OK
    assert not is_in(again)


def test_a_session_that_was_never_named_ends_with_the_person(bank: Bank, ask: Ask, issuer: str) -> None:
    """Some providers tell the session's name at the logout alone."""
    client = come_in(bank, ask, sub="qian")
    assert parted(bank, token_of(issuer, sub="qian", sid="new to us")).status_code == HTTPStatus.OK
    assert not is_in(client)


def test_a_token_ends_sessions_once(bank: Bank, ask: Ask, issuer: str) -> None:
    """Whoever saw it cannot log somebody out again and again, several at a time neither."""
    token = token_of(issuer, sub="sun")
    statuses: list[int] = []
    tries = [threading.Thread(target=lambda: statuses.append(parted(bank, token).status_code)) for _ in range(4)]
    for each in tries:
        each.start()
    for each in tries:
        each.join()
    assert sorted(statuses) == [200, 400, 400, 400]
    client = come_in(bank, ask, sub="sun")
    assert parted(bank, token).status_code == HTTPStatus.BAD_REQUEST
    assert is_in(client)


WRONG = {
    "aud": "aud",
    "iss": "iss",
    "nonce": "nonce",
    "no event": "events",
    "an event that is no object": "events",
    "no number": "jti",
    "no instant": "missing_claim",
    "old": "too old",
    "expired": "past its end",
    "future": "invalid",
    "nobody": "names nobody",
    "kind": "typ",
    "none": "proves nothing",
    "shared": "proves nothing",
    "foreign": "signature is wrong",
    "rubbish": "proves nothing",
    "missing": "no logout token",
}


@pytest.mark.parametrize("wrong", WRONG)
def test_what_proves_nothing_ends_nothing(bank: Bank, ask: Ask, issuer: str, wrong: str) -> None:
    """400 in one line; of what is refused for the same cause the audit log has one row."""
    client, before = come_in(bank, ask, sub="li", sid=f"s{next(number)}"), len(audited(bank))

    answer = parted(bank, token_of(issuer, sub="li", wrong=wrong))

    assert answer.status_code == HTTPStatus.BAD_REQUEST
    assert answer.get_json()["error"] == "invalid_request"
    assert WRONG[wrong] in answer.get_json()["error_description"]
    assert is_in(client)
    assert {row[1] for row in audited(bank)[before:]} <= {"logout.refused"}


def test_an_id_token_is_no_logout_token(bank: Bank, ask: Ask, issuer: str) -> None:
    """Browsers carry those; whoever finds one must not be able to log somebody out with it."""
    looks_like_one = token_of(issuer, sub="li", nonce="n", preferred_username="li")
    assert parted(bank, looks_like_one).status_code == HTTPStatus.BAD_REQUEST
    assert "logout.refused" in {row[1] for row in audited(bank)}
    assert bank.client().post(PLACE, data={"logout_token": "x" * 80_000}).status_code == 413
