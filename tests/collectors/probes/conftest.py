"""A real service on loopback that answers well, badly, slowly or not at all; certificates of our own authority."""

from __future__ import annotations

import socket
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from collectors.probes.target import Target, Vantage
from store.probes import Probe

HERE = Vantage("here")
MADE = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes"
PAST = ("20200101000000Z", "20200201000000Z")
PRESENT = ("20200101000000Z", "20991231235959Z")
FUTURE = ("20980101000000Z", "20991231235959Z")
CA_CONFIG = """\
[ca]
default_ca = ours
[ours]
database = index.txt
new_certs_dir = .
rand_serial = yes
default_md = sha256
policy = any
copy_extensions = copy
unique_subject = no
[any]
commonName = optional
"""


class Service(ThreadingHTTPServer):
    """Behaves as the path says; ``released`` ends what hangs."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.released = threading.Event()
        self.asked: list[str] = []
        self.connections = 0

    def get_request(self) -> tuple[socket.socket, object]:
        """Counts connections."""
        self.connections += 1
        return super().get_request()

    def handle_error(self, request: object, client_address: object) -> None:
        """Clients that hang up, or refuse the certificate, are what is tested."""

    def url(self, path: str, scheme: str = "http", host: str = "127.0.0.1") -> str:
        """Address of one behavior."""
        return f"{scheme}://{host}:{self.server_port}{path}"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Service

    def do_GET(self) -> None:
        """``/status/503`` answers that; the rest by name."""
        self.server.asked.append(self.path)
        name = self.path.strip("/").split("/")
        if name[0] == "status":
            self._answer(int(name[1]), b"so it is", Location="/ok")
        elif name[0] == "ok" or self.path.startswith("http://"):
            self._answer(200, b'{"status": "all well"}')
        elif name[0] == "hang":
            self.server.released.wait(20)
        elif name[0] == "drip":
            self._drip()
        elif name[0] == "torn":
            self._head(200, 1000)
            self.wfile.write(b"half")
            self.close_connection = True
        elif name[0] == "close":
            self.close_connection = True
        elif name[0] == "garbage":
            self.wfile.write(b"SSH-2.0-OpenSSH_9.2\r\n\r\n")
            self.close_connection = True

    def do_CONNECT(self) -> None:
        """A proxy that refuses as the host says: ``502.invalid`` answers 502."""
        self._answer(int(self.path.split(".")[0]), b"")

    def _answer(self, status: int, body: bytes, **headers: str) -> None:
        self._head(status, len(body), **(headers if 300 <= status < 400 else {}))
        self.wfile.write(body)

    def _head(self, status: int, length: int, **headers: str) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(length))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()

    def _drip(self) -> None:
        self._head(200, 1000)
        while not self.server.released.wait(0.05):
            self.wfile.write(b"x")

    def log_message(self, format: str, *args: object) -> None:
        """Silence."""


@pytest.fixture
def serve() -> Iterator[Callable[..., Service]]:
    """Starts services, over TLS when a certificate is given."""
    with ExitStack() as stack:

        def start(certificate: Certificate | None = None, *, wants_ours: bool = False) -> Service:
            service = stack.enter_context(Service())
            if certificate is not None:
                context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
                context.load_cert_chain(certificate.chain, certificate.key)
                if wants_ours:
                    context.verify_mode = ssl.CERT_REQUIRED
                service.socket = context.wrap_socket(service.socket, server_side=True)
            thread = threading.Thread(target=service.serve_forever, args=(0.01,), daemon=True)
            thread.start()
            stack.callback(thread.join)
            stack.callback(service.shutdown)
            stack.callback(service.released.set)
            return service

        yield start


@pytest.fixture
def service(serve: Callable[..., Service]) -> Service:
    """One service over plain HTTP."""
    return serve()


@dataclass(frozen=True, slots=True)
class Certificate:
    """Files of one certificate."""

    chain: Path
    key: Path


class Authority:
    """An authority of our own; knows how to make certificates of any time and name."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.file = folder / "ca.pem"
        (folder / "index.txt").touch()
        (folder / "ca.cnf").write_text(CA_CONFIG)
        self._run(f"{MADE} -subj /CN=ours -days 30 -keyout ca.key -out ca.pem")

    def certificate(self, name: str, times: tuple[str, str], names: str = "DNS:localhost") -> Certificate:
        """A certificate for such names, from and until."""
        request = f"{MADE.replace(' -x509', '')} -subj /CN={name} -addext subjectAltName={names}"
        self._run(f"{request} -keyout {name}.key -out {name}.csr")
        signed = f"openssl ca -batch -config ca.cnf -cert ca.pem -keyfile ca.key -notext -in {name}.csr -out {name}.pem"
        self._run(f"{signed} -startdate {times[0]} -enddate {times[1]}")
        return Certificate(self.folder / f"{name}.pem", self.folder / f"{name}.key")

    def _run(self, line: str) -> None:
        subprocess.run(line.split(), cwd=self.folder, check=True, capture_output=True)


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """Our own authority."""
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="session")
def certificates(authority: Authority) -> dict[str, Certificate]:
    """Good and bad ones."""
    return {
        "good": authority.certificate("good", PRESENT, "DNS:localhost,IP:127.0.0.1"),
        "by_name": authority.certificate("by_name", PRESENT),
        "expired": authority.certificate("expired", PAST),
        "future": authority.certificate("future", FUTURE),
        "other": authority.certificate("other", PRESENT, "DNS:other.example"),
    }


@pytest.fixture
def target() -> Callable[..., Target]:
    """Makes a target of an address; ``probe`` parts and expectations may be given."""

    def made(url: str, *, name: str = "p", vantage: Vantage = HERE, interval_ms: int = 1000, **more: object) -> Target:
        probe = Probe(name, vantage.id, "weilidai", "dc1", interval_ms)
        return Target(probe, url, vantage, **{"limit_ms": 5_000, **more})  # type: ignore[arg-type]

    return made
