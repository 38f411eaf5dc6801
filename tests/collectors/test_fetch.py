"""One page over real sockets, in time and whole, or a line that says why not."""

from __future__ import annotations

import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from collectors.errors import (
    BadStatus,
    BadTarget,
    CollectorError,
    GarbagePage,
    PageTooLarge,
    TargetInsecure,
    TargetRefused,
    TargetTimeout,
    TargetUnresolved,
    TargetUnroutable,
)
from collectors.fetch import Fetcher

PAGE = b"lending_requests_total 1\n# EOF\n"


@pytest.fixture
def fetcher(exporter):
    """Asks the exporter; half a second for everything."""
    asking = Fetcher(exporter.url, 0.5)
    yield asking
    asking.close()


def test_a_page_comes_with_its_format(exporter, fetcher, answered) -> None:
    """OpenMetrics is asked for first, and nothing compressed."""
    assert fetcher.fetch().openmetrics
    exporter.answer = exporter.send(answered(PAGE, "200 OK", "text/plain; version=0.0.4"))
    assert fetcher.fetch() == type(fetcher.fetch())(PAGE.decode(), openmetrics=False)
    accepts = "\n".join(sorted(exporter.accept_headers))
    assert "application/openmetrics-text;version=1.0.0" in accepts
    assert "Accept-Encoding: identity" in accepts


def test_one_connection_serves_many_pages(exporter, fetcher) -> None:
    """Kept alive."""
    for _ in range(5):
        fetcher.fetch()
    assert (exporter.requests, exporter.connections) == (5, 1)


def test_a_connection_that_was_closed_meanwhile_is_opened_again_at_once(exporter, fetcher) -> None:
    """That says nothing about the target now."""
    fetcher.fetch()
    exporter.drop_connections()
    time.sleep(0.05)
    assert fetcher.fetch().openmetrics
    assert exporter.connections == 2


def test_pages_in_chunks_and_to_the_end_of_the_connection_are_read(exporter, fetcher) -> None:
    """Both ways of not telling the length."""
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"
    half = len(PAGE) // 2
    chunks = [b"%x\r\n%b\r\n" % (len(part), part) for part in (PAGE[:half], PAGE[half:])]
    exporter.answer = exporter.send(head + b"Transfer-Encoding: chunked\r\n\r\n", *chunks, b"0\r\n\r\n")
    assert fetcher.fetch().text == PAGE.decode()

    def until_the_end(connection: socket.socket) -> None:
        connection.sendall(head + b"Connection: close\r\n\r\n" + PAGE)
        connection.shutdown(socket.SHUT_RDWR)

    exporter.answer = until_the_end
    assert fetcher.fetch().text == PAGE.decode()
    assert fetcher.fetch().text == PAGE.decode()


CHUNKED = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n"
BAD_ANSWERS = [
    ("an error of the server", lambda a: a(b"", "503 Service Unavailable"), BadStatus, "http: 503 Service Unavailable"),
    ("a page that is not there", lambda a: a(b"", "404 Not Found"), BadStatus, "http: 404"),
    (
        "a redirect, which may lead anywhere",
        lambda a: a(b"", "302 Found", "text/plain", "Location: http://elsewhere/"),
        BadStatus,
        "http: 302 .*not followed",
    ),
    ("a login page", lambda a: a(b"<html>", "200 OK", "text/html"), GarbagePage, "garbage: .*text/html"),
    ("JSON", lambda a: a(b"{}", "200 OK", "application/json"), GarbagePage, "garbage: .*json"),
    (
        "an encoding",
        lambda a: a(PAGE, "200 OK", "text/plain", "Content-Encoding: gzip"),
        GarbagePage,
        "garbage: .*gzip",
    ),
    ("bytes that are no text", lambda a: a(b"\xff\xfe", "200 OK"), GarbagePage, "garbage: .*UTF-8"),
    ("another protocol", lambda a: b"SSH-2.0-OpenSSH_9.2\r\n\r\n", GarbagePage, "garbage: .*not HTTP"),
    ("too many bytes", lambda a: a(b"x" * 3000), PageTooLarge, "too_large: .*2000 bytes"),
    ("too many chunks", lambda a: CHUNKED + b"bb8\r\n" + b"x" * 3000 + b"\r\n0\r\n\r\n", PageTooLarge, "too_large:"),
    (
        "a lie about the length",
        lambda a: b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n",
        PageTooLarge,
        "too_",
    ),
]


@pytest.mark.parametrize(
    ("answer", "cause", "reason"), [row[1:] for row in BAD_ANSWERS], ids=[row[0] for row in BAD_ANSWERS]
)
def test_what_is_not_a_page_is_refused_with_one_line(
    exporter, answered, answer: Callable[..., bytes], cause: type[CollectorError], reason: str
) -> None:
    """And the next fetch starts afresh."""
    fetcher = Fetcher(exporter.url, 5, most_bytes=2000)
    exporter.answer = exporter.send(answer(answered))
    with pytest.raises(cause, match=reason) as refused:
        fetcher.fetch()
    assert "\n" not in str(refused.value)
    exporter.answer = exporter.send_page
    assert fetcher.fetch().openmetrics
    fetcher.close()


