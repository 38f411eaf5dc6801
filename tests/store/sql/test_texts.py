"""Columns of texts reach PostgreSQL as they are."""

from __future__ import annotations

import psycopg
import pytest

from store.sql.postgres import PostgresServer
from store.sql.texts import text_array


def test_every_text_arrives(address: str) -> None:
    """What an array's text form would have to quote, several bytes to a character, and nothing at all."""
    assert PostgresServer(address)
    texts = ["", "NULL", 'a "b" \\c, {d}', "可用率😀", " ", "\n\t", "x" * 1_000_000]
    with psycopg.connect(address) as connection:
        found = connection.execute(
            "SELECT t FROM unnest(%s) WITH ORDINALITY AS each(t, o) ORDER BY o", [text_array(texts)]
        )
        assert [text for (text,) in found.fetchall()] == texts


def test_half_a_character_is_refused() -> None:
    with pytest.raises(UnicodeEncodeError):
        text_array(["a\ud800"])


def test_a_nul_character_is_refused() -> None:
    with pytest.raises(psycopg.DataError, match="NUL"):
        text_array(["a\0"])
