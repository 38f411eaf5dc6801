"""No secret reaches a log, a screen or the store, whatever failed."""

from __future__ import annotations

from pathlib import Path

import pytest
import requests

from outgoing.errors import BadSecret, PermanentFault, TemporaryFault
from outgoing.posting import Poster, fault_of
from outgoing.redaction import LONGEST, Redactor, shown_address
from outgoing.secrets import Secret, SecretPlace
from tests.alerts.notify.parts import Door, free_port


@pytest.mark.parametrize(
    "text",
    [
        "https://user:hunter2secret@host.example/path",
        "postgresql://user:hunter2secret@host/db",
        "https://oapi.dingtalk.com/robot/send?access_token=hunter2secret",
        "HTTPSConnectionPool(host='h', port=443): Max retries exceeded with url: /robot/send?key=hunter2secret (Caused",
        "POST /open-apis/bot/v2/hook/hunter2secret failed",
        "{'Authorization': 'Bearer hunter2secret', 'x': 1}",
        "Authorization: Basic hunter2secret==",
        "sent with Bearer hunter2secret",
        'payload {"routing_key": "hunter2secret", "event": 1}',
        "password=hunter2secret&x=1",
        "dingtalk://SECRETx@hunter2secret/",
        "?sign=hunter2secret&timestamp=1",
        "api_key: hunter2secret",
        "mailtos://me:hunter2secret@mail.example?to=a@b",
    ],
)
def test_what_looks_like_a_secret_is_hidden(text: str) -> None:
    """Without being told what it is."""
    assert "hunter2secret" not in Redactor()(text)


def test_a_known_secret_is_hidden_however_it_is_written() -> None:
    """As it is, quoted for an address, and as a part of the address that it stands in."""
    redact = Redactor(["p@ss/wörd 1", "https://hooks.example/services/T000/B000/abcdefghijk?x=queryvalue"])
    for text in (
        "it was p@ss/wörd 1",
        "p%40ss%2Fw%C3%B6rd%201",
        "p%40ss%2Fw%C3%B6rd+1",
        "at abcdefghijk",
        "queryvalue",
    ):
        assert "***" in redact(text), text
    assert redact("the ordinary words of an error stay") == "the ordinary words of an error stay"
    assert "abcdefghijk" not in repr(redact)


def test_a_redacted_text_is_one_short_line() -> None:
    """Whatever the other side said."""
    text = Redactor()("line\nline " * 500)
    assert len(text) == LONGEST
    assert "\n" not in text


def test_an_address_shows_its_host_alone() -> None:
    """Path, query and user may all be secret."""
    assert shown_address("https://u:p@host.example:8443/a/b?c=d") == "https://host.example:8443/***"
    assert shown_address("http://[::1") == "***"


@pytest.mark.parametrize(
    "error",
    [
        requests.ConnectTimeout("url /hook/hunter2secret"),
        requests.ReadTimeout("hunter2secret"),
        requests.exceptions.SSLError("hunter2secret"),
        requests.exceptions.ProxyError("http://u:hunter2secret@proxy"),
        requests.ConnectionError("hunter2secret"),
        requests.exceptions.InvalidURL("hunter2secret"),
        requests.exceptions.InvalidHeader("hunter2secret"),
        requests.exceptions.ChunkedEncodingError("hunter2secret"),
        requests.TooManyRedirects("hunter2secret"),
    ],
)
def test_no_exception_of_requests_lets_its_text_out(error: requests.RequestException) -> None:
    """Each becomes a fault in our own words."""
    fault = fault_of(error, "https://host/***", Redactor())
    assert isinstance(fault, TemporaryFault | PermanentFault)
    assert "hunter2secret" not in str(fault)


def test_a_real_failure_and_a_real_refusal_keep_the_secret(at_the_door: Door) -> None:
    """The other side repeats our own address to us."""
    at_the_door.answers = [(403, {}, b"no such hook: /hooks/hunter2secret/x")]
    url = f"{at_the_door.url}/hooks/hunter2secret/x"
    for poster in (Poster(url, Redactor([url])), Poster(f"http://127.0.0.1:{free_port()}/hunter2secret", Redactor())):
        with pytest.raises((PermanentFault, TemporaryFault)) as caught:
            poster.post(b"", {})
        poster.close()
        assert "hunter2secret" not in str(caught.value)
        assert caught.value.__cause__ is None


def test_a_secret_is_read_from_a_file_or_the_environment_and_does_not_print_itself(tmp_path: Path) -> None:
    """The line's end is not a part of it."""
    file = tmp_path / "secret"
    file.write_text("hunter2secret\n")
    for place in (SecretPlace(file=file), SecretPlace(env="S")):
        secret = place.read({"S": "hunter2secret"})
        assert secret.reveal() == "hunter2secret"
        assert "hunter2secret" not in f"{secret} {secret!r}"
    assert isinstance(secret, Secret)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "No such file or directory; create it or correct the path"),
        (b"", "is empty; write the secret into it"),
        (b"one\ntwo\n", "more than one line"),
        (b"\xff", "is not UTF-8 text at byte 0"),
        (b"x" * 20_000, "is larger than 16384 bytes"),
    ],
)
def test_a_secret_that_cannot_be_read_names_its_place(tmp_path: Path, content: bytes | None, said: str) -> None:
    """Never its value."""
    file = tmp_path / "secret"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(BadSecret, match=f"secret from file .*/secret: .*{said}"):
        SecretPlace(file=file).read({})
    with pytest.raises(BadSecret, match="environment variable S: is not set; export it"):
        SecretPlace(env="S").read({})
