"""Login through a real OpenID Connect provider, a process of its own on loopback."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from http import HTTPStatus
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import flask
import pytest
import requests
from flask.testing import FlaskClient
from playwright.sync_api import Browser
from werkzeug.test import TestResponse

from access import people
from access.identity import Means
from access.provider import KEYS_AGAIN_SECONDS, Client, Provider
from access.rights import Role
from access.sessions import HOUR_MS
from access.vouching import Rules, Vouching
from dashboard.access.setting import Access
from dashboard.server import Front
from outgoing.secrets import Secret
from store.memory import MemoryStore
from tests.dashboard.access.conftest import Bank, Clock, made
from tests.dashboard.access.provider import CLIENT, SECRET
from tests.dashboard.browser.conftest import Host

ROOT = Path(__file__).resolve().parents[3]
HERE = "http://localhost"
GIVEN = {"center-operators": frozenset({Role.ON_CALL}), "center-admins": frozenset({Role.ADMIN})}
DEAD = "http://127.0.0.1:9"
COOKIE = "control-center-session"
Ask = Callable[..., None]


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    """Address of a provider."""
    command = [sys.executable, "-m", "tests.dashboard.access.provider"]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip()
        finally:
            process.stdin.close()
            process.kill()


@pytest.fixture
def ask(issuer: str) -> Iterator[Ask]:
    """What goes wrong at the provider from now on; nothing afterwards."""

    def said(**wanted: object) -> None:
        assert requests.post(f"{issuer}/test", json=wanted, timeout=10).status_code == HTTPStatus.OK

    said()
    yield said
    said()


def open_bank(issuer: str, public: str = HERE, monotonic: Callable[[], float] = time.monotonic) -> Bank:
    """A dashboard with that provider. Its clock is today's, as the provider's."""
    clock = Clock()
    clock.now = time.time_ns() // 1_000_000
    store = MemoryStore()

    def fit(access: Access) -> Access:
        client = Client(issuer, CLIENT, Secret("test", SECRET), f"{public}/login/oidc/callback")
        vouching = Vouching(Provider(client, monotonic), Rules(given=GIVEN), access.signer)
        return replace(access, vouching=vouching, label="Bank", store=store)

    return made(store, clock, fit=fit)


@pytest.fixture(scope="module")
def bank(issuer: str) -> Bank:
    """Shared by these tests. Twenty seconds pass whenever it looks: keys that another test changed are read anew."""
    return open_bank(issuer, monotonic=count(step=20.0).__next__)


def there_and_back(client: FlaskClient, following: str = "/incidents") -> TestResponse:
    """What the dashboard says to a browser that comes back from the provider."""
    begun = client.get(f"/login/oidc?lang=en&next={following}")
    assert begun.status_code == HTTPStatus.SEE_OTHER, begun.text
    allow = begun.headers["Location"].replace("/authorize?", "/allow?")
    back = requests.get(allow, timeout=10, allow_redirects=False).headers["Location"]
    return client.get(back.removeprefix(HERE), headers={"Accept-Language": "en"})


def audited(bank: Bank) -> list[tuple[str, str, str]]:
    """Who did what, with what detail."""
    with bank.store.reading() as reader:
        return [(each.act.actor, each.act.action, each.act.detail) for each in reader.audit().rows()]


def test_somebody_comes_in_with_the_roles_of_the_groups(bank: Bank, ask: Ask) -> None:
    client = bank.client()

    answer = there_and_back(client)

    assert (answer.status_code, answer.headers["Location"]) == (HTTPStatus.SEE_OTHER, "/incidents")
    assert "li" in client.get("/incidents?lang=en").text
    actor, action, detail = audited(bank)[-1]
    assert client.get("/costs").status_code == HTTPStatus.FORBIDDEN
    assert (actor, action) == ("li", "login")
    assert "on-call" in detail


def test_what_the_browser_is_sent_with_binds_the_login(bank: Bank, ask: Ask) -> None:
    """PKCE by SHA-256, state and nonce, no secret of the client, and never back to another site."""
    begun = bank.client().get("/login/oidc?next=https://evil.example/")

    query = parse_qs(urlsplit(begun.headers["Location"]).query)
    assert query["code_challenge_method"] == ["S256"]
    assert len(query["state"][0]) >= 32
    assert len(query["nonce"][0]) >= 32
    assert query["redirect_uri"] == [f"{HERE}/login/oidc/callback"]
    assert SECRET not in begun.headers["Location"]
    assert there_and_back(bank.client(), "https://evil.example/").headers["Location"] == "/"


WRONG = {
    "nonce": "nonce",
    "no nonce": "nonce",
    "aud": "aud",
    "azp": "azp",
    "iss": "iss",
    "expired": "past its end",
    "no exp": "missing_claim",
    "future": "invalid",
    "none": "proves nothing",
    "foreign": "signature is wrong",
    "shared": "proves nothing",
    "rubbish": "proves nothing",
    "missing": "no ID token",
    "state": "state",
}


@pytest.mark.parametrize("wrong", list(WRONG))
def test_an_id_token_that_proves_nothing_is_refused_with_one_line(
    bank: Bank, ask: Ask, wrong: str, caplog: pytest.LogCaptureFixture
) -> None:
    ask(wrong=wrong)
    client = bank.client()

    answer = there_and_back(client)

    assert answer.status_code == HTTPStatus.FORBIDDEN
    assert "was not accepted" in answer.text
    assert client.get_cookie(COOKIE) is None
    lines = [record.getMessage() for record in caplog.records if "login refused" in record.getMessage()]
    assert len(lines) == 1
    assert WRONG[wrong] in lines[0]
    assert audited(bank)[-1][:2] == ("unknown name", "login.refused")


def test_groups_that_the_token_does_not_name_are_asked_for(bank: Bank, ask: Ask) -> None:
    """Some providers say them at their userinfo alone; what the token says itself counts more."""
    ask(more={"groups": None}, userinfo={"groups": ["center-operators"], "preferred_username": "somebody-else"})
    assert there_and_back(bank.client()).status_code == HTTPStatus.SEE_OTHER
    actor, action, detail = audited(bank)[-1]
    assert (actor, action, "on-call" in detail) == ("li", "login", True)
    ask(userinfo={"groups": ["center-admins"]})
    assert there_and_back(bank.client()).status_code == HTTPStatus.SEE_OTHER
    assert "admin" not in audited(bank)[-1][2]


def test_what_is_said_of_somebody_else_is_refused(bank: Bank, ask: Ask) -> None:
    ask(more={"groups": None}, userinfo={"sub": "4712", "groups": ["center-operators"]})
    assert there_and_back(bank.client()).status_code == HTTPStatus.FORBIDDEN
    assert "about somebody else" in audited(bank)[-1][2]


def test_a_code_is_good_in_the_browser_that_began_alone(bank: Bank, ask: Ask) -> None:
    """Else somebody could be logged in as somebody else by a link."""
    begun = bank.client().get("/login/oidc")
    allow = begun.headers["Location"].replace("/authorize?", "/allow?")
    back = requests.get(allow, timeout=10, allow_redirects=False).headers["Location"].removeprefix(HERE)

    assert bank.client().get(back).status_code == HTTPStatus.FORBIDDEN


def test_a_code_is_good_once(bank: Bank, ask: Ask) -> None:
    client = bank.client()
    begun = client.get("/login/oidc")
    carried = client.get_cookie("control-center-oidc")
    assert carried is not None
    allow = begun.headers["Location"].replace("/authorize?", "/allow?")
    back = requests.get(allow, timeout=10, allow_redirects=False).headers["Location"].removeprefix(HERE)
    assert client.get(back).status_code == HTTPStatus.SEE_OTHER

    again = bank.client()
    again.set_cookie("control-center-oidc", carried.value)

    assert again.get(back).status_code == HTTPStatus.FORBIDDEN


def test_who_refuses_at_the_provider_is_told_so(bank: Bank, ask: Ask) -> None:
    ask(denied=True)

    assert there_and_back(bank.client()).status_code == HTTPStatus.FORBIDDEN


def test_who_has_no_role_sees_which_there_are(bank: Bank, ask: Ask) -> None:
    ask(groups=["somebody-else"])
    client = bank.client()

    answer = there_and_back(client)

    assert answer.status_code == HTTPStatus.FORBIDDEN
    assert "You may not see this page" in answer.text
    assert client.get_cookie(COOKIE) is None
    assert "no roles" in audited(bank)[-1][2]


@pytest.mark.parametrize("name", ["<script>", "", "a" * 65, 7])
def test_a_name_that_nobody_can_have_is_refused(bank: Bank, ask: Ask, name: Any) -> None:
    ask(name=name)

    assert there_and_back(bank.client()).status_code == HTTPStatus.FORBIDDEN


def test_a_session_ends_when_the_provider_wants_to_be_asked_again(bank: Bank, ask: Ask) -> None:
    ask(answer={"refresh_expires_in": 1800})
    client = bank.client()
    there_and_back(client)
    session = bank.access.sessions.read(client.get_cookie(COOKIE).value, bank.clock.now)  # type: ignore[union-attr]

    assert session is not None
    assert session.means is Means.OIDC
    assert session.expires_ms(bank.access.sessions.times) == bank.clock.now + HOUR_MS // 2


def test_keys_that_the_provider_changed_are_read_anew_but_not_for_each_bad_token(issuer: str, ask: Ask) -> None:
    now_s = [0.0]
    bank = open_bank(issuer, monotonic=lambda: now_s[0])
    assert there_and_back(bank.client()).status_code == HTTPStatus.SEE_OTHER

    ask(rotate=True)
    now_s[0] += KEYS_AGAIN_SECONDS
    assert there_and_back(bank.client()).status_code == HTTPStatus.SEE_OTHER
    asked = requests.get(f"{issuer}/seen", timeout=10).json()["keys_asked"]

    ask(wrong="foreign")
    for _ in range(3):
        assert there_and_back(bank.client()).status_code == HTTPStatus.FORBIDDEN

    assert requests.get(f"{issuer}/seen", timeout=10).json()["keys_asked"] == asked


def test_somebody_who_is_disabled_here_does_not_come_in_by_the_provider(issuer: str, ask: Ask) -> None:
    bank = open_bank(issuer)
    client = bank.client()
    assert there_and_back(client).status_code == HTTPStatus.SEE_OTHER
    add = {"now_ms": bank.clock.now, "by": "cli:root@here"}
    bank.change(lambda journal: people.add(journal, "li", [Role.VIEWER], "", **add))
    bank.change(lambda journal: people.disable(journal, "li", bank.clock.now, "cli:root@here"))

    assert there_and_back(bank.client()).status_code == HTTPStatus.FORBIDDEN
    assert client.get("/api/v1/incidents").status_code == HTTPStatus.UNAUTHORIZED


def test_leaving_ends_the_session_here_and_at_the_provider(bank: Bank, ask: Ask, issuer: str) -> None:
    client = bank.client()
    there_and_back(client)
    session = bank.access.sessions.read(client.get_cookie(COOKIE).value, bank.clock.now)  # type: ignore[union-attr]
    assert session is not None

    answer = client.post("/logout", headers={"X-CSRF-Token": bank.access.csrf(session.id)})

    assert answer.headers["Refresh"].startswith(f"0; url={issuer}/leave?client_id={CLIENT}")
    assert client.get("/api/v1/incidents").status_code == HTTPStatus.UNAUTHORIZED


def test_a_provider_that_is_away_leaves_the_password_and_says_so_once(caplog: pytest.LogCaptureFixture) -> None:
    bank = open_bank(DEAD)

    answer = bank.client().get("/login/oidc?lang=en")

    assert answer.status_code == HTTPStatus.SERVICE_UNAVAILABLE
    assert "cannot be reached right now" in answer.text
    assert 'name="password"' in answer.text
    lines = [record.getMessage() for record in caplog.records if record.name.startswith("dashboard.access")]
    assert lines == ["login refused: identity provider: is not reached: ConnectionError"]


def test_a_browser_goes_there_and_back(issuer: str, ask: Ask, browser: Browser) -> None:
    """Real Chromium: the button, the provider's own form, the page that was asked for, the way out."""
    front = Front(flask.Flask(__name__))
    hosted = Host(front)  # type: ignore[arg-type]  # its address is known before the application that names it
    front.app = open_bank(issuer, hosted.url).app.wsgi_app
    hosted.start()
    context = browser.new_context(locale="en-GB")
    try:
        page = context.new_page()
        page.goto(f"{hosted.url}/incidents?lang=en")
        page.get_by_role("link", name="Log in with Bank").click()
        page.get_by_role("button", name="I am li").click()
        page.wait_for_url("**/incidents?lang=en")
        page.locator(".account-name", has_text="li").wait_for(state="attached")
        page.locator(".account-leave").first.dispatch_event("click")
        page.wait_for_url("**/login**")
        page.goto(f"{hosted.url}/incidents?lang=en")
        page.get_by_role("link", name="Log in with Bank").wait_for()
    finally:
        context.close()
        hosted.stop()
