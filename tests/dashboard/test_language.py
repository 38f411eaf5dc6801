"""Catalogs agree with each other and with the code, and a viewer gets the language he asked for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from dashboard.language import LANGUAGES, LOCALE_FOLDER, Language, UnknownWord, choose, read_all_words
from reports.words import catalog_path

ROOM = Path(__file__).parents[2] / "dashboard"
METHODS = [("**.py", "python"), ("assets/*.js", "javascript")]
KEYWORDS = {"word": None, "words": None, "word_key": None}
PLACEHOLDER = re.compile(r"\{(\w+)\}")
QUOTED = re.compile(r"""["']([a-z_]+\.[a-z_0-9]+)["']""")


def keys_in_code() -> set[str]:
    """Keys that the code asks for by name, as Babel finds them, and every string that looks like one."""
    prefixes = {key.split(".")[0] for key in read_all_words()["en"].messages}
    return set(_asked()) | {key for key in _quoted() if key.split(".")[0] in prefixes}


def _asked() -> Iterator[str]:
    for _, _, message, _, _ in extract_from_dir(str(ROOM), METHODS, {}, keywords=KEYWORDS):
        texts = message if isinstance(message, tuple) else (message,)
        yield from (text for text in texts if text)


def _quoted() -> Iterator[str]:
    for path in [
        ROOM / "document.py",
        ROOM / "factory.py",
        ROOM / "theme.py",
        *(ROOM / "pages").glob("*.py"),
        *(ROOM / "assets").glob("*.js"),
    ]:
        yield from QUOTED.findall(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("language", LANGUAGES.values(), ids=lambda language: language.id)
def test_the_code_and_every_catalog_have_the_same_keys(language: Language) -> None:
    """A missing word would show as its key on the wall; words that nobody says go with the code that said them."""
    assert set(read_all_words()[language.id].messages) == keys_in_code()


def test_the_catalogs_have_the_same_keys_and_placeholders() -> None:
    """A placeholder that one language lacks would hide a figure from its readers."""
    catalogs = {name: words.messages for name, words in read_all_words().items()}
    shapes = {
        name: {key: set(PLACEHOLDER.findall(text)) for key, text in messages.items()}
        for name, messages in catalogs.items()
    }
    assert shapes["zh"] == shapes["en"]


@pytest.mark.parametrize("language", LANGUAGES.values(), ids=lambda language: language.id)
def test_no_entry_is_empty_fuzzy_or_double(language: Language) -> None:
    """Fuzzy words are guesses, and a second entry silently wins over the first."""
    path = catalog_path(language, LOCALE_FOLDER)
    with path.open("rb") as file:
        entries = [entry for entry in read_po(file) if entry.id]
    assert [entry.id for entry in entries if not entry.string or entry.fuzzy] == []
    assert path.read_text(encoding="utf-8").count("\nmsgid ") == len(entries) + 1


@pytest.mark.parametrize(
    ("asked", "accepted", "expected"),
    [
        ("en", "zh-CN,zh;q=0.9", "en"),
        ("zh", "en-US,en;q=0.9", "zh"),
        ("zh-CN", "en", "zh"),
        ("zh_Hans", "en", "zh"),
        ("EN-gb", "zh", "en"),
        (None, "en-US,en;q=0.9,zh;q=0.5", "en"),
        (None, "zh-TW,en;q=0.8", "zh"),
        (None, "fr-FR,en;q=0.3", "en"),
        (None, "en;q=0,zh;q=0.1", "zh"),
        (None, "fr", "zh"),
        (None, None, "zh"),
        ("klingon", "en", "en"),
        ("", "", "zh"),
    ],
)
def test_the_address_decides_then_the_browser_then_chinese(asked: str, accepted: str, expected: str) -> None:
    """Regions do not matter, and what we do not speak is passed over."""
    assert choose(asked, accepted) == expected


def test_an_unknown_word_names_itself_and_the_fix() -> None:
    """A typo in a key is found by the first test that shows the page."""
    with pytest.raises(UnknownWord, match=r"'no.such' is not in the 'en' catalog"):
        read_all_words()["en"]("no.such")
