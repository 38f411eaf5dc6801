"""Sessions: a signed text that a browser carries, so that any replica with the same key knows who asks.

What a session says is believed for as long as its signature is ours, it is not too old, and the directory
(``access.directory``) has not ended it.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path

from access.errors import KeyUnusable
from access.identity import Means
from access.rights import Role

VARIABLE = "CONTROL_CENTER_SESSION_KEY"
FILE = "session.key"
ENDED = "session-ended"
"""Documents of the journal that end one: by its id, or by one of its marks."""
LEAST_KEY_BYTES = 32
LONGEST_TEXT = 4_000
RENEWED_PER_IDLE = 48
"""A session is renewed when this part of the idle time has passed: not with each of a wall's requests."""
HOUR_MS = 3_600_000


@dataclass(frozen=True, slots=True)
class SessionTimes:
    """``idle_ms``: without a request; ``longest_ms``: whatever happens."""

    idle_ms: int = 12 * HOUR_MS
    longest_ms: int = 7 * 24 * HOUR_MS


@dataclass(frozen=True, slots=True)
class Session:
    """``roles``: of who logged in elsewhere; people of ours have theirs in the store. ``epoch_ms``: the person's at
    the begin; ``seen_ms``: when it was renewed last; ``until_ms``: when whoever vouched for it wants to be asked again,
    None for never; ``marks``: by which they end it (``access.parting``)."""

    id: str
    name: str
    means: Means
    roles: frozenset[Role]
    epoch_ms: int
    began_ms: int
    seen_ms: int
    until_ms: int | None = None
    marks: tuple[str, ...] = ()

    def expires_ms(self, times: SessionTimes) -> int:
        """When it ends by itself unless somebody asks before."""
        ends_ms = min(self.seen_ms + times.idle_ms, self.began_ms + times.longest_ms)
        return ends_ms if self.until_ms is None else min(ends_ms, self.until_ms)


class Signer:
    """Signs with one key; a purpose's signature is worth nothing for another."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def sign(self, purpose: str, text: str) -> str:
        """The signature, 43 characters."""
        digest = hmac.digest(self._key, f"{purpose}\0{text}".encode("utf-8", "replace"), sha256)
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()

    def holds(self, purpose: str, text: str, signature: str) -> bool:
        """Whether it is our signature, in constant time."""
        return hmac.compare_digest(self.sign(purpose, text).encode(), signature.encode("utf-8", "replace"))


class Sessions:
    """Begins, reads and renews sessions."""

    def __init__(self, signer: Signer, times: SessionTimes) -> None:
        self._signer = signer
        self.times = times

    def begin(
        self,
        name: str,
        means: Means,
        roles: frozenset[Role],
        epoch_ms: int,
        now_ms: int,
        *,
        until_ms: int | None = None,
        marks: tuple[str, ...] = (),
    ) -> Session:
        """A new one, with a number that nobody can guess."""
        return Session(secrets.token_urlsafe(18), name, means, roles, epoch_ms, now_ms, now_ms, until_ms, marks)

    def text(self, session: Session) -> str:
        """What the browser carries."""
        body = json.dumps(
            [
                session.id,
                session.name,
                session.means,
                sorted(session.roles),
                session.epoch_ms,
                session.began_ms,
                session.seen_ms,
                session.until_ms,
                *session.marks,
            ],
            ensure_ascii=False,
            separators=(",", ":"),
        )
        packed = base64.urlsafe_b64encode(body.encode()).rstrip(b"=").decode()
        return f"{packed}.{self._signer.sign('session', packed)}"

    def read(self, text: str, now_ms: int) -> Session | None:
        """The session, None when the text is not ours or too old."""
        packed, _, signature = text.partition(".")
        if len(text) > LONGEST_TEXT or not self._signer.holds("session", packed, signature):
            return None
        session = _unpacked(packed)
        return session if session is not None and now_ms < session.expires_ms(self.times) else None

    def renewed(self, session: Session, now_ms: int) -> Session | None:
        """The same as seen now; None while the last time is not long ago."""
        due_ms = session.seen_ms + self.times.idle_ms // RENEWED_PER_IDLE
        return replace(session, seen_ms=now_ms) if now_ms >= due_ms else None


def read_key(folder: Path, environment: Mapping[str, str]) -> bytes:
    """The key of the environment, else of the file in the data directory, which is made once. Raises KeyUnusable."""
    said = environment.get(VARIABLE, "").strip()
    return _checked(said, VARIABLE) if said else _checked(_of_file(folder / FILE), folder / FILE)


def _of_file(file: Path) -> str:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        _make(file)
        if file.stat().st_mode & 0o077:
            raise KeyUnusable(file, f"others may read it; chmod 600 {file}, and delete it if they did")
        return file.read_text(encoding="ascii", errors="replace").strip()
    except OSError as error:
        raise KeyUnusable(file, error.strerror or "cannot be read") from error


def _make(file: Path) -> None:
    """Whole or not at all: another process may be starting at the same moment."""
    if file.exists():
        return
    draft = file.with_name(f"{file.name}.{secrets.token_hex(8)}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as made:
        made.write(secrets.token_urlsafe(LEAST_KEY_BYTES) + "\n")
    try:
        os.link(draft, file)
    except FileExistsError:
        pass
    finally:
        draft.unlink()


def _checked(text: str, where: object) -> bytes:
    if len(text) < LEAST_KEY_BYTES:
        raise KeyUnusable(where, f"is shorter than {LEAST_KEY_BYTES} characters; write a random one of that length")
    return text.encode("utf-8", "replace")


def _unpacked(packed: str) -> Session | None:
    try:
        body = json.loads(base64.urlsafe_b64decode(packed + "=" * (-len(packed) % 4)))
        id_, name, means, roles, epoch_ms, began_ms, seen_ms, until_ms, *marks = body
        known = frozenset(Role(role) for role in roles if role in set(Role))
        return Session(id_, name, Means(means), known, epoch_ms, began_ms, seen_ms, until_ms, tuple(marks))
    except (ValueError, TypeError, binascii.Error):
        return None  # signed by us in another version
