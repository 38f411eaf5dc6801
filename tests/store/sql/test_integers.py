"""Columns of integers reach PostgreSQL as they are."""

from __future__ import annotations

import psycopg
import pytest

from store.sql.integers import int8_array
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
