"""Ways to become known: one per kind of proof that a request may show."""

from __future__ import annotations

from typing import Protocol

import flask

from access.identity import Identity


class Way(Protocol):
    """One kind of proof. Asked for every request that is not open, so it may not ask the store each time."""

    def identity(self, request: flask.Request, now_ms: int) -> Identity | None:
        """Who asks; None when the request shows nothing of this kind. Raises Refused (401) for something shown that is
        not good."""
