"""Columns of integers reach PostgreSQL as they are."""

from __future__ import annotations

import psycopg
import pytest

from store.sql.integers import int8_array, int8_numbers
from store.sql.postgres import PostgresServer


def test_every_integer_of_64_bits_arrives(address: str) -> None:
    """Both ends, both signs, every byte."""
    assert PostgresServer(address)
    numbers = [0, 1, -1, 255, -256, 2**31, -(2**31) - 1, 2**63 - 1, -(2**63), 0x0102030405060708]
    with psycopg.connect(address) as connection:
        found = connection.execute(
            "SELECT n FROM unnest(%s) WITH ORDINALITY AS each(n, o) ORDER BY o", [int8_array(numbers)]
        )
        assert [number for (number,) in found.fetchall()] == numbers


def test_a_number_beyond_64_bits_is_refused() -> None:
    """Rather than cut."""
    with pytest.raises(OverflowError):
        int8_array([1, 2**63])


@pytest.mark.parametrize("numbers", [[7], [0, 1, -1, 2**31, -(2**31) - 1, 2**63 - 1, -(2**63), 0x0102030405060708]])
def test_what_was_made_is_read_again(numbers: list[int]) -> None:
    """The same bytes both ways."""
    assert list(int8_numbers(int8_array(numbers))) == numbers


@pytest.mark.parametrize("sent", [int8_array([1, 2])[:-4], int8_array([1])[:8] + b"\0\0\0\x17" + int8_array([1])[12:]])
def test_another_array_is_refused(sent: bytes) -> None:
    """One cut short, one of other integers."""
    with pytest.raises(ValueError, match="no plain"):
        int8_numbers(sent)
