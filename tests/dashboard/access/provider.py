"""A small OpenID Connect provider on loopback, a process of its own: honest, or wrong as a test asks for.

``python -m tests.dashboard.access.provider`` prints its address. POST /test with a JSON object: ``name``, ``groups``,
``wrong`` (see ``TAMPERS``), ``more`` (claims).
"""

from __future__ import annotations

import base64
import hmac
import json
import secrets
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT, SECRET = "lending-control", "a client's secret"
Claims = dict[str, Any]
TAMPERS: dict[str, Callable[[Claims], Claims]] = {
    "nonce": lambda claims: {**claims, "nonce": "another"},
    "no nonce": lambda claims: {name: value for name, value in claims.items() if name != "nonce"},
    "aud": lambda claims: {**claims, "aud": "somebody-else"},
    "azp": lambda claims: {**claims, "aud": [CLIENT, "other"], "azp": "other"},
    "iss": lambda claims: {**claims, "iss": "http://elsewhere.example"},
    "expired": lambda claims: {**claims, "exp": int(time.time()) - 3600},
    "no exp": lambda claims: {name: value for name, value in claims.items() if name != "exp"},
    "future": lambda claims: {**claims, "iat": int(time.time()) + 3600, "nbf": int(time.time()) + 3600},
}
"""By what is wrong; beside them: none, foreign, shared, rubbish, missing."""
EVENT = "http://schemas.openid.net/event/backchannel-logout"
PARTING_TAMPERS: dict[str, Callable[[Claims], Claims]] = {
    "aud": TAMPERS["aud"],
    "iss": TAMPERS["iss"],
    "expired": TAMPERS["expired"],
    "future": TAMPERS["future"],
    "nonce": lambda claims: {**claims, "nonce": "one"},
    "no event": lambda claims: {**claims, "events": {}},
    "an event that is no object": lambda claims: {**claims, "events": {EVENT: True}},
    "no number": lambda claims: {**claims, "jti": ""},
    "no instant": lambda claims: {name: value for name, value in claims.items() if name != "iat"},
    "old": lambda claims: {**claims, "iat": int(time.time()) - 3600},
    "nobody": lambda claims: {name: value for name, value in claims.items() if name not in ("sub", "sid")},
}
"""Of a logout token; beside them the same, and kind."""


def new_key() -> RSAKey:
    """A key pair with a name."""
    return RSAKey.generate_key(2048, {"kid": secrets.token_hex(4), "use": "sig"}, private=True)


@dataclass
class State:
    """What the provider knows."""

    issuer: str = ""
    asked: dict[str, Any] = field(default_factory=dict)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    key: RSAKey = field(default_factory=new_key)
    keys_asked: int = 0


STATE = State()


class Handler(BaseHTTPRequestHandler):
    """All addresses of the provider."""

    def do_GET(self) -> None:
        """Discovery, keys, the login form, the way out."""
        parts = urlsplit(self.path)
        asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
        if parts.path == "/.well-known/openid-configuration":
            self._json(discovery())
        elif parts.path == "/keys":
            STATE.keys_asked += 1
            self._json({"keys": [STATE.key.as_dict(private=False)]})
        elif parts.path == "/authorize":
            self._form(asked)
        elif parts.path == "/allow":
            self._allow(asked)
        elif parts.path == "/userinfo":
            known = self.headers.get("Authorization") == "Bearer x"
            self._json({"sub": "4711", **more("userinfo")} if known else {}, 200 if known else 401)
        elif parts.path == "/parting":
            self._send(logout_token(asked), "text/plain", 200)
        elif parts.path == "/leave":
            self._redirect(asked["post_logout_redirect_uri"])
        else:
            self._json({"keys_asked": STATE.keys_asked})

    def do_POST(self) -> None:
        """Tokens, and what a test wants to go wrong."""
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        if self.path == "/test":
            STATE.asked = json.loads(body)
            if STATE.asked.get("rotate"):
                STATE.key = new_key()
            self._json({})
            return
        given = {name: values[0] for name, values in parse_qs(body).items()}
        begun = STATE.codes.pop(given.get("code", ""), None)
        if begun is None or not self._is_client() or not fits(begun, given):
            self._json({"error": "invalid_grant"}, 400)
            return
        self._json({"access_token": "x", "token_type": "Bearer", "id_token": id_token(begun), **more("answer")})

    def log_message(self, *_: object) -> None:
        """Quiet."""

    def _form(self, asked: dict[str, str]) -> None:
        hidden = "".join(f'<input type="hidden" name="{name}" value="{value}">' for name, value in asked.items())
        self._html(f'<form action="/allow">{hidden}<button>I am li</button></form>')

    def _allow(self, asked: dict[str, str]) -> None:
        if STATE.asked.get("denied"):
            self._redirect(f"{asked['redirect_uri']}?{urlencode({'error': 'access_denied', 'state': asked['state']})}")
            return
        code = secrets.token_urlsafe(16)
        STATE.codes[code] = asked
        state = "another" if STATE.asked.get("wrong") == "state" else asked["state"]
        self._redirect(f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': state})}")

    def _is_client(self) -> bool:
        shown = self.headers.get("Authorization", "").removeprefix("Basic ")
        name, _, secret = base64.b64decode(shown).decode().partition(":")
        return (unquote(name), unquote(secret.replace("+", " "))) == (CLIENT, SECRET)

    def _json(self, content: dict[str, Any], status: int = 200) -> None:
        self._send(json.dumps(content), "application/json", status)

    def _html(self, content: str) -> None:
        self._send(content, "text/html", 200)

    def _redirect(self, address: str) -> None:
        self.send_response(302)
        self.send_header("Location", address)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _send(self, content: str, kind: str, status: int) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content.encode())


def discovery() -> dict[str, Any]:
    """What the provider says of itself."""
    named = {"authorization_endpoint": "authorize", "token_endpoint": "token", "jwks_uri": "keys"}
    named["userinfo_endpoint"] = "userinfo"
    addresses = {name: f"{STATE.issuer}/{path}" for name, path in named.items()}
    return {"issuer": STATE.issuer, "end_session_endpoint": f"{STATE.issuer}/leave", **addresses}


def fits(begun: dict[str, str], given: dict[str, str]) -> bool:
    """Whether the code comes from whoever began (PKCE), for the same address."""
    digest = sha256(given.get("code_verifier", "").encode()).digest()
    challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    same = begun.get("redirect_uri") == given.get("redirect_uri")
    return same and begun.get("code_challenge_method") == "S256" and challenge == begun.get("code_challenge")


def more(name: str) -> dict[str, Any]:
    """What a test adds."""
    found: dict[str, Any] = STATE.asked.get(name, {})
    return found


def id_token(begun: dict[str, str]) -> str:
    """The ID token, wrong in the way that is asked for."""
    wrong, now_s = STATE.asked.get("wrong", ""), int(time.time())
    claims: Claims = {
        "iss": STATE.issuer,
        "sub": "4711",
        "aud": CLIENT,
        "iat": now_s,
        "exp": now_s + 300,
        "nonce": begun["nonce"],
        "preferred_username": STATE.asked.get("name", "li"),
        "groups": STATE.asked.get("groups", ["center-operators"]),
        **more("more"),
    }
    return signed(TAMPERS.get(wrong, lambda honest: honest)(claims), wrong)


def logout_token(asked: dict[str, str]) -> str:
    """The end of sessions: ``sub``, ``sid``, ``jti``, wrong in the way that is asked for."""
    wrong, now_s = asked.pop("wrong", ""), int(time.time())
    claims: Claims = {
        "iss": STATE.issuer,
        "aud": [CLIENT, "other"],
        "iat": now_s,
        "exp": now_s + 120,
        "jti": secrets.token_urlsafe(12),
        "events": {EVENT: {}},
        **asked,
    }
    kind = "at+jwt" if wrong == "kind" else "logout+jwt"
    return signed(PARTING_TAMPERS.get(wrong, lambda honest: honest)(claims), wrong, {"typ": kind})


def signed(claims: Claims, wrong: str, head: dict[str, str] | None = None) -> str:
    """As a token, or what looks like one."""
    if wrong in ("rubbish", "missing"):
        return "rubbish.of.it" if wrong == "rubbish" else ""
    if wrong in ("none", "shared"):
        return by_hand("none" if wrong == "none" else "HS256", claims)
    key_pair = new_key() if wrong == "foreign" else STATE.key
    return jwt.encode({"alg": "RS256", "kid": STATE.key.kid, **(head or {})}, claims, key_pair)


def by_hand(algorithm: str, claims: Claims) -> str:
    """What no library makes: unsigned, or the public key taken for a shared one."""
    parts = ({"alg": algorithm, "kid": STATE.key.kid}, claims)
    signed = ".".join(packed(json.dumps(part).encode()) for part in parts)
    if algorithm == "none":
        return f"{signed}."
    return f"{signed}.{packed(hmac.digest(STATE.key.as_pem(private=False), signed.encode(), sha256))}"


def packed(content: bytes) -> str:
    """As parts of a token are written."""
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def main() -> None:
    """Serves until standard input ends."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    STATE.issuer = f"http://127.0.0.1:{server.server_address[1]}"
    sys.stdout.write(f"{STATE.issuer}\n")
    sys.stdout.flush()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    sys.stdin.read()


if __name__ == "__main__":
    main()
