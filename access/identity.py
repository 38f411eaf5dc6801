"""Who asks, once that is known."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from access.rights import Right, Role


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
    has to be shown anew, None for never (a kiosk); ``roles``: for people to read; ``binding``: what tokens against
    forged requests are bound to (``access.sessions.Signer``), empty where a browser adds nothing by itself, as it does
    a cookie or a proxy a header."""

    name: str
    means: Means
    rights: frozenset[Right]
    expires_ms: int | None = None
    roles: frozenset[Role] = frozenset()
    binding: str = ""

    def may(self, right: Right) -> bool:
        """Whether a right is allowed."""
        return right in self.rights

    @property
    def known(self) -> bool:
        """Whether somebody was asked who he is; else a body's ``by`` says who acts."""
        return self.means is not Means.OPEN


ANYBODY = Identity("anybody on this machine", Means.OPEN, frozenset(Right))
"""Who asks where nobody is asked; then the ``by`` of a body says who does something."""
