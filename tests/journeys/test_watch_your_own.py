"""docs/watch-your-own.md as it stands: its two files, a web service, and the real node and blackbox exporters."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path

import pytest

from commands.ports import free_ports
from store.opening import open_store
from store.records import Scope

ROOT = Path(__file__).resolve().parent.parent.parent
BLOCK = re.compile(r"^```yaml (\S+)\n(.*?)^```", re.MULTILINE | re.DOTALL)
PATIENCE_S = 45
WEB = """
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from prometheus_client import CONTENT_TYPE_LATEST, Counter, disable_created_metrics, generate_latest
disable_created_metrics()
REQUESTS = Counter("http_requests", "Answered requests", ["handler", "code"])
class Shop(BaseHTTPRequestHandler):
    def do_GET(self):
        if self.path == "/metrics":
            code, body, kind = 200, generate_latest(), CONTENT_TYPE_LATEST
        else:
            code, body, kind = int(self.path.rsplit("/", 1)[1]), b"", "text/plain"
            REQUESTS.labels(self.path.rsplit("/", 1)[0], code).inc()
        self.send_response(code)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def log_message(self, *args):
        pass
HTTPServer(("127.0.0.1", int(sys.argv[1])), Shop).serve_forever()
"""


def get(port: int, path: str) -> int:
    """Status of one request."""
    connection = HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", path)
        return connection.getresponse().status
    finally:
        connection.close()


def answers(port: int) -> bool:
    try:
        return get(port, "/metrics") == 200
    except OSError:
        return False


@pytest.fixture
def place(tmp_path: Path) -> Iterator[tuple[Path, int]]:
    """The documented files beside their running targets: the configuration, and the port of the web service."""
    web, node, blackbox = free_ports(3)
    files = dict(BLOCK.findall((ROOT / "docs" / "watch-your-own.md").read_text(encoding="utf-8")))
    ports = {"8000": web, "9100": node, "9115": blackbox}
    for name, text in files.items():
        moved = re.sub(r"127\.0\.0\.1:(\d+)/", lambda found: f"127.0.0.1:{ports[found[1]]}/", text)
        (tmp_path / name).write_text(moved, encoding="utf-8")
    (tmp_path / "blackbox.yml").write_text("modules: {http_2xx: {prober: http}}\n", encoding="utf-8")
    commands = [
        [sys.executable, "-c", WEB, str(web)],
        ["prometheus-node-exporter", f"--web.listen-address=127.0.0.1:{node}"],
        [
            "prometheus-blackbox-exporter",
            f"--web.listen-address=127.0.0.1:{blackbox}",
            f"--config.file={tmp_path / 'blackbox.yml'}",
        ],
    ]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    children = []
    try:
        for command in commands:
            children.append(subprocess.Popen(command, **quiet))
            time.sleep(0.05)  # the exporters tell their birth to 10 ms; equal ones would be taken for one process
        deadline = time.monotonic() + PATIENCE_S
        while not all(map(answers, (web, node, blackbox))):
            assert time.monotonic() < deadline, "the targets did not start"
            time.sleep(0.05)
        yield tmp_path / "control-center.yaml", web
    finally:
        for child in children:
            child.kill()
            child.wait()


def app(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(ROOT / "app.py"), *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, cwd=cwd)


def test_the_documented_files_watch_a_web_service_and_two_exporters(place: tuple[Path, int]) -> None:
    """Checked, explained and collected; counts are those of the service, to the event, from the first failure on."""
    config, web = place
    checked = app("check", "--config", str(config), cwd=config.parent)
    assert checked.returncode == 0, checked.stderr
    get(web, "/pay/200")
    assert app("collect", "--once", "--config", str(config), cwd=config.parent).returncode == 0
    for path in ("/pay/200", "/pay/404", "/pay/500", "/pay/500", "/find/499", "/healthz/200"):
        get(web, path)
    collected = app("collect", "--once", "--config", str(config), cwd=config.parent)
    assert collected.returncode == 0, collected.stdout + collected.stderr
    store = open_store(config.parent / "data" / "store.sqlite", "Asia/Shanghai", read_only=True)
    with store.reading() as reader:
        now_s = int(time.time())
        products = reader.totals(Scope.PRODUCT, now_s - 3600, now_s + 60)
        gauges = {gauge.name for gauge in reader.gauges()}
    store.close()
    counts = {unit.product: counts for unit, counts in products.items()}
    assert (counts["shop"].good, counts["shop"].bad, counts["shop"].ignored) == (2, 2, 1)
    assert counts["exporters"].good >= 2
    assert counts["exporters"].bad == 0
    assert gauges >= {"node_load1", "collector_clock_skew_seconds"}


def test_explain_says_what_each_series_counts_as_and_why(place: tuple[Path, int]) -> None:
    """With the line of the catalog; a name that nobody has is answered with near ones."""
    config, web = place
    for path in ("/pay/200", "/pay/503", "/find/302", "/healthz/200"):
        get(web, path)
    shown = app("check", "--config", str(config), "--explain", "http_requests_total", cwd=config.parent)
    assert shown.returncode == 0, shown.stderr
    lines = (config.parent / "catalog.yaml").read_text(encoding="utf-8").splitlines()
    line = next(number for number, text in enumerate(lines, 1) if "metric: http_requests_total" in text)
    assert f"counted as requests by {config.parent}/catalog.yaml:{line} (new series from zero)" in shown.stdout
    assert "outcome = system_error  (label code = '503' fits '5..') -> bad" in shown.stdout
    assert f"ignored: {config.parent}/catalog.yaml:{line}: label handler = '/healthz' does not fit" in shown.stdout
    assert "product = shop  (constant)" in shown.stdout
    missed = app("check", "--config", str(config), "--explain", "http_request_total", cwd=config.parent)
    assert missed.returncode == 1
    assert "names like it: http_requests_total" in missed.stderr
    ignored = app("check", "--config", str(config), "--explain", "node_cpu_seconds_total", cwd=config.parent)
    assert "ignored: no rule names this metric" in ignored.stdout
    gauge = app("check", "--config", str(config), "--explain", "node_load1", cwd=config.parent)
    assert "is kept as a gauge" in gauge.stdout


PROMETHEUS = """
global: {scrape_interval: 1s, scrape_timeout: 1s}
scrape_configs:
  - {job_name: web, static_configs: [{targets: ["127.0.0.1:WEB"]}]}
