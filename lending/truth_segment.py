"""A truth segment: one append-only file that begins with everything counted before it.

Record: length of the payload (u32), CRC-32 of it (u32), payload = sequence (u64), kind (u8), body. A record is whole
or it never happened: what is torn at the end of a file was never counted and never answered.
"""

from __future__ import annotations

import struct
import zlib
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

import orjson

from lending.errors import TruthDamaged
from lending.shape import Place, Shape, Totals

HEADER, OPENED, EVENT, TICK = range(4)
_FRAME = struct.Struct("<II")
_PAYLOAD = struct.Struct("<QB")
_OPENED_BODY = struct.Struct("<Q")
_EVENT_BODY = struct.Struct("<HBBB")
_TICK_BODY = struct.Struct("<Ic")
_LARGEST_OF = {"B": 255, "H": 65_535, "I": 4_294_967_295}


class Record(NamedTuple):
    """One record: its sequence number, kind and body, and where in the file it ends."""

    sequence: int
    kind: int
    body: bytes
    end: int


@dataclass(frozen=True, slots=True)
class Incarnation:
    """One life of the process: its records are first_sequence..last_sequence."""

    born_ms: int
    first_sequence: int
    last_sequence: int


@dataclass(frozen=True, slots=True)
class Standing:
    """Everything that is true after record ``sequence``. ``last_second_s``: newest second whose demand was drawn."""

    sequence: int
    totals: Totals
    incarnations: tuple[Incarnation, ...]
    last_second_s: int


def framed(sequence: int, kind: int, body: bytes) -> bytes:
    """The bytes of one record."""
    payload = _PAYLOAD.pack(sequence, kind) + body
    return _FRAME.pack(len(payload), zlib.crc32(payload)) + payload


def opened_body(born_ms: int) -> bytes:
    """Body of the record that opens a life."""
    return _OPENED_BODY.pack(born_ms)


def event_body(place: int, outcome: int, traffic: int, transaction: bool) -> bytes:
    """Body of one counted event."""
    return _EVENT_BODY.pack(place, outcome, traffic, transaction)


def tick_body(second_s: int, drawn: Sequence[int]) -> bytes:
    """Body of one second of drawn demand, in the narrowest integers that hold it."""
    largest = max(drawn, default=0)
    code = next(code for code, limit in _LARGEST_OF.items() if largest <= limit)
    return _TICK_BODY.pack(second_s, code.encode()) + zlib.compress(array(code, drawn).tobytes(), 1)


def header_body(standing: Standing) -> bytes:
    """Body of a segment's first record."""
    document = {
        "places": [tuple(place) for place in standing.totals.shape.places],
        "events": standing.totals.events,
        "transactions": standing.totals.transactions,
        "incarnations": [(one.born_ms, one.first_sequence, one.last_sequence) for one in standing.incarnations],
        "last_second_s": standing.last_second_s,
    }
    return zlib.compress(orjson.dumps(document), 1)


def records(path: Path) -> Iterator[Record]:
    """Whole records of a file in order; ends at the first that is torn."""
    data = path.read_bytes()
    at = 0
    while at + _FRAME.size <= len(data):
        length, checksum = _FRAME.unpack_from(data, at)
        end = at + _FRAME.size + length
        payload = data[at + _FRAME.size : end]
        if length < _PAYLOAD.size or len(payload) < length or zlib.crc32(payload) != checksum:
            return
        sequence, kind = _PAYLOAD.unpack_from(payload)
        yield Record(sequence, kind, payload[_PAYLOAD.size :], end)
        at = end


def standing_at(path: Path, through: int | None = None) -> tuple[Standing, int]:
    """What is true after record ``through`` of this segment (None: its last), and where that record ends in the file.

    Raises TruthDamaged when the file does not begin with a header.
    """
    following = records(path)
    first = next(following, None)
    if first is None or first.kind != HEADER:
        raise TruthDamaged(path, "does not begin with a header")
    standing, end = _header(first), first.end
    for record in following:
        if through is not None and record.sequence > through:
            break
        standing, end = _after(standing, record), record.end
    return standing, end


def _header(record: Record) -> Standing:
    document = orjson.loads(zlib.decompress(record.body))
    shape = Shape([Place(*place) for place in document["places"]])
    return Standing(
        sequence=record.sequence,
        totals=Totals(shape, document["events"], document["transactions"]),
        incarnations=tuple(Incarnation(*one) for one in document["incarnations"]),
        last_second_s=document["last_second_s"],
    )


def _after(standing: Standing, record: Record) -> Standing:
    """The standing after one more record; totals are changed in place, nobody else holds them."""
    second_s = standing.last_second_s
    lives = standing.incarnations
    if record.kind == OPENED:
        (born_ms,) = _OPENED_BODY.unpack(record.body)
        lives = (*lives, Incarnation(born_ms, record.sequence, record.sequence))
    else:
        lives = (*lives[:-1], replace(lives[-1], last_sequence=record.sequence))
    if record.kind == EVENT:
        place, outcome, traffic, transaction = _EVENT_BODY.unpack(record.body)
        standing.totals.count(place, outcome, traffic, bool(transaction))
    elif record.kind == TICK:
        second_s, code = _TICK_BODY.unpack_from(record.body)
        drawn = array(code.decode(), zlib.decompress(record.body[_TICK_BODY.size :]))
        standing.totals.count_drawn(drawn)
    return Standing(record.sequence, standing.totals, lives, second_s)
