"""The whole product as a user starts it: one command, real processes, real HTTP."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent.parent
START_WITHIN_S = 150.0
"""Patience with a machine that does other things too; a quiet one takes some seconds."""


@dataclass(frozen=True, slots=True)
class Demo:
    """A running demo: its address, its data directory, its processes."""

    process: subprocess.Popen[str]
    url: str
    data: Path

    def get(self, path: str) -> Any:
        """JSON of one of the dashboard's addresses."""
        return fetch(f"{self.url}{path}")

    def truth_urls(self) -> dict[str, str]:
        """Base address of each data center, as the demo wrote it down."""
        urls: dict[str, str] = yaml.safe_load((self.data / "control-center.yaml").read_text(encoding="utf-8"))["truth"]
        return urls

    def part(self, *words: str) -> psutil.Process:
        """The process of one part, found by the words of its command line."""
        found: psutil.Process = until(lambda: self._find(words), START_WITHIN_S, f"a process with {words}")
        return found

    def until_read(self) -> None:
        """Waits until every data center is being read."""
        until(self._all_fresh, START_WITHIN_S, "all sources fresh")

    def _all_fresh(self) -> bool:
        sources = self.get("/api/v1/snapshot")["sources"]
        return len(sources) == 6 and all(source["state"] == "fresh" for source in sources)

    def _find(self, words: tuple[str, ...]) -> psutil.Process | None:
        for process in psutil.Process(self.process.pid).children():
            try:
                line = process.cmdline()
            except psutil.Error:  # it just died
                continue
            if all(word in line for word in words):
                return process
        return None

    def command(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Runs another command of the product on the same data."""
        line = [sys.executable, str(ROOT / "app.py"), *words, "--data", str(self.data)]
        return subprocess.run(line, capture_output=True, text=True, timeout=120, check=False)


def fetch(url: str, body: object = None) -> Any:
    """GET, or POST of a JSON body; the JSON of the answer."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data=data, headers={"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.loads(answer.read() or b"null")


def until(condition: Callable[[], Any], within_s: float, what: str) -> Any:
    """Polls until the condition gives something true and returns it; fails naming what never came."""
    deadline = time.monotonic() + within_s
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            pytest.fail(f"not within {within_s} s: {what}")
        time.sleep(0.05)


@pytest.fixture
def start(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Demo]]:
    """Starts demos; whatever a test did to them, nothing of them is left afterwards."""
    with _starting(tmp_path_factory) as begin:
        yield begin


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[], Demo]]:
    """One demo for all tests of a file, as the one before left it; a new one when that ended it."""
    latest: list[Demo] = []
    with _starting(tmp_path_factory) as begin:

        def living() -> Demo:
            if not latest or latest[-1].process.poll() is not None:
                latest.append(begin("--no-history"))
            return latest[-1]

        yield living


@contextmanager
def _starting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Demo]]:
    started: list[Demo] = []

    def begin(*options: str, data: Path | None = None) -> Demo:
        directory = data or tmp_path_factory.mktemp("demo")
        demo = _begin(directory, options)
        started.append(demo)
        return demo

    try:
        yield begin
    finally:
        for demo in started:
            end(demo)


def end(demo: Demo) -> int:
    """Ctrl-C, and the exit code."""
    if demo.process.poll() is None:
        demo.process.send_signal(signal.SIGINT)
    try:
        return demo.process.wait(timeout=START_WITHIN_S)
    finally:
        if demo.process.stdout is not None:
            demo.process.stdout.close()
        if demo.process.poll() is None:
            os.kill(demo.process.pid, signal.SIGKILL)
            demo.process.wait()


def _begin(directory: Path, options: tuple[str, ...]) -> Demo:
    line = [sys.executable, str(ROOT / "app.py"), "--port", "0", "--data", str(directory), *options]
    process = subprocess.Popen(
        line, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True
    )
    said = []
    deadline = time.monotonic() + START_WITHIN_S
    while process.stdout is not None and time.monotonic() < deadline:
        text = process.stdout.readline()
        said.append(text)
        if "http://" in text:
            return Demo(process, text.split()[-1].rstrip("/"), directory)
        if not text:
            break
    process.kill()
    process.wait()
    if process.stdout is not None:
        process.stdout.close()
    pytest.fail(f"the demo did not start: {''.join(said)}")


class Journey:
    """What every journey needs beside the demo itself."""

    fetch = staticmethod(fetch)
    until = staticmethod(until)
    end = staticmethod(end)


@pytest.fixture
def journey() -> Journey:
    """Fetching, waiting and ending."""
    return Journey()
