"""What reaches a terminal: nothing that rewrites the screen, and no secret in an error."""

from __future__ import annotations

import io
import sys

import pytest

from commands.errors import CommandError
from commands.terminal import Screen, error_text, guard_terminal

HOSTILE = "\x1b[2J\x1b]0;owned\x07 \x9b31m \x85 \u202eevil\u2066 \u2028end\x00"


class Terminal(io.StringIO):
    """Says that it is one."""

    def isatty(self) -> bool:
        return True


def test_a_terminal_gets_control_characters_written_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lines, tabs and progress that returns to the line's start stay."""
    terminal = Terminal()
    monkeypatch.setattr(sys, "stdout", terminal)
    guard_terminal()
    guard_terminal()
    print(f"a\tb\r{HOSTILE} 放款")  # noqa: T201
    assert terminal.getvalue() == (
        "a\tb\r\\u001b[2J\\u001b]0;owned\\u0007 \\u009b31m \\u0085 \\u202eevil\\u2066 \\u2028end\\u0000 放款\n"
    )
    assert isinstance(sys.stdout, Screen)


def test_a_file_gets_every_byte_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    file = io.StringIO()
    monkeypatch.setattr(sys, "stdout", file)
    guard_terminal()
    print(HOSTILE)  # noqa: T201
    assert file.getvalue() == HOSTILE + "\n"


def test_an_error_holds_no_secret_and_no_escape(monkeypatch: pytest.MonkeyPatch) -> None:
    """Known by their variable's name, or by where they stand in an address; words about passwords stay."""
    monkeypatch.setenv("BANK_API_TOKEN", "known-to-us-only")
    said = error_text(CommandError(f"http://a:hunter22@host/ said known-to-us-only\x1b[1m; password: {'too short'}"))
    assert said == "http://***@host/ said ***\\u001b[1m; password: too short"
