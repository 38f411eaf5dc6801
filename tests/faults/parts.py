"""A small bank that may be hurt: real data centers, a real Prometheus, a real collector, each a process of its own."""

from __future__ import annotations

import json
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from commands.ports import free_ports
from store.errors import StoreError
from store.opening import open_store
from store.port import Store

ROOT = Path(__file__).resolve().parent.parent.parent
ZONE = "Asia/Shanghai"
CENTERS = ("dc1", "dc2", "dc3")
PATIENCE_S = 120.0
NOBODY = 65534
WITHOUT_ROOT_RIGHTS = """\
import ctypes, os, sys
ctypes.CDLL(None).prctl(24, 1, 0, 0, 0)
os.execv(sys.executable, [sys.executable, *sys.argv[1:]])
"""
"""Runs a program for which file modes hold even when root starts it (no CAP_DAC_OVERRIDE in the bounding set)."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table: what was done and what became of it."""

    scenario: str
    kills: int
    events: int
    difference: int
    unobserved: int


def until(true: Callable[[], Any], what: str, within_s: float = PATIENCE_S) -> Any:
    """Polls until something is true and returns it; fails naming what never came."""
    deadline = time.monotonic() + within_s
    while True:
        value = true()
        if value:
            return value
        assert time.monotonic() < deadline, f"not within {within_s:.0f} s: {what}"
        time.sleep(0.05)


def answers(url: str) -> bool:
    """Whether somebody answers 200 there."""
    try:
        with urllib.request.urlopen(url, timeout=1) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


