"""Two dashboards on one PostgreSQL behind the HAProxy files that ship: one is killed, then the database itself."""

from __future__ import annotations

import base64
import http.client
import json
import os
import re
import signal
import ssl
import subprocess
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from tests.journeys.sites import ROOT, Site, all_counted_once, found_site, free_ports
from tests.store.postgres_server import PostgresChild, postgres_child

pytestmark = pytest.mark.alone  # a viewer counts what it misses
HAPROXY = ROOT / "deploy" / "haproxy"
USER = {"Authorization": "Basic " + base64.b64encode(b"operator:right").decode()}
CONTEXT = ssl._create_unverified_context()  # noqa: S323  our own certificate, made a moment ago
INTERVAL_S = 1.0


@dataclass(slots=True)
class Ways:
    """Ports of the front, the gates and the dashboards."""

    front: int
    gates: tuple[int, int]
    screens: tuple[int, int]


@dataclass(slots=True)
class Viewer:
    """A wall: asks each second over one kept connection, a new one after a failure."""

    port: int
    seen: list[tuple[float, int, str]] = field(default_factory=list)
    stop: threading.Event = field(default_factory=threading.Event)
    _connection: http.client.HTTPSConnection | None = None

    def run(self) -> None:
        """Until told to stop; each look at its full second."""
        due = time.monotonic()
        while not self.stop.is_set():
            began = time.monotonic()
            status, tag = self.look()
            self.seen.append((began, status, tag))
            due += INTERVAL_S
            self.stop.wait(max(0.0, due - time.monotonic()))
        self._forget()

    def look(self) -> tuple[int, str]:
        """Status and tag of the snapshot; status 0 when there was no answer."""
        if self._connection is None:
            self._connection = http.client.HTTPSConnection("127.0.0.1", self.port, timeout=4, context=CONTEXT)
        try:
            self._connection.request("GET", "/api/v1/snapshot", headers=USER)
            answer = self._connection.getresponse()
            answer.read()
        except (OSError, http.client.HTTPException):
            self._forget()
            return 0, ""
        return answer.status, answer.headers.get("ETag", "")

    def _forget(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


@pytest.fixture
def server() -> Iterator[PostgresChild]:
    """A PostgreSQL that may be killed."""
    with postgres_child() as child:
        yield child


@pytest.fixture
def site(tmp_path: Path, server: PostgresChild) -> Iterator[Site]:
    """Two data centers on that store."""
    made = Site(tmp_path, tmp_path / "site.yaml", server.address("postgres"))
    try:
        found_site(made)
        yield made
    finally:
        made.end()


@pytest.fixture
def ways(site: Site, journey: Any) -> Ways:
    """A collector, alerting, two dashboards, their gates and the front: everything runs, viewers can look."""
    front, first, second, one, two, own = free_ports(6)
    ways = Ways(front, (first, second), (one, two))
    site.collect("one")
    site.others.append(site.spawn("alert", "alert", *on_store(site), "--metrics-port", str(own)))
    for port in ways.screens:
        serve(site, port)
    (site.data / "users.cfg").write_text("userlist viewers\n    user operator insecure-password right\n")
    for gate, screen in zip(ways.gates, ways.screens, strict=True):
        balance(site, ["gate.cfg", str(site.data / "users.cfg")], gate, f"127.0.0.1:{screen}", ways)
    certificate(site.data / "both.pem")
    balance(site, ["front.cfg"], front, "", ways)
    journey.until(
        lambda: status(f"https://127.0.0.1:{front}/api/v1/snapshot", USER) == 200, 60, "the front shows a snapshot"
    )
    for gate in ways.gates:
        journey.until(lambda gate=gate: status(f"http://127.0.0.1:{gate}/readyz") == 200, 60, "both are ready")
    ways_metrics = f"http://127.0.0.1:{own}/metrics"
    (site.data / "metrics-url").write_text(ways_metrics)
    return ways


def on_store(site: Site) -> tuple[str, ...]:
    """Options of whatever works on the site's store."""
    return "--config", str(site.config), "--data", str(site.data)


def serve(site: Site, port: int) -> subprocess.Popen[bytes]:
    """A dashboard, as the unit starts it."""
    process = site.spawn(f"serve-{port}", "serve", "--no-alerts", "--port", str(port), *on_store(site))
    site.others.append(process)
    return process


def balance(site: Site, files: list[str], port: int, screen: str, ways: Ways) -> None:
    """One HAProxy with a file that ships."""
    environment = {
        **os.environ,
        "GATE_ADDRESS": f"127.0.0.1:{port}",
        "UI_ADDRESS": screen,
        "FRONT_ADDRESS": f"127.0.0.1:{port}",
        "FRONT_CERTIFICATE": str(site.data / "both.pem"),
        "UI_1": f"127.0.0.1:{ways.gates[0]}",
        "UI_2": f"127.0.0.1:{ways.gates[1]}",
    }
    words = [word for name in files for word in ("-f", name)]
    with (site.data / f"haproxy-{port}.log").open("ab") as log:
        line = ["haproxy", "-db", *words]
        site.others.append(subprocess.Popen(line, cwd=HAPROXY, env=environment, stdout=log, stderr=log))


def certificate(path: Path) -> None:
    """Certificate and key in one file."""
    line = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-subj",
        "/CN=localhost",
        "-keyout",
        "/dev/stdout",
    ]
    path.write_bytes(subprocess.run(line, check=True, capture_output=True, timeout=60).stdout)


