"""What each endpoint asks of whoever asks it, and who that is. Declared where a route is added; the guard
(``dashboard.access.guard``) refuses what nothing is declared of."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from ipaddress import ip_address
from typing import TypeAlias

import flask

from access.identity import ANYBODY, Identity
from access.rights import Right

_PLACE = "control-center-needs"
STORE_AWAY = "the store does not answer as it should; the log of this server says why"


class Gate(Enum):
    """What is no right."""

    OPEN = "open"
    """For everybody: health, the login, scripts and styles that say nothing of the bank."""
    KNOWN = "known"
    """For whoever is known, whatever he may do: to log out."""
    CLOSED = "closed"
    """For nobody who can be asked who he is: what a library serves and we do not use."""


Need: TypeAlias = Right | Gate
Declared: TypeAlias = Need | Callable[[], Need]
"""A function is asked within the request: what a page needs depends on its address."""


def declare(app: flask.Flask, endpoint: str, need: Declared) -> None:
    """Says what an endpoint asks for."""
    declared(app)[endpoint] = need


def declared(app: flask.Flask) -> dict[str, Declared]:
    """Everything that was declared, by endpoint."""
    known: dict[str, Declared] = app.extensions.setdefault(_PLACE, {})
    return known


def identity() -> Identity:
    """Who asks, within a request; anybody where no guard stands."""
    found: Identity = flask.g.get("identity", ANYBODY)
    return found


def told(cause: str, instead: str = STORE_AWAY) -> str:
    """Why something fails inside, for whoever is known or asks from this machine; for others words without addresses
    of ours."""
    if identity().known:
        return cause
    try:
        here = ip_address(flask.request.remote_addr or "").is_loopback
    except ValueError:
        here = False
    return cause if here else instead
