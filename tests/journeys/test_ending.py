"""SIGTERM to each part that runs for long: it ends by itself, within five seconds, with exit code 0."""

from __future__ import annotations

import json
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.alone  # it measures time
ROOT = Path(__file__).resolve().parents[2]
WITHIN_S = 5.0
PARTS = {
    "collect": ("collect", "--owner", "one"),
    "alert": ("alert", "--owner", "two"),
    "serve": ("serve", "--port", "0"),
}


@pytest.fixture
def parts(tmp_path: Path) -> Iterator[dict[str, subprocess.Popen[bytes]]]:
    """A data center, one that accepts and never answers, and each part on one store; none is left afterwards."""
    mute = socket.create_server(("127.0.0.1", 0))
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    source = {"id": "dc1", "kind": "exposition", "data_center": "dc1", "url": f"http://127.0.0.1:{port}/metrics"}
    hanging = {
        "id": "dc2",
        "kind": "exposition",
        "data_center": "dc2",
        "url": f"http://127.0.0.1:{mute.getsockname()[1]}/metrics",
        "interval_seconds": 15,
    }
    config = tmp_path / "center.yaml"
    catalog = str(ROOT / "config" / "catalog.yaml")
    config.write_text(json.dumps({"catalog": catalog, "sources": [source, hanging]}), encoding="utf-8")
    estate = ("lending", "--data-center", "dc1", "--port", str(port), "--data", str(tmp_path / "estate"))
    on_store = ("--config", str(config), "--data", str(tmp_path), "--log-format", "json")
    started: dict[str, subprocess.Popen[bytes]] = {}
    try:
        started["estate"] = spawn(tmp_path / "estate.log", estate)
        for name, words in PARTS.items():
            started[name] = spawn(tmp_path / f"{name}.log", (*words, *on_store))
        yield started
    finally:
        for process in started.values():
            process.kill()
            process.wait()
        mute.close()


def spawn(log: Path, words: tuple[str, ...]) -> subprocess.Popen[bytes]:
    """One process of the product; what it says goes to a file."""
    with log.open("ab") as out:
        return subprocess.Popen([sys.executable, str(ROOT / "app.py"), *words], stdout=out, stderr=out)


def asked(data: Path, question: str) -> list[Any]:
    """Rows of the store; none while it is being made."""
    try:
        with closing(sqlite3.connect(f"file:{data}/store.sqlite?mode=ro", uri=True, timeout=5)) as connection:
            return connection.execute(question).fetchall()
    except sqlite3.OperationalError:
        return []


def test_each_part_ends_by_itself_within_five_seconds(
    parts: dict[str, subprocess.Popen[bytes]], tmp_path: Path, journey: Any
) -> None:
    """Leases are given back, so that a standby need not wait, although a read still hangs; the log is JSON."""
    journey.until(lambda: asked(tmp_path, "SELECT 1 FROM source WHERE version > 2"), 90, "the collector reads")
    leases = "SELECT name FROM lease WHERE owner != ''"
    journey.until(lambda: len(asked(tmp_path, leases)) >= 2, 60, "somebody evaluates")
    journey.until(lambda: b"http://" in (tmp_path / "serve.log").read_bytes(), 60, "the dashboard is up")
    for name in ("serve", "alert", "collect"):
        told = time.monotonic()
        parts[name].send_signal(signal.SIGTERM)
        assert parts[name].wait(timeout=30) == 0, (tmp_path / f"{name}.log").read_text()
        assert time.monotonic() - told < WITHIN_S, name
    assert asked(tmp_path, leases) == []
    for name in ("alert", "collect"):
        lines = (tmp_path / f"{name}.log").read_text(encoding="utf-8").splitlines()
        assert [line for line in lines if "level" not in json.loads(line)] == []
