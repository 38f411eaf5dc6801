"""``python app.py people``: who logs in, from the command line; every change in the audit log under a true name."""

from __future__ import annotations

import io
import json
import os
import pwd
import sys
from pathlib import Path
from typing import Any

import pytest

from app import main

PASSWORD = "correct horse battery"
OTHER = "staple wagon lantern"


def run(data: Path, *words: str) -> int:
    """One action."""
    return main(["people", words[0], "--data", str(data), *words[1:]])


def added(data: Path, monkeypatch: pytest.MonkeyPatch, name: str, roles: str, password: str = PASSWORD) -> int:
    """Somebody new, with a password from standard input."""
    monkeypatch.setattr(sys, "stdin", io.StringIO(password + "\n"))
    return run(data, "add", name, "--roles", roles, "--password-stdin")


def known(data: Path, capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    """As scripts see everybody."""
    capsys.readouterr()
    assert run(data, "list", "--json") == 0
    found: list[dict[str, Any]] = json.loads(capsys.readouterr().out)
    return found


def test_a_life_from_first_admin_to_forgotten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """No password stands in any output or file, nor can the environment lend somebody another name."""
    monkeypatch.setenv("USER", "forged")
    monkeypatch.setenv("LOGNAME", "forged")
    assert added(tmp_path, monkeypatch, "Li", "admin") == 0
    assert added(tmp_path, monkeypatch, "wang", "viewer,on-call") == 0
    (tmp_path / "other").write_text(OTHER + "\nsecond line\n", encoding="utf-8")
    assert run(tmp_path, "roles", "wang", "manager") == 0
    assert run(tmp_path, "password", "wang", "--password-file", str(tmp_path / "other")) == 0
    assert run(tmp_path, "disable", "wang") == 0
    said = capsys.readouterr()
    people = {person["name"]: person for person in known(tmp_path, capsys)}
    assert sorted(people) == ["Li", "wang"]
    assert (people["wang"]["roles"], people["wang"]["disabled"]) == (["manager"], True)
    assert run(tmp_path, "enable", "wang") == 0
    assert run(tmp_path, "remove", "wang") == 0
    assert [person["name"] for person in known(tmp_path, capsys)] == ["Li"]
    assert main(["audit", "list", "--data", str(tmp_path), "--json"]) == 0
    log = capsys.readouterr().out
    assert pwd.getpwuid(os.getuid()).pw_name in log
    assert "forged" not in log
    (tmp_path / "other").unlink()
    files = b"".join(file.read_bytes() for file in tmp_path.rglob("*") if file.is_file())
    for secret in (PASSWORD, OTHER):
        assert secret not in said.out + said.err + log
        assert secret.encode() not in files


@pytest.mark.parametrize(
    ("words", "password", "cause"),
    [
        (("add", "li", "--roles", "king", "--password-stdin"), PASSWORD, "roles: 'king'"),
        (("add", "li", "--roles", " , ", "--password-stdin"), PASSWORD, "none given"),
        (("add", "li", "--roles", "admin", "--password-stdin"), "", "holds no password in its first line"),
        (("add", "li", "--roles", "admin", "--password-stdin"), "short", "12 characters"),
        (("add", "li", "--roles", "admin"), "", "nobody can be asked for a password here"),
        (("add", "<b>", "--roles", "admin", "--password-stdin"), PASSWORD, "<b>"),
        (("add", "li", "--roles", "admin", "--password-file", "gone"), "", "gone"),
        (("roles", "nobody", "admin"), "", "nobody"),
        (("remove", "nobody"), "", "nobody"),
    ],
)
def test_what_cannot_be_is_one_line(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    *,
    words: tuple[str, ...],
    password: str,
    cause: str,
) -> None:
    """With what is wrong, and never the password."""
    monkeypatch.setattr(sys, "stdin", io.StringIO(password))
    assert run(tmp_path, *words) == 2
    said = capsys.readouterr().err
    assert said.startswith("error: ")
    assert cause in said
    assert said.count("\n") == 1
    assert PASSWORD not in said


def test_the_last_admin_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Else nobody could let anybody in again."""
    added(tmp_path, monkeypatch, "li", "admin")
    for words in (("remove", "li"), ("disable", "li"), ("roles", "li", "viewer")):
        assert run(tmp_path, *words) == 2
        assert "admin" in capsys.readouterr().err
    assert known(tmp_path, capsys)[0]["roles"] == ["admin"]
