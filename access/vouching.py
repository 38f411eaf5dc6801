"""Logging in through the bank's identity provider: what its ID token must say, and what somebody is here for it."""

from __future__ import annotations

import base64
import binascii
import json
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from access.errors import ProviderRefused
from access.parting import Partings, claim_text, marks_of
from access.people import is_name, name_of
from access.proofs import audience_of, proven
from access.provider import Provider
from access.rights import Role
from access.sessions import HOUR_MS, Signer

PURPOSE = "oidc"
BEGUN_MS = 10 * 60_000
"""How long somebody may take to log in at the provider."""


@dataclass(frozen=True, slots=True)
class Begun:
    """A login that is under way at the provider; the browser carries it, signed."""

    state: str
    nonce: str
    verifier: str
    following: str
    began_ms: int


@dataclass(frozen=True, slots=True)
class Rules:
    """What somebody is here. ``name``, ``roles``: claims that say it, with dots into mappings; ``given``: roles by
    value of that claim; ``leeway_s``: how far clocks may differ; ``longest_ms``: then somebody logs in again."""

    name: str = "preferred_username"
    roles: str = "groups"
    given: Mapping[str, frozenset[Role]] = field(default_factory=dict)
    leeway_s: int = 60
    longest_ms: int = 12 * HOUR_MS


@dataclass(frozen=True, slots=True)
class Vouched:
    """Whom the provider vouches for. ``until_ms``: until it has to be asked again; ``marks``: by which it ends the
    session (``access.parting``); ``subject``: what it calls the person, for the audit log."""

    name: str
    roles: frozenset[Role]
    until_ms: int
    marks: tuple[str, ...] = ()
    subject: str = ""


class Vouching:
    """Begins and ends logins through one provider."""

    def __init__(self, provider: Provider, rules: Rules, signer: Signer) -> None:
        self.provider = provider
        self.partings = Partings(provider, rules.leeway_s)
        self._rules = rules
        self._signer = signer

    def begin(self, following: str, now_ms: int) -> tuple[str, str]:
        """Where the browser goes, and what it carries meanwhile. Raises ProviderDown."""
        begun = Begun(
            secrets.token_urlsafe(24), secrets.token_urlsafe(24), secrets.token_urlsafe(48), following, now_ms
        )
        address = self.provider.begin(begun.state, begun.nonce, begun.verifier)
        packed = base64.urlsafe_b64encode(json.dumps(asdict(begun)).encode()).decode()
        return address, f"{packed}.{self._signer.sign(PURPOSE, packed)}"

    def begun(self, carried: str, state: str, now_ms: int) -> Begun:
        """The login that a browser comes back from. Raises ProviderRefused."""
        found = self._unpacked(carried)
        if found is None or not secrets.compare_digest(found.state.encode(), state.encode("utf-8", "replace")):
            raise ProviderRefused("this browser began no such login (state)")
        if not found.began_ms <= now_ms < found.began_ms + BEGUN_MS:
            raise ProviderRefused("the login took too long; begin again")
        return found

    def finish(self, begun: Begun, code: str, now_ms: int) -> Vouched:
        """Whom a code stands for. Raises ProviderDown, ProviderRefused, TooBusy."""
        given = self.provider.redeem(code, begun.verifier)
        claims = self._completed(self._claims(str(given.get("id_token") or ""), begun.nonce, now_ms), given)
        said_ms = (
            _milliseconds(claims.get("session_expiry")),
            now_ms + _milliseconds(given.get("refresh_expires_in")),
        )
        longest_ms = now_ms + self._rules.longest_ms
        ends_ms = min(longest_ms, *(each for each in said_ms if each > now_ms), longest_ms)
        marks, subject = marks_of(claims, self.provider.client.issuer), claim_text(claims, "sub")
        return Vouched(self._name(claims), self._roles(claims), ends_ms, marks, subject)

    def _unpacked(self, carried: str) -> Begun | None:
        packed, _, signature = carried.partition(".")
        if not self._signer.holds(PURPOSE, packed, signature):
            return None
        try:
            return Begun(**json.loads(base64.urlsafe_b64decode(packed)))
        except (ValueError, TypeError, binascii.Error):
            return None  # signed by us in another version

    def _claims(self, text: str, nonce: str, now_ms: int) -> Mapping[str, Any]:
        leeway_s, client = self._rules.leeway_s, self.provider.client
        claims = proven(self.provider, "ID token", text, now_ms, leeway_s=leeway_s, needed=("exp", "iat")).claims
        expected = {"iss": client.issuer, "nonce": nonce}
        wrong = [name for name, value in expected.items() if claims.get(name) != value]
        if wrong:
            raise ProviderRefused(f"the ID token is not for this login: {wrong[0]}")
        named = audience_of(claims)
        several = len(named) > 1 or "azp" in claims
        if client.id not in named or (several and claims.get("azp") != client.id):
            raise ProviderRefused("the ID token is not for this control center: aud, azp")
        return claims

    def _completed(self, claims: Mapping[str, Any], given: Mapping[str, Any]) -> Mapping[str, Any]:
        """With what the provider says elsewhere, where the ID token is silent about name or roles."""
        silent = [name for name in (self._rules.name, self._rules.roles) if _claim(claims, name) is None]
        more = self.provider.more_of(given.get("access_token")) if silent else {}
        if not more:
            return claims
        if more.get("sub") != claims.get("sub") or not isinstance(claims.get("sub"), str):
            raise ProviderRefused("its userinfo is about somebody else: sub")
        return {**more, **{name: value for name, value in claims.items() if value is not None}}

    def _name(self, claims: Mapping[str, Any]) -> str:
        found = _claim(claims, self._rules.name)
        if not isinstance(found, str) or not is_name(found):
            raise ProviderRefused(f"claim {self._rules.name!r} of the ID token is no name that somebody can have")
        return name_of(found)

    def _roles(self, claims: Mapping[str, Any]) -> frozenset[Role]:
        found = _claim(claims, self._rules.roles)
        values = [found] if isinstance(found, str) else found if isinstance(found, list) else []
        known = (self._rules.given.get(value, frozenset()) for value in values if isinstance(value, str))
        return frozenset[Role]().union(*known)


def _claim(claims: Mapping[str, Any], name: str) -> object:
    """A claim by its whole name, else by its way through mappings (``realm_access.roles``)."""
    if name in claims:
        return claims[name]
    found: object = claims
    for part in name.split("."):
        found = found.get(part) if isinstance(found, Mapping) else None
    return found


def _milliseconds(seconds: object) -> int:
    """0 for what is no number of seconds above 0."""
    return seconds * 1000 if isinstance(seconds, int) and not isinstance(seconds, bool) and seconds > 0 else 0