"""
SOURCE = """
data: data
catalog: catalog.yaml
sources:
  - {id: main, kind: prometheus, url: "http://127.0.0.1:PORT", job: web, scrape_seconds: 1, data_center: home}
"""


@pytest.fixture
def scraped(place: tuple[Path, int]) -> Iterator[tuple[Path, int]]:
    """The same catalog, and a real Prometheus that scrapes the web service."""
    config, web = place
    (port,) = free_ports(1)
    config.write_text(SOURCE.replace("PORT", str(port)), encoding="utf-8")
    scraping = config.parent / "prometheus.yml"
    scraping.write_text(PROMETHEUS.replace("WEB", str(web)), encoding="utf-8")
    command = [
        "prometheus",
        f"--config.file={scraping}",
        f"--storage.tsdb.path={config.parent / 'tsdb'}",
        f"--web.listen-address=127.0.0.1:{port}",
    ]
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + PATIENCE_S
        while not answers(port):
            assert time.monotonic() < deadline, "Prometheus did not start"
            time.sleep(0.05)
        yield config, web
    finally:
        child.kill()
        child.wait()


def bad_of_shop(config: Path) -> int:
    """Bad events of the shop in the store, after one more look."""
    app("collect", "--once", "--config", str(config), cwd=config.parent)
    store = open_store(config.parent / "data" / "store.sqlite", "Asia/Shanghai", read_only=True)
    with store.reading() as reader:
        now_s = int(time.time())
        found = {unit.product: one.bad for unit, one in reader.totals(Scope.PRODUCT, now_s - 3600, now_s + 60).items()}
        pages = sum(reader.observed(now_s - 3600, now_s + 60).values())
    store.close()
    return found.get("shop", 0) if pages else -1


def test_the_same_catalog_watches_the_service_through_an_own_prometheus(scraped: tuple[Path, int]) -> None:
    """Explained from the server's series, and counted to the event from the first failure on."""
    config, web = scraped
    get(web, "/pay/200")
    deadline = time.monotonic() + PATIENCE_S
    while bad_of_shop(config) < 0:
        assert time.monotonic() < deadline, "no page was read"
    get(web, "/pay/500")
    get(web, "/find/503")
    while (bad := bad_of_shop(config)) < 2:
        assert time.monotonic() < deadline, f"{bad} of 2 failures were counted"
    assert bad == 2
    shown = app("check", "--config", str(config), "--explain", "http_requests_total", cwd=config.parent)
    assert "outcome = system_error  (label code = '503' fits '5..') -> bad" in shown.stdout
    assert "data_center = home" in shown.stdout
    missed = app("check", "--config", str(config), "--explain", "http_request_total", cwd=config.parent)
    assert "names like it: http_requests_total" in missed.stderr