class Part:
    """One process that can be killed and started again on the same data."""

    def __init__(self, name: str, line: Sequence[str], log: Path, user: int | None = None) -> None:
        self.name = name
        self._line = list(line)
        self._log = log
        self._user = user
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Begins a life."""
        with self._log.open("ab") as log:
            self.process = subprocess.Popen(
                self._line,
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                user=self._user,
                group=self._user,
                extra_groups=[] if self._user is not None else None,
            )

    def add_words(self, *words: str) -> None:
        """More of the command line, for the lives that begin from now on."""
        self._line += words

    def kill(self, how: signal.Signals = signal.SIGKILL) -> None:
        """Ends a life, with kill -9 unless asked kindly."""
        if self.process is not None:
            self.process.send_signal(how)
            self.process.wait(timeout=30)
            self.process = None

    def said(self) -> str:
        """Its log."""
        return self._log.read_text(encoding="utf-8", errors="replace")

    def limit_files(self, most_bytes: int) -> None:
        """No file of the running process may grow beyond this: its disk is full."""
        assert self.process is not None
        resource.prlimit(self.process.pid, resource.RLIMIT_FSIZE, (most_bytes, resource.RLIM_INFINITY))


@dataclass
class Bank:
    """Data centers and a collector on one store; ``prometheus`` stands between them when asked for, ``server`` is the
    address of a PostgreSQL that takes the place of a file."""

    folder: Path
    centers: dict[str, Part] = field(default_factory=dict)
    urls: dict[str, str] = field(default_factory=dict)
    prometheus: Part | None = None
    prometheus_url: str = ""
    server: str = ""

    def __post_init__(self) -> None:
        estate = self.folder / "estate"
        estate.mkdir()
        (self.folder / "data").mkdir()
        for name, port in zip(CENTERS, free_ports(len(CENTERS)), strict=True):
            options = ["--data-center", name, "--port", str(port), "--books-port", "1", "--data", str(estate)]
            self.centers[name] = self._app(name, "lending", *options)
            self.urls[name] = f"http://127.0.0.1:{port}"
        self.collector = self._app("collect", "collect", *self._configured())

    @property
    def store_file(self) -> Path:
        """The store."""
        return self.folder / "data" / "store.sqlite"

    def parts(self) -> list[Part]:
        """Everything that can be killed."""
        return [*self.centers.values(), *([self.prometheus] if self.prometheus else []), self.collector]

    def begin(self) -> None:
        """Starts all and waits for the first pages."""
        for center in self.centers.values():
            center.start()
        for url in self.urls.values():
            until(lambda url=url: answers(f"{url}/healthz"), f"{url} answers")
        if self.prometheus:
            self.prometheus.start()
        self.write_configuration()
        self.collector.start()
        self.caught_up()

    def end(self) -> None:
        """Nothing is left running."""
        for part in self.parts():
            part.kill()

    def put_prometheus_between(self) -> None:
        """From now on the collector reads a Prometheus that scrapes every second."""
        (port,) = free_ports(1)
        folder = self.folder / "prometheus"
        folder.mkdir()
        targets = [url.removeprefix("http://") for url in self.urls.values()]
        scrape = "global: {scrape_interval: 1s, scrape_timeout: 900ms}\n"
        jobs = f"scrape_configs: [{{job_name: lending, static_configs: [{{targets: {json.dumps(targets)}}}]}}]\n"
        (folder / "prometheus.yml").write_text(scrape + jobs)
        line = ["/usr/bin/prometheus", f"--config.file={folder / 'prometheus.yml'}", "--log.level=error"]
        line += [f"--storage.tsdb.path={folder / 'tsdb'}", f"--web.listen-address=127.0.0.1:{port}"]
        user = NOBODY if os.geteuid() == 0 else None
        if user is not None:
            open_to_nobody(folder)
        self.prometheus = Part("prometheus", line, self.folder / "prometheus.log", user)
        self.prometheus_url = f"http://127.0.0.1:{port}"

    def write_configuration(self) -> None:
        """What the collector and ``reconcile`` read."""
        content = {"catalog": str(ROOT / "config" / "catalog.yaml"), "sources": self._sources(), "truth": self.urls}
        if self.server:
            content["store"] = self.server
        (self.folder / "data" / "control-center.yaml").write_text(yaml.safe_dump(content))

    def _sources(self) -> list[dict[str, object]]:
        if self.prometheus is None:
            common = {"kind": "exposition", "interval_seconds": 1}
            return [{"id": n, "data_center": n, "url": f"{url}/metrics", **common} for n, url in self.urls.items()]
        instances = {url.removeprefix("http://"): name for name, url in self.urls.items()}
        common = {"kind": "prometheus", "job": "lending", "scrape_seconds": 1}
        return [{"id": "prom", "url": self.prometheus_url, "data_centers": instances, **common}]

    def caught_up(self) -> None:
        """Waits until every data center was read at a time later than now."""
        now_ms = time.time_ns() // 1_000_000
        until(lambda: len([at for at in self.watermarks() if at > now_ms]) >= len(CENTERS), "every source is read")

    def watermarks(self) -> list[int]:
        """Newest accepted page of each source."""
        try:
            store = self.store()
        except StoreError:  # it is being made
            return []
        with store.reading() as reader:
            newest = [status.watermark_ms or 0 for status in reader.sources()]
        store.close()
        return newest

    def store(self) -> Store:
        """A view of the store, which must be closed."""
        return open_store(self.server or self.store_file, ZONE, read_only=True)

    def failed_reads(self, code: str) -> int:
        """Attempts that failed for a reason that begins so."""
        store = self.store()
        with store.reading() as reader:
            reads = [read for name in CENTERS for read in reader.reads(name, 0, 10**15)]
        store.close()
        return sum(read.reason.startswith(code) for read in reads)

    def reconciled(self, scenario: str, kills: int) -> Row:
        """What the command says once everything was read again."""
        self.caught_up()
        run = self.command("reconcile", "--json")
        assert run.returncode in {0, 1}, run.stderr
        found = json.loads(run.stdout)
        events = sum(row["truth"] for row in found["rows"])
        return Row(scenario, kills, events, found["difference"], found["unobserved"])

    def command(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Runs another command of the product on the same data."""
        line = [sys.executable, str(ROOT / "app.py"), *words, *self._configured()]
        return subprocess.run(line, capture_output=True, text=True, timeout=120, check=False, cwd="/")

    def another_collector(self, name: str) -> Part:
        """One more on the same store, not started yet; whoever asks for it ends it."""
        return self._app(name, "collect", *self._configured())

    def _configured(self) -> list[str]:
        data = self.folder / "data"
        return ["--config", str(data / "control-center.yaml"), "--data", str(data)]

    def _app(self, name: str, *words: str) -> Part:
        line = [sys.executable, "-c", WITHOUT_ROOT_RIGHTS, str(ROOT / "app.py"), *words]
        return Part(name, line, self.folder / f"{name}.log")


def open_to_nobody(folder: Path) -> None:
    """A folder below a private one, for a server that refuses to run as root."""
    os.chown(folder, NOBODY, NOBODY)
    for parent in folder.parents:
        if parent.stat().st_uid == os.geteuid() and not parent.stat().st_mode & 0o001:
            parent.chmod(parent.stat().st_mode | 0o011)


def kill_at_random(parts: Sequence[Part], kills: int, seed: int) -> None:
    """So many kill -9, each followed by a new life; the seed tells which, and when."""
    chance = random.Random(seed)
    for _ in range(kills):
        time.sleep(chance.uniform(0.1, 2.0))
        victim = chance.choice(parts)
        victim.kill()
        time.sleep(chance.choice((0.0, 0.0, 0.5, 1.5)))
        victim.start()


def removed(folder: Path) -> None:
    """Gone, also what was made read-only."""
    shutil.rmtree(folder, ignore_errors=True)
