"""From failure to the right person, with real processes: data centers, a collector, a server, and a door that rings."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from tests.alerts.notify.parts import Door, door

ROOT = Path(__file__).resolve().parent.parent.parent
DATA_CENTERS = ("dc1", "dc2")
POLICY = {
    "version": "journey",
    "floor_events": 5,
    "levels": ["bank", "product", "product_data_center"],
    "tiers": [
        {
            "name": "cliff",
            "long_seconds": 10,
            "short_seconds": 2,
            "budget_percent": "2",
            "severity": "call",
            "source": "this test: over within seconds",
        }
    ],
}


def free_ports(number: int) -> list[int]:
    """Ports that nobody listens on, all different."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(number)]
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


def named_ports() -> dict[str, int]:
    """One for each data center and one for the server."""
    return dict(zip((*DATA_CENTERS, "serve"), free_ports(3), strict=True))


@dataclass
class Site:
    """Two data centers, a collector and a server, started and killed by hand; ``here``: whom it tells."""

    data: Path
    here: Door
    ports: dict[str, int] = field(default_factory=named_ports)
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    @property
    def config(self) -> Path:
        """The configuration of all of it."""
        return self.data / "site.yaml"

    def configure(self) -> None:
        """Writes it down."""
        (self.data / "policy.yaml").write_text(json.dumps(POLICY), encoding="utf-8")
        (self.data / "secret").write_text("between us\n", encoding="utf-8")
        sources = [
            {"id": name, "kind": "exposition", "data_center": name, "url": f"http://127.0.0.1:{port}/metrics"}
            for name, port in self.ports.items()
            if name in DATA_CENTERS
        ]
        bus = {"id": "bus", "kind": "webhook", "url": self.here.url, "secret_file": "secret", "severity": "page"}
        content = {
            "catalog": str(ROOT / "config" / "catalog.yaml"),
            "alerts": "policy.yaml",
            "sources": sources,
            "notify": {"language": "en", "channels": [{**bus, "burst": 100}]},
            "desk": {"settle_seconds": 5},
        }
        self.config.write_text(json.dumps(content), encoding="utf-8")

    def start(self, name: str) -> None:
        """One process, by its name."""
        both = ("--config", str(self.config), "--data", str(self.data))
        words: tuple[str, ...] = ("collect", *both)
        if name == "serve":
            words = ("serve", *both, "--port", str(self.ports["serve"]))
        if name in DATA_CENTERS:
            port = str(self.ports[name])
            words = ("lending", "--data-center", name, "--port", port, "--data", str(self.data / "estate"))
        with (self.data / f"{name}.log").open("ab") as log:
            line = [sys.executable, str(ROOT / "app.py"), *words]
            self.running[name] = subprocess.Popen(line, stdout=log, stderr=log, start_new_session=True)

    def kill(self, name: str) -> None:
        """kill -9."""
        os.kill(self.running[name].pid, signal.SIGKILL)
        self.running[name].wait()

    def news(self) -> list[dict[str, Any]]:
        """Everything that was told at the door, in order."""
        return [news for rung in list(self.here.rung) for news in rung.json["news"]]

    def told(self, state: str) -> list[dict[str, Any]]:
        """Notices of one state."""
        return [news["notice"] for news in self.news() if news["notice"]["state"] == state]

    def incidents(self) -> list[dict[str, Any]]:
        """What the command line lists."""
        words = ("incidents", "list", "--json", "--config", str(self.config), "--data", str(self.data))
        line = [sys.executable, str(ROOT / "app.py"), *words]
        found = subprocess.run(line, capture_output=True, text=True, timeout=60, check=True)
        listed: list[dict[str, Any]] = json.loads(found.stdout)["incidents"]
        return listed

    def end(self) -> None:
        """Nothing is left."""
        for process in self.running.values():
            if process.poll() is None:
                os.kill(process.pid, signal.SIGKILL)
            process.wait()


@pytest.fixture
def site(tmp_path: Path, journey: Any) -> Iterator[Site]:
    """All of it running, with a minute's worth of nothing wrong."""
    with door() as here:
        made = Site(tmp_path, here)
        try:
            made.configure()
            for name in ("dc1", "dc2", "collect", "serve"):
                made.start(name)
            journey.until(lambda: _wall(made, journey), 60, "the server answers")
            since_s = time.time()  # it has begun to judge: what it sees from here on, it has seen alive
            journey.until(lambda: _sees_all(made, journey, since_s), 60, "it sees both data centers")
            yield made
        finally:
            made.end()


def _wall(site: Site, journey: Any) -> Any:
    """The newest snapshot; None while nobody answers."""
    try:
        return journey.fetch(f"http://127.0.0.1:{site.ports['serve']}/api/v1/snapshot")
    except OSError:
        return None


def _sees_all(site: Site, journey: Any, since_s: float) -> bool:
    """Whether a page of each data center is newer than that."""
    wall = _wall(site, journey)
    if wall is None:
        return False
    taken_s = datetime.fromisoformat(wall["taken_at"]).timestamp()
    ages = [source["age_seconds"] for source in wall["sources"] if source["state"] == "fresh"]
    return len(ages) == len(DATA_CENTERS) and all(taken_s - age > since_s for age in ages)


def test_a_server_killed_in_an_outage_goes_on_with_it(site: Site, journey: Any) -> None:
    """One page, one incident, one end, whatever happens to the process that evaluates."""
    fault = {"kind": "error_share", "share": 1, "seconds": 12}
    journey.fetch(f"http://127.0.0.1:{site.ports['dc2']}/faults", fault)
    journey.until(lambda: site.told("firing"), 60, "somebody is told")
    (page,) = site.told("firing")
    assert (page["severity"], page["radius"]["data_center"]) == ("call", "dc2")
    site.kill("serve")
    site.start("serve")
    journey.until(lambda: site.told("resolved"), 60, "the end is told")
    assert len(site.told("firing")) == 1
    (over,) = site.told("resolved")
    assert 10_000 <= over["over_ms"] - over["since_ms"] <= 16_000
    (incident,) = site.incidents()
    assert incident["data_centers"] == ["dc2"]
    assert {news["incident"] for news in site.news()} == {incident["id"]}


def test_a_killed_data_center_pages_as_unreachable_and_closes_when_it_is_back(site: Site, journey: Any) -> None:
    """A refused connection is a statement: nobody waits for more."""
    site.kill("dc1")
    journey.until(lambda: site.told("firing"), 60, "somebody is told")
    page = site.told("firing")[0]
    assert page["radius"]["data_center"] == "dc1"
    assert [member["key"].split(":")[0] for member in page["members"]] == ["unreachable"]
    site.start("dc1")
    journey.until(lambda: site.told("resolved"), 60, "the end is told")
    over = site.here.rung[-1].json
    assert over["ended"]
    assert "Was down" in over["body"]
