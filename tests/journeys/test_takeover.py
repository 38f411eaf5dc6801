"""Two collectors on one store, as real processes: one reads, the other stands by, and the figures do not notice."""

from __future__ import annotations

import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
DATA_CENTERS = ("dc1", "dc2")
TAKEOVER_S = 5.0


def free_ports(number: int) -> list[int]:
    """Ports that nobody listens on, all different."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(number)]
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


@dataclass(slots=True)
class Site:
    """A small estate, and collectors that are started, killed and frozen by hand."""

    data: Path
    config: Path
    collectors: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    others: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def spawn(self, log: str, *words: str) -> subprocess.Popen[bytes]:
        """One process of the product; what it says goes to a file."""
        with (self.data / f"{log}.log").open("ab") as out:
            return subprocess.Popen(
                [sys.executable, str(ROOT / "app.py"), *words], stdout=out, stderr=out, start_new_session=True
            )

    def collect(self, owner: str) -> subprocess.Popen[bytes]:
        """One more collector on the same store."""
        words = ("collect", "--config", str(self.config), "--data", str(self.data), "--owner", owner)
        self.collectors[owner] = self.spawn(owner, *words)
        return self.collectors[owner]

    def said(self, owner: str) -> list[str]:
        """What a collector logged so far."""
        return (self.data / f"{owner}.log").read_text(encoding="utf-8").splitlines()

    def asked(self, question: str) -> list[Any]:
        """Rows of the store, read beside whoever writes."""
        with closing(sqlite3.connect(f"file:{self.data}/store.sqlite?mode=ro", uri=True, timeout=5)) as connection:
            return connection.execute(question).fetchall()

    def commits(self) -> int:
        """How often anything was committed for any source."""
        try:
            return int(self.asked("SELECT coalesce(sum(version), 0) FROM source")[0][0])
        except sqlite3.OperationalError:  # the store is not made yet
            return 0

    def reader(self) -> str:
        """Who holds every lease, "" while that is not one and the same."""
        owners = {owner for (owner,) in self.asked("SELECT owner FROM lease WHERE name != ''")}
        return owners.pop() if len(owners) == 1 else ""

    def tokens(self) -> list[tuple[str, int]]:
        """Token of each lease."""
        return self.asked("SELECT name, token FROM lease WHERE name != '' ORDER BY name")

    def freeze(self, owner: str) -> None:
        """SIGSTOP, but not in the middle of a transaction: SQLite would stay locked for everybody until the end."""
        process = self.collectors[owner]
        for _ in range(200):
            process.send_signal(signal.SIGSTOP)
            with closing(sqlite3.connect(self.data / "store.sqlite", timeout=0.05)) as connection:
                try:
                    connection.execute("BEGIN IMMEDIATE")
                except sqlite3.OperationalError:
                    process.send_signal(signal.SIGCONT)
                    time.sleep(0.05)
                    continue
                connection.rollback()
                return
        pytest.fail("never found outside of a transaction")

    def reconciled(self) -> dict[str, Any]:
        """The store against what the estate really did."""
        words = [str(ROOT / "app.py"), "reconcile", "--json", "--config", str(self.config), "--data", str(self.data)]
        run = subprocess.run([sys.executable, *words], capture_output=True, text=True, timeout=60, check=False)
        assert run.returncode in (0, 1), run.stderr
        found: dict[str, Any] = json.loads(run.stdout)
        return found

    def end(self) -> None:
        """Nothing is left, frozen ones included."""
        for process in (*self.collectors.values(), *self.others):
            if process.poll() is None:
                os.kill(process.pid, signal.SIGKILL)
            process.wait()


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """Two data centers at a billion transactions a day, no collector yet."""
    ports = dict(zip(DATA_CENTERS, free_ports(2), strict=True))
    sources = [
        {"id": name, "kind": "exposition", "data_center": name, "url": f"http://127.0.0.1:{port}/metrics"}
        for name, port in ports.items()
    ]
    truth = {name: f"http://127.0.0.1:{port}" for name, port in ports.items()}
    config = tmp_path / "site.yaml"
    content = {"catalog": str(ROOT / "config" / "catalog.yaml"), "sources": sources, "truth": truth}
    config.write_text(json.dumps(content), encoding="utf-8")
    made = Site(tmp_path, config)
    try:
        for name, port in ports.items():
            words = ("lending", "--data-center", name, "--port", str(port), "--data", str(tmp_path / "estate"))
            made.others.append(made.spawn(name, *words))
        yield made
    finally:
        made.end()


def all_counted_once(site: Site) -> bool:
    """Difference 0 with events in every data center."""
    found = site.reconciled()
    seen = {row["data_center"] for row in found["rows"] if row["stored"] > 0}
    return found["difference"] == 0 and seen == set(DATA_CENTERS)


def test_a_standby_takes_over_within_seconds_of_a_kill(site: Site, journey: Any) -> None:
    """kill -9, then the first commit of the standby; what happened in between is in the counts."""
    first = site.collect("first")
    journey.until(lambda: site.commits() >= 4, 30, "the first one reads")
    site.collect("second")
    journey.until(lambda: any("standby" in line for line in site.said("second")), 20, "the second one stands by")
    first.kill()
    first.wait()
    killed, before = time.monotonic(), site.commits()
    journey.until(lambda: site.commits() > before, 20, "somebody commits again")
    assert time.monotonic() - killed <= TAKEOVER_S
    assert site.reader() == "second"
    journey.until(lambda: site.commits() > before + 4, 10, "the second one goes on")
    assert all_counted_once(site)


def test_a_frozen_collector_that_wakes_up_writes_nothing(site: Site, journey: Any) -> None:
    """SIGSTOP, takeover, SIGCONT: it says in one line that it was replaced, and is a good standby from then on."""
    site.collect("first")
    journey.until(lambda: site.commits() >= 4, 30, "the first one reads")
    site.collect("second")
    journey.until(lambda: any("standby" in line for line in site.said("second")), 20, "the second one stands by")
    site.freeze("first")
    frozen, before = time.monotonic(), site.commits()
    journey.until(lambda: site.commits() > before, 20, "the standby commits")
    assert time.monotonic() - frozen <= TAKEOVER_S
    tokens = site.tokens()
    site.collectors["first"].send_signal(signal.SIGCONT)
    journey.until(lambda: any("replaced" in line for line in site.said("first")), 5, "the first one notices")
    time.sleep(2)
    assert (site.reader(), site.tokens()) == ("second", tokens)
    assert site.asked("SELECT source_id, at_ms FROM read GROUP BY 1, 2 HAVING count(*) > 1") == []
    assert sum("replaced" in line for line in site.said("first")) == 1
    assert not any("Traceback" in line for line in site.said("first"))
    assert all_counted_once(site)
    site.collectors["second"].kill()
    journey.until(lambda: site.reader() == "first", TAKEOVER_S, "and back again")


def test_two_collectors_from_the_start_count_once_and_one_hands_over(site: Site, journey: Any) -> None:
    """Started by mistake at the same time; a clean end of the one that reads is no gap at all."""
    site.collect("first")
    site.collect("second")
    journey.until(lambda: site.commits() >= 8, 30, "one of them reads")
    reader = site.reader()
    other = {"first": "second", "second": "first"}[reader]
    assert any("standby" in line for line in site.said(other))
    assert all_counted_once(site)
    site.collectors[reader].terminate()
    assert site.collectors[reader].wait(timeout=20) == 0
    ended, before = time.monotonic(), site.commits()
    journey.until(lambda: site.reader() == other and site.commits() > before, 10, "the other one reads")
    assert time.monotonic() - ended <= 2.5
    assert all_counted_once(site)
