"""A real server with canned answers, and a real browser in front of it."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import flask
import pytest
from playwright.sync_api import Browser, Page, Route
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from dashboard.document import WatchTimes
from dashboard.factory import create_dashboard
from slo.catalog import Catalog
from tests.dashboard.browser.canned import Estate, calm_snapshot, read_catalog


class Silent(WSGIRequestHandler):
    """Serves without a line per request."""

    def log(self, type: str, message: str, *args: object) -> None:
        """Says nothing."""


class Host:
    """A real server thread that can be stopped and started again on the same port."""

    def __init__(self, server: flask.Flask) -> None:
        self._flask = server
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port: int = free.getsockname()[1]
        self._running: tuple[BaseWSGIServer, threading.Thread] | None = None

    @property
    def url(self) -> str:
        """Address of the wall."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Listens and serves."""
        server = make_server("127.0.0.1", self.port, self._flask, threaded=True, request_handler=Silent)
        server.daemon_threads = True  # type: ignore[attr-defined]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        self._running = (server, thread)

    def stop(self) -> None:
        """Stops listening; safe to call twice."""
        if self._running is None:
            return
        server, thread = self._running
        self._running = None
        server.shutdown()
        server.server_close()
        thread.join(5)


@pytest.fixture(scope="session")
def catalog() -> Catalog:
    """The catalog that ships with the product."""
    return read_catalog()


QUICK = WatchTimes(poll_ms=200, abort_ms=800, stale_ms=2_000)


@pytest.fixture(scope="session")
def standing(catalog: Catalog) -> Iterator[tuple[Estate, Host]]:
    """One estate and one server for all tests that only look; it polls quickly."""
    estate = Estate(calm_snapshot(catalog))
    host = Host(create_dashboard(catalog=catalog, demo=True, register=estate.register, times=QUICK).server)
    host.start()
    yield estate, host
    host.stop()


@pytest.fixture
def estate(catalog: Catalog, standing: tuple[Estate, Host]) -> Iterator[Estate]:
    """Canned answers of a calm morning, to be changed in place."""
    standing[0].reset(calm_snapshot(catalog))
    yield standing[0]
    standing[0].release()


@pytest.fixture
def serve(catalog: Catalog, estate: Estate) -> Iterator[Callable[..., Host]]:
    """Starts a server of its own over the estate, for tests that stop it or change its patience."""
    hosts: list[Host] = []

    def start(times: WatchTimes | None = None) -> Host:
        app = create_dashboard(catalog=catalog, demo=True, register=estate.register, times=times or WatchTimes())
        host = Host(app.server)
        host.start()
        hosts.append(host)
        return host

    yield start
    estate.release()
    for host in hosts:
        host.stop()


@dataclass
class Visit:
    """One open page and everything it complained about or asked for."""

    page: Page
    complaints: list[str]
    requests: list[str]


@pytest.fixture
def visit(browser: Browser) -> Iterator[Callable[..., Visit]]:
    """Opens an address in a fresh browser context and waits for the first painted reading."""
    contexts = []

    def go(
        url: str,
        *,
        width: int = 1920,
        height: int = 1080,
        language: str = "zh-CN",
        painted: bool = True,
        without: str = "",
        nameless: str = "",
    ) -> Visit:
        """``without``: requests that fail; ``nameless``: requests that lose their Referer."""
        context = browser.new_context(viewport={"width": width, "height": height}, locale=language)
        contexts.append(context)
        page = context.new_page()
        seen = Visit(page, [], [])
        page.on("console", lambda message: _note(seen, message.type, message.text))
        page.on("pageerror", lambda error: seen.complaints.append(str(error)))
        page.on("request", lambda request: seen.requests.append(request.url))
        if without:
            page.route(without, lambda route: route.abort())
        if nameless:
            page.route(nameless, _without_referer)
        page.goto(url)
        if painted:
            page.wait_for_selector("#wall:not(.is-waiting)", timeout=60_000)
        return seen

    yield go
    for context in contexts:
        context.close()


@pytest.fixture(scope="module")
def standing_pages(browser: Browser, standing: tuple[Estate, Host]) -> Iterator[Callable[[str], Page]]:
    """One open wall per language, loaded once."""
    pages: dict[str, Page] = {}

    def page_in(language: str) -> Page:
        if language not in pages:
            context = browser.new_context(viewport={"width": 1920, "height": 1080})
            pages[language] = context.new_page()
            pages[language].goto(f"{standing[1].url}/?lang={language}")
        return pages[language]

    yield page_in
    for page in pages.values():
        page.context.close()


@pytest.fixture
def wall(estate: Estate, standing_pages: Callable[[str], Page]) -> Callable[..., Page]:
    """The standing wall in a language and size, once it has painted what the estate now says."""

    def look(language: str = "en", width: int = 1920, height: int = 1080) -> Page:
        page = standing_pages(language)
        page.set_viewport_size({"width": width, "height": height})
        painted_since = time.time_ns() // 1_000
        page.wait_for_function(
            "since => Number(document.getElementById('wall')?.dataset.sequence) > since", arg=painted_since
        )
        return page

    return look


def _without_referer(route: Route) -> None:
    headers = {name: value for name, value in route.request.headers.items() if name != "referer"}
    route.fulfill(response=route.fetch(headers=headers))


def _note(seen: Visit, kind: str, text: str) -> None:
    if kind in {"error", "warning"}:
        seen.complaints.append(f"{kind}: {text}")


@pytest.fixture
def until() -> Callable[[Callable[[], bool], float], None]:
    """Waits until something holds, and fails when it does not within the seconds."""

    def wait(holds: Callable[[], bool], seconds: float = 60.0) -> None:
        deadline = time.monotonic() + seconds
        while not holds():
            if time.monotonic() > deadline:
                pytest.fail(f"did not happen within {seconds} s")
            time.sleep(0.05)

    return wait
