"""What is remembered of each counter between two reads, as compact bytes for the store.

Layout, little-endian: magic ``LCM1``, number of series (u32), birth of the process in milliseconds (i64, -1 unknown),
length of the first column (u32); then two zlib columns of i64: last values and births (-1 unknown). Positions are
those of the series in the store: the order of first sight.
"""

from __future__ import annotations

import struct
import sys
import zlib
from array import array
from dataclasses import dataclass

from collectors.errors import MemoryDamaged

_MAGIC = b"LCM1"
_HEADER = struct.Struct("<4sIqI")
_UNKNOWN = -1
_FASTEST = 1


@dataclass(frozen=True, slots=True)
class SeriesMemory:
    """Last value and birth of every counter of a source, by position, and the birth of its process."""

    values: tuple[int, ...]
    births_ms: tuple[int | None, ...]
    process_born_ms: int | None


NOTHING = SeriesMemory((), (), None)


def encoded(series: int, values: bytes, births_ms: bytes, process_born_ms: int | None) -> bytes:
    """The bytes to store for so many series, from both columns."""
    return _HEADER.pack(_MAGIC, series, birth_number(process_born_ms), len(values)) + values + births_ms


def column(numbers: array[int]) -> bytes:
    """Numbers (an array of type "q") as a column; births that are not known stand there as -1."""
    if sys.byteorder == "big":
        numbers = array("q", numbers)
        numbers.byteswap()
    return zlib.compress(numbers, _FASTEST)


def decoded(state: bytes | None, series: int) -> SeriesMemory:
    """What was stored for so many series. Raises MemoryDamaged when it is not that."""
    if state is None:
        if series:
            raise MemoryDamaged(f"there are {series} series, but nothing is remembered of them")
        return NOTHING
    try:
        magic, count, born, length = _HEADER.unpack_from(state)
        values = _numbers(state[_HEADER.size : _HEADER.size + length])
        births = _numbers(state[_HEADER.size + length :])
    except (struct.error, zlib.error, ValueError) as cause:
        raise MemoryDamaged(f"what is remembered of the series cannot be read: {cause}") from cause
    if magic != _MAGIC or not count == len(values) == len(births) == series:
        raise MemoryDamaged(f"there are {series} series, but {len(values)} are remembered")
    return SeriesMemory(
        tuple(values), tuple(None if ms == _UNKNOWN else ms for ms in births), None if born == _UNKNOWN else born
    )


def birth_number(born_ms: int | None) -> int:
    """A birth as it stands in a column."""
    return _UNKNOWN if born_ms is None else born_ms


def _numbers(column: bytes) -> array[int]:
    numbers = array("q")
    numbers.frombytes(zlib.decompress(column))
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers
