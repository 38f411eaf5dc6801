"""Headers of every answer: what a browser may run, load and tell.

A script runs from our own files, or from an element that carries the nonce of its answer, made anew for each. Styles
stand in files and in style elements whose digests the policy names; no other is allowed inline. What Plotly would
write as style elements stands in a file (``assets/vendor``), what it would write as style attributes is set as
properties (``assets/wall_1_styles.js``).
"""

from __future__ import annotations

import base64
import re
import secrets
from collections.abc import Iterable
from hashlib import sha256
from http import HTTPStatus

import flask

OF_THE_RENDERER = (
    "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='",
    "'sha256-Do5Z9ZqsPvCQTUBQS9BnDm/2+on7omuzuLYk5sbA+2s='",
)
"""Digests of the two style elements that the renderer of Dash 4.4.1 makes: an empty one, and one that never changes."""
HSTS = "max-age=31536000"
UNUSED = ("accelerometer", "camera", "display-capture", "geolocation", "gyroscope", "microphone", "payment", "usb")
"""What no page of ours asks a browser for."""


NONCE_BYTES = 18
_SCRIPT = re.compile(r"<script(?=[ >])")


def with_nonce(document: str) -> str:
    """A document of this request whose scripts may run, and no other that somebody brings into it. What it holds of
    others has been escaped."""
    if "nonce" not in flask.g:
        flask.g.nonce = secrets.token_urlsafe(NONCE_BYTES)
    return _SCRIPT.sub(f'<script nonce="{flask.g.nonce}"', document)


def send_security_headers(server: flask.Flask, styles: Iterable[str], *, behind_tls: bool) -> None:
    """``styles``: contents of the style elements that our pages hold."""
    allowed = (*map(digest, styles), *OF_THE_RENDERER)
    headers = {
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
        "Permissions-Policy": ", ".join(f"{name}=()" for name in UNUSED),
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        **({"Strict-Transport-Security": HSTS} if behind_tls else {}),
    }

    def add(response: flask.Response) -> flask.Response:
        if response.status_code == HTTPStatus.NOT_MODIFIED:  # carries nothing; the kept answer has its headers
            return response
        response.headers.setdefault("Content-Security-Policy", _policy(flask.g.get("nonce", ""), allowed))
        for name, value in headers.items():
            response.headers.setdefault(name, value)
        return response

    server.after_request(add)


def _policy(nonce: str, styles: Iterable[str]) -> str:
    return "; ".join(
        (
            "default-src 'self'",
            f"script-src 'self' 'nonce-{nonce}'" if nonce else "script-src 'self'",
            "style-src 'self' " + " ".join(styles),
            "style-src-attr 'none'",
            "img-src 'self' data:",
            "connect-src 'self'",
            "object-src 'none'",
            "base-uri 'self'",
            "form-action 'self'",
            "frame-ancestors 'self'",
        )
    )


def digest(content: str) -> str:
    """What allows one style element, by its content."""
    return f"'sha256-{base64.b64encode(sha256(content.encode()).digest()).decode()}'"
