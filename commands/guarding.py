"""Access control of a dashboard as the configuration wants it."""

from __future__ import annotations

import logging
import os

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
from dashboard.access.setting import Access
from dashboard.api.setting import wall_clock_ms
from dashboard.api.tokens import Tokens
from store.errors import StoreError
from store.port import Store

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
    times, policy = settings.session.times(), settings.policy()
    return Access(
        sessions=Sessions(signer, times),
        signer=signer,
        directory=directory_of(chosen, store),
        entrance=Entrance(store, Passwords()) if WayName.PASSWORD in settings.ways else None,
        policy=policy,
        behind_tls=settings.behind_tls,
        writes_per_minute=settings.writes_per_minute,
        ways=(LoadRunsToken(Tokens(chosen.data)),),
        store=store,
    )


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


def refuse_without_admin(store: Store, host: str) -> None:
    """Others could reach a dashboard into which nobody can let them. Raises CommandError."""
    with refusing(StoreError), store.reading() as reader:
        if any(person.administers for person in listed(reader.journal())):
            return
    raise CommandError(f"host {host!r}: nobody may administer yet; python app.py people add NAME --roles admin")
