"""Exchanges end in time, wherever the other side drips: in its head, in its body, over TLS and on a kept connection."""

from __future__ import annotations

import socket
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import pytest
import requests

from outgoing.within import WithinAdapter

SECONDS = 0.5
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nhere"


@contextmanager
def listening(answer: Callable[[socket.socket, int, threading.Event], None], tls: Path | None) -> Iterator[str]:
    """Answers each request by its number; the address. ``tls``: certificate and key in one file."""
    ended, listener = threading.Event(), socket.create_server(("127.0.0.1", 0))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    if tls is not None:
        context.load_cert_chain(tls)

    def serve(plain: socket.socket) -> None:
        with suppress(OSError), closing(plain if tls is None else context.wrap_socket(plain, server_side=True)) as sock:
            number = 0
            while sock.recv(65536):
                answer(sock, number, ended)
                number += 1

    def accept() -> None:
        with suppress(OSError):
            while True:
                threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield f"http{'s' if tls else ''}://127.0.0.1:{listener.getsockname()[1]}/"
    finally:
        ended.set()
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()


def dripped(whole: bytes) -> Callable[[socket.socket, int, threading.Event], None]:
    """The first answer as it should be, then one that never falls silent for long."""

    def answer(sock: socket.socket, number: int, ended: threading.Event) -> None:
        if number == 0:
            sock.sendall(OK)
            return
        for byte in whole:
            sock.sendall(bytes([byte]))
            if ended.wait(0.05):
                return

    return answer


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of 127.0.0.1, with its key."""
    file = tmp_path_factory.mktemp("tls") / "both.pem"
    command = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=here"
    command += f" -addext subjectAltName=IP:127.0.0.1 -keyout {file}.key -out {file}"
    subprocess.run(command.split(), check=True, capture_output=True)
    file.write_bytes(file.read_bytes() + Path(f"{file}.key").read_bytes())
    return file


@pytest.mark.parametrize("secure", [False, True])
@pytest.mark.parametrize(
    "whole", [b"HTTP/1.1 200 OK\r\nX: " + b"x" * 600, b"HTTP/1.1 200 OK\r\nContent-Length: 600\r\n\r\n" + b"x" * 600]
)
def test_what_drips_ends_in_time(whole: bytes, secure: bool, certificate: Path) -> None:
    """The first exchange, on the same connection, is as it always was."""
    tls = certificate if secure else None
    with listening(dripped(whole), tls) as address, requests.Session() as session:
        session.trust_env = False
        session.mount("https://", WithinAdapter(SECONDS))
        session.mount("http://", WithinAdapter(SECONDS))
        verify = str(certificate) if secure else True
        assert session.get(address, timeout=30, verify=verify).text == "here"
        with pytest.raises(requests.RequestException, match="timed out"):
            session.get(address, timeout=30, verify=verify)


def test_a_certificate_that_nobody_vouches_for_is_still_refused(certificate: Path) -> None:
    with listening(dripped(b""), certificate) as address, requests.Session() as session:
        session.trust_env = False
        session.mount("https://", WithinAdapter(SECONDS))
        with pytest.raises(requests.exceptions.SSLError):
            session.get(address, timeout=30)
