"""Two collectors of one real Prometheus: the one that reads is killed, then its successor is frozen and wakes up."""

from __future__ import annotations

import signal
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from typing import Any

import pytest

from tests.faults.parts import Bank, Part, Row, until

pytestmark = [pytest.mark.soak, pytest.mark.timeout(300)]


def commits(bank: Bank) -> int:
    """How often anything was committed for any source."""
    return int(asked(bank, "SELECT sum(version) FROM source")[0][0])


def asked(bank: Bank, question: str) -> list[Any]:
    """Rows of the store, read beside whoever writes."""
    with closing(sqlite3.connect(f"file:{bank.store_file}?mode=ro", uri=True, timeout=5)) as connection:
        return connection.execute(question).fetchall()


def freeze(bank: Bank, part: Part) -> None:
    """SIGSTOP, not in the middle of a transaction, which would keep the store locked for everybody."""
    assert part.process is not None
    for _ in range(200):
        part.process.send_signal(signal.SIGSTOP)
        with closing(sqlite3.connect(bank.store_file, timeout=0.05)) as connection:
            try:
                connection.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError:
                part.process.send_signal(signal.SIGCONT)
                time.sleep(0.05)
                continue
            connection.rollback()
            return
    pytest.fail("never found outside of a transaction")


def test_a_prometheus_changes_hands_twice(bank: Bank, note: Callable[[Row], None]) -> None:
    """kill -9 of the first; SIGSTOP of the second while the first, started again, takes over; the second wakes up."""
    bank.put_prometheus_between()
    bank.begin()
    second = bank.another_collector("second")
    try:
        second.start()
        until(lambda: "standby" in second.said(), "the second stands by")
        bank.collector.kill()
        before = commits(bank)
        until(lambda: commits(bank) > before, "the second one commits")
        bank.collector.start()
        until(lambda: "standby" in bank.collector.said(), "the first stands by")
        freeze(bank, second)
        before = commits(bank)
        until(lambda: commits(bank) > before + 3, "the first one commits")
        assert second.process is not None
        second.process.send_signal(signal.SIGCONT)
        until(lambda: "replaced" in second.said(), "the second notices")
        twice = "SELECT 1 FROM read WHERE collected GROUP BY source_id, at_ms HAVING count(*) > 1"
        assert asked(bank, twice) == []
        note(bank.reconciled("Prometheus: leader killed, then frozen", 1))
        assert "Traceback" not in second.said()
    finally:
        second.kill()
