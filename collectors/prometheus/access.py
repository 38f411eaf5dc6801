"""How a server is entered: secrets from the environment or a file, certificates, and their absence from every message.

Secrets are read anew for each question, for tokens rotate; what an error says is cleaned of them.
"""

from __future__ import annotations

import base64
import logging
import os
from dataclasses import dataclass
from pathlib import Path

import urllib3

from collectors.prometheus.errors import NoAccess

LOG = logging.getLogger(__name__)
HIDDEN = "***"
FEWEST_SECRET_CHARACTERS = 4
"""Shorter ones are not searched for in messages: they would blot out ordinary words."""


@dataclass(frozen=True, slots=True)
class Secret:
    """Where a secret stands: in an environment variable or in a file, one of both."""

    env: str = ""
    file: Path | None = None

    def read(self, server: str) -> str:
        """The secret without surrounding white space. Raises NoAccess, which names the place and never the content."""
        if self.file is None:
            return self._checked(os.environ.get(self.env, ""), server, f"environment variable {self.env} is not set")
        try:
            text = self.file.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as fault:
            cause = fault.strerror if isinstance(fault, OSError) else "not UTF-8 text"
            raise NoAccess(server, f"secret file {self.file}: {cause}") from None
        return self._checked(text, server, f"secret file {self.file} is empty")

    def _checked(self, text: str, server: str, complaint: str) -> str:
        secret = text.strip()
        if not secret:
            raise NoAccess(server, complaint)
        if not (secret.isascii() and secret.isprintable()):
            raise NoAccess(server, f"{self.file or self.env}: a secret may hold printable ASCII characters only")
        return secret


@dataclass(frozen=True, slots=True)
class Access:
    """What one server wants to see. ``bearer`` or ``basic_user`` with ``basic_password``; TLS as PEM files.

    ``insecure`` accepts any certificate, and says so in the log of every start.
    """

    bearer: Secret | None = None
    basic_user: str = ""
    basic_password: Secret | None = None
    ca_file: Path | None = None
    client_certificate: Path | None = None
    client_key: Path | None = None
    insecure: bool = False

    def authorization(self, server: str) -> tuple[str, tuple[str, ...]]:
        """The header's value ("" for none) and what must not be seen of it. Raises NoAccess."""
        if self.bearer is not None:
            token = self.bearer.read(server)
            return f"Bearer {token}", (token,)
        if self.basic_password is None:
            return "", ()
        password = self.basic_password.read(server)
        coded = base64.b64encode(f"{self.basic_user}:{password}".encode()).decode()
        return f"Basic {coded}", (password, coded)

    def verify(self, server: str) -> bool | str:
        """What requests is to check certificates with. Raises NoAccess for a file that is not there."""
        if self.insecure:
            LOG.warning("%s: insecure: true, its certificate is not checked; anybody could answer in its place", server)
            urllib3.disable_warnings(urllib3.exceptions.InsecureRequestWarning)  # said above, once, not per request
            return False
        return True if self.ca_file is None else str(self._there(self.ca_file, server))

    def certificate(self, server: str) -> str | tuple[str, str] | None:
        """The client's own certificate as requests takes it. Raises NoAccess for a file that is not there."""
        if self.client_certificate is None:
            return None
        certificate = str(self._there(self.client_certificate, server))
        return certificate if self.client_key is None else (certificate, str(self._there(self.client_key, server)))

    def _there(self, path: Path, server: str) -> Path:
        if not path.is_file():
            raise NoAccess(server, f"no such file: {path}")
        return path


def redacted(text: str, secrets: tuple[str, ...]) -> str:
    """A text in which no secret can be read, longest first."""
    for secret in sorted(secrets, key=len, reverse=True):
        if len(secret) >= FEWEST_SECRET_CHARACTERS:
            text = text.replace(secret, HIDDEN)
    return text
