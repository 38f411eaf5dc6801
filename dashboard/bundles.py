"""One script and one style sheet for each page, made of the page's own files: a browser asks twice instead of thirty
times, and keeps both for as long as they are what they are.

What lies below ``vendor/`` stays in files of its own: it is large, the same for many pages, and may come late. Scripts
that decide something before anything is painted stand in the document itself, allowed by their digest.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from http import HTTPStatus
from pathlib import Path
from types import ModuleType

import flask

from dashboard.frame import Document, document
from dashboard.routes import accepts_gzip, matches
from dashboard.screens import files_of, name_of

FOLDER = Path(__file__).with_name("assets")
PATH = "/_bundle/<name>.<kind>"
ENDPOINT = "bundle"
APART = "vendor/"
FIRST = ("theme_", "early_")
TYPES: Mapping[str, str] = {"js": "text/javascript; charset=utf-8", "css": "text/css; charset=utf-8"}
MOST_KEPT = 128
"""Bundles of one release, more than there are."""
LASTING = "max-age=31536000, immutable"
"""Of an address that names its content."""


@dataclass(frozen=True, slots=True)
class Bundle:
    """All files of one kind of one page."""

    name: str
    kind: str
    digest: str
    raw: bytes

    @property
    def content(self) -> Document:
        """What is sent; compressed when somebody asks for it first, and kept."""
        return _packed(self.raw, self.digest)

    @property
    def address(self) -> str:
        """Another content has another address."""
        return f"/_bundle/{self.name}.{self.kind}?v={self.digest}"


@dataclass(frozen=True, slots=True)
class OwnFiles:
    """What a page brings beside Dash. ``first``: scripts that stand in the head, as text."""

    script: Bundle
    style: Bundle
    first: tuple[str, ...]

    @property
    def script_tag(self) -> str:
        """To be placed before the scripts of Dash: it waits for none of them."""
        return f'<script src="{self.script.address}"></script>'

    @property
    def style_tag(self) -> str:
        """For the head."""
        return f'<link rel="stylesheet" href="{self.style.address}">'

    @property
    def first_tags(self) -> str:
        """For the head."""
        return "\n".join(f"<script>{each}</script>" for each in self.first)


def own_files(pages: Sequence[ModuleType], folder: Path = FOLDER) -> dict[str, OwnFiles]:
    """By name of the page; read once, when a server starts."""
    found = {path.relative_to(folder).as_posix(): path for path in sorted(folder.rglob("*"))}
    ours = {
        name: path.read_text(encoding="utf-8")
        for name, path in found.items()
        if path.suffix in (".js", ".css") and not name.startswith(APART)
    }
    return {name_of(page): _of_page(page, ours) for page in pages}


def _of_page(page: ModuleType, texts: Mapping[str, str]) -> OwnFiles:
    names = files_of(page, texts)
    early = tuple(texts[each] for each in names if each.startswith(FIRST))
    scripts = [each for each in names if each.endswith(".js") and not each.startswith(FIRST)]
    styles = [each for each in names if each.endswith(".css")]
    name = name_of(page)
    return OwnFiles(_bundle(name, "js", scripts, texts), _bundle(name, "css", styles, texts), early)


def _bundle(name: str, kind: str, files: Sequence[str], texts: Mapping[str, str]) -> Bundle:
    raw = "\n".join(f"/* {each} */\n{texts[each]}" for each in files).encode()
    digest = blake2b(raw, digest_size=12).hexdigest()
    return Bundle(name, kind, digest, raw)


@lru_cache(maxsize=MOST_KEPT)
def _packed(raw: bytes, digest: str) -> Document:
    return document(raw, digest)


def register_bundles(server: flask.Flask, pages: Mapping[str, OwnFiles]) -> None:
    """Serves them. An address of another release gets what is there now, and no browser keeps that unasked."""
    known = {(each.name, each.kind): each for own in pages.values() for each in (own.script, own.style)}

    def bundle(name: str, kind: str) -> flask.Response:
        found = known.get((name, kind))
        if found is None:
            flask.abort(HTTPStatus.NOT_FOUND)
        return _sent(found, flask.request)

    server.add_url_rule(PATH, ENDPOINT, bundle, methods=["GET"])


def _sent(found: Bundle, request: flask.Request) -> flask.Response:
    lasting = request.args.get("v") == found.digest
    content = found.content
    headers = {"ETag": content.etag, "Cache-Control": LASTING if lasting else "no-cache", "Vary": "Accept-Encoding"}
    if matches(request.headers.get("If-None-Match", ""), content.etag):
        return flask.Response(status=HTTPStatus.NOT_MODIFIED, headers=headers)
    packed = accepts_gzip(request.headers.get("Accept-Encoding", ""))
    if packed:
        headers["Content-Encoding"] = "gzip"
    return flask.Response(content.gzip if packed else content.raw, headers=headers, content_type=TYPES[found.kind])
