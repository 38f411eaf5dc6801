"""Who may send what machines send: one token per scope, from the environment or a file of the data directory, read anew
for each request, compared in constant time. Without a token nobody may, on loopback neither: any program of the machine
could otherwise write a proof of five nines."""

from __future__ import annotations

import hmac
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from http import HTTPStatus
from pathlib import Path

from dashboard.api.errors import Refused

LOAD_RUNS = "load-runs"
"""The scope that may send results of load runs, and nothing else."""
MOST_BYTES = 4_096
SCHEME = "Bearer "
SHORTEST = 16


def _nothing_kept(given: str) -> bool:
    return False


@dataclass(frozen=True, slots=True)
class Tokens:
    """``folder``: where the files are, None for none; the environment's word goes before the file's. ``kept``: whether
    a text is a token of the store that may do what this scope may."""

    folder: Path | None = None
    environment: Mapping[str, str] = field(default_factory=lambda: os.environ)
    kept: Callable[[str], bool] = _nothing_kept

    def admit(self, scope: str, authorization: str) -> None:
        """Lets pass whoever has the token of this scope. Raises Refused: 403 when there is none, else 401."""
        given = bearer_of(authorization)
        if self.is_known(scope, given) or (given and self.kept(given)):
            return
        if not self._token(scope):
            raise Refused(HTTPStatus.FORBIDDEN, f"no token for {scope} is set; make one: {how_to_make(scope)}")
        text = f"the token is not the one for {scope}; send Authorization: Bearer TOKEN ({how_to_find(scope)})"
        raise Refused(HTTPStatus.UNAUTHORIZED, text, {"WWW-Authenticate": f'Bearer realm="{scope}"'})

    def is_known(self, scope: str, given: str) -> bool:
        """Whether it is the token that is set for a scope."""
        known = self._token(scope)
        return bool(known) and _same(given, known)

    def _token(self, scope: str) -> str:
        """What is set for a scope; empty when nothing is, or what is there is too short to be a secret."""
        said = self.environment.get(variable_of(scope), "").strip()
        found = said or self._of_file(scope)
        return found if len(found) >= SHORTEST else ""

    def _of_file(self, scope: str) -> str:
        if self.folder is None:
            return ""
        try:
            content = (self.folder / file_of(scope)).read_bytes()
        except OSError:
            return ""
        return content.decode("ascii", "ignore").strip() if len(content) <= MOST_BYTES else ""


def bearer_of(authorization: str) -> str:
    """The token of an Authorization header, empty without one."""
    return authorization.removeprefix(SCHEME) if authorization.startswith(SCHEME) else ""


def file_of(scope: str) -> str:
    """Name of the file with a scope's token."""
    return f"{scope}.token"


def variable_of(scope: str) -> str:
    """Name of the environment variable with a scope's token."""
    return f"CONTROL_CENTER_{scope.upper().replace('-', '_')}_TOKEN"


def how_to_make(scope: str) -> str:
    """One command; no restart is needed."""
    return f"python app.py {scope} token --data DIR, or start the server with {variable_of(scope)}"


def how_to_find(scope: str) -> str:
    """Where the token is."""
    return f"{file_of(scope)} in the data directory, or {variable_of(scope)} of the server"


def _same(given: str, known: str) -> bool:
    """In constant time, whatever the lengths."""
    return hmac.compare_digest(sha256(given.encode("utf-8", "replace")).digest(), sha256(known.encode()).digest())
