"""Who did what: an append-only log in which every row carries a digest of all rows before it.

A row's digest is ``sha256(digest of the row before || canonical row)``, so that nothing can be changed, removed, put in
or moved without changing every digest after it. The newest number and digest, the **head**, stand for the whole log:
whoever wrote one down elsewhere sees when the end was cut off or everything was made anew (``store.audit_chain``).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from hashlib import sha256
from typing import NamedTuple, Protocol

from store.errors import BadHead, JournalRefused

ITSELF = "control-center"
"""Actor of what the control center does by itself."""
DIGEST_DIGITS = 64
LONGEST_NAME = 300
"""Characters of an actor, an action or a subject."""
LONGEST_DETAIL = 16 * 1024
LONGEST_VALUE, SHORT_VALUE, MOST_VALUES = 4000, 100, 20
_HEX = frozenset("0123456789abcdef")


class Audited(NamedTuple):
    """One act. ``actor``: who, never empty (``ITSELF``, ``cli:USER@host``); ``action``: what, a dotted word such as
    ``alert.acknowledge``; ``subject``: what it was done to, may be empty; ``detail``: a JSON object, never a secret."""

    at_ms: int
    actor: str
    action: str
    subject: str
    detail: str


class AuditRow(NamedTuple):
    """An act as it is stored. ``number``: 1, 2, 3, without holes; ``digest``: hexadecimal."""

    number: int
    act: Audited
    digest: str


@dataclass(frozen=True, slots=True)
class Head:
    """The newest row's number and digest: what the whole log is told by. ``0`` and zeros before the first row."""

    number: int
    digest: str

    def text(self) -> str:
        """``NUMBER:DIGEST``, as it is written down."""
        return f"{self.number}:{self.digest}"

    @classmethod
    def parse(cls, text: str) -> Head:
        """Reads ``NUMBER:DIGEST``. Raises BadHead."""
        number, _, digest = text.strip().partition(":")
        if not (number.isascii() and number.isdigit() and len(number) < 19):  # noqa: PLR2004 - a signed 64-bit number
            raise BadHead(text)
        if len(digest) != DIGEST_DIGITS or not _HEX.issuperset(digest):
            raise BadHead(text)
        return cls(int(number), digest)


BEGIN = Head(0, "0" * DIGEST_DIGITS)
"""The head of an empty log."""


def audited(at_ms: int, actor: str, action: str, subject: str = "", **detail: object) -> Audited:
    """An act with its detail as JSON. What is None is left out; what is too long to be kept is cut and says so."""
    said = {name: value for name, value in detail.items() if value is not None}
    text = _as_json({name: _cut(value, LONGEST_VALUE) for name, value in said.items()})
    if len(text) > LONGEST_DETAIL:
        text = _as_json({name: _cut(value, SHORT_VALUE) for name, value in list(said.items())[:MOST_VALUES]})
    return Audited(at_ms, actor[:LONGEST_NAME] or ITSELF, action, subject[:LONGEST_NAME], text)


def _cut(value: object, most: int) -> object:
    """A text, or anything else as JSON, of so many characters at most."""
    text = value if isinstance(value, str) else _as_json(value)
    return value if len(text) <= most else f"{text[:most]}... ({len(text):,} characters)"


def _as_json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def canonical(number: int, act: Audited) -> bytes:
    """The bytes of a row that its digest is made of: a JSON array, ASCII, no spaces."""
    return json.dumps([number, *act], ensure_ascii=True, separators=(",", ":")).encode("ascii")


def digest_of(before: str, number: int, act: Audited) -> str:
    """Digest of a row that follows the one with the digest ``before``."""
    return sha256(bytes.fromhex(before) + canonical(number, act)).hexdigest()


def chained(head: Head, acts: tuple[Audited, ...]) -> list[AuditRow]:
    """The rows that acts become behind a head."""
    rows: list[AuditRow] = []
    for act in acts:
        head = Head(head.number + 1, digest_of(head.digest, head.number + 1, act))
        rows.append(AuditRow(head.number, act, head.digest))
    return rows


def refuse_unauditable(act: Audited) -> None:
    """Raises JournalRefused for a row that says not who or what, or whose detail is no small JSON object."""
    what = f"audit {act.action!r}"
    if not act.actor or not act.action:
        raise JournalRefused(what, "says not who did it, or not what")
    if max(map(len, (act.actor, act.action, act.subject))) > LONGEST_NAME:
        raise JournalRefused(what, f"actor, action and subject have {LONGEST_NAME} characters at most")
    if len(act.detail) > LONGEST_DETAIL:
        raise JournalRefused(what, f"its detail has {len(act.detail):,} characters, {LONGEST_DETAIL:,} at most")
    try:
        is_object = isinstance(json.loads(act.detail), dict)
    except ValueError:
        is_object = False
    if not is_object:
        raise JournalRefused(what, "its detail is no JSON object")


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """Which rows: those in ``[from_ms, to_ms)``; an empty actor, action or subject means any. ``action`` is a whole
    word (``alert.acknowledge``) or, with a dot at its end, a family (``alert.``)."""

    actor: str = ""
    action: str = ""
    subject: str = ""
    from_ms: int | None = None
    to_ms: int | None = None


EVERYTHING = AuditFilter()


class AuditReader(Protocol):
    """What was done, true of the instant of the reader that it came from."""

    def head(self) -> Head:
        """The newest row's number and digest; ``BEGIN`` before the first."""

    def rows(
        self,
        asked: AuditFilter = EVERYTHING,
        *,
        after: int = 0,
        before: int | None = None,
        most: int = 1000,
        newest_first: bool = False,
    ) -> list[AuditRow]:
        """Rows with a number above ``after`` and below ``before``, in order of it."""

    def actions(self) -> list[str]:
        """Every action that there is, in order."""
