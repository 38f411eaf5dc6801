"""Getting in: secrets, certificates and patience, against servers on loopback that check what they are shown."""

from __future__ import annotations

import base64
import http.server
import json
import logging
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from collectors.prometheus.access import Access, Secret
from collectors.prometheus.client import PrometheusClient
from collectors.prometheus.errors import PrometheusError

TOKEN = "s3cr3t-token-of-ours"
EMPTY = b'{"status":"success","data":{"resultType":"matrix","result":[]}}'


class Guarded:
    """Answers what a test has queued, else an empty success; keeps the headers that it was shown."""

    def __init__(self, context: ssl.SSLContext | None = None) -> None:
        self.shown: list[dict[str, str]] = []
        self.queue: list[tuple[int, Callable[[dict[str, str]], bytes]]] = []
        guarded = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                headers = dict(self.headers)
                guarded.shown.append(headers)
                status, body = guarded.queue.pop(0) if guarded.queue else (200, lambda _: EMPTY)
                data = body(headers)
                self.send_response(status)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *_: object) -> None:
                """Quiet."""

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, *_: object) -> None:
                """A client that does not like our certificate is no event here."""

        self._server = Server(("127.0.0.1", 0), Handler)
        if context is not None:
            self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        scheme = "http" if context is None else "https"
        self.url = f"{scheme}://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def server() -> Iterator[Guarded]:
    made = Guarded()
    yield made
    made.stop()


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate of 127.0.0.1 that is its own authority, and its key."""
    folder = tmp_path_factory.mktemp("certificate")
    files = folder / "server.pem", folder / "server.key"
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    command += ["-days", "2", "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"]
    command += ["-out", str(files[0]), "-keyout", str(files[1])]
    subprocess.run(command, check=True, capture_output=True)
    return files


@pytest.fixture
def tls_server(certificate: tuple[Path, Path]) -> Iterator[Guarded]:
    """Speaks TLS and wants to see a client's certificate, that of the same authority."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    context.load_verify_locations(certificate[0])
    context.verify_mode = ssl.CERT_REQUIRED
    made = Guarded(context)
    yield made
    made.stop()


def ask(url: str, access: Access, *, patience_s: float = 0.0, waited: list[float] | None = None) -> str:
    """Asks once. Returns "" or the line of the error."""
    try:
        client = PrometheusClient(
            url, timeout_s=2, access=access, patience_s=patience_s, wait=(waited if waited is not None else []).append
        )
    except PrometheusError as fault:
        return str(fault)
    try:
        client.samples("up", 0, 1000)
    except PrometheusError as fault:
        return str(fault)
    finally:
        client.close()
    return ""


