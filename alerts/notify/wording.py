"""The words of messages: Babel catalogs beside this file, one per language, with the same keys."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from babel.messages.pofile import read_po

from alerts.notify.errors import NotifyError

FOLDERS: Mapping[str, str] = MappingProxyType({"zh": "zh_CN", "en": "en"})
"""Language -> folder of its catalog."""
LOCALE_FOLDER = Path(__file__).with_name("locale")


class UnknownWord(NotifyError):
    """A key that a catalog lacks."""

    def __init__(self, key: str, language: str) -> None:
        super().__init__(f"word {key!r} is not in the {language!r} catalog of messages; add it to every messages.po")


@dataclass(frozen=True, slots=True)
class Wording:
    """One catalog: calling it with a key gives the words. Raises UnknownWord."""

    language: str
    messages: Mapping[str, str]

    def __call__(self, key: str, **values: object) -> str:
        """The words of a key, with ``{name}`` replaced by the values."""
        if key not in self.messages:
            raise UnknownWord(key, self.language)
        return self.messages[key].format(**values) if values else self.messages[key]

    def or_else(self, key: str, otherwise: str) -> str:
        """The words of a key that operators may extend (names of rules), else the given text."""
        return self.messages.get(key, otherwise)


def read_wording(language: str, folder: Path = LOCALE_FOLDER) -> Wording:
    """Reads one catalog; entries without words or marked fuzzy count as missing. Raises UnknownWord for a language."""
    if language not in FOLDERS:
        raise UnknownWord("language", language)
    with (folder / FOLDERS[language] / "LC_MESSAGES" / "messages.po").open("rb") as file:
        catalog = read_po(file, abort_invalid=True)
    words = {str(entry.id): str(entry.string) for entry in catalog if entry.id and entry.string and not entry.fuzzy}
    return Wording(language, MappingProxyType(words))
