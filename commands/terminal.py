"""What may reach a person's terminal: no secret in an error, no control characters from outside anywhere.

A title, a label or a file's text may hold escape sequences that rewrite what stands on the screen, and marks that turn
the direction of writing; both are written out instead. What is no terminal (a file, a pipe) gets every byte as it is.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator, Mapping
from typing import Any, TextIO

from outgoing.redaction import Redactor

_SECRET_NAME = re.compile(r"PASSWORD|PASSWD|SECRET|TOKEN|API_?KEY|WEBHOOK", re.IGNORECASE)
_TURNING = (0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A))
"""Marks that change in which direction what follows is read."""
WRITTEN_OUT: Mapping[int, str] = {
    code: f"\\u{code:04x}" for code in (*range(0x20), *range(0x7F, 0xA0), 0x2028, 0x2029, *_TURNING)
}
"""Every control character, line breaks too: for what must stay one line."""
_ON_SCREEN = {code: text for code, text in WRITTEN_OUT.items() if chr(code) not in "\n\t\r"}


class Screen:
    """A terminal's stream that writes control characters out."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        """As of any stream."""
        return self._stream.write(text.translate(_ON_SCREEN))

    def writelines(self, lines: Iterator[str]) -> None:
        """As of any stream."""
        for line in lines:
            self.write(line)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


def guard_terminal() -> None:
    """From now on; streams that are no terminal stay as they are."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is not None and stream.isatty() and not isinstance(stream, Screen):
            setattr(sys, name, Screen(stream))


def error_text(error: Exception) -> str:
    """What a command says when it gives up."""
    known = Redactor(environment_secrets(os.environ)).known(str(error))
    return "\n".join(line.translate(WRITTEN_OUT) for line in known.split("\n"))


def environment_secrets(environment: Mapping[str, str]) -> list[str]:
    """Values of variables whose names say that they are secret."""
    return [value for name, value in environment.items() if value and _SECRET_NAME.search(name)]
