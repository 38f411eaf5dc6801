"""Login, sessions in cookies, forged requests, addresses to go back to."""

from __future__ import annotations

import re
from typing import Any

import pytest

from access import people
from access.sessions import HOUR_MS
from dashboard.access.login import MOST_FORM_BYTES

COOKIE = "control-center-session"
CHANGES = "/api/v1/changes"
CHANGE = {"title": "new firewall"}


def csrf_of(client: Any) -> str:
    """The token that a page gives its scripts."""
    found = re.search(r'"csrf":"([^"]+)"', client.get("/?lang=en").text)
    assert found is not None
    return found[1]


@pytest.mark.parametrize(
    ("wanted", "sent_to"),
    [
        ("/alerts?lang=en&q=a", "/alerts?lang=en&q=a"),
        ("/incidents/abc", "/incidents/abc"),
        ("https://evil.example/", "/"),
        ("//evil.example/alerts", "/"),
        ("/\\evil.example", "/"),
        ("/alerts\\..//evil", "/"),
        ("javascript:alert(1)", "/"),
        ("/\t/evil.example", "/"),
        ("/%2f%2fevil.example", "/"),
        ("/no-such-page", "/"),
        ("/logout", "/"),
        ("", "/"),
    ],
)
def test_after_the_login_only_own_pages_follow(bank: Any, wanted: str, sent_to: str) -> None:
    answer = bank.try_login(bank.client(), "viewer", following=wanted)
    assert (answer.status_code, answer.headers["Location"]) == (303, sent_to)


def test_a_page_sends_to_the_login_and_back(bank: Any) -> None:
    answer = bank.client().get("/alerts?lang=en&q=a")
    assert answer.headers["Location"] == "/login?lang=en&next=%2Falerts%3Flang%3Den%26q%3Da"
    assert 'value="/alerts?lang=en&amp;q=a"' in bank.client().get(answer.headers["Location"]).text


def test_what_is_typed_stands_in_the_form_as_text(bank: Any) -> None:
    answer = bank.try_login(bank.client(), '"><script>', "wrong wrong wrong")
    assert answer.status_code == 401
    assert "<script" not in answer.text


def test_the_cookie_is_closed_to_scripts_and_to_other_sites(bank: Any) -> None:
    given = bank.try_login(bank.client(), "viewer").headers.getlist("Set-Cookie")
    session = next(each for each in given if each.startswith(f"{COOKIE}="))
    assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= set(session.split("; "))


def test_a_login_begins_a_session_that_nobody_knew_before(bank: Any) -> None:
    """Session fixation: a cookie that was planted before is not the one afterwards."""
    client = bank.client()
    planted = bank.logged_in("on-call").get_cookie(COOKIE).value
    client.set_cookie(COOKIE, planted)
    bank.try_login(client, "viewer")
    assert client.get_cookie(COOKIE).value != planted
    assert '"name":"viewer"' in client.get("/?lang=en").text


def test_a_tampered_or_old_cookie_is_nobody(bank: Any) -> None:
    client = bank.logged_in("viewer")
    value = client.get_cookie(COOKIE).value
    assert client.get("/api/v1/alerts").status_code == 200
    client.set_cookie(COOKIE, value[:-2] + ("AA" if not value.endswith("AA") else "BB"))
    assert client.get("/api/v1/alerts").status_code == 401
    client.set_cookie(COOKIE, value)
    bank.clock.now += 13 * HOUR_MS
    assert client.get("/api/v1/alerts").status_code == 401


def test_a_session_in_use_is_renewed(bank: Any) -> None:
    client = bank.logged_in("viewer")
    for _ in range(4):
        bank.clock.now += 10 * HOUR_MS
        assert client.get("/api/v1/alerts").status_code == 200


def test_logging_out_ends_the_session_wherever_it_was_copied(bank: Any) -> None:
    client = bank.logged_in("viewer")
    copied = client.get_cookie(COOKIE).value
    assert client.post("/logout", data={"csrf": "forged"}).status_code == 403
    assert client.post("/logout", data={"csrf": csrf_of(client)}).status_code == 303
    assert client.get_cookie(COOKIE) is None
    other = bank.client()
    other.set_cookie(COOKIE, copied)
    assert other.get("/api/v1/alerts").status_code == 401


def test_other_roles_and_a_disabling_hold_within_seconds(bank: Any) -> None:
    client = bank.logged_in("performance")
    assert client.get("/costs").status_code == 403
    bank.change(lambda journal: people.give_roles(journal, "performance", ["manager"], bank.clock.now, "admin"))
    assert client.get("/costs").status_code == 200
    bank.change(lambda journal: people.disable(journal, "performance", bank.clock.now, "admin"))
    assert client.get("/costs").status_code == 302
    bank.change(lambda journal: people.enable(journal, "performance", bank.clock.now, "admin"))
    assert client.get("/costs").status_code == 302


def test_a_change_takes_the_token_of_its_session(bank: Any) -> None:
    """Another session's, none, or one for something else are all refused; nothing is written."""
    client, other = bank.logged_in("on-call"), bank.logged_in("on-call")
    for headers in ({}, {"X-CSRF-Token": "x"}, {"X-CSRF-Token": csrf_of(other)}, {"X-CSRF-Token": "\u00e9"}):
        assert client.post(CHANGES, json=CHANGE, headers=headers).status_code == 403
    token = {"X-CSRF-Token": csrf_of(client)}
    foreign = {**token, "Origin": "https://evil.example"}
    assert client.post(CHANGES, json=CHANGE, headers=foreign).status_code == 403
    answer = client.post(CHANGES, json=CHANGE, headers=token)
    assert (answer.status_code, answer.get_json()["by"]) == (201, "on-call")


def test_nobody_acts_under_another_name(bank: Any) -> None:
    client = bank.logged_in("on-call")
    token = {"X-CSRF-Token": csrf_of(client)}
    answer = client.post(CHANGES, json={**CHANGE, "by": "admin"}, headers=token)
    assert (answer.status_code, "leave it out" in answer.get_json()["error"]) == (403, True)
    assert client.post(CHANGES, json={**CHANGE, "by": "on-call"}, headers=token).status_code == 201


def test_a_login_that_another_page_forged_is_refused(bank: Any) -> None:
    """Else somebody could be logged in as somebody else without noticing."""
    client = bank.client()
    data = {"name": "viewer", "password": "correct horse battery", "token": "x"}
    assert client.post("/login", data=data).status_code == 403
    assert bank.try_login(client, "viewer", token="x").status_code == 403
    foreign = client.post("/login", data=data, headers={"Origin": "https://evil.example"})
    assert foreign.status_code == 403
    assert client.get_cookie(COOKIE) is None


def test_a_form_that_is_too_long_is_refused_unread(bank: Any) -> None:
    answer = bank.client().post("/login", data={"name": "x" * (MOST_FORM_BYTES + 1)})
    assert answer.status_code == 413


def test_what_was_answered_to_somebody_is_kept_by_nobody_else(bank: Any) -> None:
    client = bank.logged_in("viewer")
    assert client.get("/?lang=en").headers["Cache-Control"] == "no-store"
    answer = client.get("/api/v1/alerts")
    assert "private" in answer.headers["Cache-Control"]
    assert "Cookie" in answer.headers["Vary"]


def test_too_many_failures_say_for_how_long(bank: Any) -> None:
    client = bank.client()
    for _ in range(5):
        assert bank.try_login(client, "nobody-at-all", "wrong wrong wrong").status_code == 401
    answer = bank.try_login(client, "nobody-at-all", "wrong wrong wrong")
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "900")
    assert "Try again in 15 min" in answer.text
