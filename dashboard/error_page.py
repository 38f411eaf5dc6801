"""Pages for addresses that nobody serves and for failures: what went wrong, and ways on. For browsers; scripts get one
line. No script and no file of ours is needed, so that they also come when something else is broken."""

from __future__ import annotations

import html
import logging
import secrets
from collections.abc import Callable
from difflib import get_close_matches
from http import HTTPStatus

import flask
import orjson
from werkzeug.exceptions import HTTPException, InternalServerError, NotFound

from dashboard.language import Words
from dashboard.pages.desk import MENU

log = logging.getLogger(__name__)

LONGEST_SHOWN = 200
CLOSE = 0.6
STYLE = """
:root { color-scheme: light dark; }
body { font: 1.1rem/1.5 system-ui, "Noto Sans CJK SC", "Noto Sans SC", "Microsoft YaHei", sans-serif; margin: 0; }
main { max-width: 44rem; margin: 0 auto; padding: 8vh 1.25rem 3rem; }
h1 { font-size: 1.9rem; line-height: 1.25; }
code { overflow-wrap: anywhere; }
ul { display: grid; grid-template-columns: repeat(auto-fill, minmax(11rem, 1fr)); gap: 0.25rem 1rem; padding: 0;
  list-style: none; }
a { display: inline-block; padding: 0.5rem 0; }
form { display: flex; gap: 0.5rem; flex-wrap: wrap; margin: 1rem 0; }
input, button { font: inherit; padding: 0.6rem 0.8rem; min-width: 0; }
input { flex: 1 1 14rem; }
"""


def not_found(words: Words, path: str) -> flask.Response:
    """404: the address, what may have been meant, every screen, and a search of products."""
    if flask.request.path.startswith("/api"):
        raw = orjson.dumps({"error": f"nothing is served at {path}"})
        return flask.Response(raw, HTTPStatus.NOT_FOUND, {"Cache-Control": "no-store"}, content_type="application/json")
    if not _wants_page():
        return _text(words("page.not_found"), HTTPStatus.NOT_FOUND)
    shown = path if len(path) <= LONGEST_SHOWN else path[:LONGEST_SHOWN] + "…"
    body = [f"<p><code>{html.escape(shown)}</code></p>", _meant(words, path), _search(words)]
    return _page(words, words("error.no_page"), body, HTTPStatus.NOT_FOUND)


def failed(words: Words, error_id: str) -> flask.Response:
    """500: an id that stands in the log too."""
    if not _wants_page():
        line = f"something failed here; error {error_id} tells more in the log of the server"
        if not flask.request.path.startswith("/api"):
            return _text(line, HTTPStatus.INTERNAL_SERVER_ERROR)
        raw = orjson.dumps({"error": line, "error_id": error_id})
        return flask.Response(raw, HTTPStatus.INTERNAL_SERVER_ERROR, content_type="application/json")
    what, name, again = words("error.failed_do"), words("error.id"), words("error.again")
    body = [
        f"<p>{html.escape(what)}</p>",
        f"<p>{html.escape(name)} <code>{error_id}</code></p>",
        f'<p><a href="">{html.escape(again)}</a></p>',
    ]
    return _page(words, words("error.failed"), body, HTTPStatus.INTERNAL_SERVER_ERROR)


def register_failures(server: flask.Flask, words: Callable[[], Words]) -> None:
    """Whatever nobody caught becomes a page with an id, or one line; so does an address that no rule takes, such as one
    with a line's end in it."""

    def lost(_error: NotFound) -> flask.Response:
        return not_found(words(), flask.request.path)

    def answer(_error: InternalServerError) -> flask.Response:
        error_id = secrets.token_hex(6)
        log.error("error %s: %s %s could not be answered", error_id, flask.request.method, flask.request.path)
        return failed(words(), error_id)

    server.register_error_handler(HTTPException, _in_a_line)
    server.register_error_handler(InternalServerError, answer)
    server.register_error_handler(NotFound, lost)


def _in_a_line(error: HTTPException) -> flask.Response:
    """What Flask refuses by itself (a method, a length): one line instead of a page, with the same headers."""
    answer = flask.make_response(error.get_response())
    if answer.status_code < HTTPStatus.BAD_REQUEST:
        return answer  # a redirect
    line = (error.description or error.name).partition("\n")[0]
    as_json = flask.request.path.startswith("/api")
    answer.set_data(orjson.dumps({"error": line}) if as_json else f"{line}\n")
    answer.content_type = "application/json" if as_json else "text/plain; charset=utf-8"
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _wants_page() -> bool:
    """A browser asks for HTML by name; a script that takes anything gets a line."""
    return "text/html" in flask.request.headers.get("Accept", "") and not flask.request.path.startswith("/api")


def _link(words: Words, to: str) -> str:
    name = words(dict(MENU)[to])
    return f'<a href="{to}?lang={words.language.id}">{html.escape(name)}</a>'


def _meant(words: Words, path: str) -> str:
    """The screen whose address is close to what was asked, if there is one."""
    found = get_close_matches(path.lower(), [to for to, _ in MENU], n=1, cutoff=CLOSE)
    question = words("error.meant")
    return "".join(f"<p>{html.escape(question)} {_link(words, to)}</p>" for to in found)


def _search(words: Words) -> str:
    name, go = html.escape(words("error.search")), html.escape(words("error.go"))
    return (
        f'<form action="/availability" role="search"><input type="hidden" name="lang" value="{words.language.id}">'
        f'<input type="search" name="q" maxlength="80" aria-label="{name}" placeholder="{name}">'
        f"<button>{go}</button></form>"
    )


def _page(words: Words, title: str, body: list[str], status: HTTPStatus) -> flask.Response:
    """The screens stand below whatever is said."""
    name = html.escape(title)
    menu = html.escape(words("menu.label"))
    links = "".join(f"<li>{_link(words, to)}</li>" for to, _ in MENU)
    content = (
        f'<!DOCTYPE html>\n<html lang="{words.language.tag}"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><title>{name}</title>'
        '<link rel="icon" href="data:,">'
        f"<style>{STYLE}</style></head><body><main><h1>{name}</h1>{''.join(body)}"
        f'<nav aria-label="{menu}"><ul>{links}</ul></nav></main></body></html>\n'
    )
    return flask.Response(content, status, {"Cache-Control": "no-store"}, content_type="text/html; charset=utf-8")


def _text(line: str, status: HTTPStatus) -> flask.Response:
    return flask.Response(line + "\n", status, {"Cache-Control": "no-store"}, content_type="text/plain; charset=utf-8")