def test_a_token_from_the_environment_is_shown(server: Guarded, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OUR_TOKEN", f"{TOKEN}\n")
    assert ask(server.url, Access(bearer=Secret(env="OUR_TOKEN"))) == ""
    assert server.shown[0]["Authorization"] == f"Bearer {TOKEN}"


def test_a_token_in_a_file_may_be_renewed_while_we_run(server: Guarded, tmp_path: Path) -> None:
    """Tokens rotate: each question reads it anew."""
    file = tmp_path / "token"
    client = PrometheusClient(server.url, timeout_s=2, access=Access(bearer=Secret(file=file)))
    for token in ("first-token", "second-token"):
        file.write_text(token)
        client.samples("up", 0, 1000)
    client.close()
    assert [one["Authorization"] for one in server.shown] == ["Bearer first-token", "Bearer second-token"]


def test_user_and_password_are_shown_as_basic(server: Guarded, tmp_path: Path) -> None:
    (tmp_path / "password").write_text(TOKEN)
    access = Access(basic_user="reader", basic_password=Secret(file=tmp_path / "password"))
    assert ask(server.url, access) == ""
    kind, coded = server.shown[0]["Authorization"].split()
    assert (kind, base64.b64decode(coded).decode()) == ("Basic", f"reader:{TOKEN}")


def test_headers_and_parameters_of_the_operator_go_with_every_question(server: Guarded) -> None:
    """Mimir wants a tenant, Thanos may be told not to merge replicas."""
    client = PrometheusClient(
        server.url, timeout_s=2, headers={"X-Scope-OrgID": "lending"}, parameters={"dedup": "false"}
    )
    client.samples("up", 0, 1000)
    client.close()
    assert server.shown[0]["X-Scope-OrgID"] == "lending"


def echo(headers: dict[str, str]) -> bytes:
    """A server that says everything that it was shown."""
    return f"<html>no entry for {headers['Authorization']}".encode()


def echo_error(headers: dict[str, str]) -> bytes:
    return json.dumps({"status": "error", "error": f"bad token {headers['Authorization']}"}).encode()


def echo_warning(headers: dict[str, str]) -> bytes:
    return EMPTY[:-1] + f',"warnings":["as {headers["Authorization"]}"]}}'.encode()


@pytest.mark.parametrize("reply", [(401, echo), (403, echo_error), (500, echo_error), (200, echo), (200, echo_warning)])
@pytest.mark.parametrize("way", ["bearer", "basic"])
def test_no_secret_is_ever_repeated(
    server: Guarded,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    reply: tuple[int, Callable[[dict[str, str]], bytes]],
    way: str,
) -> None:
    """Whatever a server echoes: neither errors, nor their causes, nor any log line at any level holds it."""
    monkeypatch.setenv("OUR_TOKEN", TOKEN)
    secret = Secret(env="OUR_TOKEN")
    access = Access(bearer=secret) if way == "bearer" else Access(basic_user="reader", basic_password=secret)
    coded = base64.b64encode(f"reader:{TOKEN}".encode()).decode()
    server.queue.append(reply)
    with caplog.at_level(logging.DEBUG):
        line = ask(server.url, access)
    assert "***" in line
    for text in (line, caplog.text, repr(access)):
        assert TOKEN not in text
        assert coded not in text


def test_a_secret_that_is_not_there_is_named_by_its_place(server: Guarded, tmp_path: Path) -> None:
    """One line that says where to put it, and nothing is sent."""
    (tmp_path / "empty").write_text(" \n")
    name = server.url.removeprefix("http://")
    assert ask(server.url, Access(bearer=Secret(env="NOT_SET"))) == (
        f"auth: {name}: environment variable NOT_SET is not set"
    )
    assert ask(server.url, Access(bearer=Secret(file=tmp_path / "empty"))).endswith("empty is empty")
    assert ask(server.url, Access(bearer=Secret(file=tmp_path / "no"))).endswith("no: No such file or directory")
    assert ask(server.url, Access(ca_file=tmp_path / "no.pem")) == f"auth: {name}: no such file: {tmp_path}/no.pem"
    assert server.shown == []


def test_a_server_and_a_client_that_know_each_other_talk(tls_server: Guarded, certificate: tuple[Path, Path]) -> None:
    """With the authority's file and a certificate of our own."""
    trusted = Access(ca_file=certificate[0], client_certificate=certificate[0], client_key=certificate[1])
    assert ask(tls_server.url, trusted) == ""
    assert ask(tls_server.url, replace(trusted, ca_file=None)).startswith("tls: ")
    assert ask(tls_server.url, replace(trusted, client_certificate=None, client_key=None)) != ""


def test_trusting_anybody_is_said_aloud(
    tls_server: Guarded, certificate: tuple[Path, Path], caplog: pytest.LogCaptureFixture
) -> None:
    """insecure: true works, and the log says what it means."""
    anybody = Access(client_certificate=certificate[0], client_key=certificate[1], insecure=True)
    assert ask(tls_server.url, anybody) == ""
    assert "its certificate is not checked" in caplog.text


def refused(_: dict[str, str]) -> bytes:
    return b"busy"


def test_a_fault_that_may_pass_is_tried_again_with_longer_and_longer_pauses(server: Guarded) -> None:
    server.queue = [(503, refused), (429, refused), (502, refused)]
    waited: list[float] = []
    assert ask(server.url, Access(), patience_s=5, waited=waited) == ""
    assert waited == [0.1, 0.2, 0.4]


def test_patience_ends(server: Guarded) -> None:
    """No pause is begun that would end after it."""
    server.queue = [(503, refused)] * 50
    waited: list[float] = []
    assert ask(server.url, Access(), patience_s=0.5, waited=waited).endswith("status 503: busy")
    assert len(server.shown) == len(waited) + 1 <= 4


@pytest.mark.parametrize("status", [400, 401, 404])
def test_what_will_not_pass_is_not_tried_again(server: Guarded, status: int) -> None:
    server.queue = [(status, refused)]
    assert f"status {status}" in ask(server.url, Access(), patience_s=5)
    assert len(server.shown) == 1
