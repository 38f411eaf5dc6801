"""Takes secrets out of every text that is logged, stored or shown: known values first, then whatever looks like one."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import quote, quote_plus, unquote, urlsplit

HIDDEN = "***"
LONGEST = 300
"""Characters of a redacted text that are kept."""
_LEAST = 4
"""A known value shorter than this is no secret and would eat ordinary words."""

_WEB_ADDRESS = re.compile(r"(?i)\b(https?)://[^\s\"'<>]+")
_OTHER_ADDRESS = re.compile(r"(?i)\b(?!https?://)([a-z][a-z0-9+.-]{1,20})://[^\s\"'<>]+")
_WITH_URL = re.compile(r"(?i)(with url: |\burl=|\bpath=)[^\s,)]+")
_CREDENTIALS = re.compile(r"(?i)\b(bearer|basic|digest|token)\s+[a-z0-9._~+/=-]{6,}")
_HEADER = re.compile(
    r"(?i)(['\"]?(?:authorization|proxy-authorization|x-api-key|cookie|set-cookie)['\"]?\s*[:=]\s*)[^\r\n,}]+"
)
_NAMED = re.compile(
    r"(?i)(['\"]?[\w-]*(?:password|passwd|secret|token|api_?key|routing_?key|signature|access_?key)['\"]?\s*[:=]\s*)"
    r"(?:\"[^\"]*\"|'[^']*'|[^\s&,;}\"']+)"
)
_QUERY = re.compile(r"(?i)([?&](?:key|sign|sig|auth|pass|pwd|user)=)[^\s&\"']+")
_USERINFO = re.compile(r"(?<=//)[^\s/@]+@")
_IN_ADDRESS = re.compile(r"(?<=://)[^\s\"'<>]+@")
"""Up to the last @: passwords hold some of their own."""
_SIGNED_TOKEN = re.compile(r"\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*|\blcc_[\w-]{43}")
_PRIVATE_KEY = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)", re.DOTALL)
_HOOK_PATH = re.compile(r"(?i)(/(?:hook|hooks|services|robot|webhook)/)[\w/.-]{8,}")


class Redactor:
    """Hides what it was told is secret, however it is quoted, and what looks like a secret."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        forms = {form for secret in secrets for form in _forms(secret)}
        self._known = sorted(forms, key=len, reverse=True)

    def __call__(self, text: object) -> str:
        """The text in one line without secrets, at most ``LONGEST`` characters."""
        cleaned = " ".join(str(text).split())
        for known in self._known:
            cleaned = cleaned.replace(known, HIDDEN)
        cleaned = _hide_what_looks_secret(cleaned)
        return cleaned if len(cleaned) <= LONGEST else cleaned[: LONGEST - 1] + "…"

    def in_full(self, text: str) -> str:
        """The text with its lines, its length and the addresses of machines, for logs; without secrets."""
        return _hide_named(self.known(text))

    def known(self, text: str) -> str:
        """The text without what is known or certain to be secret; our own sentences may speak of passwords."""
        for known in self._known:
            text = text.replace(known, HIDDEN)
        for pattern in (_IN_ADDRESS, _PRIVATE_KEY, _SIGNED_TOKEN):
            text = pattern.sub(lambda found: HIDDEN + "@" * found.group().endswith("@"), text)
        return text

    def __repr__(self) -> str:
        return f"Redactor({len(self._known)} forms)"


def _hide_what_looks_secret(text: str) -> str:
    text = _WEB_ADDRESS.sub(lambda found: shown_address(found.group()), text)
    text = _OTHER_ADDRESS.sub(rf"\1://{HIDDEN}", text)
    return _USERINFO.sub(f"{HIDDEN}@", _hide_named(text))


def _hide_named(text: str) -> str:
    """Hides what stands behind a name or in a place that only secrets have."""
    for pattern in (_WITH_URL, _HEADER, _NAMED, _QUERY, _HOOK_PATH):
        text = pattern.sub(rf"\1{HIDDEN}", text)
    return _CREDENTIALS.sub(rf"\1 {HIDDEN}", text)


def shown_address(url: str) -> str:
    """Scheme and host of an address; user, path and query may all be secret: ``https://host:8443/***``."""
    try:
        parts = urlsplit(url)
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return HIDDEN
    if not parts.hostname:
        return HIDDEN
    rest = f"/{HIDDEN}" if parts.path.strip("/") or parts.query else ""
    return f"{parts.scheme}://{parts.hostname}{port}{rest}"


def _forms(secret: str) -> set[str]:
    """A secret as it may be written: as it is, quoted for an address, and each long part of an address."""
    forms = {secret, quote(secret, safe=""), quote_plus(secret), unquote(secret)}
    if "://" in secret:
        forms |= _parts(secret)
    return {form for form in forms if len(form) >= _LEAST}


def _parts(url: str) -> set[str]:
    try:
        parts = urlsplit(url)
        secret = {parts.username or "", parts.password or "", parts.query, parts.path.strip("/")}
    except ValueError:
        return set()
    if parts.scheme not in {"http", "https", "mailto", "mailtos"}:
        secret.add(parts.netloc.rpartition("@")[2])  # the host of a chat's address is its token
    secret |= {piece.partition("=")[2] for piece in parts.query.split("&")}
    long = {piece for piece in parts.path.split("/") if len(piece) >= 2 * _LEAST}
    return {form for form in secret | long if form}
