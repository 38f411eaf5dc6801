"""A real Prometheus, and a small real exporter that keeps its own ledger of what it counted."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import requests

NOBODY = 65534
SCRAPE_MS = 250
OPENMETRICS = "application/openmetrics-text; version=1.0.0; charset=utf-8"

Key = tuple[str, str, str]
"""product, step, outcome"""


def free_port() -> int:
    """A loopback port that nobody uses right now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def instance_of(port: int) -> str:
    """What Prometheus calls a target on this port."""
    return f"127.0.0.1:{port}"


def wait_until(true: Callable[[], bool], *, seconds: float = 60.0, what: str = "") -> None:
    """Returns as soon as something is true; fails with its name when it does not come true in time."""
    deadline = time.monotonic() + seconds
    while not true():
        if time.monotonic() > deadline:
            pytest.fail(f"not within {seconds} s: {what or true}")
        time.sleep(0.02)


def seconds(at_ms: int) -> str:
    """An instant as pages write it."""
    return f"{at_ms // 1000}.{at_ms % 1000:03d}"


class Exporter:
    """A lending service as Prometheus sees it, and the ledger of what it really counted.

    ``ledger`` holds every event of every life; ``served`` what the pages of every life showed last: what was counted
    after a life's last page can be known by nobody outside.
    """

    def __init__(self, port: int, job: str, keys: list[Key]) -> None:
        self.port = port
        self.job = job
        self.ledger: Counter[Key] = Counter()
        self.transactions = 0
        self.pages = 0
        self.born_ms = 0
        self._keys = dict.fromkeys(keys, 0)
        self._lock = threading.Lock()
        self._live: Counter[Key] = Counter()
        self._live_transactions = 0
        self._shown: Counter[Key] = Counter()
        self._shown_before: Counter[Key] = Counter()
        self._sequence = 0
        self._server: ThreadingHTTPServer | None = None

    @property
    def instance(self) -> str:
        return instance_of(self.port)

    @property
    def served(self) -> Counter[Key]:
        """What all lives together have shown to readers."""
        with self._lock:
            return self._shown_before + self._shown

    def start(self) -> None:
        """Begins a life: all counters at 0, born now."""
        with self._lock:
            self.born_ms = int(time.time() * 1000)
            self._keys = dict.fromkeys(self._keys, self.born_ms)
            self._live, self._live_transactions = Counter(), 0
        exporter = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                body = exporter.page().encode()
                self.send_response(200)
                self.send_header("Content-Type", OPENMETRICS)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                with suppress(OSError):  # a scrape that timed out has hung up
                    self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """Quiet."""

        self._server = ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def stop(self) -> None:
        """Ends a life: whatever was counted after the last page is gone."""
        if self._server is None:
            return
        self._server.shutdown()
        self._server.server_close()
        self._server = None
        with self._lock:
            self._shown_before += self._shown
            self._shown = Counter()

    def count(self, key: Key, events: int) -> None:
        """Counts events; a key that was never seen becomes a new series."""
        with self._lock:
            self._keys.setdefault(key, int(time.time() * 1000))
            self.ledger[key] += events
            self._live[key] += events
            self._sequence += 1
            if key[2] == "ok":
                self.transactions += events
                self._live_transactions += events

    def drained(self) -> None:
        """Waits until two more pages were served: everything counted so far was seen."""
        pages = self.pages
        wait_until(lambda: self.pages >= pages + 2, what="two more scrapes")

    def page(self) -> str:
        """The page, as OpenMetrics with births."""
        with self._lock:
            self.pages += 1
            self._shown = Counter(self._live)
            born = seconds(self.born_ms)
            lines = ["# TYPE lending_requests counter"]
            for (product, step, outcome), key_born_ms in self._keys.items():
                labels = (
                    f'product="{product}",step="{step}",data_center="dc1",dcn="dc1-n01",'
                    f'outcome="{outcome}",traffic="customer"'
                )
                lines.append(f"lending_requests_total{{{labels}}} {self._live[(product, step, outcome)]}")
                lines.append(f"lending_requests_created{{{labels}}} {seconds(key_born_ms)}")
            lines += [
                "# TYPE lending_transactions counter",
                'lending_transactions_total{product="weilidai",data_center="dc1",dcn="dc1-n01",traffic="customer"}'
                f" {self._live_transactions}",
                "# TYPE process_start_time_seconds gauge",
                f"process_start_time_seconds {born}",
                "# TYPE lending_truth_sequence gauge",
                f"lending_truth_sequence {self._sequence}",
                "# EOF",
            ]
        return "\n".join(lines) + "\n"


@dataclass
class Prometheus:
    """A real Prometheus on a loopback port with its own folder; can be killed and started again on the same data.

    ``lag_ms``: how old samples must be until a scrape is seen whole.
    """

    folder: Path
    port: int = field(default_factory=free_port)
    most_samples: int = 50_000_000
    process: subprocess.Popen[bytes] | None = None
    lag_ms: int = 200

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def watch(self, targets: dict[str, list[int]], scrape_ms: int = SCRAPE_MS) -> None:
        """Writes the configuration: jobs and the loopback ports of their targets."""
        jobs = "".join(
            f"  - job_name: {job}\n    static_configs:\n      - targets: {[instance_of(port) for port in ports]}\n"
            for job, ports in targets.items()
        )
        scrape = f"global:\n  scrape_interval: {scrape_ms}ms\n  scrape_timeout: {scrape_ms}ms\n"
        (self.folder / "prometheus.yml").write_text(f"{scrape}scrape_configs:\n{jobs}")

    def command(self) -> list[str]:
        """How it is started."""
        return [
            "/usr/bin/prometheus",
            f"--config.file={self.folder / 'prometheus.yml'}",
            f"--storage.tsdb.path={self.folder / 'data'}",
            f"--web.listen-address=127.0.0.1:{self.port}",
            f"--query.max-samples={self.most_samples}",
            "--log.level=error",
        ]

    def start(self) -> None:
        """Starts it (as nobody when we are root) and waits until it answers."""
        root = os.geteuid() == 0
        self.process = subprocess.Popen(
            self.command(),
            cwd="/",
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            user=NOBODY if root else None,
            group=NOBODY if root else None,
            extra_groups=[] if root else None,
        )
        wait_until(self._ready, what="Prometheus is ready")

    def _ready(self) -> bool:
        try:
            return requests.get(f"{self.url}/-/ready", timeout=1).status_code == 200
        except requests.RequestException:
            return False

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        """Ends it and waits until it is gone."""
        if self.process is None:
            return
        self.process.send_signal(how)
        try:
            self.process.wait(timeout=60)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(timeout=60)
        self.process = None


@dataclass
class VictoriaMetrics(Prometheus):
    """A real VictoriaMetrics that scrapes by the same configuration; it shows samples some seconds late."""

    lag_ms: int = 3_000

    def command(self) -> list[str]:
        """How it is started."""
        return [
            "/usr/bin/victoria-metrics",
            f"-promscrape.config={self.folder / 'prometheus.yml'}",
            f"-storageDataPath={self.folder / 'data'}",
            f"-httpListenAddr=127.0.0.1:{self.port}",
            "-retentionPeriod=12",
            "-loggerLevel=ERROR",
        ]
