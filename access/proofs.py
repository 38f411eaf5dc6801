"""Signed texts of the bank's identity provider: by a key of its own, within their times, meant for us."""

from __future__ import annotations

from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from access.errors import ProviderRefused
from access.provider import Provider

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
"""By a key pair: never ``none``, and never a shared key that a public one could be taken for."""
MOST_TOKEN = 64_000
_KNOWN_ERRORS = {"bad_signature": "its signature is wrong", "expired_token": "it is past its end"}


def proven(
    provider: Provider, what: str, text: str, now_ms: int, *, leeway_s: int, needed: tuple[str, ...]
) -> jwt.Token:
    """A text whose signature and times hold. ``what``: as refusals call it; ``needed``: claims of its times without
    which it proves nothing. Raises ProviderDown, ProviderRefused."""
    if not text or len(text) > MOST_TOKEN:
        raise ProviderRefused(f"sends no {what}")
    try:
        try:
            token = _verified(text, provider.keys())
        except (JoseError, ValueError):  # under a key that is newer than what we know, perhaps
            token = _verified(text, provider.keys(anew=True))
        options: dict[str, Any] = {name: {"essential": True} for name in needed}
        jwt.JWTClaimsRegistry(now_ms // 1000, leeway_s, **options).validate(token.claims)
    except (JoseError, ValueError, TypeError, AttributeError) as error:
        raise ProviderRefused(f"the {what} proves nothing: {_cause(error)}") from None
    return token


def audience_of(claims: dict[str, Any]) -> tuple[object, ...]:
    """For whom a text is."""
    found = claims.get("aud")
    return (found,) if isinstance(found, str) else tuple(found) if isinstance(found, list) else ()


def _verified(text: str, keys: KeySet) -> jwt.Token:
    return jwt.decode(text, keys, algorithms=ALGORITHMS)


def _cause(error: Exception) -> str:
    kind = getattr(error, "error", "")
    return _KNOWN_ERRORS.get(kind, str(kind) or type(error).__name__)
