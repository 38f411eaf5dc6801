"""Configuration of the ways to become known that are not ours: an identity provider, a proxy before us."""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, model_validator

from access.rights import Role
from access.sessions import HOUR_MS
from configuration.types import Strict, Url, Variable, secret_place
from outgoing.secrets import Secret

if TYPE_CHECKING:
    from access.provider import Client
    from access.vouching import Rules

CALLBACK = "/login/oidc/callback"
LOOPBACK = ("localhost", "127.0.0.1", "::1")
WIDEST = {4: 16, 6: 48}
"""A network that holds more addresses is no list of proxies."""
TAKEN_HEADERS = ("authorization", "cookie", "host", "origin", "x-csrf-token", "content-type", "content-length")


def _safe(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme != "https" and parts.hostname not in LOOPBACK:
        raise ValueError(f"{url}: takes https, else whoever listens on the way can be anybody")
    return url


def _narrow(network: IPv4Network | IPv6Network) -> IPv4Network | IPv6Network:
    if network.prefixlen < WIDEST[network.version]:
        raise ValueError(
            f"{network} is too wide: anybody in it could call himself anybody; name the proxies' own addresses, "
            f"at widest /{WIDEST[network.version]}"
        )
    return network


def _free(name: str) -> str:
    if name.lower() in TAKEN_HEADERS:
        raise ValueError(f"header {name} means something else already; take one of the proxy's own")
    return name


SafeUrl = Annotated[Url, AfterValidator(_safe)]
Network = Annotated[IPv4Network | IPv6Network, AfterValidator(_narrow)]
Header = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9-]{0,63}$"), AfterValidator(_free)]
Given = dict[str, tuple[Role, ...]]


class OidcSettings(Strict):
    """OpenID Connect. ``public_url``: of this dashboard as browsers reach it; ``roles``: by value of the claim."""

    issuer: SafeUrl
    client_id: str = Field(min_length=1, max_length=200)
    client_secret_env: Variable | None = None
    client_secret_file: Path | None = None
    public_url: SafeUrl
    label: str = Field(default="SSO", min_length=1, max_length=40)
    scopes: tuple[str, ...] = ("openid", "profile", "email")
    name_claim: str = Field(default="preferred_username", min_length=1)
    roles_claim: str = Field(default="groups", min_length=1)
    roles: Given = Field(min_length=1)
    leeway_seconds: int = Field(default=60, ge=0, le=300)
    longest_hours: int = Field(default=12, ge=1, le=168)
    ca_file: Path | None = None

    @model_validator(mode="after")
    def _asks_for_an_id_token(self) -> OidcSettings:
        if "openid" not in self.scopes:
            raise ValueError("oidc: scopes: openid is missing; without it there is no ID token")
        if self.client_secret_env is not None and self.client_secret_file is not None:
            raise ValueError("oidc: client_secret_env or client_secret_file, not both")
        return self

    @property
    def administers(self) -> bool:
        """Whether anybody may come as an admin."""
        return _administers(self.roles)

    def client(self, folder: Path, environment: Mapping[str, str]) -> Client:
        """What we are there; files are relative to ``folder``. Raises BadSecret."""
        from access.provider import Client  # noqa: PLC0415  Authlib: a sixth of a second, for those who have a provider

        secret = _secret(self.client_secret_env, self.client_secret_file, folder, environment)
        verify = True if self.ca_file is None else str(folder / self.ca_file)
        redirect = self.public_url.rstrip("/") + CALLBACK
        return Client(self.issuer, self.client_id, secret, redirect, self.scopes, verify)

    def rules(self) -> Rules:
        """Who somebody is here."""
        from access.vouching import Rules  # noqa: PLC0415  likewise

        longest_ms = self.longest_hours * HOUR_MS
        return Rules(self.name_claim, self.roles_claim, _roles(self.roles), self.leeway_seconds, longest_ms)


class ProxySettings(Strict):
    """A proxy that asks who somebody is and says so in headers. ``roles``: by value of ``roles_header``;
    ``default_roles``: of everybody whom it names."""

    networks: tuple[Network, ...] = Field(min_length=1)
    user_header: Header = "X-Forwarded-User"
    roles_header: Header | None = None
    roles: Given = Field(default_factory=dict)
    default_roles: tuple[Role, ...] = ()
    secret_header: Header = "X-Proxy-Secret"  # noqa: S105 - a name
    secret_env: Variable | None = None
    secret_file: Path | None = None

    @model_validator(mode="after")
    def _gives_roles(self) -> ProxySettings:
        if not self.default_roles and not (self.roles_header and self.roles):
            raise ValueError("proxy: nobody would have a role; write default_roles, or roles_header with roles")
        if self.secret_env is not None and self.secret_file is not None:
            raise ValueError("proxy: secret_env or secret_file, not both")
        return self

    @property
    def administers(self) -> bool:
        """Whether anybody may come as an admin."""
        return Role.ADMIN in self.default_roles or _administers(self.roles)

    def by_value(self) -> Mapping[str, frozenset[Role]]:
        """Roles by value of the header."""
        return _roles(self.roles)

    def secret(self, folder: Path, environment: Mapping[str, str]) -> Secret | None:
        """What the proxy proves itself with, None for its address alone. Raises BadSecret."""
        return _secret(self.secret_env, self.secret_file, folder, environment)


def _secret(env: str | None, file: Path | None, folder: Path, environment: Mapping[str, str]) -> Secret | None:
    return None if env is None and file is None else secret_place(env, file, folder).read(environment)


def _roles(given: Given) -> Mapping[str, frozenset[Role]]:
    return {value: frozenset(roles) for value, roles in given.items()}


def _administers(given: Given) -> bool:
    return any(Role.ADMIN in roles for roles in given.values())
