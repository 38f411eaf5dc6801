"""Columns of integers as PostgreSQL keeps them: made as a whole, for number by number takes twenty times as long."""

from __future__ import annotations

import struct
import sys
from array import array
from collections.abc import Sequence

_HEADER = struct.Struct(">iiIii")
_INT8_OID = 20
_EIGHT_BYTES = struct.pack(">i", 8)


class Int8Array(bytes):
    """A ``bigint[]`` in PostgreSQL's binary form."""


def int8_array(column: Sequence[int]) -> Int8Array:
    """An array without nulls. Raises OverflowError for a number beyond 64 bits."""
    try:
        numbers = array("q", column)
    except OverflowError as error:
        raise OverflowError("a number beyond 64 bits is out of range") from error
    if sys.byteorder == "little":
        numbers.byteswap()
    halves = array("I", numbers.tobytes())
    # Each number follows its own length: three words, of which the first is always the same.
    words = array("I", _EIGHT_BYTES * (3 * len(numbers)))
    words[1::3], words[2::3] = halves[0::2], halves[1::2]
    return Int8Array(_HEADER.pack(1, 0, _INT8_OID, len(numbers), 1) + words.tobytes())


def int8_numbers(sent: bytes) -> array[int]:
    """What an array without nulls holds. Raises ValueError when it is no such array."""
    dimensions, nulls, oid, count, _ = _HEADER.unpack_from(sent)
    words = array("I", sent[_HEADER.size :])
    if (dimensions, nulls, oid, len(words)) != (1, 0, _INT8_OID, 3 * count):
        raise ValueError("no plain bigint[]")
    halves = array("I", bytes(8 * count))
    halves[0::2], halves[1::2] = words[1::3], words[2::3]
    numbers = array("q", halves.tobytes())
    if sys.byteorder == "little":
        numbers.byteswap()
    return numbers
