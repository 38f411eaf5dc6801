"""Secrets come from the environment or from files, and stay inside a value that does not print itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from outgoing.errors import BadSecret

MOST_BYTES = 16_384


@dataclass(frozen=True, slots=True)
class Secret:
    """A value that must not be shown. ``origin``: where it came from, for people."""

    origin: str
    _value: str = field(repr=False)

    def reveal(self) -> str:
        """The value itself; only what sends may ask."""
        return self._value

    def __str__(self) -> str:
        return f"secret from {self.origin}"


@dataclass(frozen=True, slots=True)
class SecretPlace:
    """Where a secret is: the name of an environment variable, or a file. Exactly one is given."""

    env: str = ""
    file: Path | None = None

    @property
    def origin(self) -> str:
        """The place in words."""
        return f"environment variable {self.env}" if self.file is None else f"file {self.file}"

    def read(self, environment: Mapping[str, str]) -> Secret:
        """Raises BadSecret, which names the place and never the value."""
        return self._of_file(self.file) if self.file is not None else self._of_environment(environment)

    def _of_environment(self, environment: Mapping[str, str]) -> Secret:
        if self.env not in environment:
            raise BadSecret(self.origin, "is not set; export it before the start")
        return self._checked(environment[self.env])

    def _of_file(self, file: Path) -> Secret:
        try:
            if file.stat().st_size > MOST_BYTES:
                raise BadSecret(self.origin, f"is larger than {MOST_BYTES} bytes; is it the right file?")
            text = file.read_text(encoding="utf-8")
        except OSError as error:
            cause = error.strerror or "cannot be read"
            raise BadSecret(self.origin, f"{cause}; create it or correct the path") from error
        except UnicodeDecodeError as error:
            raise BadSecret(self.origin, f"is not UTF-8 text at byte {error.start}") from None
        return self._checked(text)

    def _checked(self, text: str) -> Secret:
        value = text.strip()
        if not value:
            raise BadSecret(self.origin, "is empty; write the secret into it")
        if len(value.splitlines()) > 1 or not value.isprintable():
            raise BadSecret(self.origin, "holds more than one line of printable text; keep the secret alone")
        return Secret(self.origin, value)
