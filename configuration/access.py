"""Configuration of access control; section ``access`` of control-center.yaml."""

from __future__ import annotations

from enum import StrEnum
from ipaddress import ip_address
from typing import Annotated

from pydantic import AfterValidator, Field, model_validator

from access.rights import SHIPPED, Right, Role, RolePolicy
from access.sessions import HOUR_MS, SessionTimes
from configuration.access_ways import OidcSettings, ProxySettings
from configuration.types import Strict


def _address(text: str) -> str:
    try:
        return str(ip_address(text))
    except ValueError:
        raise ValueError(f"{text!r} is no address; write that of the one proxy, such as 10.0.0.5") from None


Address = Annotated[str, AfterValidator(_address)]


class WayName(StrEnum):
    """Ways to become known."""

    PASSWORD = "password"  # noqa: S105 - a kind, not a secret
    OIDC = "oidc"
    PROXY = "proxy"


class SessionSettings(Strict):
    """When somebody has to log in again."""

    idle_hours: int = Field(default=12, ge=1, le=168)
    longest_days: int = Field(default=7, ge=1, le=30)

    def times(self) -> SessionTimes:
        """The same in milliseconds."""
        return SessionTimes(self.idle_hours * HOUR_MS, self.longest_days * 24 * HOUR_MS)


class AccessSettings(Strict):
    """Who is asked who he is, and how. ``ways`` empty: nobody, and only loopback is served. ``trusted_proxy``: address
    of the one proxy whose X-Forwarded-For is believed."""

    ways: tuple[WayName, ...] = ()
    roles: dict[Role, tuple[Right, ...]] = Field(default_factory=dict)
    session: SessionSettings = SessionSettings()
    behind_tls: bool = False
    trusted_proxy: Address | None = None
    oidc: OidcSettings | None = None
    proxy: ProxySettings | None = None
    writes_per_minute: int = Field(default=300, ge=10, le=100_000)

    @property
    def enabled(self) -> bool:
        """Whether anybody is asked."""
        return bool(self.ways)

    @model_validator(mode="after")
    def _somebody_administers(self) -> AccessSettings:
        if Right.ADMINISTER not in self.policy().rights[Role.ADMIN]:
            raise ValueError("roles: admin must keep the right administer, else nobody could let people in")
        return self

    @model_validator(mode="after")
    def _every_way_is_described(self) -> AccessSettings:
        for way, section in ((WayName.OIDC, self.oidc), (WayName.PROXY, self.proxy)):
            if way in self.ways and section is None:
                raise ValueError(f"ways: {way} is named, and the section access.{way} is missing")
            if way not in self.ways and section is not None:
                raise ValueError(f"{way}: is described, and ways: names it not; add it there or take the section out")
        if self.proxy is not None and self.trusted_proxy is not None:
            raise ValueError(
                "proxy: its headers are believed by the address that connects, which trusted_proxy replaces; take one"
            )
        return self

    @property
    def administered(self) -> bool:
        """Whether an admin may come by another way than the people who are kept here."""
        return any(section is not None and section.administers for section in (self.oidc, self.proxy))

    def policy(self) -> RolePolicy:
        """What ships, with the roles that are written here in its place."""
        return RolePolicy({**SHIPPED.rights, **{role: frozenset(rights) for role, rights in self.roles.items()}})
