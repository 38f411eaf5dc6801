"""An estate of the drill's own: books, data centers and HAProxy as children on free loopback ports, ended with it."""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from loadtests.drills.errors import PartMissing

APP = Path(__file__).resolve().parents[2] / "app.py"
DATA_CENTERS = ("dc1", "dc2", "dc3", "dc4", "dc5", "dc6")
LOOPBACK = "127.0.0.1"
_PARENT_VARIABLE = "LENDING_CONTROL_CENTER_PARENT"
_READY_WITHIN_S = 60.0
_PATIENCE_S = 5.0
_OK = 200


@dataclass(frozen=True, slots=True)
class Balancer:
    """A running HAProxy: where it listens and where it tells its figures."""

    process: subprocess.Popen[str]
    port: int
    socket: Path


class OwnEstate:
    """Books and data centers. Ports stay the same when a data center is started again.

    ``scale``: transactions that simulated customers make in a day beside the load; 0: none.
    """

    def __init__(self, folder: Path, scale: int = 0) -> None:
        self.folder = folder
        self._scale = scale
        books, *places = free_ports(len(DATA_CENTERS) + 1)
        self.books_port = books
        self.ports: Mapping[str, int] = dict(zip(DATA_CENTERS, places, strict=True))
        self._processes: dict[str, subprocess.Popen[Any]] = {}

    def start(self) -> None:
        """Starts everything and waits until each data center answers. Raises PartMissing."""
        self._processes["books"] = self.spawn(
            "books", ["lending", "--books", "--port", self.books_port, "--data", self.folder / "estate"]
        )
        for name in DATA_CENTERS:
            self.start_data_center(name)
        for name in DATA_CENTERS:
            self.until_ready(name)

    def start_data_center(self, name: str) -> None:
        """Starts one that is not running. It answers a moment later."""
        words = ["lending", "--data-center", name, "--port", self.ports[name], "--books-port", self.books_port]
        self._processes[name] = self.spawn(name, [*words, "--data", self.folder / "estate", "--scale", self._scale])

    def until_ready(self, name: str) -> None:
        """Waits until a data center answers. Raises PartMissing."""
        deadline_s = time.monotonic() + _READY_WITHIN_S
        while not self._answers(name):
            if self._processes[name].poll() is not None or time.monotonic() > deadline_s:
                raise PartMissing(name, self.words_of(name))
            time.sleep(0.05)

    def signal(self, name: str, number: signal.Signals) -> None:
        """Sends a signal to a data center."""
        self._processes[name].send_signal(number)

    def ended(self, name: str) -> bool:
        """Whether the process of a data center is gone."""
        return self._processes[name].poll() is not None

    def until_ended(self, name: str) -> None:
        """Waits until its process is gone."""
        self._processes[name].wait(_PATIENCE_S)

    def ask(self, name: str, method: str, path: str, document: Any = None) -> Any:
        """One JSON question to a data center itself, past the balancer. Raises OSError."""
        connection = http.client.HTTPConnection(LOOPBACK, self.ports[name], timeout=_PATIENCE_S)
        try:
            connection.request(method, path, None if document is None else json.dumps(document))
            answer = connection.getresponse()
            content = answer.read()
            if answer.status >= http.HTTPStatus.BAD_REQUEST:
                raise OSError(f"{name} {method} {path}: {answer.status} {content.decode()}")
            return json.loads(content) if content else None
        finally:
            connection.close()

    def stop(self) -> None:
        """Ends everything, stopped processes too."""
        for process in self._processes.values():
            process.kill()
            process.wait()

    @contextmanager
    def balanced(self, template: str) -> Iterator[Balancer]:
        """HAProxy before the data centers, with one of the configurations of config/haproxy. Raises PartMissing."""
        places = [f"--data-center={name}={port}" for name, port in self.ports.items()]
        process = self.spawn(
            "haproxy", ["balance", "--port", 0, "--template", template, *places], stdout=subprocess.PIPE
        )
        try:
            line = process.stdout.readline() if process.stdout else ""
            found = re.search(rf"http://{LOOPBACK}:(\d+)  \(stats socket (\S+)\)", line)
            if found is None:
                raise PartMissing("haproxy", self.words_of("haproxy"))
            balancer = Balancer(process, int(found[1]), Path(found[2]))
            _until_listening(balancer)
            yield balancer
        finally:
            process.terminate()
            process.wait(_PATIENCE_S)
            if process.stdout:
                process.stdout.close()

    def spawn(self, name: str, words: list[Any], stdout: int | None = None) -> subprocess.Popen[str]:
        """Starts a command of app.py that dies with this process; its words go to a log of that name."""
        environment = {**os.environ, _PARENT_VARIABLE: str(os.getpid())}  # children die with us, even by kill -9
        with self._log(name).open("ab") as log:
            return subprocess.Popen(
                [sys.executable, str(APP), *(str(word) for word in words)],
                stdin=subprocess.DEVNULL,
                stdout=log if stdout is None else stdout,
                stderr=log,
                env=environment,
                text=True,
                start_new_session=True,
            )

    def _answers(self, name: str) -> bool:
        try:
            return bool(self.ask(name, "GET", "/healthz"))
        except (OSError, http.client.HTTPException):
            return False

    def _log(self, name: str) -> Path:
        return self.folder / f"{name}.log"

    def words_of(self, name: str) -> str:
        """What a part wrote into its log."""
        return self._log(name).read_text(encoding="utf-8", errors="replace")


def _until_listening(balancer: Balancer) -> None:
    """Raises PartMissing when HAProxy ends before it listens."""
    deadline_s = time.monotonic() + _READY_WITHIN_S
    while time.monotonic() < deadline_s and balancer.process.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex((LOOPBACK, balancer.port)) == 0:
                return
        time.sleep(0.02)
    raise PartMissing("haproxy", "it does not listen")


def free_ports(count: int) -> list[int]:
    """Distinct loopback ports that were free a moment ago."""
    probes = [socket.socket() for _ in range(count)]
    try:
        for probe in probes:
            probe.bind((LOOPBACK, 0))
        return [probe.getsockname()[1] for probe in probes]
    finally:
        for probe in probes:
            probe.close()
