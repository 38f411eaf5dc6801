"""`check` as a doctor: every defect, every silent source."""

from __future__ import annotations

import argparse
import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from commands import check
from commands.ports import free_ports

ROOT = Path(__file__).resolve().parent.parent.parent
PRESENT = "Thu, 01 Jan 1970 00:00:10 GMT"


class Target(BaseHTTPRequestHandler):
    """Answers 200 on /metrics, 404 elsewhere, with the clock that the server object says."""

    def do_GET(self) -> None:
        """One empty page."""
        self.send_response(200 if self.path == "/metrics" else 404)
        self.end_headers()

    def date_time_string(self, timestamp: float | None = None) -> str:
        """The clock under test; without one, the real time."""
        wrong: str | None = getattr(self.server, "clock", None)
        return wrong or super().date_time_string(timestamp)

    def log_message(self, format: str, *args: object) -> None:
        """Silence."""


@pytest.fixture
def target() -> Iterator[HTTPServer]:
    """A target on a free port."""
    with HTTPServer(("127.0.0.1", 0), Target) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def checked(tmp_path: Path, *urls: str, more: str = "") -> int:
    """Exit code of a check over these sources; ``more``: what else the configuration says."""
    lines = [f'  - {{id: s{n}, kind: exposition, data_center: dc{n}, url: "{url}"}}' for n, url in enumerate(urls, 1)]
    config = tmp_path / "control-center.yaml"
    text = f"data: {tmp_path}\ncatalog: {ROOT}/config/catalog.yaml\nsources:\n" + "\n".join(lines) + "\n"
    config.write_text(text + more, encoding="utf-8")
    return check.run(argparse.Namespace(config=config, data=tmp_path))


def test_all_well_is_exit_0(tmp_path: Path, target: HTTPServer, capsys: pytest.CaptureFixture[str]) -> None:
    """One line per thing that was checked."""
    assert checked(tmp_path, f"http://127.0.0.1:{target.server_port}/metrics") == 0
    out = capsys.readouterr().out
    assert "no store yet" in out
    assert "ok      s1" in out


def test_every_silent_source_is_named(tmp_path: Path, target: HTTPServer, capsys: pytest.CaptureFixture[str]) -> None:
    """Not only the first."""
    nobody = free_ports(1)[0]
    wrong = f"http://127.0.0.1:{target.server_port}/metricz"
    assert checked(tmp_path, f"http://127.0.0.1:{nobody}/metrics", wrong) == 1
    errors = capsys.readouterr().err.splitlines()
    assert errors[0].endswith("refused; is it running?")
    assert "answers 404" in errors[1]


def test_a_wrong_clock_is_named(tmp_path: Path, target: HTTPServer, capsys: pytest.CaptureFixture[str]) -> None:
    """26 s of skew are a month's budget."""
    target.clock = PRESENT  # type: ignore[attr-defined]
    assert checked(tmp_path, f"http://127.0.0.1:{target.server_port}/metrics") == 1
    assert "s behind ours" in capsys.readouterr().err


