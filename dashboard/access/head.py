"""What a screen's head shows of whoever looks: name, role, the way out; and only menu entries that lead somewhere.

Layouts are the same for all viewers; this fits a made one to one viewer, so that no page has to know of access control.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from dash import html
from dash.development.base_component import Component

from access.identity import Identity
from dashboard.access.forms import roles_of
from dashboard.access.guard import CSRF_FIELD
from dashboard.language import Words

MENUS = {"menu", "chrome"}
"""Class names of the menus that the account is put into."""


def fitted(layout: Component, who: Identity, csrf: str, words: Words, may_open: Callable[[str], bool]) -> Component:
    """The layout without links to pages that the viewer may not see (``may_open``: of a path), and with his account."""
    _prune(layout, may_open)
    account = _account(who, csrf, words)
    menu = _menu(layout)
    if menu is not None:
        menu.children = [*_children(menu), account]
    return layout


def _menu(part: Component) -> Component | None:
    """The first menu in the order of the page."""
    if isinstance(part, html.Nav) and MENUS & set(_text(part, "className").split()):
        return part
    inside = (child for child in _children(part) if isinstance(child, Component))
    return next((found for child in inside if (found := _menu(child)) is not None), None)


def _prune(part: Component, may_open: Callable[[str], bool]) -> None:
    children = _children(part)
    kept = [child for child in children if not (isinstance(child, html.A) and not may_open(_path(child)))]
    if len(kept) < len(children):
        part.children = kept
    for child in kept:
        if isinstance(child, Component):
            _prune(child, may_open)


def _account(who: Identity, csrf: str, words: Words) -> Component:
    leave = html.Button(words("account.leave"), type="submit", name=CSRF_FIELD, value=csrf, className="account-leave")
    return html.Form(
        [
            html.Span(who.name, className="account-name"),
            html.Span(roles_of(words, who), className="account-roles"),
            leave,
        ],
        action=f"/logout?lang={words.language.id}",
        method="POST",
        className="account",
        **_plain("aria-label", words("account.label")),
    )


def _children(part: Component) -> list[Any]:
    children = getattr(part, "children", None)
    if children is None:
        return []
    return list(children) if isinstance(children, list | tuple) else [children]


def _path(link: Component) -> str:
    return urlsplit(_text(link, "href")).path


def _text(part: Component, name: str) -> str:
    return str(getattr(part, name, None) or "")


def _plain(name: str, value: str) -> dict[str, Any]:
    """An attribute whose name is no Python name, for use as ``**``."""
    return {name: value}
