"""A real process, really killed, read by a real collector into a real store."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator

import pytest

from alerts.kinds.facts import Estate
from alerts.kinds.policy import KindPolicy
from alerts.kinds.registry import Kinds
from alerts.model import Severity
from collectors.exposition import ExpositionCollector, ExpositionSource
from collectors.mapping import MetricMap
from slo.outcomes import Kind, OutcomeTable
from store.records import Source
from tests.alerts.kinds.bank import Bank
from tests.alerts.kinds.parts import true

TARGET = """
import http.server

PAGE = b'lending_requests_total{product="micro",step="apply",outcome="ok"} 7\\nprocess_start_time_seconds 1\\n'

class Metrics(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Length", str(len(PAGE)))
        self.end_headers()
        self.wfile.write(PAGE)

    def log_message(self, *_):
        pass

server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Metrics)
print(server.server_port, flush=True)
server.serve_forever()
"""
DEADLINE_S = 60.0
ALERT = "unreachable:data_center::dc1:::"


@pytest.fixture
def target() -> Iterator[tuple[subprocess.Popen[str], int]]:
    """A process with a page of metrics, and its port."""
    with subprocess.Popen([sys.executable, "-c", TARGET], stdout=subprocess.PIPE, text=True) as child:
        try:
            assert child.stdout is not None
            yield child, int(child.stdout.readline())
        finally:
            child.kill()


def now_ms() -> int:
    """The wall clock."""
    return time.time_ns() // 1_000_000


def wait_for(bank: Bank, kinds: Kinds, wanted: bool) -> float:
    """Seconds until the page for dc1 is true, or until dc1 is seen and it is not."""
    began = time.monotonic()
    while time.monotonic() - began < DEADLINE_S:
        with bank.store.reading() as reader:
            found = true(kinds.tick(reader, now_ms()))
            is_seen = any(status.watermark_ms for status in reader.sources())
        if is_seen and (found.get(ALERT) is Severity.PAGE) is wanted:
            return time.monotonic() - began
        time.sleep(0.02)
    raise AssertionError(f"not within {DEADLINE_S} s")


@pytest.mark.alone  # it measures time
def test_a_killed_process_is_told_within_two_and_a_half_seconds(
    bank: Bank, target: tuple[subprocess.Popen[str], int]
) -> None:
    child, port = target
    source = ExpositionSource(Source("dc1", "exposition", "dc1", 1000), f"http://127.0.0.1:{port}/metrics")
    collector = ExpositionCollector([source], bank.store, MetricMap(), OutcomeTable("1", {"ok": Kind.GOOD}))
    kinds = Kinds(KindPolicy(), Estate(("micro",)), now_ms())
    collector.start()
    try:
        wait_for(bank, kinds, wanted=False)
        child.kill()
        child.wait()
        assert wait_for(bank, kinds, wanted=True) < 2.5
    finally:
        assert collector.stop()
