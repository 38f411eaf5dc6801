"""Long answers of raw samples, cut where they lie: a text for each value and nothing else for each sample.

A JSON parser makes a list, a number and a text of every sample, which takes longer than everything that is done with
them afterwards. An answer that is written as Prometheus and its kin write it is split at its quotation marks instead,
and its times, which most series share, are read once. Whatever is written in any other way is not read here: ``cut``
says so, and the JSON parser decides what it is worth. So nothing that is wrong JSON, or another JSON, gets through.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, NamedTuple

import orjson

LONG_BYTES = 1000
"""So much of each series makes cutting worth it: some thirty samples."""

_HEAD = b'{"status":"success","data":{"resultType":"matrix","result":['
_SERIES = b'{"metric":{'
_VALUES = b'},"values":['
_END = b'"]]}'
_SAMPLES = b'0123456789.,[]"+-eEInfNa'
"""All that samples are written with: no escapes, no blanks, nothing of a histogram."""
_MORE = (b'"data"', b'"result"', b"\\")
"""What behind the series might replace them."""
_TIME = re.compile(r"\],\[((?:0|[1-9][0-9]{0,11})(?:\.[0-9]{1,9})?),")


class Cut(NamedTuple):
    """One series: its labels as parsed JSON, instants in milliseconds and the value texts, each as many as the other.

    Series that were sampled at the same times share one tuple of them.
    """

    labels: Any
    times_ms: tuple[int, ...]
    values: tuple[str, ...]


class Matrix(NamedTuple):
    """``frame``: the answer as JSON without its series, still to be judged."""

    frame: bytes
    series: list[Cut]


class _WrittenOtherwise(ValueError):
    pass


class _Instants(dict[str, int]):
    """From what stands between two values to milliseconds."""

    def __missing__(self, between: str) -> int:
        found = _TIME.fullmatch(between)
        if found is None:
            raise _WrittenOtherwise
        at_ms = self[between] = round(float(found[1]) * 1000)
        return at_ms


class _Cutter:
    def __init__(self) -> None:
        self._instants = _Instants()
        self._between: Sequence[str] = ()
        self._times_ms: tuple[int, ...] = ()

    def cut(self, written: bytes, end: bytes) -> Cut:
        """One series as it is written up to its ``end``. Raises ValueError."""
        labels, _, samples = written.partition(_VALUES)
        text = b"]," + samples[: -len(end)]
        if not samples.endswith(end) or text.translate(None, _SAMPLES):
            raise _WrittenOtherwise
        pieces = text.decode("ascii").split('"')
        between, values = pieces[::2], tuple(pieces[1::2])
        if len(between) != len(values):
            raise _WrittenOtherwise
        if between != self._between:
            self._times_ms = tuple([self._instants[piece] for piece in between])
            self._between = between
        return Cut(orjson.loads(b"{%b}" % labels), self._times_ms, values)


def cut(body: bytes, long_bytes: int = LONG_BYTES) -> Matrix | None:
    """The series of an answer; None when they are not long, or not written in the usual way: it may be anything."""
    if not body.startswith(_HEAD + _SERIES) or body.count(_SERIES) * long_bytes > len(body):
        return None
    _, *written, last = body.split(_SERIES)
    last, _, tail = last.partition(_END)
    if not tail.startswith(b"]}") or any(word in tail for word in _MORE):
        return None
    cutter = _Cutter()
    try:
        series = [cutter.cut(one, _END + b",") for one in written]
        series.append(cutter.cut(last + _END, _END))
    except ValueError:  # labels that are no JSON are a ValueError too
        return None
    return Matrix(_HEAD + tail, series)
