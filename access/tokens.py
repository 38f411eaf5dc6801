"""Tokens of scripts and of walls: 256 random bits that are shown once and kept as a digest.

A random text of that length cannot be guessed, so a plain digest is enough: nothing has to be slow about it.
"""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any

from access.auditing import with_audit
from access.errors import TokenRefused
from access.identity import Identity, Means
from access.people import MOST, key_of, name_of
from access.rights import Right, Role, RolePolicy
from access.sessions import HOUR_MS
from store.journal import Change, Document, JournalReader

KIND = "access-token"
SECRET_BYTES = 32
SHAPE = re.compile(r"lcc_[\w-]{43}", re.ASCII)
"""Begins with a word that scanners of source code can look for."""
DAY_MS = 24 * HOUR_MS
USED_EVERY_MS = HOUR_MS
"""How coarse the last use is kept."""


@dataclass(frozen=True, slots=True)
class Token:
    """``digest``: SHA-256 of the text, hexadecimal; ``rights``: of these alone, None for all that the roles allow;
    ``expires_ms``: None for never, which only a kiosk has; ``used_ms``: the last use but for an hour, None for never;
    ``version``: of the stored document."""

    name: str
    digest: str
    roles: frozenset[Role]
    rights: frozenset[Right] | None
    kiosk: bool
    made_ms: int
    expires_ms: int | None
    by: str
    used_ms: int | None = None
    revoked: bool = False
    version: int = 0

    @property
    def actor(self) -> str:
        """As it stands in the audit log; no person can be called so."""
        return f"{'kiosk' if self.kiosk else 'token'}:{self.name}"

    def holds(self, now_ms: int) -> bool:
        """Whether it opens anything now."""
        return not self.revoked and (self.expires_ms is None or now_ms < self.expires_ms)

    def allows(self, policy: RolePolicy) -> frozenset[Right]:
        """What it opens; a kiosk only looks, whatever its role grows to."""
        allowed = policy.of(self.roles) if self.rights is None else policy.of(self.roles) & self.rights
        return allowed & {Right.SEE} if self.kiosk else allowed

    def identity(self, policy: RolePolicy) -> Identity:
        """Whoever shows it."""
        return Identity(self.actor, Means.TOKEN, self.allows(policy), self.expires_ms, self.roles)

    def is_used_anew(self, now_ms: int) -> bool:
        """Whether its last use is to be kept."""
        return self.used_ms is None or now_ms - self.used_ms >= USED_EVERY_MS

    def document(self) -> Document:
        """As it is stored; open as long as it is not revoked, so that no retention takes it."""
        body = {
            "name": self.name,
            "digest": self.digest,
            "roles": sorted(self.roles),
            "rights": None if self.rights is None else sorted(self.rights),
            "kiosk": self.kiosk,
            "expires_ms": self.expires_ms,
            "by": self.by,
            "used_ms": self.used_ms,
        }
        text = json.dumps(body, ensure_ascii=False)
        return Document(KIND, key_of(self.name), self.version, self.made_ms, not self.revoked, text)

    @classmethod
    def of(cls, document: Document) -> Token:
        """The reverse of ``document``. Roles and rights that this release does not know open nothing."""
        body: Mapping[str, Any] = json.loads(document.body)
        rights = body["rights"]
        return cls(
            name=body["name"],
            digest=body["digest"],
            roles=frozenset(Role(role) for role in body["roles"] if role in set(Role)),
            rights=None if rights is None else frozenset(Right(right) for right in rights if right in set(Right)),
            kiosk=body["kiosk"],
            made_ms=document.at_ms,
            expires_ms=body["expires_ms"],
            by=body["by"],
            used_ms=body["used_ms"],
            revoked=not document.open,
            version=document.version,
        )


@dataclass(frozen=True, slots=True)
class Wanted:
    """A token as somebody orders it. ``lasts_ms``: None for never."""

    name: str
    roles: frozenset[Role]
    rights: frozenset[Right] | None
    lasts_ms: int | None
    kiosk: bool = False


def new_secret() -> str:
    """A text that nobody can guess."""
    return f"lcc_{secrets.token_urlsafe(SECRET_BYTES)}"


def digest_of(secret: str) -> str:
    """What is kept of it."""
    return sha256(secret.encode("utf-8", "replace")).hexdigest()


def listed(journal: JournalReader) -> list[Token]:
    """Every token that is not revoked, by name."""
    tokens = [Token.of(each) for each in journal.documents(KIND, open_only=True, most=MOST)]
    return sorted(tokens, key=lambda token: key_of(token.name))


def by_digest(tokens: Iterable[Token]) -> dict[str, Token]:
    """For looking them up."""
    return {token.digest: token for token in tokens}


def add(journal: JournalReader, wanted: Wanted, secret: str, *, now_ms: int, by: str, policy: RolePolicy) -> Change:
    """Makes one known. Raises BadName, TokenRefused."""
    name = name_of(wanted.name)
    before = journal.document(KIND, key_of(name))
    if before is not None and before.open:
        raise TokenRefused(name, "is known already; revoke it first, or take another name")
    expires_ms = None if wanted.lasts_ms is None else now_ms + wanted.lasts_ms
    version = 0 if before is None else before.version
    rights = frozenset({Right.SEE}) if wanted.kiosk else wanted.rights
    token = Token(name, digest_of(secret), wanted.roles, rights, wanted.kiosk, now_ms, expires_ms, by, version=version)
    _refuse_useless(token, wanted, policy)
    detail = {"rights": sorted(token.allows(policy)), "kiosk": token.kiosk, "expires_ms": expires_ms}
    return with_audit(Change(documents=(token.document(),)), now_ms, by, "token.add", name, **detail)


def revoke(journal: JournalReader, name: str, now_ms: int, by: str) -> Change:
    """Opens nothing any more. Raises TokenRefused."""
    stored = journal.document(KIND, key_of(name))
    if stored is None or not stored.open:
        raise TokenRefused(name, "is not known; python app.py tokens list")
    token = replace(Token.of(stored), revoked=True, made_ms=now_ms)
    return with_audit(Change(documents=(token.document(),)), now_ms, by, "token.revoke", token.name)


def used(token: Token, now_ms: int) -> Change:
    """Its last use: nothing that anybody did."""
    return Change(documents=(replace(token, used_ms=now_ms).document(),))


def _refuse_useless(token: Token, wanted: Wanted, policy: RolePolicy) -> None:
    if wanted.lasts_ms is None and not token.kiosk:
        raise TokenRefused(token.name, "a token of a script must expire; only a kiosk's may last for ever")
    beyond = (wanted.rights or frozenset()) - policy.of(token.roles)
    if beyond:
        cause = f"right {min(beyond)} is none of {', '.join(sorted(token.roles))}; name a role that has it"
        raise TokenRefused(token.name, cause)
    if not token.allows(policy):
        raise TokenRefused(token.name, f"would open nothing: {', '.join(sorted(token.roles))} has none of these rights")
