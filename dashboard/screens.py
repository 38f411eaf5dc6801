"""Which page an address shows, what its document loads, and where its layout is fetched from.

Dash knows one layout and one set of scripts. Here the document of a page names page and language in the prefix of the
addresses that the renderer asks, so that the right skeleton comes whatever a browser keeps from us of the way it came.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import ModuleType

import dash
import flask
from dash.development.base_component import Component

from dashboard.language import LANGUAGES, Words

SCREENS_PATH = "/_screen"
_ASSET = re.compile(
    r'<script src="[^"]*/assets/([^"?]+)[^"]*"></script>\n?'
    r'|<link rel="stylesheet" href="[^"]*/assets/([^"?]+)[^"]*">\n?'
)
_UNUSED = re.compile(
    r'<script src="[^"]*/_dash-component-suites/dash/(?:dcc/|dash_table/|deps/polyfill@)[^"]*"></script>\n?'
)
"""Components that no page of ours has: Dash would load them on each, and they write style elements, which the
Content-Security-Policy refuses. And what Internet Explorer lacked, a fifth of the time until a page stood."""
_VARIABLE = re.compile(r"<(\w+)>")
_PREFIX = re.compile(r'"requests_pathname_prefix":"(?:/|\\u002f)"')


@dataclass(frozen=True, slots=True)
class Screen:
    """One page in one language."""

    page: ModuleType
    language: str

    @property
    def prefix(self) -> str:
        """Begin of the addresses that the renderer of this screen asks."""
        return f"{SCREENS_PATH}/{self.language}/{name_of(self.page)}/"

    def layout(self, catalog: object, words: Mapping[str, Words], *, demo: bool) -> Component:
        """The skeleton."""
        made: Component = self.page.layout(catalog, words[self.language], demo=demo)
        return made


def name_of(page: ModuleType) -> str:
    """Short name of a page: its module's."""
    return page.__name__.rpartition(".")[2]


def page_at(pages: Sequence[ModuleType], path: str) -> ModuleType | None:
    """The page that an address shows. ``<id>`` in a page's PATH stands for one part of an address."""
    return next((page for page in pages if re.fullmatch(_VARIABLE.sub("[^/]+", page.PATH), path)), None)


def assets_of(page: ModuleType, tags: str) -> str:
    """Dash lists every script and style sheet of the assets folder for every page; what remains is what the page's
    bundle does not hold (``dashboard/bundles.py``): files of others below ``vendor/``, in the order of ASSETS."""
    tags = _UNUSED.sub("", tags)
    named = {found[1] or found[2]: found[0].strip() for found in _ASSET.finditer(tags)}
    kept = files_of(page, [name for name in named if name.startswith("vendor/")])
    return _ASSET.sub("", tags) + "\n" + "\n".join(named[name] for name in kept)


def files_of(page: ModuleType, names: Iterable[str]) -> list[str]:
    """Those of a page in the order in which it wants them. A file counts where the first prefix in ASSETS fits: it is
    loaded once, however many do."""
    placed = ((_place(page, name), name) for name in names)
    return [name for _, name in sorted((place, name) for place, name in placed if place is not None)]


def _place(page: ModuleType, name: str) -> int | None:
    return next((place for place, prefix in enumerate(page.ASSETS) if name.startswith(prefix)), None)


def with_late(tags: str, prefixes: tuple[str, ...]) -> str:
    """Scripts of these prefixes wait, as text that no browser fetches, until the page's own script asks for them."""

    def wait(found: re.Match[str]) -> str:
        late = (found[1] or "").startswith(prefixes) if prefixes else False
        return found[0].replace("<script ", '<script type="text/plain" data-late ', 1) if late else found[0]

    return _ASSET.sub(wait, tags)


def with_layout_of(config: str, screen: Screen) -> str:
    """The renderer's configuration, which then asks for the layout of this screen."""
    return _PREFIX.sub(f'"requests_pathname_prefix":{json.dumps(screen.prefix)}', config)


def register_layouts(server: flask.Flask, pages: Sequence[ModuleType], app: dash.Dash) -> None:
    """Serves layout and (no) callbacks below the prefix of every screen."""
    by_name = {name_of(page): page for page in pages}

    def layout(language: str, name: str) -> flask.Response:
        if language not in LANGUAGES or name not in by_name:
            flask.abort(404)
        flask.g.screen = Screen(by_name[name], language)
        answer: flask.Response = app.serve_layout()  # type: ignore[no-untyped-call]
        return answer

    def dependencies(language: str, name: str) -> flask.Response:
        del language, name
        answer: flask.Response = app.dependencies()
        return answer

    below = f"{SCREENS_PATH}/<language>/<name>/"
    server.add_url_rule(f"{below}_dash-layout", "screen-layout", layout)
    server.add_url_rule(f"{below}_dash-dependencies", "screen-dependencies", dependencies)
