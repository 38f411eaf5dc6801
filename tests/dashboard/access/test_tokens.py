"""Tokens over HTTP: what scripts send, and what walls exchange for a cookie."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from pathlib import Path

import flask
import pytest
from flask.testing import FlaskClient

from access import tokens
from access.directory import Directory
from access.rights import SHIPPED, Right, Role
from access.sessions import Sessions, SessionTimes, Signer
from access.tokens import DAY_MS, Wanted, new_secret
from alerts.catalog_slos import slos_of_catalog
from alerts.desk.records import DeskPolicy
from dashboard.access.bearing import LoadRunsToken
from dashboard.access.setting import Access
from dashboard.admission import Gate, declared
from dashboard.api.registering import register_api
from dashboard.api.setting import ApiSetting
from dashboard.api.tokens import Tokens
from dashboard.factory import create_dashboard
from settings import load_catalog, load_policy, load_regulatory
from store.memory import MemoryStore

CONFIG = Path(__file__).resolve().parents[3] / "config"
OLD = "an-older-token-of-load-runs"
COOKIE = "control-center-kiosk"


class Place:
    """A dashboard with access control, at an instant that tests move."""

    def __init__(self, folder: Path) -> None:
        self.now_ms = 1_795_231_219_250
        self.store = MemoryStore("Asia/Shanghai")
        self.times = SessionTimes()
        self.signer = Signer(b"k" * 32)
        catalog = load_catalog(CONFIG / "catalog.yaml")
        legacy = Tokens(folder, {"CONTROL_CENTER_LOAD_RUNS_TOKEN": OLD})
        setting = ApiSetting(
            self.store,
            catalog,
            slos_of_catalog(catalog, load_policy(CONFIG / "alerts.yaml")),
            DeskPolicy(),
            load_regulatory(CONFIG / "regulatory.yaml"),
            tokens=legacy,
            now_ms=lambda: self.now_ms,
        )
        self.access = Access(
            Sessions(self.signer, self.times),
            self.signer,
            Directory(self.store, SHIPPED, self.times, now_ms=lambda: self.now_ms),
            ways=(LoadRunsToken(legacy),),
            store=self.store,
            now_ms=lambda: self.now_ms,
        )
        made: flask.Flask = create_dashboard(
            catalog=catalog, demo=True, register=lambda server: register_api(server, setting), access=self.access
        ).server
        self.app = made

    def add(self, wanted: Wanted) -> str:
        """A new token."""
        secret = new_secret()
        with self.store.reading() as reader:
            change = tokens.add(reader.journal(), wanted, secret, now_ms=self.now_ms, by="cli:x@y", policy=SHIPPED)
        self.store.write(change)
        self.access.directory.forget()
        return secret

    def revoke(self, name: str) -> None:
        """Ends a token; as seen when the directory asks the store again."""
        with self.store.reading() as reader:
            change = tokens.revoke(reader.journal(), name, self.now_ms, "cli:x@y")
        self.store.write(change)
        self.access.directory.forget()

    def audited(self) -> list[tuple[str, str]]:
        """Who did what."""
        with self.store.reading() as reader:
            return [(each.act.actor, each.act.action) for each in reader.audit().rows()]

    def script(self, *rights: Right) -> Mapping[str, str]:
        """The header of a script with these rights."""
        name = "-".join(rights)
        secret = self.add(Wanted(name, frozenset({Role.ADMIN}), frozenset(rights), DAY_MS))
        return {"Authorization": f"Bearer {secret}"}

    def kiosk(self, client: FlaskClient) -> None:
        """Lets a wall in."""
        secret = self.add(Wanted("hall", frozenset({Role.VIEWER}), None, None, kiosk=True))
        assert client.get(f"/?kiosk=1&token={secret}").status_code == 303


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """An empty control center."""
    return Place(tmp_path)


@pytest.fixture
def client(place: Place) -> FlaskClient:
    """A browser or a script."""
    client: FlaskClient = place.app.test_client()
    return client


def statuses(place: Place, client: FlaskClient, headers: Mapping[str, str]) -> dict[tuple[str, str], int]:
    """What every rule with a declared right answers, by method and endpoint."""
    found = {}
    for rule in place.app.url_map.iter_rules():
        need = declared(place.app).get(rule.endpoint)
        if not isinstance(need, Right | Gate) or need is Gate.OPEN or rule.endpoint == "logout":
            continue
        address = rule.rule.replace("<path:id>", "x").replace("<path:path>", "x")
        if "<" in address:
            continue
        for method in sorted((rule.methods or set()) - {"OPTIONS", "HEAD"}):
            found[method, rule.endpoint] = client.open(address, method=method, headers=headers).status_code
    return found


def needed(place: Place, endpoint: str) -> object:
    return declared(place.app)[endpoint]


@pytest.mark.parametrize("right", list(Right))
def test_a_token_opens_the_routes_of_its_right_and_no_other(place: Place, client: FlaskClient, right: Right) -> None:
    answered = statuses(place, client, place.script(right))

    assert len(answered) > 50
    refused = {key for key, status in answered.items() if status == 403}
    assert refused == {key for key in answered if needed(place, key[1]) is not right}


def test_a_kiosk_opens_what_is_only_looked_at(place: Place, client: FlaskClient) -> None:
    place.kiosk(client)

    answered = statuses(place, client, {})

    refused = {key for key, status in answered.items() if status == 403}
    reading = {key for key in answered if needed(place, key[1]) is Right.SEE}
    assert {key for key in answered if key not in reading} <= refused
    assert not {key for key in reading if key[0] == "GET"} & refused


def test_the_old_token_sends_load_runs_and_opens_nothing_else(place: Place, client: FlaskClient) -> None:
    answered = statuses(place, client, {"Authorization": f"Bearer {OLD}"})

    assert {key[1] for key, status in answered.items() if status != 403} == {"api:POST:/api/v1/load-runs"}


@pytest.mark.parametrize("given", ["nonsense", "lcc_" + "A" * 43, "lcc_" + "é" * 43, "x" * 5000])
def test_a_token_that_is_none_gets_one_line(place: Place, client: FlaskClient, given: str) -> None:
    answer = client.get("/api/v1/incidents", headers={"Authorization": f"Bearer {given}"})

    assert (answer.status_code, answer.json) == (
        401,
        {"error": "this token opens nothing here: it is unknown, revoked or past its end"},
    )
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert place.audited() == [("unknown token", "token.refused")]


def test_a_revoked_token_is_refused(place: Place, client: FlaskClient) -> None:
    headers = place.script(Right.SEE)
    assert client.get("/api/v1/incidents", headers=headers).status_code == 200

    place.revoke("see")

    assert client.get("/api/v1/incidents", headers=headers).status_code == 401


def test_who_shows_many_wrong_tokens_is_slowed_down_and_fills_no_log(place: Place, client: FlaskClient) -> None:
    wrong = {"Authorization": "Bearer wrong"}

    answers = [client.get("/api/v1/incidents", headers=wrong) for _ in range(60)]

    assert answers[-1].status_code == 429
    assert int(answers[-1].headers["Retry-After"]) >= 1
    assert len(place.audited()) < 10


def test_a_walls_token_leaves_the_address_for_a_cookie_and_no_log(
    place: Place, client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    secret = place.add(Wanted("hall", frozenset({Role.VIEWER}), None, None, kiosk=True))

    with caplog.at_level(logging.DEBUG):
        answer = client.get(f"/?kiosk=1&lang=en&token={secret}&rotate=30")

    assert (answer.status_code, answer.headers["Location"]) == (303, "/?kiosk=1&lang=en&rotate=30")
    assert (answer.headers["Referrer-Policy"], answer.headers["Cache-Control"]) == ("no-referrer", "no-store")
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert secret not in str(answer.headers) + caplog.text + answer.get_data(as_text=True)
    assert client.get("/?kiosk=1&lang=en").status_code == 200
    assert ("kiosk:hall", "login") in place.audited()


def test_a_wall_goes_on_for_years_until_it_is_revoked(place: Place, client: FlaskClient) -> None:
    place.kiosk(client)
    for _ in range(3):
        place.now_ms += 365 * DAY_MS
        answer = client.get("/")
        assert answer.status_code == 200
        assert COOKIE in answer.headers["Set-Cookie"]

    place.revoke("hall")

    assert client.get("/").status_code == 302
    assert client.get("/api/v1/incidents").status_code == 401


def test_a_wrong_token_in_an_address_leads_to_the_login_without_it(place: Place, client: FlaskClient) -> None:
    answer = client.get("/?kiosk=1&token=lcc_" + "A" * 43)

    assert (answer.status_code, answer.headers["Location"]) == (303, "/?kiosk=1")
    assert "Set-Cookie" not in answer.headers
    assert client.get("/?kiosk=1").headers["Location"].startswith("/login")
    assert place.audited() == [("unknown token", "token.refused")]


def test_a_scripts_token_lets_no_wall_in(place: Place, client: FlaskClient) -> None:
    secret = place.script(Right.SEE)["Authorization"].removeprefix("Bearer ")

    assert "Set-Cookie" not in client.get(f"/?kiosk=1&token={secret}").headers


def test_a_kiosks_cookie_cannot_be_made_up(place: Place, client: FlaskClient) -> None:
    place.kiosk(client)
    found = client.get_cookie(COOKIE)
    assert found is not None
    client.set_cookie(COOKIE, found.value[:-1] + ("A" if found.value[-1] != "A" else "B"))

    assert client.get("/").status_code == 302


def test_leaving_takes_a_walls_cookie_away(place: Place, client: FlaskClient) -> None:
    place.kiosk(client)
    found = client.get_cookie(COOKIE)
    assert found is not None
    csrf = place.access.csrf(f"kiosk {found.value.partition('.')[0]}")

    client.post("/logout", headers={"X-CSRF-Token": csrf})

    assert client.get_cookie(COOKIE) is None
