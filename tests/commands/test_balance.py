"""HAProxy is started before the data centers, without rights, and never left behind."""

from __future__ import annotations

import http.client
import http.server
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
import yaml

from commands.balance import TEMPLATES, configuration_text, demo_places
from commands.errors import CommandError

APP = Path(__file__).resolve().parents[2] / "app.py"
PLACES = {"dc1": 8101, "dc2": 8102}
SHIPPED = sorted(path.stem for path in TEMPLATES.glob("*.cfg"))


class Healthy(http.server.BaseHTTPRequestHandler):
    """A data center that is well."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Says nothing."""


@pytest.fixture
def place() -> Iterator[int]:
    """Port of something healthy."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Healthy) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server.server_address[1]
        server.shutdown()
        thread.join()


@pytest.fixture
def balance(place: int) -> Iterator[subprocess.Popen[str]]:
    """A running balancer before something healthy and something absent."""
    command = [sys.executable, str(APP), "balance", "--port", "0", "--data-center", f"dc1={place}"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        yield process
        process.kill()


def line_of(process: subprocess.Popen[str]) -> tuple[int, Path]:
    assert process.stdout is not None
    line = process.stdout.readline()
    found = re.search(r"http://127\.0\.0\.1:(\d+)  \(stats socket (\S+)\)", line)
    assert found, line
    return int(found[1]), Path(found[2])


def status(port: int) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status
    finally:
        connection.close()


def first_status(port: int, patience_s: float = 60) -> int:
    deadline = time.monotonic() + patience_s
    while True:
        try:
            return status(port)
        except ConnectionRefusedError:
            assert time.monotonic() < deadline
            time.sleep(0.02)


def test_it_answers_runs_as_nobody_when_we_are_root_and_leaves_nothing(balance: subprocess.Popen[str]) -> None:
    port, socket = line_of(balance)
    assert first_status(port) == 200
    (haproxy,) = psutil.Process(balance.pid).children()
    assert haproxy.name() == "haproxy"
    assert haproxy.uids().real != 0
    balance.send_signal(signal.SIGTERM)
    assert balance.wait(60) == 0
    assert not haproxy.is_running()
    assert not socket.parent.exists()


def test_haproxy_dies_with_its_parent_even_by_kill_nine(balance: subprocess.Popen[str]) -> None:
    port, _ = line_of(balance)
    first_status(port)
    (haproxy,) = psutil.Process(balance.pid).children()
    balance.kill()
    haproxy.wait(60)


@pytest.mark.parametrize("template", SHIPPED)
def test_every_template_is_a_configuration_that_haproxy_accepts(template: str, tmp_path: Path) -> None:
    text = configuration_text(template, 8090, tmp_path / "s", PLACES)
    path = tmp_path / "haproxy.cfg"
    path.write_text(text, encoding="utf-8")
    done = subprocess.run(["/usr/sbin/haproxy", "-c", "-f", str(path)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "WARNING" not in done.stderr
    servers = [line.split()[1:3] for line in text.splitlines() if line.strip().startswith("server ")]
    assert servers == [["dc1", "127.0.0.1:8101"], ["dc2", "127.0.0.1:8102"]]


def test_every_line_of_the_shipped_configuration_is_explained() -> None:
    explained = (APP.parent / "docs" / "load-balancing.md").read_text(encoding="utf-8")
    lines = (TEMPLATES / "shipped.cfg").read_text(encoding="utf-8").splitlines()
    missing = [line.strip() for line in lines if not line.startswith("#") and f"`{line.strip()}`" not in explained]
    assert missing == []


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["--data-center", "dc1"], "argument --data-center: 'dc1' is not NAME=PORT, such as dc1=8101"),
        (["--data-center", "dc1=0"], "argument --data-center: 'dc1=0' is not NAME=PORT"),
        (["--data-center", "d c=81"], "argument --data-center: 'd c=81' is not NAME=PORT"),
        (
            ["--data-center", "dc1=81", "--template", "best"],
            "--template best: no such file; shipped: naive, redispatch",
        ),
        (["--data-center", "dc1=81", "--port", "70000"], "--port: 70000 is not a port"),
    ],
)
def test_bad_input_gets_one_line(arguments: list[str], line: str) -> None:
    done = subprocess.run(
        [sys.executable, str(APP), "balance", *arguments], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert done.stderr.startswith(f"error: {line}")
    assert done.stderr.count("\n") == 1


def test_a_template_of_ones_own_may_be_wrong(tmp_path: Path) -> None:
    path = tmp_path / "own.cfg"
    path.write_text("global\n    maxconn ${most}\n", encoding="utf-8")
    with pytest.raises(CommandError, match=r"own.cfg:2: unknown blank 'most'; known: \$\{port\}"):
        configuration_text(str(path), 1, tmp_path, PLACES)
    path.write_text("defaults\n    mode gopher\n", encoding="utf-8")
    command = [sys.executable, str(APP), "balance", "--data-center", "dc1=8101", "--port", "0", "--template", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "HAProxy refuses the configuration" in done.stderr
    assert done.stderr.count("\n") == 1


def test_the_demos_data_centers_are_found_by_its_data_directory(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="no demo has run on --data"):
        demo_places(tmp_path)
    content = yaml.safe_load((APP.parent / "config" / "control-center.yaml").read_text(encoding="utf-8"))
    content["truth"] = {name: f"http://127.0.0.1:{port}" for name, port in PLACES.items()}
    (tmp_path / "control-center.yaml").write_text(yaml.safe_dump(content), encoding="utf-8")
    assert demo_places(tmp_path) == PLACES
