"""The catalogs of reports agree with each other and with the code that asks for their words."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from reports.words import LANGUAGES, REPORTS_FOLDER, Language, catalog_path, report_words

ROOM = REPORTS_FOLDER.parent
PLACEHOLDER = re.compile(r"\{(\w+)\}")
ASKED = re.compile(r"""words\(\s*["']([a-z_]+\.[^"']*)["']""")
QUOTED = re.compile(r"""["']([a-z_0-9]+(?:\.[a-z_0-9.]*)?)["'{]""")
HALF_WIDTH = re.compile(r"[,:;()]")
OWN_PLACEHOLDERS = {"period.month"}
"""Chinese months are numbers, English ones have names."""


def in_code(shape: re.Pattern[str], folder: Path = ROOM) -> set[str]:
    """What the code of a folder has of one shape."""
    texts = [path.read_text(encoding="utf-8") for path in folder.rglob("*.py")]
    return {key for text in texts for key in shape.findall(text)}


def test_every_word_that_the_code_asks_for_is_in_the_catalogs() -> None:
    """A missing word would stop a report."""
    assert in_code(ASKED, ROOM / "availability") - set(report_words("en").messages) == set()


def test_no_word_stays_that_no_code_says() -> None:
    """By its whole key, or by a beginning that the code puts a name behind."""
    said = in_code(QUOTED)
    begun = tuple(key for key in said if key.endswith("."))
    left = {key for key in report_words("en").messages if key not in said and not key.startswith(begun)}
    assert left == set()


def test_the_catalogs_have_the_same_keys_and_placeholders() -> None:
    """A placeholder that one language lacks would hide a figure from its readers."""
    shapes = [
        {
            key: set() if key in OWN_PLACEHOLDERS else set(PLACEHOLDER.findall(text))
            for key, text in report_words(language).messages.items()
        }
        for language in LANGUAGES
    ]
    assert shapes[0] == shapes[1]


@pytest.mark.parametrize("language", LANGUAGES.values(), ids=lambda language: language.id)
def test_no_entry_is_empty_fuzzy_or_double(language: Language) -> None:
    """Fuzzy words are guesses, and a second entry silently wins over the first."""
    path = catalog_path(language, REPORTS_FOLDER)
    with path.open("rb") as file:
        entries = [entry for entry in read_po(file) if entry.id]
    assert [entry.id for entry in entries if not entry.string or entry.fuzzy] == []
    assert path.read_text(encoding="utf-8").count("\nmsgid ") == len(entries) + 1


def test_chinese_words_have_chinese_punctuation() -> None:
    """Full-width commas, colons, semicolons and brackets."""
    found = {key: PLACEHOLDER.sub("", text) for key, text in report_words("zh").messages.items()}
    assert {key: text for key, text in found.items() if HALF_WIDTH.search(text)} == {}


def test_every_column_of_every_table_has_a_heading() -> None:
    """Columns are named by their key alone; the code has them as strings beside their kind."""
    texts = [path.read_text(encoding="utf-8") for path in Path(ROOM, "availability", "printing").glob("*.py")]
    keys = {key for text in texts for key in re.findall(r'\("([a-z_0-9]+)", Kind\.', text)}
    assert {f"column.{key}" for key in keys} <= set(report_words("en").messages)
