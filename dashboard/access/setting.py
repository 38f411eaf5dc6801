"""Access control as the configuration wants it; what everything in this room is built on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from access.directory import Directory
from access.entering import Entrance
from access.rights import SHIPPED, RolePolicy
from access.sessions import Sessions, Signer
from dashboard.access.ways import Way
from dashboard.api.setting import wall_clock_ms
from store.port import Store

if TYPE_CHECKING:
    from access.vouching import Vouching

WRITES_PER_MINUTE = 300
LOGINS_PER_MINUTE = 60


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A login that is not ours: where it begins, and what the button says, by language."""

    address: str
    words: Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Access:
    """``ways``: beside the session's cookie, tried after it; ``entrance``: for names and passwords, None without;
    ``elsewhere``: other logins; ``logins_per_minute``: tries
    from one address; ``behind_tls``: browsers reach us by https alone; ``store``: where what tokens open is
    recorded, None lets no kiosk in; ``vouching``: login through a provider, ``label`` as the bank calls it;
    ``farewell``: where its people log out there too, empty for nowhere."""

    sessions: Sessions
    signer: Signer
    directory: Directory
    entrance: Entrance | None = None
    ways: tuple[Way, ...] = ()
    elsewhere: tuple[Elsewhere, ...] = ()
    policy: RolePolicy = SHIPPED
    behind_tls: bool = False
    writes_per_minute: int = WRITES_PER_MINUTE
    logins_per_minute: int = LOGINS_PER_MINUTE
    store: Store | None = None
    now_ms: Callable[[], int] = wall_clock_ms
    vouching: Vouching | None = None
    label: str = "SSO"
    farewell: Callable[[], str] | None = None

    def csrf(self, binding: str) -> str:
        """The token against forged requests of a session or another binding."""
        return self.signer.sign("csrf", binding)
