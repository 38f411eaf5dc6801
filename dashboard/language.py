"""The words on screen: Babel catalogs, read once, and the choice of a language for a viewer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from babel.messages.pofile import read_po
from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header

LOCALE_FOLDER = Path(__file__).with_name("locale")
DEFAULT = "zh"


@dataclass(frozen=True, slots=True)
class Language:
    """``id`` is what ``?lang=`` says, ``tag`` what HTML and the browser's Intl want, ``folder`` the catalog's.

    ``large_units``: sign and size of the units that shorten large numbers, largest first.
    """

    id: str
    tag: str
    folder: str
    large_units: tuple[tuple[str, int], ...]


LANGUAGES: Mapping[str, Language] = MappingProxyType(
    {
        "zh": Language("zh", "zh-CN", "zh_CN", (("亿", 10**8), ("万", 10**4))),
        "en": Language("en", "en", "en", (("B", 10**9), ("M", 10**6), ("K", 10**3))),
    }
)


class UnknownWord(LookupError):
    """A key that no catalog has."""

    def __init__(self, key: str, language: str) -> None:
        super().__init__(f"word {key!r} is not in the {language!r} catalog; add it to every messages.po")


@dataclass(frozen=True, slots=True)
class Words:
    """One catalog: calling it with a key gives the words. Raises UnknownWord."""

    language: Language
    messages: Mapping[str, str]

    def __call__(self, key: str, **values: object) -> str:
        """The words of a key, with ``{name}`` replaced by the values."""
        if key not in self.messages:
            raise UnknownWord(key, self.language.id)
        return self.messages[key].format(**values) if values else self.messages[key]


def word_key(key: str) -> str:
    """Marks a key that is looked up later, so that the check of the catalogs finds it."""
    return key


def catalog_path(language: Language, folder: Path = LOCALE_FOLDER) -> Path:
    """Where the catalog of a language lives."""
    return folder / language.folder / "LC_MESSAGES" / "messages.po"


def read_words(language: Language, folder: Path = LOCALE_FOLDER) -> Words:
    """Reads one catalog; entries without words or marked fuzzy count as missing."""
    with catalog_path(language, folder).open("rb") as file:
        catalog = read_po(file, abort_invalid=True)
    entries = {str(entry.id): str(entry.string) for entry in catalog if entry.id and entry.string and not entry.fuzzy}
    return Words(language, MappingProxyType(entries))


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
