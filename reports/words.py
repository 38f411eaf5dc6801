"""The words on screen and paper: Babel catalogs, read once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

from babel.messages.pofile import read_po

REPORTS_FOLDER = Path(__file__).with_name("locale")


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


def catalog_path(language: Language, folder: Path) -> Path:
    """Where the catalog of a language lives."""
    return folder / language.folder / "LC_MESSAGES" / "messages.po"


def read_words(language: Language, folder: Path) -> Words:
    """Reads one catalog; entries without words or marked fuzzy count as missing."""
    with catalog_path(language, folder).open("rb") as file:
        catalog = read_po(file, abort_invalid=True)
    entries = {str(entry.id): str(entry.string) for entry in catalog if entry.id and entry.string and not entry.fuzzy}
    return Words(language, MappingProxyType(entries))


@lru_cache(maxsize=len(LANGUAGES))
def report_words(language: str) -> Words:
    """The words of reports in ``zh`` or ``en``."""
    return read_words(LANGUAGES[language], REPORTS_FOLDER)


def report_marks(words: Words, *, demo: bool, provisional: bool) -> tuple[str, ...]:
    """What stands on every page of a report whose counts are not a bank's, or not final."""
    marks = [words("mark.demo")] if demo else []
    return (*marks, words("mark.provisional")) if provisional else tuple(marks)
