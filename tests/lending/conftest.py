"""A real estate on loopback for tests: its processes are started when asked for and ended whatever happens."""

from __future__ import annotations

import http.client
import json
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from lending.estate import Estate, load_estate

ROOT = Path(__file__).resolve().parents[2]
CONFIG = ROOT / "config" / "estate.yaml"
_BOOKS = """
import json, pathlib, sys
from lending import books
host, port, data = json.loads(sys.argv[1])
books.run(books.BooksOptions(host, port, pathlib.Path(data)))
"""
_DATA_CENTER = """
import json, pathlib, sys
from lending import service
name, host, port, books_port, data, config, scale, seed = json.loads(sys.argv[1])
service.run(service.ServiceOptions(
    name, host, port, books_port, pathlib.Path(data), pathlib.Path(config), scale, seed))
"""


@dataclass(frozen=True)
class Answer:
    """What a request got."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Child:
    """One process of the estate."""

    name: str
    port: int
    process: subprocess.Popen[bytes]

    def ask(self, method: str, path: str, body: bytes | None = None, timeout_s: float = 10, **headers: str) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout_s)
        try:
            connection.request(method, path, body, {name.replace("_", "-"): text for name, text in headers.items()})
            answer = connection.getresponse()
            return Answer(answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read())
        finally:
            connection.close()

    def get(self, path: str, timeout_s: float = 10) -> Answer:
        return self.ask("GET", path, timeout_s=timeout_s)

    def post(self, path: str, document: Any, timeout_s: float = 10, **headers: str) -> Answer:
        return self.ask("POST", path, json.dumps(document).encode(), timeout_s, **headers)

    def request(self, place: str, key: str, timeout_s: float = 10, **fields: Any) -> Answer:
        """One business request: ``place`` is product/step."""
        fields.setdefault("customer_id", "customer-1")
        return self.post(f"/v1/{place}", fields, timeout_s, Idempotency_Key=key)

    def signal(self, number: signal.Signals) -> None:
        self.process.send_signal(number)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(60)

    def page(self) -> dict[str, str]:
        """Series -> value of the metrics page."""
        lines = self.get("/metrics").body.decode().splitlines()
        return dict(line.rsplit(" ", 1) for line in lines if not line.startswith("#"))


@dataclass
class City:
    """The processes of one estate over one data folder."""

    data: Path
    config: Path = CONFIG
    children: list[Child] = field(default_factory=list)
    books_port: int = 0

    def start_books(self) -> Child:
        self.books_port = self.books_port or _free_port()
        child = self._spawn("books", self.books_port, _BOOKS, ["127.0.0.1", self.books_port, str(self.data)])
        _until(lambda: _accepts(self.books_port), child)
        return child

    def start(self, name: str, scale: int = 0, seed: int = 7) -> Child:
        port = _free_port()
        self.books_port = self.books_port or _free_port()
        options = [name, "127.0.0.1", port, self.books_port, str(self.data), str(self.config), scale, seed]
        child = self._spawn(name, port, _DATA_CENTER, options)
        _until(lambda: _accepts(port) and child.get("/healthz").status == 200, child)
        return child

    def _spawn(self, name: str, port: int, code: str, options: list[Any]) -> Child:
        command = [sys.executable, "-W", "error", "-c", code, json.dumps(options)]
        child = Child(name, port, subprocess.Popen(command, cwd=ROOT))
        self.children.append(child)
        return child

    def end(self) -> None:
        for child in self.children:
            if child.process.poll() is None:
                child.process.kill()
            child.process.wait(60)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _accepts(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _until(ready: Any, child: Child, patience_s: float = 60) -> None:
    deadline = time.monotonic() + patience_s
    while not ready():
        if child.process.poll() is not None or time.monotonic() > deadline:
            raise AssertionError(f"{child.name} did not start: exit {child.process.poll()}")
        time.sleep(0.02)


@pytest.fixture(scope="session")
def estate() -> Estate:
    """The estate that ships with the product."""
    return load_estate(CONFIG)


@pytest.fixture
def city(tmp_path: Path) -> Iterator[City]:
    """An estate of this test alone."""
    city = City(tmp_path)
    yield city
    city.end()


@pytest.fixture(scope="module")
def quiet_city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[City]:
    """Books and dc1 without background demand, shared by a module's tests that break nothing."""
    city = City(tmp_path_factory.mktemp("quiet"))
    city.start_books()
    city.start("dc1")
    yield city
    city.end()


@pytest.fixture
def dc1(quiet_city: City) -> Child:
    """The data center of the quiet estate."""
    return quiet_city.children[1]


@pytest.fixture
def free_port() -> Callable[[], int]:
    """Finds a port that nobody uses now."""
    return _free_port


def prometheus_count(port: int, query: str) -> int:
    """The value of a query as soon as it has one."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
        try:
            connection.request("GET", f"/api/v1/query?query={quote(query)}")
            answer = json.loads(connection.getresponse().read())
        except (OSError, http.client.HTTPException, ValueError):
            answer = {}
        finally:
            connection.close()
        if answer.get("data", {}).get("result"):
            return int(answer["data"]["result"][0]["value"][1])
        time.sleep(0.1)
    raise AssertionError("Prometheus took nothing")
