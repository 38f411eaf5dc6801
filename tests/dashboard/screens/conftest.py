"""The screens of alerting over a real store, with a real desk behind them and a real browser in front."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import flask
import pytest
from playwright.sync_api import Browser, Page

from alerts.catalog_slos import slos_of_catalog
from alerts.desk.records import DeskPolicy
from alerts.evaluating.memory import KIND as ENGINE
from alerts.model import AlertState, Severity
from dashboard.api.registering import register_api
from dashboard.api.setting import ApiSetting
from dashboard.factory import create_dashboard
from settings import load_catalog, load_policy, load_regulatory
from slo.catalog import Catalog
from slo.counts import Counts
from store.journal import Change, Document
from store.opening import open_store
from store.port import Store
from store.records import HistoryChunk, Level, Scope, Span, Unit
from tests.dashboard.api.conftest import CONFIG, T0_MS, Clock, Room
from tests.dashboard.browser.canned import Estate, calm_snapshot
from tests.dashboard.browser.conftest import Host

T0_S = T0_MS // 1000
HOUR_S, DAY_S = 3600, 86_400
SIZES = {"wall": (1920, 1080), "4k": (3840, 2160), "phone": (390, 844)}
PATIENCE_MS = 90_000
"""For a page to stand, on a machine that does many other things."""
PRODUCT, CENTER = "weilidai", "dc3"


@dataclass
class Stage:
    """What happens behind the screens."""

    store: Store
    clock: Clock
    room: Room
    host: Host

    @property
    def url(self) -> str:
        """Where the screens are."""
        return self.host.url

    def evaluate(self) -> None:
        """The engine shows that it lives."""
        with self.store.reading() as reader:
            found = reader.journal().document(ENGINE, ENGINE)
        version = 0 if found is None else found.version
        now_ms = self.clock.now_ms()
        body = json.dumps({"version": 1, "evaluated_s": now_ms // 1000})
        self.store.write(Change(documents=(Document(ENGINE, ENGINE, version, now_ms, True, body),)))

    def step(self, seconds: float = 1.0) -> None:
        """Time goes on, the desk hears what people did, the engine lives."""
        self.clock.second += seconds
        self.room.tick()
        self.evaluate()


@dataclass
class Sight:
    """One open page, what it complained about and where it asked."""

    page: Page
    complaints: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    def size(self, name: str) -> Page:
        """The page in one of SIZES."""
        width, height = SIZES[name]
        self.page.set_viewport_size({"width": width, "height": height})
        return self.page


def busy(stage: Stage) -> None:
    """A call, a page, a ticket of which somebody was told late, and one that its parent explains."""
    room = stage.room
    stage.clock.second = 1
    room.fire()
    stage.clock.second = 2
    room.fire("weyedai", "dc2", "fast", Severity.PAGE)
    late = room.transition(AlertState.FIRING, "identity", "dc1", "leak", Severity.TICKET)
    room.tick(replace(late, replayed=True))
    room.tick(room.transition(AlertState.FIRING, PRODUCT, CENTER, "fast", Severity.PAGE))
    stage.step(28)


def with_history(store: Store) -> None:
    """A month of traffic of one product; half of the last minutes failed in one data center."""
    places = [Unit(Scope.BANK), Unit(Scope.PRODUCT, PRODUCT), Unit(Scope.CELL, PRODUCT, CENTER)]
    hour_s, day_s = T0_S // HOUR_S * HOUR_S, (T0_S + 8 * HOUR_S) // DAY_S * DAY_S - 8 * HOUR_S
    fine = Counts(good=3_600_000, bad=9, transactions=1000)
    minutes = {T0_S - T0_S % 60 - n * 60: Counts(good=30_000, bad=30_000) for n in range(-1, 3)}
    hours = {hour_s - n * HOUR_S: fine for n in range(1, 30 * 24)}
    for at_s, counts in minutes.items():
        hours[at_s // HOUR_S * HOUR_S] = hours.get(at_s // HOUR_S * HOUR_S, Counts()) + counts
    days = {day_s - n * DAY_S: Counts(good=86_400_000, bad=310) for n in range(1, 30)}
    days[day_s] = sum((counts for at_s, counts in hours.items() if at_s >= day_s), Counts())
    levels = ((Level.DAY, days), (Level.HOUR, hours), (Level.MINUTE, minutes))
    slices = [(level, at_s, counts) for level, rows in levels for at_s, counts in rows.items()]
    cells = {(level, at_s, unit): counts for level, at_s, counts in slices for unit in places}
    store.add_history(HistoryChunk(Span(T0_S - 31 * DAY_S, T0_S + 600), cells))


@pytest.fixture(scope="module")
def make_stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Stage]]:
    """Opens another stage: store, API, screens, server. ``fit``: changes its catalog."""
    made: list[Stage] = []

    def make(fit: Callable[[Catalog], Catalog] = lambda catalog: catalog) -> Stage:
        folder: Path = tmp_path_factory.mktemp("stage")
        clock = Clock()
        store = open_store(folder / "store.sqlite", "Asia/Shanghai", upgrade=True)
        catalog, policy = fit(load_catalog(CONFIG / "catalog.yaml")), load_policy(CONFIG / "alerts.yaml")
        slos, table = slos_of_catalog(catalog, policy), load_regulatory(CONFIG / "regulatory.yaml")
        setting = ApiSetting(store, catalog, slos, DeskPolicy(), table, "0.1.0", now_ms=clock.now_ms)

        def register(server: flask.Flask) -> None:
            register_api(server, setting)
            Estate(calm_snapshot(catalog)).register(server)

        host = Host(create_dashboard(catalog=catalog, demo=True, register=register).server)
        host.start()
        made.append(Stage(store, clock, Room(store, clock), host))
        return made[-1]

    yield make
    for stage in made:
        stage.host.stop()
        stage.store.close()


@pytest.fixture(scope="module")
def stage(make_stage: Callable[[], Stage]) -> Stage:
    """One busy bank for the tests that only look."""
    made = make_stage()
    with_history(made.store)
    busy(made)
    return made


@pytest.fixture(scope="module")
def open_page(browser: Browser) -> Iterator[Callable[..., Sight]]:
    """Opens an address in a fresh context and waits until something stands in the place."""
    contexts = []

    def go(address: str, wait_for: str, *, size: str = "wall", by: str = "") -> Sight:
        width, height = SIZES[size]
        context = browser.new_context(
            viewport={"width": width, "height": height}, has_touch=size == "phone", locale="en"
        )
        contexts.append(context)
        if by:
            context.add_init_script(f"localStorage.setItem('control-center.name', {json.dumps(by)})")
        page = context.new_page()
        sight = Sight(page)
        page.on("console", lambda said: said.type in {"error", "warning"} and sight.complaints.append(said.text))
        page.on("pageerror", lambda error: sight.complaints.append(str(error)))
        page.on("request", lambda request: sight.requests.append(request.url))
        page.goto(address, timeout=PATIENCE_MS)
        page.wait_for_selector(wait_for, timeout=PATIENCE_MS)
        return sight

    yield go
    for context in contexts:
        context.close()
