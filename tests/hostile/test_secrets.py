"""Secrets in addresses, headers, variables and files, while everything goes wrong: nobody sees them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import requests

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_S = 120.0
SECRETS = {
    name: f"zq{name}7hidden{number}x"
    for number, name in enumerate(("query", "bearer", "basic", "hook", "sign", "ding", "mail", "beat"))
}
CONFIG = """\
catalog: {root}/config/catalog.yaml
server: {{port: 0}}
sources:
  - {{id: bearer, kind: prometheus, url: "{door}", {more}, data_center: dc2, auth: {{bearer_env: UNSUSPECTED}}}}
  - {{id: tls, kind: prometheus, url: "{tls}", {third}, data_center: dc4, auth: {{bearer_env: UNSUSPECTED}}}}
  - id: basic
    kind: prometheus
    url: "{door}"
    job: another
    scrape_seconds: 1
    data_center: dc3
    auth: {{basic_user: me, basic_password_file: basic}}
notify:
  channels:
    - {{id: bus, kind: webhook, url: "{door}/hook/{hook}", secret_env: BUS_SIGNS}}
    - {{id: ding, kind: dingtalk, url_env: DING_ADDRESS}}
    - {{id: post, kind: mail, url_file: mail}}
  heartbeat: {{url_env: BEAT_ADDRESS, every_seconds: 5}}
"""


DIRECT = """\
catalog: {root}/config/catalog.yaml
sources:
  - {{id: direct, kind: exposition, data_center: dc1, url: "{door}/metrics?token={query}"}}
"""
ROUTES = ("settings", "sources", "data-quality", "audit", "journal", "deliveries", "snapshot", "data-centers")
MORE = "job: lending, scrape_seconds: 1"
THIRD = "job: third, scrape_seconds: 1"


class Echo(BaseHTTPRequestHandler):
    """Refuses, and says back whatever it was told."""

    def do_GET(self) -> None:
        said = f"refused: {self.path} {self.headers}".encode()
        self.send_response(401)
        self.send_header("Content-Length", str(len(said)))
        self.end_headers()
        self.wfile.write(said)

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", "0")))
        self.do_GET()

    def log_message(self, *_: object) -> None:
        """Quiet."""


@pytest.fixture(scope="module")
def door() -> Iterator[str]:
    """Where everything is refused."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Echo)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def folder(door: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A configuration full of secrets."""
    made = tmp_path_factory.mktemp("secrets")
    (made / "basic").write_text(SECRETS["basic"], encoding="utf-8")
    (made / "mail").write_text(
        f"mailto://me:{SECRETS['mail']}@127.0.0.1:1?from=a@b.example&to=c@d.example", encoding="utf-8"
    )
    text = CONFIG.format(root=ROOT, door=door, tls=door.replace("http", "https"), more=MORE, third=THIRD, **SECRETS)
    (made / "control-center.yaml").write_text(text, encoding="utf-8")
    (made / "direct.yaml").write_text(DIRECT.format(root=ROOT, door=door, **SECRETS), encoding="utf-8")
    return made


@pytest.fixture(scope="module")
def environment() -> dict[str, str]:
    """Variables, some with names that say nothing."""
    secret = SECRETS
    return {
        **os.environ,
        "UNSUSPECTED": secret["bearer"],
        "BUS_SIGNS": secret["sign"],
        "DING_ADDRESS": f"dingtalk://{secret['ding']}/",
        "BEAT_ADDRESS": f"http://127.0.0.1:1/ping/{secret['beat']}",
    }


def begun(
    folder: Path, environment: dict[str, str], *words: str, name: str = "control-center"
) -> subprocess.Popen[str]:
    """A command over a configuration, with a store of its own."""
    command = [sys.executable, str(ROOT / "app.py"), *words, "--config", str(folder / f"{name}.yaml")]
    return subprocess.Popen(
        [*command, "--data", str(folder / f"data-{name}")],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def leaks(text: str) -> list[str]:
    """Which of the secrets stand in it."""
    return [name for name, secret in SECRETS.items() if secret in text]


def test_no_command_page_log_or_row_holds_a_secret(folder: Path, environment: dict[str, str]) -> None:
    """Refused, unauthorized and said back, without TLS, notifier down: looked for in everything at once."""
    said: dict[str, str] = {}
    short: dict[str, subprocess.Popen[str]] = {}
    running = {"serve": begun(folder, environment, "serve")}
    try:
        url, said["serve"] = address_of(running["serve"])
        short |= {name: begun(folder, environment, *name.split()) for name in ("check", "notify test")}
        short["direct"] = begun(folder, environment, "check", name="direct")
        running["collect"] = begun(folder, environment, "collect")
        for name, child in short.items():
            said[name] = child.communicate(timeout=PATIENCE_S)[0]
            assert child.returncode == 1, said[name]
        said["collect"] = heard(running["collect"], ("WARNING bearer: ", "WARNING basic: ", "WARNING tls: "))
        for page in ("settings", "data-quality", "audit", "alerts"):
            said[f"page {page}"] = requests.get(f"{url}{page}", timeout=PATIENCE_S).text
        for path in ROUTES:
            said[path] = requests.get(f"{url}api/v1/{path}", timeout=PATIENCE_S).text
        said["/metrics"] = requests.get(f"{url}metrics", timeout=PATIENCE_S).text
    finally:
        for child in short.values():
            child.kill()
            child.communicate()
        for name, child in running.items():
            child.send_signal(signal.SIGTERM)
            said[name] = said.get(name, "") + child.communicate(timeout=PATIENCE_S)[0]
    assert "401" in said["check"]
    assert "401" in said["collect"]
    assert {name: leaks(text) for name, text in said.items() if leaks(text)} == {}
    stored = b"".join(file.read_bytes() for file in folder.glob("data-*/*") if file.is_file())
    assert [name for name, secret in SECRETS.items() if secret.encode() in stored] == []


def address_of(child: subprocess.Popen[str]) -> tuple[str, str]:
    """Where the dashboard listens, and what it said until then."""
    said = heard(child, ("dashboard on ",))
    return said.split()[-1], said


def heard(child: subprocess.Popen[str], words: Sequence[str]) -> str:
    """What it said until each of these words had come."""
    assert child.stdout is not None
    said = ""
    for line in child.stdout:
        said += line
        if all(word in said for word in words):
            return said
    raise AssertionError(said)
