"""Builds the Dash application; nothing exists at import."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import ModuleType
from urllib.parse import parse_qs, urlsplit

import dash
import flask
from dash.development.base_component import Component
from flask_compress import Compress

from access.identity import Identity
from access.rights import Right
from dashboard import error_page
from dashboard.access.guard import let_anybody_in, stand_before
from dashboard.access.head import fitted
from dashboard.access.installing import install
from dashboard.access.setting import Access
from dashboard.admission import Gate, Need, declare, identity
from dashboard.api import openapi
from dashboard.bundles import ENDPOINT as BUNDLE
from dashboard.bundles import OwnFiles, own_files, register_bundles
from dashboard.document import DashParts, WatchTimes, document, page_data
from dashboard.error_page import not_found, register_failures
from dashboard.headers import send_security_headers, with_nonce
from dashboard.language import Words, choose, read_all_words
from dashboard.packed import Packed
from dashboard.pages import (
    alerts,
    audit,
    availability,
    capacity,
    costs,
    data_centers,
    data_quality,
    incident,
    incidents,
    load_run,
    load_runs,
    objective,
    objectives,
    peaks,
    product,
    reports,
    settings,
    wall,
)
from dashboard.screens import Screen, assets_of, name_of, page_at, register_layouts, with_late, with_layout_of
from dashboard.theme import css_variables
from slo.catalog import Catalog

PAGES: tuple[ModuleType, ...] = (
    wall,
    availability,
    data_centers,
    product,
    alerts,
    incidents,
    incident,
    objectives,
    objective,
    load_runs,
    load_run,
    peaks,
    capacity,
    costs,
    reports,
    data_quality,
    settings,
    audit,
)
"""Every page, in menu order."""

CATCH_ALL = "/<path:path>"
PAGE_ENDPOINTS = ("/", CATCH_ALL)
OF_THE_SCREEN = (*PAGE_ENDPOINTS, "/_dash-layout", "screen-layout", "screen-dependencies")
OPEN_ENDPOINTS = ("_dash_assets.static", "/_dash-component-suites/<string:package_name>/<path:fingerprinted_path>",
                  "/_favicon.ico", BUNDLE)  # fmt: skip
"""Scripts, styles and the icon: the same for every bank."""
UNUSED_ENDPOINTS = ("static", "/_dash-update-component", "/_reload-hash", "/_dash-dependencies")
"""What Flask and Dash serve and no page of ours asks for."""
STATIC_SECONDS = 86_400

DEFAULT_TIMES = WatchTimes()


def create_dashboard(
    *,
    catalog: Catalog,
    demo: bool,
    register: Callable[[flask.Flask], None] | None = None,
    times: WatchTimes = DEFAULT_TIMES,
    access: Access | None = None,
) -> dash.Dash:
    """A Dash application whose Flask server (``.server``) also carries what ``register`` adds.

    ``register`` receives the Flask server and adds the data routes (``/api/v1/snapshot``, ``/api/v1/curve``, health).
    ``access``: who may do what; None lets anybody in, for loopback alone.
    """
    words = read_all_words()
    files = own_files(PAGES)
    app = Pages(words, files, lambda spoken: page_data(catalog, spoken, times, _viewer(access)))
    server: flask.Flask = app.server
    _compress(server)
    register_bundles(server, files)
    app.layout = lambda: _layout(catalog, words, access, demo=demo)
    app.validation_layout = None  # the wall's skeleton in every document, for callbacks that no page has
    register_layouts(server, PAGES, app)
    for page in PAGES:
        page.register_callbacks(app)
    if register is not None:
        register(server)
    _refuse_unknown_pages(server, words)
    _declare_needs(server)
    if access is None:
        stand_before(server, let_anybody_in)
    else:
        install(server, access, words, pages=PAGE_ENDPOINTS, is_page=lambda path: page_at(PAGES, path) is not None)
    styles = (css_variables(), error_page.STYLE, openapi.STYLE)
    send_security_headers(server, styles, behind_tls=access is not None and access.behind_tls)
    return app


class Pages(dash.Dash):
    """Dash with our own document around it, in the language of the request."""

    def __init__(
        self, words: Mapping[str, Words], files: Mapping[str, OwnFiles], data_of_page: Callable[[Words], str]
    ) -> None:
        self._words = words
        self._files = files
        self._data_of_page = data_of_page
        super().__init__(
            __name__,
            use_async=False,
            enable_mcp=False,
            update_title="",
            pages_folder="",
            use_pages=False,
            serve_locally=True,
            suppress_callback_exceptions=False,
            add_log_handler=False,
            assets_ignore=r".*\.txt$",
            meta_tags=[{"name": "viewport", "content": "width=device-width, initial-scale=1"}],
        )

    def interpolate_index(  # noqa: PLR0917 - the signature is that of Dash
        self,
        metas: str = "",
        title: str = "",
        css: str = "",
        config: str = "",
        scripts: str = "",
        app_entry: str = "",
        favicon: str = "",
        renderer: str = "",
    ) -> str:
        """The document of this request; title, icon and entry point are our own."""
        words = self._words[_language_of_page()]
        page = page_at(PAGES, flask.request.path) or wall
        own = self._files[name_of(page)]
        asked_first = getattr(page, "asked_first", lambda query: None)
        parts = DashParts(
            asked=asked_first(flask.request.args) or "",
            first=own.first_tags,
            metas=metas,
            css=f"{assets_of(page, css)}\n{own.style_tag}",
            config=with_layout_of(config, Screen(page, words.language.id)),
            scripts=f"{own.script_tag}\n{with_late(assets_of(page, scripts), getattr(page, 'LATE', ()))}",
            renderer=renderer,
        )
        theme = getattr(page, "THEME", "auto")
        return with_nonce(document(words, words(page.TITLE), self._data_of_page(words), parts, theme))


def _language_of_page() -> str:
    return choose(flask.request.args.get("lang"), flask.request.headers.get("Accept-Language"))


def _screen_of_layout() -> Screen:
    """The document names page and language in the address that its layout is fetched from. Without those (a script
    that asks Dash directly) the page's address is in the Referer; and Dash also calls the layout once outside of any
    request, to validate it."""
    if not flask.has_request_context():
        return Screen(wall, choose(None, None))
    named = flask.g.get("screen")
    if isinstance(named, Screen):
        return named
    address = urlsplit(flask.request.headers.get("Referer", ""))
    asked = parse_qs(address.query).get("lang", [None])[0]
    return Screen(page_at(PAGES, address.path) or wall, choose(asked, flask.request.headers.get("Accept-Language")))


def _layout(catalog: Catalog, words: Mapping[str, Words], access: Access | None, *, demo: bool) -> Component:
    """The skeleton of the screen that is asked for, for whoever asks."""
    screen = _screen_of_layout()
    made = screen.layout(catalog, words, demo=demo)
    if access is None or not flask.has_request_context():
        return made
    who = identity()
    return fitted(made, who, access.csrf(who.binding), words[screen.language], lambda path: _may_open(who, path))


def _may_open(who: Identity, path: str) -> bool:
    """Whether a link leads somewhere for this viewer; what is no page of ours is left alone."""
    page = page_at(PAGES, path)
    return page is None or who.may(page.RIGHT)


def _viewer(access: Access | None) -> dict[str, object] | None:
    """What scripts know of whoever looks."""
    who = identity()
    if access is None or not who.known:
        return None
    return {"name": who.name, "rights": sorted(who.rights), "csrf": access.csrf(who.binding)}


def _declare_needs(server: flask.Flask) -> None:
    for endpoint in OF_THE_SCREEN:
        declare(server, endpoint, _need_of_screen)
    for endpoint in OPEN_ENDPOINTS:
        declare(server, endpoint, Gate.OPEN)
    for endpoint in UNUSED_ENDPOINTS:
        declare(server, endpoint, Gate.CLOSED)


def _need_of_screen() -> Need:
    """What the page of this request asks for, whichever part of it is fetched. Of a page that is not there anybody who
    may see something may be told so."""
    request = flask.request
    if request.endpoint in PAGE_ENDPOINTS:
        page = page_at(PAGES, request.path)
    elif request.endpoint == "/_dash-layout":
        page = _screen_of_layout().page
    else:
        name = (request.view_args or {}).get("name")
        page = next((each for each in PAGES if name_of(each) == name), None)
    return Right.SEE if page is None else Right(page.RIGHT)


def _compress(server: flask.Flask) -> None:
    """Scripts travel compressed and stay in the browser for a day; their address changes with the file."""
    server.config.update(
        COMPRESS_ALGORITHM=["gzip"],
        COMPRESS_ALGORITHM_STREAMING=["gzip"],
        COMPRESS_STREAMING_ENDPOINT_CONDITIONAL=["_dash_assets.static"],
        SEND_FILE_MAX_AGE_DEFAULT=STATIC_SECONDS,
    )
    Compress(server)
    Packed(OPEN_ENDPOINTS[:2]).install(server)
    server.after_request(_close_with_answer)


def _close_with_answer(response: flask.Response) -> flask.Response:
    """Compression replaces a file's iterator and forgets to close it; runs before it, as the later registered."""
    close = getattr(response.response, "close", None)
    if response.is_streamed and close is not None:
        response.call_on_close(close)
    return response


def _refuse_unknown_pages(server: flask.Flask, words: Mapping[str, Words]) -> None:
    """Dash answers every address with its page and 200; a wrong address must say so."""

    def refuse() -> flask.Response | None:
        if flask.request.endpoint != CATCH_ALL or page_at(PAGES, flask.request.path) is not None:
            return None
        return not_found(words[_language_of_page()], flask.request.path)

    server.before_request(refuse)
    register_failures(server, lambda: words[_language_of_page()])
