"""The words on screen, and the choice of a language for a viewer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

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
    """Every language's catalog by language id, each read when it is first spoken."""
    return _Spoken(folder)


class _Spoken(Mapping[str, Words]):
    """Whoever reads a catalog that another thread reads as well reads it for nothing."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._languages = {language.id: language for language in LANGUAGES.values()}
        self._read: dict[str, Words] = {}

    def __getitem__(self, name: str) -> Words:
        """One catalog."""
        if name not in self._read:
            self._read[name] = read_words(self._languages[name], self._folder)
        return self._read[name]

    def __iter__(self) -> Iterator[str]:
        """Ids of languages."""
        return iter(self._languages)

    def __len__(self) -> int:
        """How many there are."""
        return len(self._languages)


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
