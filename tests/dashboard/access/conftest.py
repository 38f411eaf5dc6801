"""A whole dashboard behind access control, over a store in memory: one person per role."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import flask
import pytest
from argon2 import PasswordHasher
from argon2.profiles import CHEAPEST
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from access import people
from access.directory import Directory
from access.entering import Entrance
from access.passwords import Passwords
from access.rights import SHIPPED, Role
from access.sessions import Sessions, SessionTimes, Signer
from alerts.catalog_slos import slos_of_catalog
from alerts.desk.records import DeskPolicy
from dashboard.access.setting import Access
from dashboard.api.registering import register_api
from dashboard.api.setting import ApiSetting
from dashboard.factory import create_dashboard
from dashboard.publisher import Publisher
from dashboard.routes import register_routes
from dashboard.snapshot import Setting
from settings import load_catalog, load_policy, load_regulatory
from slo.states import StatePolicy
from store.memory import MemoryStore
from store.port import Store

T0_MS = 1_795_000_020_000
PASSWORD = "correct horse battery"
CONFIG = Path(__file__).resolve().parents[3] / "config"
TOKEN = re.compile(r'name="token" value="([^"]+)"')
CSRF = re.compile(r'"csrf":"([^"]+)"')


class Clock:
    """Wall clock in milliseconds and monotonic clock in seconds, both moved by hand."""

    def __init__(self) -> None:
        self.now = T0_MS

    def now_ms(self) -> int:
        """Milliseconds since the epoch."""
        return self.now

    def monotonic(self) -> float:
        """Seconds."""
        return (self.now - T0_MS) / 1000


@dataclass
class Bank:
    """The application, its store and its clock."""

    app: flask.Flask
    store: Store
    clock: Clock
    access: Access

    def client(self) -> FlaskClient:
        """A browser that knows nobody."""
        return self.app.test_client()

    def change(self, plan: Callable[..., object]) -> None:
        """A change of people."""
        with self.store.reading() as reader:
            change = plan(reader.journal())
        self.store.write(change)  # type: ignore[arg-type]
        self.clock.now += 6_000

    def try_login(
        self, client: FlaskClient, name: str, password: str = PASSWORD, following: str = "/", **more: str
    ) -> TestResponse:
        """Opens the form and sends it."""
        form = client.get("/login?lang=en")
        found = TOKEN.search(form.text)
        assert found is not None
        data = {"name": name, "password": password, "next": following, "token": found[1], **more}
        return client.post("/login?lang=en", data=data)

    def logged_in(self, name: str) -> FlaskClient:
        """A browser of somebody."""
        client = self.client()
        answer = self.try_login(client, name)
        assert answer.status_code == 303, answer.text
        return client


def csrf_of(client: FlaskClient) -> str:
    """The token that a page gives its scripts."""
    found = CSRF.search(client.get("/?lang=en").text)
    assert found is not None
    return found[1]


def made(
    store: Store,
    clock: Clock,
    *,
    behind_tls: bool = False,
    writes_per_minute: int = 100_000,
    fit: Callable[[Access], Access] = lambda access: access,
) -> Bank:
    """A dashboard over a store. ``fit``: gives its access control more ways."""
    signer, times = Signer(b"k" * 32), SessionTimes()
    passwords = Passwords(PasswordHasher.from_parameters(CHEAPEST))
    access = Access(
        Sessions(signer, times),
        signer,
        Directory(store, SHIPPED, times, now_ms=clock.now_ms, monotonic=clock.monotonic),
        Entrance(store, passwords),
        behind_tls=behind_tls,
        writes_per_minute=writes_per_minute,
        logins_per_minute=100_000,
        now_ms=clock.now_ms,
    )
    access = fit(access)
    catalog, policy = load_catalog(CONFIG / "catalog.yaml"), load_policy(CONFIG / "alerts.yaml")
    slos, table = slos_of_catalog(catalog, policy), load_regulatory(CONFIG / "regulatory.yaml")
    setting = ApiSetting(store, catalog, slos, DeskPolicy(), table, "0.1.0", now_ms=clock.now_ms)
    publisher = Publisher(store, Setting(catalog, StatePolicy(), demo=False, build="0.1.0"))

    def register(server: flask.Flask) -> None:
        register_routes(server, publisher)
        register_api(server, setting)

    return Bank(
        create_dashboard(catalog=catalog, demo=False, register=register, access=access).server, store, clock, access
    )


@pytest.fixture(scope="module")
def bank() -> Bank:
    """One person per role, named as the role; somebody without any; shared by a file's tests."""
    store, clock = MemoryStore(), Clock()
    kept = Passwords(PasswordHasher.from_parameters(CHEAPEST)).hashed("x", PASSWORD)
    for name, roles in [*((role.value, [role]) for role in Role), ("nothing", [])]:
        with store.reading() as reader:
            change = people.add(reader.journal(), name, roles, kept, now_ms=T0_MS, by="cli:root@here")
        store.write(change)
    return made(store, clock)
