"""A run whose every figure a test may choose; a real data center and Locust as children."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from loadtests.borrowers.journey import Kind, Outcome
from loadtests.running.health import GeneratorHealth, ServiceCount
from loadtests.running.judging import Claims, Judge, LatencyObjective
from loadtests.running.result import Configuration, Machine, Run
from loadtests.running.tally import Tally
from slo.objective import Objective

ROOT = Path(__file__).resolve().parents[3]
BEGIN = datetime(2026, 11, 11, tzinfo=UTC)
CONFIGURATION = Configuration("constant", "1000", 60_000, 7, 2, 1000, True, "http://127.0.0.1:1", {})
MACHINE = Machine("here", "Linux", 2, "0.5", "3.11.7", "2.47.0", "2.6.1")
SOUND = GeneratorHealth(2, 0, 100, 100, 0, 0, 100, 2_000, 5_000, 0, True, ServiceCount(None, 0, 0, "not asked"))


@pytest.fixture
def filled() -> Callable[[int, int], Tally]:
    """Makes a tally of so many requests of which so many were errors, all in one step, 10 ms each."""

    def make(requests: int, failures: int) -> Tally:
        tally = Tally(1_000_000, (500_000,))
        for number in range(requests):
            kind = Kind.ERROR if number < failures else Kind.OK
            ended = Outcome("weilidai", "apply", kind, 0, 0, 1_000_000, 11_000_000, "borrower", "key", 1, 0)
            tally.count(ended, number // 1000)
        return tally

    return make


@pytest.fixture
def run_of() -> Callable[..., Run]:
    """Makes a finished run of a tally; ``early_stop`` and ``health`` as wanted."""

    def make(tally: Tally, early_stop: bool = True, health: GeneratorHealth = SOUND, target: str = "99.999") -> Run:
        latencies = (LatencyObjective(Objective.parse("99"), 500_000),)
        judge = Judge(Claims(Objective.parse(target), Objective.parse("95"), latencies))
        judge.look(tally, 60)
        configuration = replace(CONFIGURATION, early_stop=early_stop)
        ended = BEGIN + timedelta(seconds=60)
        return Run("r1", BEGIN, ended, "0.1.0", None, 6, configuration, MACHINE, tally, judge, health)

    return make


@dataclass(frozen=True)
class Estate:
    """A running data center."""

    port: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def break_with(self, fault: dict[str, Any]) -> None:
        assert self._ask("POST", json.dumps(fault)) == 201

    def heal(self) -> None:
        assert self._ask("DELETE", None) == 204

    def _ask(self, method: str, body: str | None) -> int:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request(method, "/faults", body)
            return connection.getresponse().status
        finally:
            connection.close()


@dataclass(frozen=True)
class Ended:
    """What a Locust child left."""

    code: int
    log: str
    result: dict[str, Any]


@dataclass(frozen=True)
class LocustChild:
    """A running Locust, in a process group of its own."""

    process: subprocess.Popen[bytes]
    log: Path
    result: Path

    @property
    def pid(self) -> int:
        return self.process.pid

    def wait_for(self, text: str) -> None:
        deadline_s = time.monotonic() + 30
        while text not in self.log.read_text():
            assert time.monotonic() < deadline_s, self.log.read_text()
            assert self.process.poll() is None, self.log.read_text()
            time.sleep(0.05)

    def ended(self) -> Ended:
        code = self.process.wait(90)
        result = json.loads(self.result.read_text()) if self.result.exists() else {}
        return Ended(code, self.log.read_text(), result)


@pytest.fixture
def locust(estate: Estate, tmp_path: Path) -> Iterator[Callable[..., LocustChild]]:
    """Starts Locust with our locustfile against the estate; it is ended with the test."""
    children: list[subprocess.Popen[bytes]] = []

    def start(*options: str) -> LocustChild:
        command = [sys.executable, "-m", "locust", "-f", str(ROOT / "loadtests" / "locustfile.py"), "--headless"]
        port = str(_free_port())
        command += ["--only-summary", "-H", estate.url, "--master-bind-port", port, "--master-port", port]
        log = tmp_path / "log"
        environment = {name: text for name, text in os.environ.items() if not name.startswith("LOCUST_")}
        with log.open("wb") as output:
            process = subprocess.Popen(
                [*command, "--result", str(tmp_path / "run.json"), *options],
                cwd=tmp_path,
                env=environment,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        children.append(process)
        return LocustChild(process, log, tmp_path / "run.json")

    yield start
    for process in children:
        _end_group(process)


@pytest.fixture(scope="module")
def estate(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Estate]:
    """Books and dc1 without background demand."""
    data, books_port, port = tmp_path_factory.mktemp("estate"), _free_port(), _free_port()
    lending = [sys.executable, str(ROOT / "app.py"), "lending", "--data", str(data), "--scale", "0"]
    children = [
        subprocess.Popen([*lending, "--books", "--port", str(books_port)]),
        subprocess.Popen([*lending, "--data-center", "dc1", "--port", str(port), "--books-port", str(books_port)]),
    ]
    try:
        _until_open([books_port, port], children)
        yield Estate(port)
    finally:
        for child in children:
            child.kill()
            child.wait(60)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _until_open(ports: list[int], children: list[subprocess.Popen[bytes]]) -> None:
    deadline_s = time.monotonic() + 30
    for port in ports:
        while not _open(port):
            assert time.monotonic() < deadline_s
            assert all(child.poll() is None for child in children)
            time.sleep(0.05)


def _open(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _end_group(process: subprocess.Popen[bytes]) -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait(10)
