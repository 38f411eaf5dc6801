"""Logged out by the bank's identity provider (OpenID Connect Back-Channel Logout 1.0): it says whose sessions end, and
proves it with a signed text of its own.

Sessions are nowhere but in browsers, so that what the provider calls somebody goes with each as a short digest, and
what it ended is a document that every replica reads (``access.directory``).
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from access.auditing import with_audit
from access.errors import ProviderRefused
from access.identity import Means
from access.proofs import audience_of, proven
from access.provider import Provider
from access.sessions import ENDED
from store.errors import StaleDocument
from store.journal import Change, Document, JournalReader
from store.port import Store

EVENT = "http://schemas.openid.net/event/backchannel-logout"
KINDS = ("logout+jwt", "application/logout+jwt", "jwt")
"""What the head of the text may call itself; it may say nothing, too."""
SHOWN = "logout-token"
ACTOR = "identity-provider"
WHAT = "logout token"
OLDEST_S = 300
"""A text that lay about for longer is not believed any more, whatever it says of its end."""
LONGEST_CLAIM = 255
TRIES = 5


@dataclass(frozen=True, slots=True)
class Parting:
    """``marks``: of the sessions that end; ``number``: of the text, as a digest; ``subject``: as the provider calls
    the person, empty where it names a session alone."""

    marks: tuple[str, ...]
    number: str
    subject: str


class Partings:
    """Reads what one provider says. ``leeway_s``: how far clocks may differ."""

    def __init__(self, provider: Provider, leeway_s: int) -> None:
        self._provider = provider
        self._leeway_s = leeway_s

    def read(self, text: str, now_ms: int) -> Parting:
        """Whose sessions end. Raises ProviderDown, ProviderRefused."""
        token = proven(self._provider, WHAT, text, now_ms, leeway_s=self._leeway_s, needed=("iat",))
        claims, issuer = token.claims, self._provider.client.issuer
        self._refuse_another_kind(token.header, claims, now_ms)
        number, subject, session = (claim_text(claims, name) for name in ("jti", "sub", "sid"))
        if not number:
            raise ProviderRefused(f"the {WHAT} has no number of its own: jti")
        if not subject and not session:
            raise ProviderRefused(f"the {WHAT} names nobody: sub, sid")
        return Parting(_ended(issuer, subject, session), mark("token", issuer, number), subject)

    def _refuse_another_kind(self, head: Mapping[str, Any], claims: dict[str, Any], now_ms: int) -> None:
        """Nothing that is meant for something else ends a session: an ID token has a nonce, and no such event."""
        if str(head.get("typ", KINDS[0])).lower() not in KINDS:
            raise ProviderRefused(f"sends something else for a {WHAT}: typ")
        if claims.get("iss") != self._provider.client.issuer or self._provider.client.id not in audience_of(claims):
            raise ProviderRefused(f"the {WHAT} is not for this control center: iss, aud")
        events = claims.get("events")
        if not isinstance(events, dict) or not isinstance(events.get(EVENT), dict) or "nonce" in claims:
            raise ProviderRefused(f"sends something else for a {WHAT}: events, nonce")
        if now_ms // 1000 - int(claims["iat"]) > OLDEST_S + self._leeway_s:
            raise ProviderRefused(f"the {WHAT} is too old: iat")


def marks_of(claims: Mapping[str, Any], issuer: str) -> tuple[str, ...]:
    """What goes with a session that began with these claims, so that the provider can end it."""
    subject, session = claim_text(claims, "sub"), claim_text(claims, "sid")
    marks = (
        mark("session", issuer, session) if session else mark("nameless", issuer, subject),
        mark("person", issuer, subject),
    )
    return marks if subject else marks[:1] if session else ()


def mark(kind: str, issuer: str, value: str) -> str:
    """A digest of what the provider calls something, 22 characters."""
    digest = sha256("\0".join((kind, issuer, value)).encode("utf-8", "replace")).digest()
    return base64.urlsafe_b64encode(digest[:16]).rstrip(b"=").decode()


def part(store: Store, parting: Parting, now_ms: int, address: str) -> None:
    """Ends the sessions that began until now, once for each text. Raises ProviderRefused for one that was shown before,
    StoreError."""
    for left in reversed(range(TRIES)):
        with store.reading() as reader:
            change = _planned(reader.journal(), parting, now_ms, address)
        try:
            store.write(change)
        except StaleDocument:
            if not left:
                raise
        else:
            return


def _planned(journal: JournalReader, parting: Parting, now_ms: int, address: str) -> Change:
    if journal.document(SHOWN, parting.number) is not None:
        raise ProviderRefused(f"the {WHAT} was shown before: jti")
    shown = Document(SHOWN, parting.number, 0, now_ms, False, "{}")
    ended = [journal.document(ENDED, each) for each in parting.marks]
    documents = [
        Document(ENDED, id_, before.version if before else 0, now_ms, False, "{}")
        for id_, before in zip(parting.marks, ended, strict=True)
    ]
    change = Change(documents=(shown, *documents))
    detail = {"address": address, "means": Means.OIDC, "sub": parting.subject}
    return with_audit(change, now_ms, ACTOR, "logout", parting.subject, **detail)


def _ended(issuer: str, subject: str, session: str) -> tuple[str, ...]:
    """A session that it names; of the person's others only those of which it never told a name."""
    if not session:
        return (mark("person", issuer, subject),)
    named = (mark("session", issuer, session),)
    return (*named, mark("nameless", issuer, subject)) if subject else named


def claim_text(claims: Mapping[str, Any], name: str) -> str:
    """A claim that is a plain text, empty for anything else."""
    found = claims.get(name)
    return found if isinstance(found, str) and found.isprintable() and len(found) <= LONGEST_CLAIM else ""
