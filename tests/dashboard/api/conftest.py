"""A store file with a desk and a keeper of incidents beside it, and viewers of the API over it."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import flask
import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from alerts.catalog_slos import slos_of_catalog
from alerts.desk.desk import Desk
from alerts.desk.records import DeskPolicy
from alerts.incidents.facts import FoldingRules
from alerts.incidents.figures import Promise, Watched
from alerts.incidents.keeper import keep
from alerts.incidents.regulatory import RegulatoryTable
from alerts.model import AlertKey, AlertState, Evidence, Level, Severity, Subject, Transition
from alerts.policy import Slo
from dashboard.api.registering import register_api
from dashboard.api.setting import ApiSetting
from settings import load_catalog, load_policy, load_regulatory
from slo.catalog import Catalog
from slo.counts import Counts
from slo.objective import Objective
from store.opening import open_store
from store.port import Store

ZONE = "Asia/Shanghai"
CONFIG = Path(__file__).resolve().parents[3] / "config"
T0_MS = 1_795_000_020_000
"""2026-11-18 11:07:00 UTC."""


class Clock:
    """Moves only when told; seconds after T0."""

    def __init__(self) -> None:
        self.second = 0.0

    def now_ms(self) -> int:
        """Milliseconds since the epoch."""
        return T0_MS + int(self.second * 1000)


class Room:
    """What the engine writes: transitions go through a real desk and a real keeper."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self.store = store
        self.clock = clock
        promise = Promise(Objective.parse("99.999"), 30 * 86400)
        self._watched = Watched(promise, {}, 7200)

    def tick(self, *transitions: Transition) -> None:
        """One tick of the engine's service."""
        with self.store.reading() as reader:
            desk = Desk.restore(DeskPolicy(), reader.journal())
        self.store.write(desk.apply(transitions, self.clock.now_ms()).change)
        with self.store.reading() as reader:
            kept = keep(reader, self.clock.now_ms(), FoldingRules(), self._watched)
        if kept.change.entries or kept.change.documents:
            self.store.write(kept.change)

    def fire(
        self, product: str = "weilidai", center: str = "dc3", rule: str = "cliff", severity: Severity = Severity.CALL
    ) -> str:
        """A cell's alert begins to fire; returns its id."""
        transition = self.transition(AlertState.FIRING, product, center, rule, severity)
        self.tick(transition)
        return transition.key.id

    def resolve(self, product: str = "weilidai", center: str = "dc3", rule: str = "cliff") -> None:
        """Good data end it."""
        self.tick(self.transition(AlertState.RESOLVED, product, center, rule))

    def transition(
        self,
        state: AlertState,
        product: str = "weilidai",
        center: str = "dc3",
        rule: str = "cliff",
        severity: Severity = Severity.CALL,
    ) -> Transition:
        """One change of a cell's alert, now."""
        key = AlertKey(rule, Subject(Level.CELL, product, center), f"{product}-availability")
        now_ms = self.clock.now_ms()
        seen = Evidence(Counts(good=10, bad=90), Counts(bad=9), "0.0213", now_ms - 500, now_ms)
        return Transition(key, state, severity, now_ms, now_ms + 100, seen)


@pytest.fixture
def clock() -> Clock:
    """The wall clock of the API and of the desk."""
    return Clock()


@pytest.fixture(scope="session")
def empty_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store file in which nothing is; making one takes longer than a test."""
    path = tmp_path_factory.mktemp("api") / "store.sqlite"
    open_store(path, ZONE, upgrade=True).close()
    return path


@pytest.fixture
def store(tmp_path: Path, empty_store: Path) -> Iterator[Store]:
    """A store file of one's own."""
    opened = open_store(shutil.copy(empty_store, tmp_path / "store.sqlite"), ZONE)
    yield opened
    opened.close()


@pytest.fixture
def room(store: Store, clock: Clock) -> Room:
    """The engine's side."""
    return Room(store, clock)


@pytest.fixture(scope="session")
def shipped() -> tuple[Catalog, tuple[Slo, ...], RegulatoryTable]:
    """The configuration that ships, read once."""
    catalog, policy = load_catalog(CONFIG / "catalog.yaml"), load_policy(CONFIG / "alerts.yaml")
    return catalog, slos_of_catalog(catalog, policy), load_regulatory(CONFIG / "regulatory.yaml")


@pytest.fixture
def setting(store: Store, clock: Clock, shipped: tuple[Catalog, tuple[Slo, ...], RegulatoryTable]) -> ApiSetting:
    """As shipped."""
    catalog, slos, table = shipped
    return ApiSetting(store, catalog, slos, DeskPolicy(), table, build="0.1.0", now_ms=clock.now_ms)


@pytest.fixture
def app(setting: ApiSetting) -> flask.Flask:
    """The API alone."""
    server = flask.Flask("api")
    register_api(server, setting)
    return server


@pytest.fixture
def other(setting: ApiSetting) -> FlaskClient:
    """A viewer of another server on the same store."""
    server = flask.Flask("other")
    register_api(server, replace(setting, build="other"))
    return server.test_client()


@pytest.fixture
def client(app: flask.Flask) -> FlaskClient:
    """A viewer."""
    return app.test_client()


@pytest.fixture
def fresh(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """GET as JSON, without waiting until an answer may be given anew."""
    monkeypatch.setattr("dashboard.api.answering.FRESH_SECONDS", 0.0)
    monkeypatch.setattr("dashboard.api.answering.LASTING_SECONDS", 0.0)

    def get(path: str, status: int = 200) -> Any:
        answer: TestResponse = client.get(path)
        assert answer.status_code == status, answer.text
        return answer.json

    return get
