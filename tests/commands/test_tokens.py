"""``python app.py tokens``: tokens from the command line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from access.tokens import SHAPE
from app import main


def run(data: Path, *words: str) -> int:
    return main(["tokens", words[0], "--data", str(data), *words[1:]])


def shown(data: Path, capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    capsys.readouterr()
    assert run(data, "list", "--json") == 0
    found: list[dict[str, Any]] = json.loads(capsys.readouterr().out)
    return found


def test_a_token_is_printed_alone_and_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(tmp_path, "add", "ci", "--role", "performance", "--rights", "measure", "--expires", "12h") == 0
    secret = capsys.readouterr().out.strip()

    assert SHAPE.fullmatch(secret)
    (token,) = shown(tmp_path, capsys)
    assert (token["name"], token["rights"], token["used"], token["holds"]) == ("ci", ["measure"], None, True)
    assert not any(secret.encode() in file.read_bytes() for file in tmp_path.rglob("*") if file.is_file())


def test_a_kiosk_never_ends_until_it_is_revoked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(tmp_path, "add", "hall", "--kiosk") == 0
    (token,) = shown(tmp_path, capsys)
    assert (token["rights"], token["expires"]) == (["see"], None)

    assert run(tmp_path, "revoke", "Hall") == 0

    assert shown(tmp_path, capsys) == []


@pytest.mark.parametrize(
    ("words", "cause"),
    [
        (("add", "ci"), "--role: none given"),
        (("add", "ci", "--role", "king"), "--role: 'king'"),
        (("add", "ci", "--role", "viewer", "--rights", "fly"), "--rights: 'fly'"),
        (("add", "ci", "--role", "viewer", "--rights", "respond"), "right respond is none of viewer"),
        (("add", "ci", "--role", "viewer", "--expires", "never"), "never is for --kiosk"),
        (("add", "ci", "--role", "viewer", "--expires", "367d"), "--expires: '367d'"),
        (("add", "ci", "--role", "viewer", "--expires", "٣d"), "--expires"),
        (("add", "hall", "--kiosk", "--role", "admin"), "--kiosk: only looks"),
        (("add", "<b>", "--kiosk"), "name '<b>'"),
        (("revoke", "ci"), "is not known"),
    ],
)
def test_what_does_not_fit_is_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], cause: str
) -> None:
    assert run(tmp_path, *words) == 2

    error = capsys.readouterr().err
    assert cause in error
    assert error.count("\n") == 1