def status(url: str, headers: dict[str, str] | None = None) -> int:
    """Status of a GET; 0 when there is no answer."""
    try:
        with urllib.request.urlopen(
            urllib.request.Request(url, headers=headers or {}), timeout=5, context=CONTEXT
        ) as got:
            return int(got.status)
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 0


def test_a_lost_dashboard_costs_a_viewer_one_refresh_and_a_lost_database_no_event(
    site: Site, ways: Ways, server: PostgresChild, journey: Any
) -> None:
    """kill -9 of each dashboard in turn under a viewer that asks each second, then of PostgreSQL for three seconds."""
    outside = f"https://127.0.0.1:{ways.front}"
    assert status(f"{outside}/api/v1/snapshot") == 401
    assert [status(f"{outside}{path}", USER) for path in ("/metrics", "/readyz", "/healthz")] == [404] * 3
    named_metrics_are_there(site, ways)

    viewer = Viewer(ways.front)
    thread = threading.Thread(target=viewer.run)
    thread.start()
    try:
        for place, port in enumerate(ways.screens):
            kill(site, port)
            time.sleep(4)
            serve(site, port)
            gate = ways.gates[place]
            journey.until(lambda gate=gate: status(f"http://127.0.0.1:{gate}/readyz") == 200, 60, "it is back")
            time.sleep(2)
    finally:
        viewer.stop.set()
        thread.join()
    missed = [at for at, code, _ in viewer.seen if code != 200]
    assert len(missed) <= 2, viewer.seen  # one for each dashboard that died
    assert all(later - earlier > 2 * INTERVAL_S for earlier, later in pairwise(missed))
    assert len({tag for _, _, tag in viewer.seen}) > len(viewer.seen) * 0.4  # new ones nearly each second

    collector = site.collectors["one"]
    server.stop(signal.SIGKILL)
    journey.until(lambda: status(f"http://127.0.0.1:{ways.gates[0]}/readyz") == 503, 60, "unready without its store")
    time.sleep(3)
    server.start()
    journey.until(lambda: status(f"{outside}/api/v1/snapshot", USER) == 200, 60, "viewers are served again")
    before = site.commits()
    journey.until(lambda: site.commits() > before + 4, 60, "collection goes on")
    assert collector.poll() is None, "by the same collector"
    journey.until(lambda: all_counted_once(site), 60, "every event once, those of the outage too")


def kill(site: Site, port: int) -> None:
    """kill -9 of the dashboard on a port."""
    (process,) = (each for each in site.others if str(port) in each.args and each.poll() is None)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()


def named_metrics_are_there(site: Site, ways: Ways) -> None:
    """Every metric that an alert about ourselves asks for is exposed by a dashboard or by alerting."""
    rules = (ROOT / "deploy" / "prometheus" / "self-alerts.yml").read_text(encoding="utf-8")
    wanted = set(re.findall(r"\b(?:control_center|process)_\w+", rules))
    shown = ""
    for url in (f"http://127.0.0.1:{ways.gates[0]}/metrics", (site.data / "metrics-url").read_text()):
        with urllib.request.urlopen(url, timeout=5) as answer:
            shown += answer.read().decode()
    assert sorted(name for name in wanted if name not in shown) == []
    assert json.dumps(sorted(wanted)).count("control_center") >= 8