def test_a_broken_configuration_lists_every_defect(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 2, one line each."""
    config = tmp_path / "broken.yaml"
    config.write_text("sources: []\nserver: {port: -1}\nwhat: 1\n", encoding="utf-8")
    assert check.run(argparse.Namespace(config=config, data=tmp_path)) == 2
    assert len(capsys.readouterr().err.splitlines()) == 3


def test_a_broken_catalog_is_found_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It is part of the configuration."""
    config = tmp_path / "control-center.yaml"
    config.write_text(
        'catalog: none.yaml\nsources:\n  - {id: a, kind: exposition, data_center: dc1, url: "http://127.0.0.1:1/metrics"}\n',
        encoding="utf-8",
    )
    assert check.run(argparse.Namespace(config=config, data=tmp_path)) == 2
    assert "none.yaml: No such file or directory" in capsys.readouterr().err


def test_a_channel_without_its_secret_is_named(
    tmp_path: Path, target: HTTPServer, capsys: pytest.CaptureFixture[str]
) -> None:
    """The variable that is missing, never a value; the check says no."""
    more = "notify: {channels: [{id: oncall, kind: wecom, url_env: NOBODY_SET_THIS}]}\n"
    assert checked(tmp_path, f"http://127.0.0.1:{target.server_port}/metrics", more=more) == 1
    (line,) = [line for line in capsys.readouterr().err.splitlines() if "oncall" in line]
    assert "NOBODY_SET_THIS" in line


def test_without_channels_it_warns_that_nobody_is_told(
    tmp_path: Path, target: HTTPServer, capsys: pytest.CaptureFixture[str]
) -> None:
    """Which is no error: a wall may be all that is wanted."""
    assert checked(tmp_path, f"http://127.0.0.1:{target.server_port}/metrics") == 0
    assert "nobody is told" in capsys.readouterr().out


def test_a_defect_of_the_regulatory_table_is_named_by_file_and_line(
    tmp_path: Path, target: HTTPServer, capsys: pytest.CaptureFixture[str]
) -> None:
    """As one of the policy is."""
    (tmp_path / "regulatory.yaml").write_text("version: 1\nrules: nothing\n", encoding="utf-8")
    assert checked(tmp_path, f"http://127.0.0.1:{target.server_port}/metrics") == 2
    assert "regulatory.yaml:2: rules" in capsys.readouterr().err


class Guarded(BaseHTTPRequestHandler):
    """A Prometheus that answers whoever shows the token, and nobody else, /-/ready neither."""

    def do_GET(self) -> None:
        """What time it is."""
        known = self.headers.get("Authorization") == "Bearer open-sesame-open-sesame"
        body = b'{"status":"success","data":{"resultType":"scalar","result":[0,"%d"]}}' % time.time()
        self.send_response(200 if known else 401)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(body if known else b"{}")

    def log_message(self, format: str, *args: object) -> None:
        """Silence."""


@pytest.mark.parametrize(("token", "code"), [("open-sesame-open-sesame", 0), ("a-wrong-one-a-wrong-one", 1)])
def test_a_prometheus_is_asked_with_its_token(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], token: str, code: int
) -> None:
    (tmp_path / "token").write_text(token, encoding="ascii")
    with HTTPServer(("127.0.0.1", 0), Guarded) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        url = f"http://127.0.0.1:{server.server_port}"
        auth = f"auth: {{bearer_file: {tmp_path}/token}}"
        source = f"{{id: p, kind: prometheus, job: lending, data_center: dc1, url: '{url}', {auth}}}"
        config = tmp_path / "control-center.yaml"
        text = f"data: {tmp_path}\ncatalog: {ROOT}/config/catalog.yaml\nsources:\n  - {source}\n"
        config.write_text(text, encoding="utf-8")
        found = check.run(argparse.Namespace(config=config, data=tmp_path))
        server.shutdown()
        thread.join()
    said = capsys.readouterr()
    assert found == code, said
    assert ("ok      p: http" in said.out) is (code == 0)
    assert ("source p: " in said.err and "401" in said.err) is (code == 1)
    assert token not in said.out + said.err


@pytest.mark.parametrize(("knows_now", "lag", "warned"), [(True, "1", True), (True, "15", False), (False, "1", False)])
def test_a_victoria_metrics_that_is_read_too_early_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], knows_now: bool, lag: str, warned: bool
) -> None:
    """It shows new series ten seconds late; a Prometheus does not know the function that gives it away."""

    class Speaking(BaseHTTPRequestHandler):
        """Answers what time it is, in one way or in two."""

        def do_GET(self) -> None:
            """One number, or 400."""
            known = knows_now or "now" not in self.path
            scalar = {"resultType": "scalar", "result": [0, str(time.time())]}
            answer = (
                {"status": "success", "data": scalar} if known else {"status": "error", "error": "unknown function"}
            )
            self.send_response(200 if known else 400)
            self.end_headers()
            self.wfile.write(json.dumps(answer).encode())

        def log_message(self, format: str, *args: object) -> None:
            """Silence."""

    with HTTPServer(("127.0.0.1", 0), Speaking) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        url = f"http://127.0.0.1:{server.server_port}"
        source = f"{{id: p, kind: prometheus, job: lending, lag_seconds: {lag}, url: '{url}'}}"
        config = tmp_path / "control-center.yaml"
        config.write_text(f"data: {tmp_path}\ncatalog: {ROOT}/config/catalog.yaml\nsources:\n  - {source}\n")
        found = check.run(argparse.Namespace(config=config, data=tmp_path))
        server.shutdown()
        thread.join()
    said = capsys.readouterr().out
    assert found == 0
    assert ("VictoriaMetrics shows new series some ten seconds late" in said) is warned
    assert ("remove lag_seconds, or write 15" in said) is warned
