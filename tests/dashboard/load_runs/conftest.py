"""The control center with load runs behind it: over HTTP, and in a real browser."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import flask
import pytest
from playwright.sync_api import Browser, Page

from alerts.catalog_slos import slos_of_catalog
from alerts.desk.records import DeskPolicy
from dashboard.api.registering import register_api
from dashboard.api.setting import ApiSetting
from dashboard.api.tokens import Tokens
from dashboard.factory import create_dashboard
from reports.load_runs.keeping import keep
from reports.load_runs.policy import SHIPPED
from settings import load_catalog, load_policy, load_regulatory
from store.memory import MemoryStore
from store.port import Store
from tests.dashboard.browser.conftest import Host
from tests.reports.load_runs.conftest import result

CONFIG = Path(__file__).resolve().parents[3] / "config"
NOW_MS = 1_795_231_219_250  # 2026-11-21T03:20:19.250Z
TOKEN = "a-token-that-only-this-test-knows"


@pytest.fixture
def store() -> Store:
    """An empty store."""
    return MemoryStore("Asia/Shanghai")


@pytest.fixture
def environment() -> dict[str, str]:
    """The server's environment."""
    return {}


@pytest.fixture
def app(store: Store, environment: dict[str, str], tmp_path: Path) -> flask.Flask:
    """The dashboard with its API; tokens are in ``tmp_path``."""
    catalog = load_catalog(CONFIG / "catalog.yaml")
    setting = ApiSetting(
        store,
        catalog,
        slos_of_catalog(catalog, load_policy(CONFIG / "alerts.yaml")),
        DeskPolicy(),
        load_regulatory(CONFIG / "regulatory.yaml"),
        tokens=Tokens(tmp_path, environment),
        now_ms=lambda: NOW_MS,
    )
    made: flask.Flask = create_dashboard(
        catalog=catalog, demo=True, register=lambda server: register_api(server, setting)
    ).server
    return made


@pytest.fixture
def bring(store: Store) -> Callable[..., dict[str, Any]]:
    """Keeps a run; returns its file."""

    def keep_one(*given: Any, **changed: Any) -> dict[str, Any]:
        document = result(*given, **changed)
        with store.reading() as reader:
            change, _ = keep(json.dumps(document).encode(), reader.journal(), NOW_MS, "test", SHIPPED)
        store.write(change)
        return document

    return keep_one


@pytest.fixture
def host(app: flask.Flask) -> Iterator[Host]:
    """A real server."""
    served = Host(app)
    served.start()
    yield served
    served.stop()


@pytest.fixture
def look(browser: Browser, host: Host) -> Iterator[Callable[..., Page]]:
    """Opens an address; whatever the page complains about fails the test in the end."""
    contexts, complaints = [], []

    def go(path: str, width: int = 1920, height: int = 1080) -> Page:
        context = browser.new_context(viewport={"width": width, "height": height})
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(host.url + path)
        page.wait_for_selector("#content:not(.is-loading)")
        return page

    yield go
    for context in contexts:
        context.close()
    assert complaints == []
