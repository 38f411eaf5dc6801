"""A real data center as a child, a plain connection to it, and Locust as a child: never imported here."""

from __future__ import annotations

import http.client
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from loadtests.borrowers.journey import NoAnswer, Reply
from loadtests.borrowers.plan import Plan, load_plan

ROOT = Path(__file__).resolve().parents[3]
LOCUSTFILE = ROOT / "loadtests" / "locustfile.py"


class PlainSession:
    """A session on the standard library; one connection, kept open."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)

    def call(self, method: str, path: str, headers: dict[str, str], body: bytes | None) -> Reply:
        try:
            self._connection.request(method, path, body, headers)
            answer = self._connection.getresponse()
            return Reply(answer.status, answer.read(), answer.getheader("Idempotent-Replay") == "true")
        except OSError as error:
            self._connection.close()
            raise NoAnswer(type(error).__name__) from None

    def close(self) -> None:
        self._connection.close()


@dataclass
class StoppedClock:
    """A clock that moves only when somebody sleeps. ``ahead_s``: of the real date."""

    ahead_s: float = 0.0
    now_ns: int = 0
    slept_s: list[float] = field(default_factory=list)

    def monotonic_ns(self) -> int:
        return self.now_ns

    def unix_s(self) -> float:
        return time.time() + self.ahead_s

    def sleep(self, seconds: float) -> None:
        self.slept_s.append(seconds)
        self.now_ns += int(seconds * 1e9)


@dataclass(frozen=True)
class Bank:
    """A running data center, and a connection to it."""

    port: int
    session: PlainSession

    def get(self, path: str) -> Any:
        return json.loads(self.session.call("GET", path, {}, None).body)

    def post(self, path: str, document: Any) -> Any:
        return json.loads(self.session.call("POST", path, {}, json.dumps(document).encode()).body)

    def heal(self) -> None:
        self.session.call("DELETE", "/faults", {}, None)

    def counted(self, **labels: str) -> int:
        """Requests that the estate counted, of all series with these labels."""
        page = self.session.call("GET", "/metrics", {}, None).body.decode().splitlines()
        wanted = [f'{name}="{value}"' for name, value in labels.items()]
        return sum(
            int(line.rsplit(" ", 1)[1])
            for line in page
            if line.startswith("lending_requests_total{") and all(label in line for label in wanted)
        )


@dataclass(frozen=True)
class LocustEnded:
    """What a Locust child left. ``rows``: Locust's own statistics by name."""

    code: int
    log: str
    rows: dict[str, dict[str, Any]]

    @property
    def requests(self) -> int:
        return sum(row["num_requests"] for row in self.rows.values())

    @property
    def failures(self) -> int:
        return sum(row["num_failures"] for row in self.rows.values())


@pytest.fixture(scope="session")
def plan() -> Plan:
    """The plan that ships."""
    return load_plan()


@pytest.fixture
def clock() -> StoppedClock:
    """A clock of this test alone."""
    return StoppedClock()


@pytest.fixture(scope="session")
def bank(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bank]:
    """Books and dc1 without background demand."""
    data, books_port, port = tmp_path_factory.mktemp("bank"), _free_port(), _free_port()
    lending = [sys.executable, str(ROOT / "app.py"), "lending", "--data", str(data), "--scale", "0"]
    children = [
        subprocess.Popen([*lending, "--books", "--port", str(books_port)]),
        subprocess.Popen([*lending, "--data-center", "dc1", "--port", str(port), "--books-port", str(books_port)]),
    ]
    try:
        _until_open([books_port, port], children)
        session = PlainSession(port)
        yield Bank(port, session)
        session.close()
    finally:
        for child in children:
            child.kill()
            child.wait(60)


@pytest.fixture
def honest_bank(bank: Bank) -> Iterator[Bank]:
    """The bank of this module; whatever a test breaks is healed after it."""
    yield bank
    bank.heal()


@pytest.fixture
def locust(tmp_path: Path) -> Callable[..., LocustEnded]:
    """Runs Locust to its end with our locustfile."""

    def run(port: int, *options: str, seconds: int = 3) -> LocustEnded:
        command = [sys.executable, "-m", "locust", "-f", str(LOCUSTFILE), "--headless", "--only-summary"]
        command += ["-H", f"http://127.0.0.1:{port}", "-t", f"{seconds}s", "-s", "4", "--think", "0"]
        command += ["--json-file", str(tmp_path / "stats"), *options]
        environment = {name: text for name, text in os.environ.items() if not name.startswith("LOCUST_")}
        ended = subprocess.run(
            command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=60, check=False
        )
        written = tmp_path / "stats.json"
        rows = json.loads(written.read_text()) if written.exists() else []
        return LocustEnded(ended.returncode, ended.stdout + ended.stderr, {row["name"]: row for row in rows})

    return run


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _until_open(ports: list[int], children: list[subprocess.Popen[bytes]]) -> None:
    deadline = time.monotonic() + 60
    for port in ports:
        while not _open(port):
            if time.monotonic() > deadline or any(child.poll() is not None for child in children):
                raise AssertionError("the bank did not open")
            time.sleep(0.05)


def _open(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
