"""Two backfills of one server: one works at a time, and one that was stopped meanwhile writes nothing."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from app import main
from slo.windows import SHANGHAI
from store.leases import healing_lease
from store.opening import open_store
from store.port import Store
from store.records import Scope
from tests.collectors.prometheus.real_parts import wait_until
from tests.collectors.prometheus.written import Handler, Scraped, Server
from tests.store.postgres_server import postgres_child

ROOT = Path(__file__).resolve().parents[3]
SECONDS = 240
PER_SECOND = 3


class Halting(Scraped):
    """Keeps whoever asks for the counters of the second bite or of a later one waiting until it may go on."""

    def __init__(self) -> None:
        super().__init__()
        self.bites = 0
        self.reached, self.go_on = threading.Event(), threading.Event()

    def answer(self, query: str, at_ms: int) -> tuple[int, dict[str, object]]:
        """Status and document."""
        if "lending_requests_total" in query:
            self.bites += 1
            if self.bites == 4:
                self.reached.set()
                self.go_on.wait(60)
        return super().answer(query, at_ms)


class Site:
    """A server with four minutes of scrapes, a store, and backfills that are started by hand."""

    def __init__(self, folder: Path, url: str, address: str) -> None:
        self.folder = folder
        self.began_s = int(time.time()) - SECONDS - 60
        source = {"id": "prom", "kind": "prometheus", "url": url, "job": "lending", "data_center": "dc1"}
        source |= {"scrape_seconds": 1, "most_samples": 100, "lag_seconds": 0.2, "timeout_seconds": 60}
        content: dict[str, object] = {"catalog": str(ROOT / "config" / "catalog.yaml"), "sources": [source]}
        if address:
            content["store"] = address
        self._config = folder / "site.json"
        self._config.write_text(json.dumps(content))
        self._address: str | Path = address or folder / "store.sqlite"
        open_store(self._address, SHANGHAI, upgrade=True).close()
        self.children: list[subprocess.Popen[str]] = []

    def words(self) -> list[str]:
        """The command."""
        since = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(self.began_s))
        return ["backfill", "--config", str(self._config), "--data", str(self.folder), "--from", since]

    def backfill(self) -> subprocess.Popen[str]:
        """A process of its own."""
        line = [sys.executable, str(ROOT / "app.py"), *self.words()]
        self.children.append(subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True))
        return self.children[-1]

    def store(self) -> Store:
        """The store, to look into."""
        return open_store(self._address, SHANGHAI)

    def counted(self) -> int:
        """Every event in the store."""
        store = self.store()
        with store.reading() as reader:
            total = sum(counts.total for counts in reader.totals(Scope.BANK, 0, 2**33).values())
        store.close()
        return total

    def owner(self) -> str:
        """Who has the lease."""
        store = self.store()
        found = store.leases()
        store.close()
        return found[healing_lease("prom")].owner if healing_lease("prom") in found else ""

    def end(self) -> None:
        """Nothing is left, stopped ones included."""
        for child in self.children:
            if child.poll() is None:
                child.kill()
            child.communicate()


@pytest.fixture
def scraped() -> Iterator[Halting]:
    made = Halting()
    yield made
    made.go_on.set()


@pytest.fixture(params=["sqlite", "postgres"])
def site(request: pytest.FixtureRequest, tmp_path: Path, scraped: Halting) -> Iterator[Site]:
    """On every kind of store that several processes can share."""
    with ExitStack() as parts:
        address = "" if request.param == "sqlite" else parts.enter_context(postgres_child()).address("postgres")
        server = Server(("127.0.0.1", 0), Handler)
        server.scraped = scraped
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        parts.callback(server.server_close)
        parts.callback(server.shutdown)
        made = Site(tmp_path, f"http://127.0.0.1:{server.server_address[1]}", address)
        parts.callback(made.end)
        for second in range(SECONDS):
            at_ms = (made.began_s + 10 + second) * 1000
            scraped.scrape(at_ms, "a:1", second * PER_SECOND, (made.began_s - 100) * 1000)
        yield made


def test_a_stopped_backfill_that_wakes_after_another_has_healed_writes_nothing(
    site: Site, scraped: Halting, capsys: pytest.CaptureFixture[str]
) -> None:
    """SIGSTOP in the middle; another waits for its lease, heals the rest; SIGCONT: one line, exit 1, nothing twice."""
    whole = (SECONDS - 1) * PER_SECOND
    first = site.backfill()
    assert scraped.reached.wait(60)
    wait_until(lambda: site.counted() > 0, what="the first bite is stored")
    assert site.counted() < whole
    assert main(site.words()) == 1
    assert capsys.readouterr().out.startswith("prom  busy: another backfill (")
    first.send_signal(signal.SIGSTOP)
    stopped = site.owner()
    scraped.go_on.set()
    assert main(site.words()) == 0
    assert site.counted() == whole
    first.send_signal(signal.SIGCONT)
    said, complaint = first.communicate(timeout=60)
    assert (first.returncode, "replaced: another backfill" in said) == (1, True), said + complaint
    assert "Traceback" not in complaint
    assert site.counted() == whole
    wait_until(lambda: site.owner() != stopped, what="nobody has the lease of the first one")
