"""The words on screen, and the choice of a language for a viewer."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header

from reports.words import LANGUAGES, Language, UnknownWord, Words, read_words

__all__ = ["LANGUAGES", "Language", "UnknownWord", "Words", "choose", "read_all_words", "word_key"]

LOCALE_FOLDER = Path(__file__).with_name("locale")
DEFAULT = "zh"


def word_key(key: str) -> str:
    """Marks a key that is looked up later, so that the check of the catalogs finds it."""
    return key


def read_all_words(folder: Path = LOCALE_FOLDER) -> Mapping[str, Words]:
    """Every language's catalog by language id."""
    return MappingProxyType({language.id: read_words(language, folder) for language in LANGUAGES.values()})


def choose(asked: str | None, accept_language: str | None) -> str:
    """Language id for a viewer: what the address asks for, else what the browser prefers, else Chinese.

    Regions do not matter: ``zh-CN``, ``zh_Hans`` and ``ZH`` are all ``zh``; what we do not speak is passed over.
    """
    accepted = parse_accept_header(accept_language, LanguageAccept)
    wanted = [asked or "", *(tag for tag, quality in accepted if quality > 0)]
    known = (tag for tag in map(_primary, wanted) if tag in LANGUAGES)
    return next(known, DEFAULT)


def _primary(tag: str) -> str:
    return tag.replace("_", "-").split("-")[0].strip().lower()
