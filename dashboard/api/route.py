"""What is served where: one table of routes, of which Flask's rules and the OpenAPI document are made."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, TypeAlias

from access.rights import Right
from dashboard.api.asking import MOST_BYTES, Asked
from dashboard.api.bodies import Body
from dashboard.api.setting import ApiSetting
from dashboard.reporting.jobs import Output
from store.journal import Change
from store.port import Reader

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Text:
    """An answer that is not JSON."""

    text: str
    content_type: str
    file_name: str = ""


@dataclass(frozen=True, slots=True)
class File:
    """An answer of any bytes. ``inline``: shown in a page, where nothing of it runs, instead of saved."""

    output: Output
    inline: bool = False


Content = Json | list[Any] | Text


@dataclass(frozen=True, slots=True)
class Plan:
    """What a request that changes something writes, and what is answered once it is written."""

    change: Change
    content: Content | None
    status: HTTPStatus = HTTPStatus.OK


@dataclass(frozen=True, slots=True)
class Read:
    """GET. ``query``: names of its parameters and what each means; ``right``: what whoever asks must be allowed."""

    path: str
    summary: str
    view: Callable[[ApiSetting, Reader, Asked], Content]
    query: Mapping[str, str] = field(default_factory=dict)
    right: Right = Right.SEE


@dataclass(frozen=True, slots=True)
class Direct:
    """GET of what is not in the store, or takes long: answered anew each time, without a reader that stays open."""

    path: str
    summary: str
    view: Callable[[ApiSetting, Asked], Content | File]
    query: Mapping[str, str] = field(default_factory=dict)
    right: Right = Right.SEE


@dataclass(frozen=True, slots=True)
class Write:
    """POST or DELETE. ``body``: model of the body, None when the view reads it itself. ``scope``: of the token that the
    sender must have, empty when none is asked for. Each request leaves a row in the audit log (``docs/audit.md``):
    ``action``: its word there (empty: made of the address); ``tells``: fields of the body that stand in its detail,
    none of them a secret; ``repeats``: machines send the same again and again, so only what is new leaves a row."""

    path: str
    summary: str
    plan: Callable[[ApiSetting, Reader, Asked, int], Plan]
    body: type[Body] | None
    method: str = "POST"
    most_bytes: int = MOST_BYTES
    status: HTTPStatus = HTTPStatus.OK
    scope: str = ""
    right: Right = Right.ADMINISTER
    action: str = ""
    tells: tuple[str, ...] = ("note",)
    repeats: bool = False


Route: TypeAlias = Read | Direct | Write


def large_bodies(routes: Iterable[Route]) -> dict[str, int]:
    """Bytes, by path, where more is taken than elsewhere."""
    return {
        route.path: route.most_bytes for route in routes if isinstance(route, Write) and route.most_bytes > MOST_BYTES
    }
