"""Configuration is changed again and again under a collector that reads every second: no read is missed."""

from __future__ import annotations

import json
import re
import signal
import tempfile
import urllib.request
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import yaml

from commands.ports import free_ports
from store.audit import AuditFilter
from store.records import Read
from tests.faults.parts import CENTERS, ROOT, Bank, removed, until

pytestmark = [pytest.mark.alone, pytest.mark.timeout(900)]  # no tick may be late
RELOADED_WITHIN_S = 120.0
CATALOG = ROOT / "config" / "catalog.yaml"


@pytest.fixture
def bank() -> Iterator[Bank]:
    folder = Path(tempfile.mkdtemp(prefix="reload-"))
    made = Bank(folder)
    try:
        yield made
    finally:
        made.end()
        removed(folder)


class Operator:
    """Writes files and sends SIGHUP; ``metrics`` are the collector's own."""

    def __init__(self, bank: Bank, port: int) -> None:
        self.bank, self.port = bank, port
        self.path = bank.folder / "data" / "control-center.yaml"
        self.catalog = bank.folder / "data" / "catalog.yaml"

    def metric(self, sample: str) -> int:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/metrics", timeout=10) as answer:
            text = answer.read().decode()
        found = re.search(rf"^{re.escape(sample)} (\S+)$", text, re.MULTILINE)
        assert found, text
        return int(float(found[1]))

    def reload(self, outcome: str, change: Callable[[dict[str, Any]], object]) -> None:
        """Changes the configuration and waits until it is taken over, or refused."""
        content = yaml.safe_load(self.path.read_text(encoding="utf-8"))
        change(content)
        self.path.write_text(yaml.safe_dump(content), encoding="utf-8")
        sample = f'control_center_configuration_reloads_total{{outcome="{outcome}"}}'
        before = self.metric(sample)
        assert self.bank.collector.process is not None
        self.bank.collector.process.send_signal(signal.SIGHUP)
        until(
            lambda: self.metric(sample) == before + 1,
            f"reload {outcome}: {self.bank.collector.said()}",
            RELOADED_WITHIN_S,
        )
        self.bank.caught_up()

    def meaning_and_source(self, content: dict[str, Any]) -> None:
        """Another meaning, so that every watcher is replaced, and a source that does not answer."""
        catalog = yaml.safe_load(CATALOG.read_text(encoding="utf-8"))
        catalog["outcomes"]["bad"].append("circuit_open")
        self.catalog.write_text(yaml.safe_dump(catalog), encoding="utf-8")
        content["catalog"] = str(self.catalog)
        fourth = {"id": "dc4", "data_center": "dc4", "kind": "exposition", "interval_seconds": 1}
        content["sources"].append({**fourth, "url": "http://127.0.0.1:1/metrics"})

    def as_before(self, content: dict[str, Any]) -> None:
        """Back to the meaning and sources of the start."""
        content.update(catalog=str(CATALOG), sources=content["sources"][:3])
        del content["store"]

    def outcomes(self) -> list[str]:
        """What the audit log says of configurations."""
        store = self.bank.store()
        with store.reading() as reader:
            rows = reader.audit().rows(AuditFilter(action="configuration.load"))
        store.close()
        return [json.loads(row.act.detail)["outcome"] for row in rows]


def reads(bank: Bank, name: str) -> list[Read]:
    store = bank.store()
    with store.reading() as reader:
        found = reader.reads(name, 0, 10**15)
    store.close()
    return found


@pytest.mark.parametrize("rounds", [1, pytest.param(5, marks=pytest.mark.soak)])
def test_reloads_under_load_lose_no_read(bank: Bank, rounds: int) -> None:
    """Another meaning and a source that comes, then goes; a defect is refused and the old configuration goes on."""
    (port,) = free_ports(1)
    bank.collector.add_words("--metrics-port", str(port))
    bank.begin()
    operator = Operator(bank, port)
    for _ in range(rounds):
        operator.reload("taken over", operator.meaning_and_source)
        until(lambda: reads(bank, "dc4"), "the fourth source is tried")
        operator.reload("refused", lambda content: content.update(store="/elsewhere.sqlite"))
        assert operator.metric("control_center_configuration_failed") == 1
        operator.reload("taken over", operator.as_before)
        assert operator.metric("control_center_configuration_failed") == 0
    for name in CENTERS:
        times = [read.at_ms for read in reads(bank, name)]
        assert [after - before for before, after in pairwise(times)] == [1000] * (len(times) - 1), name
    row = bank.reconciled("reloads", 0)
    assert (row.difference, row.unobserved) == (0, 0)
    assert "store: cannot change while the process runs" in bank.collector.said()
    assert operator.outcomes() == ["started", *["taken over", "refused", "taken over"] * rounds]
