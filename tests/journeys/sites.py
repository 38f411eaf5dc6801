"""A small estate with a store, whose processes a journey starts, kills and freezes by hand."""

from __future__ import annotations

import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
DATA_CENTERS = ("dc1", "dc2")


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
    address: str = ""  # of a PostgreSQL; "" is SQLite
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
        if self.address:
            with psycopg.connect(self.address) as server:
                return server.execute(question).fetchall()
        with closing(sqlite3.connect(f"file:{self.data}/store.sqlite?mode=ro", uri=True, timeout=5)) as connection:
            return connection.execute(question).fetchall()

    def commits(self) -> int:
        """How often anything was committed for any source."""
        try:
            return int(self.asked("SELECT coalesce(sum(version), 0) FROM source")[0][0])
        except (sqlite3.OperationalError, psycopg.errors.UndefinedTable):  # the store is not made yet
            return 0

    def reader(self) -> str:
        """Who holds every lease, "" while that is not one and the same."""
        owners = self.owners()
        return owners.pop() if len(owners) == 1 else ""

    def owners(self) -> set[str]:
        """Who holds leases; "" stands for one that was given back."""
        return {owner for (owner,) in self.asked("SELECT owner FROM lease WHERE name != ''")}

    def tokens(self) -> list[tuple[str, int]]:
        """Token of each lease."""
        return self.asked("SELECT name, token FROM lease WHERE name != '' ORDER BY name")

    def freeze(self, owner: str) -> None:
        """SIGSTOP; with SQLite not in the middle of a transaction, which would keep it locked for everybody."""
        process = self.collectors[owner]
        if self.address:
            process.send_signal(signal.SIGSTOP)
            return
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


def found_site(site: Site) -> None:
    """Writes the configuration and starts the data centers."""
    ports = dict(zip(DATA_CENTERS, free_ports(2), strict=True))
    sources = [
        {"id": name, "kind": "exposition", "data_center": name, "url": f"http://127.0.0.1:{port}/metrics"}
        for name, port in ports.items()
    ]
    truth = {name: f"http://127.0.0.1:{port}" for name, port in ports.items()}
    content = {"catalog": str(ROOT / "config" / "catalog.yaml"), "sources": sources, "truth": truth}
    if site.address:
        content["store"] = site.address
    site.config.write_text(json.dumps(content), encoding="utf-8")
    for name, port in ports.items():
        words = ("lending", "--data-center", name, "--port", str(port), "--data", str(site.data / "estate"))
        site.others.append(site.spawn(name, *words))


def all_counted_once(site: Site) -> bool:
    """Difference 0 with events in every data center."""
    found = site.reconciled()
    seen = {row["data_center"] for row in found["rows"] if row["stored"] > 0}
    return found["difference"] == 0 and seen == set(DATA_CENTERS)
