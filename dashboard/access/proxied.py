"""A proxy that has asked who somebody is already, and says so in headers: believed from its own addresses alone."""

from __future__ import annotations

import hmac
import logging
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from ipaddress import IPv4Network, IPv6Network, ip_address

import flask

from access.auditing import with_audit
from access.directory import Directory
from access.identity import Identity, Means
from access.people import is_name, name_of
from access.rights import Role, RolePolicy
from access.sessions import HOUR_MS
from dashboard.api.acting import unavailable
from dashboard.api.errors import Refused
from outgoing.secrets import Secret
from store.errors import StoreError
from store.journal import Change
from store.port import Store

SEEN_MS = 12 * HOUR_MS
"""Nobody logs in here, so the first request in so long stands in the audit log as a login."""
MOST_SEEN = 10_000
LONGEST_ROLES = 8_000
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Trust:
    """Which proxy is believed, and what. ``secret``: in ``secret_header``, None for its address alone."""

    networks: Sequence[IPv4Network | IPv6Network]
    user_header: str
    roles_header: str | None = None
    roles: Mapping[str, frozenset[Role]] = field(default_factory=dict)
    default_roles: frozenset[Role] = frozenset()
    secret_header: str = ""
    secret: Secret | None = None


class ProxyHeaders:
    """Way: headers of the proxy. From anywhere else, or without its secret, they are as good as not there."""

    def __init__(self, trust: Trust, policy: RolePolicy, directory: Directory, store: Store) -> None:
        self._trust = trust
        self._policy = policy
        self._directory = directory
        self._store = store
        self._seen: OrderedDict[str, int] = OrderedDict()

    def identity(self, request: flask.Request, now_ms: int) -> Identity | None:
        """Whom the proxy names. Raises Refused: 401 for no name or somebody who was disabled, 503."""
        given = request.headers.get(self._trust.user_header, "")
        if not given or not self._is_proxy(request):
            return None
        if not is_name(given):
            text = f"{self._trust.user_header} holds no name that somebody can have"
            raise Refused(HTTPStatus.UNAUTHORIZED, text)
        name = name_of(given)
        self._refuse_disabled(name)
        roles = self._roles(request)
        self._record(name, request.remote_addr or "unknown", now_ms)
        return Identity(name, Means.PROXY, self._policy.of(roles), roles=roles, binding=f"proxy {name}")

    def _is_proxy(self, request: flask.Request) -> bool:
        try:
            address = ip_address(request.remote_addr or "")
        except ValueError:
            return False
        if not any(address in network for network in self._trust.networks):
            return False
        secret = self._trust.secret
        if secret is None:
            return True
        shown = request.headers.get(self._trust.secret_header, "")
        return hmac.compare_digest(shown.encode("utf-8", "replace"), secret.reveal().encode())

    def _roles(self, request: flask.Request) -> frozenset[Role]:
        header = self._trust.roles_header
        values = request.headers.get(header, "")[:LONGEST_ROLES].split(",") if header else ()
        named = (self._trust.roles.get(value.strip(), frozenset()) for value in values)
        return self._trust.default_roles.union(*named)

    def _refuse_disabled(self, name: str) -> None:
        try:
            person = self._directory.person(name)
        except StoreError as error:
            raise unavailable(error) from error
        if person is not None and person.disabled:
            raise Refused(HTTPStatus.UNAUTHORIZED, f"{name} is disabled here")

    def _record(self, name: str, address: str, now_ms: int) -> None:
        if now_ms - self._seen.get(name, -SEEN_MS) < SEEN_MS:
            return
        try:
            change = with_audit(Change(), now_ms, name, "login", name, address=address, means=Means.PROXY)
            self._store.write(change)
        except StoreError as error:
            log.warning("the audit log has no row for the login of %s by the proxy: %s", name, error)
            return
        self._seen[name] = now_ms
        if len(self._seen) > MOST_SEEN:
            self._seen.popitem(last=False)
