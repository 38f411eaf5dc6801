"""One real server of each kind for all tests, and a fresh exporter for each; all are stopped whatever a test does.

A Prometheus takes five seconds until its first scrape, so it starts once, with more jobs than there are tests that
need one: an exporter takes the next job's port. Until then, and afterwards, that job's target is simply down.
"""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.collectors.prometheus.real_parts import NOBODY, Exporter, Prometheus, VictoriaMetrics, free_port, wait_until
from tests.collectors.prometheus.written import Bench, Handler, Scraped, Server

JOBS = 16
MOST_SAMPLES = 20_000
"""So few samples does the server give per query: bigger questions must be cut."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Tests of real parts run with Prometheus; those that their module names in EVERY_KIND with VictoriaMetrics too."""
    if "kind" in metafunc.fixturenames:
        every = metafunc.function.__name__ in getattr(metafunc.module, "EVERY_KIND", ())
        kinds = (Prometheus, VictoriaMetrics) if every else (Prometheus,)
        metafunc.parametrize("kind", kinds, ids=[one.__name__ for one in kinds], indirect=True, scope="session")


@pytest.fixture(scope="session")
def kind(request: pytest.FixtureRequest) -> type[Prometheus]:
    """Which server scrapes and answers."""
    made: type[Prometheus] = request.param
    return made


@pytest.fixture(scope="session")
def ports(kind: type[Prometheus]) -> dict[str, int]:
    """A port for each job of one kind of server."""
    return {f"lending-{n}": free_port() for n in range(JOBS)}


@pytest.fixture(scope="session")
def unused(ports: dict[str, int]) -> Iterator[tuple[str, int]]:
    """Jobs that no test has taken yet."""
    return iter(ports.items())


@pytest.fixture(scope="session")
def prometheus(kind: type[Prometheus], ports: dict[str, int]) -> Iterator[Prometheus]:
    """A running server that scrapes every job four times a second."""
    folder = Path(tempfile.mkdtemp(prefix="prometheus-"))
    if os.geteuid() == 0:
        os.chown(folder, NOBODY, NOBODY)
    folder.chmod(0o755)
    made = kind(folder, most_samples=MOST_SAMPLES)
    made.watch({job: [port] for job, port in ports.items()})
    try:
        made.start()
        yield made
    finally:
        made.stop(signal.SIGKILL)
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def idle_exporter(unused: Iterator[tuple[str, int]]) -> Iterator[Exporter]:
    """An exporter with two series that is not started yet."""
    job, port = next(unused)
    made = Exporter(port, job, [("weilidai", "apply", "ok"), ("weilidai", "apply", "system_error")])
    yield made
    made.stop()


@pytest.fixture
def exporter(prometheus: Prometheus, idle_exporter: Exporter) -> Exporter:
    """A running exporter that was scraped at least once."""
    idle_exporter.start()
    wait_until(lambda: idle_exporter.pages > 0, what="the first scrape")
    return idle_exporter


@pytest.fixture
def bench() -> Iterator[Bench]:
    """A store, a clock and collectors on a server whose samples the test writes down."""
    server = Server(("127.0.0.1", 0), Handler)
    server.scraped = Scraped()
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    made = Bench(f"http://127.0.0.1:{server.server_address[1]}", server.scraped)
    yield made
    made.stop()
    server.shutdown()
    server.server_close()