@pytest.mark.parametrize(
    "head",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1f4\r\n",
    ],
)
def test_a_page_whose_connection_ends_within_it_is_torn(exporter, fetcher, head: bytes) -> None:
    """Nothing of it is used."""

    def torn(connection: socket.socket) -> None:
        connection.sendall(head + PAGE)
        connection.shutdown(socket.SHUT_RDWR)

    exporter.answer = torn
    with pytest.raises(GarbagePage, match="torn"):
        fetcher.fetch()


def dripped(whole: bytes) -> list[bytes]:
    return [whole[place : place + 1] for place in range(len(whole))]


@pytest.mark.parametrize("part", ["nothing", "head", "body", "chunks"])
def test_the_deadline_holds_for_the_whole_answer(exporter, fetcher, answered, part: str) -> None:
    """A byte every 50 ms resets no clock."""
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 31\r\n\r\n"
    pieces = {"head": dripped(head), "body": [head, *dripped(PAGE)], "chunks": [CHUNKED, *dripped(b"1f\r\n" + PAGE)]}
    exporter.answer = exporter.freeze if part == "nothing" else exporter.send(*pieces[part], pause_s=0.05)
    began = time.monotonic()
    with pytest.raises(TargetTimeout, match=r"timeout: no whole answer within 0.5 s"):
        fetcher.fetch()
    assert 0.45 < time.monotonic() - began < 20  # a frozen target hangs for 30


def test_a_dead_target_is_refused_and_found_again(exporter, fetcher) -> None:
    """On the kept-alive connection and on a new one."""
    fetcher.fetch()
    exporter.kill()
    for _ in range(2):
        with pytest.raises(TargetRefused, match=r"refused: 127.0.0.1:\d+: "):
            fetcher.fetch()
    exporter.restart()
    assert fetcher.fetch().openmetrics


def test_a_target_that_hangs_up_without_an_answer_is_refused(exporter, fetcher) -> None:
    """Accepted, then closed."""
    exporter.answer = lambda connection: connection.shutdown(socket.SHUT_RDWR)
    with pytest.raises(TargetRefused, match="closed the connection without an answer"):
        fetcher.fetch()


def test_no_way_to_the_machine_is_not_a_refusal() -> None:
    """Broadcast addresses take no connection: a fault of the network says nothing about the process."""
    with pytest.raises(TargetUnroutable, match=r"unroutable: 255\.255\.255\.255:80: "):
        Fetcher("http://255.255.255.255/metrics", 0.5).fetch()


def test_a_name_without_an_address_is_told_apart() -> None:
    """A typing error in the catalog, or DNS is down."""
    with pytest.raises(TargetUnresolved, match=r"dns: nowhere\.invalid"):
        Fetcher("http://nowhere.invalid/metrics", 5).fetch()


@pytest.mark.parametrize(
    "url", ["", "localhost:9100", "ftp://a/", "http://", "http://a:99999/", "http://a:0/", "http://a/b c", "http://a/ü"]
)
def test_what_is_not_an_address_is_refused_before_anything_is_asked(url: str) -> None:
    """One line that shows the address."""
    with pytest.raises(BadTarget, match="config: "):
        Fetcher(url, 1)


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A certificate for localhost that nobody trusts yet."""
    path = tmp_path / "both.pem"
    command = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
        "-nodes",
        "-days",
        "1",
    ]
    command += ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout", str(path), "-out"]
    subprocess.run([*command, str(tmp_path / "cert.pem")], check=True, capture_output=True)
    path.write_text(path.read_text() + (tmp_path / "cert.pem").read_text())
    return path


def serve_tls(certificate: Path, listener: socket.socket, drip: bool) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    whole = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 31\r\n\r\n" + PAGE
    while True:
        try:
            plain, _ = listener.accept()
            with context.wrap_socket(plain, server_side=True) as connection:
                connection.recv(4096)
                for piece in dripped(whole) if drip else [whole]:
                    connection.sendall(piece)
                    time.sleep(0.05 if drip else 0)
        except ssl.SSLError:  # the reader does not trust us
            continue
        except OSError:
            return


@pytest.mark.parametrize(("trusted", "drip"), [(False, False), (True, False), (True, True)])
def test_tls_is_verified_and_kept_to_the_deadline(
    certificate: Path, monkeypatch: pytest.MonkeyPatch, trusted: bool, drip: bool
) -> None:
    """An unknown certificate is refused with its cause."""
    if trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=serve_tls, args=(certificate, listener, drip), daemon=True).start()
        fetcher = Fetcher(f"https://localhost:{listener.getsockname()[1]}/metrics", 0.8)
        if not trusted:
            with pytest.raises(TargetInsecure, match=r"tls: .*certificate refused, self.signed"):
                fetcher.fetch()
        elif drip:
            with pytest.raises(TargetTimeout):
                fetcher.fetch()
        else:
            assert fetcher.fetch().text == PAGE.decode()
        fetcher.close()
        listener.shutdown(socket.SHUT_RDWR)
