"""Access control of a dashboard as the configuration wants it."""

from __future__ import annotations

import logging
import os
from ipaddress import ip_network
from typing import TYPE_CHECKING

from access.directory import Directory
from access.entering import Entrance
from access.errors import AccessError
from access.passwords import Passwords
from access.people import listed
from access.rights import Right
from access.sessions import Sessions, Signer, read_key
from commands.errors import CommandError, refusing
from commands.options import Configuration
from configuration.access import WayName
from dashboard.access.bearing import LoadRunsToken, known_token
from dashboard.access.proxied import ProxyHeaders, Trust
from dashboard.access.setting import Access
from dashboard.api.setting import wall_clock_ms
from dashboard.api.tokens import Tokens
from dashboard.crowding import USUAL, Crowding
from outgoing.errors import BadSecret
from settings import Settings
from store.errors import StoreError
from store.port import Store

if TYPE_CHECKING:
    from access.vouching import Vouching

log = logging.getLogger(__name__)


def access_of(chosen: Configuration, store: Store) -> Access | None:
    """None when nobody is asked who he is. Raises CommandError when somebody would be, and nobody could answer."""
    settings = chosen.settings.access
    if not settings.enabled:
        return None
    with refusing(AccessError, OSError):
        signer = Signer(read_key(chosen.data, os.environ))
    if not settings.behind_tls:
        log.warning("access: behind_tls is false: passwords and cookies travel readably unless this is loopback")
    times, policy, directory = settings.session.times(), settings.policy(), directory_of(chosen, store)
    return Access(
        sessions=Sessions(signer, times),
        signer=signer,
        directory=directory,
        entrance=Entrance(store, Passwords()) if WayName.PASSWORD in settings.ways else None,
        policy=policy,
        behind_tls=settings.behind_tls,
        writes_per_minute=settings.writes_per_minute,
        ways=(LoadRunsToken(Tokens(chosen.data)), *_proxied(chosen, directory, store)),
        store=store,
        vouching=_vouching(chosen, signer),
        label=settings.oidc.label if settings.oidc else "",
    )


def _vouching(chosen: Configuration, signer: Signer) -> Vouching | None:
    """The provider of the bank; it is asked when somebody logs in, not at the start."""
    oidc = chosen.settings.access.oidc
    if oidc is None:
        return None
    from access.provider import Provider
    from access.vouching import Vouching

    with refusing(BadSecret):
        client = oidc.client(chosen.path.parent, os.environ)
    return Vouching(Provider(client), oidc.rules(), signer)


def _proxied(chosen: Configuration, directory: Directory, store: Store) -> tuple[ProxyHeaders, ...]:
    proxy = chosen.settings.access.proxy
    if proxy is None:
        return ()
    with refusing(BadSecret):
        secret = proxy.secret(chosen.path.parent, os.environ)
    if secret is None and any(network.is_loopback for network in proxy.networks):
        log.warning("access: proxy: without a secret any program of this machine can call itself anybody")
    trust = Trust(
        proxy.networks,
        proxy.user_header,
        proxy.roles_header,
        proxy.by_value(),
        frozenset(proxy.default_roles),
        proxy.secret_header,
        secret,
    )
    return (ProxyHeaders(trust, chosen.settings.access.policy(), directory, store),)


def directory_of(chosen: Configuration, store: Store) -> Directory:
    """Who is known in a store."""
    settings = chosen.settings.access
    return Directory(store, settings.policy(), settings.session.times(), now_ms=wall_clock_ms)


def load_runs_tokens(chosen: Configuration, store: Store) -> Tokens:
    """Who may send results of load runs where nobody is asked who he is."""
    directory = directory_of(chosen, store)

    def measures(given: str) -> bool:
        found = known_token(directory, given, wall_clock_ms())
        return found is not None and found.may(Right.MEASURE)

    return Tokens(chosen.data, kept=measures)


def crowding_of(settings: Settings) -> Crowding:
    """How many connections one address may hold; all viewers may come through the proxies that are believed."""
    most, access = settings.server.connections_per_address, settings.access
    proxies = () if access.trusted_proxy is None else (ip_network(access.trusted_proxy),)
    believed = () if access.proxy is None else access.proxy.networks
    return Crowding(USUAL if most is None else most, (*proxies, *believed), own=most is not None)


def refuse_without_admin(chosen: Configuration, store: Store, host: str) -> None:
    """Others could reach a dashboard into which nobody can let them. Raises CommandError."""
    if chosen.settings.access.administered:
        return
    with refusing(StoreError), store.reading() as reader:
        if any(person.administers for person in listed(reader.journal())):
            return
    raise CommandError(f"host {host!r}: nobody may administer yet; python app.py people add NAME --roles admin")
