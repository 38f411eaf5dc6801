"""Who asks, once that is known."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from access.rights import Right


class Means(StrEnum):
    """How somebody became known."""

    OPEN = "open"
    """Nobody was asked: a control center on loopback without access control."""
    PASSWORD = "password"  # noqa: S105 - a kind, not a secret
    OIDC = "oidc"
    PROXY = "proxy"
    TOKEN = "token"  # noqa: S105 - a kind, not a secret


@dataclass(frozen=True, slots=True)
class Identity:
    """``name``: as it stands in the audit log, never empty; ``rights``: what is allowed now; ``expires_ms``: when this
    has to be shown anew, None for never (a kiosk)."""

    name: str
    means: Means
    rights: frozenset[Right]
    expires_ms: int | None = None

    def may(self, right: Right) -> bool:
        """Whether a right is allowed."""
        return right in self.rights


ANYBODY = Identity("anybody on this machine", Means.OPEN, frozenset(Right))
"""Who asks where nobody is asked; then the ``by`` of a body says who does something."""
