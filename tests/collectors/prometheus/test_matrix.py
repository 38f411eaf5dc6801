"""Answers that are cut where they lie say exactly what a JSON parser makes of them, or are left to it."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collectors.prometheus.errors import Garbage
from collectors.prometheus.matrix import LONG_BYTES, cut
from collectors.prometheus.session import checked

TAILS = ("", ',"stats":{"seriesFetched": "2","executionTimeMsec":5}', ',"isPartial":true', ',"warnings":["a \\" b"]')
Told = list[tuple[dict[str, str], tuple[int, ...], tuple[str, ...]]]

labels = st.dictionaries(
    st.sampled_from(["__name__", "values", "metric", "a b"]),
    st.text('x"\\{}[],:é\n', max_size=8) | st.sampled_from(['{"metric":{}', '},"values":[[1,"2"]]},', '"]]}']),
    max_size=3,
)
seconds = st.integers(0, 4 * 10**9) | st.integers(0, 4 * 10**12).map(lambda ms: ms / 1000)
values = st.integers(0, 2**64).map(str) | st.sampled_from(["NaN", "+Inf", "-1.5e-7", "", "x", 'a"b', "\\", "[1,", "²"])
samples = st.lists(st.tuples(seconds, values), min_size=1)
series = st.tuples(labels, samples).map(lambda both: dict(zip(("metric", "values"), both, strict=True)))


def written(result: list[Any], tail: str = "") -> bytes:
    """An answer as a server writes it."""
    found = orjson.dumps({"status": "success", "data": {"resultType": "matrix", "result": result}})
    return found[:-1] + tail.encode() + b"}"


def told(document: Any) -> Told:
    """The series of an answer that was read by a JSON parser."""
    return [
        (one["metric"], tuple(round(at * 1000) for at, _ in one["values"]), tuple(value for _, value in one["values"]))
        for one in document["data"]["result"]
    ]


def same_or_left(body: bytes) -> bool:
    """Whether an answer was cut; holds it to what a JSON parser says then."""
    found = cut(body, long_bytes=0)
    if found is None:
        return False
    try:
        whole = orjson.loads(body)
    except orjson.JSONDecodeError:  # then so is what is left of it to judge
        with pytest.raises(orjson.JSONDecodeError):
            orjson.loads(found.frame)
        return True
    assert list(map(tuple, found.series)) == told(whole)
    whole["data"]["result"] = []
    assert orjson.loads(found.frame) == whole
    return True


@settings(max_examples=100, deadline=None)
@given(result=st.lists(series, min_size=1, max_size=4), tail=st.sampled_from(TAILS))
def test_an_answer_is_cut_into_what_a_json_parser_reads(result: list[Any], tail: str) -> None:
    """Whatever stands in labels and values."""
    plain = all(set(value) <= set("0123456789+-.eEInfNa[,") for one in result for _, value in one["values"])
    named = any('"' in value for one in result for value in one["metric"].values())
    was_cut = same_or_left(written(result, tail))
    assert was_cut or not plain or named or "\\" in tail


@settings(max_examples=200, deadline=None)
@given(
    result=st.lists(series, min_size=1, max_size=3),
    at=st.integers(0, 400),
    gone=st.integers(0, 6),
    put=st.sampled_from(['"', "]", "]]}", ",", "[", "\\", "{", "0", " ", '{"metric":', '],[1,"2"', "", "\n", "\x00"]),
)
def test_what_is_wrong_or_written_otherwise_is_never_read_another_way(
    result: list[Any], at: int, gone: int, put: str
) -> None:
    """Bytes are taken out and put in anywhere."""
    body = written(result)
    at %= len(body)
    same_or_left(body[:at] + put.encode() + body[at + gone :])


@pytest.mark.parametrize(
    "body",
    [
        b'{"status":"success","data":{"resultType":"matrix","result":[]}}',
        b'{"status":"success","data":{"resultType":"matrix","result":[{"metric":{},"values":[]}]}}',
        written([{"metric": {}, "values": [[1, "2"]], "histograms": []}]),
        written([{"metric": {}, "values": [[1, "2"]]}], ',"data":{"result":[]}'),
        written([{"metric": {}, "values": [[1, "2"]]}, {"x": {}, "values": []}]),
        written([{"metric": {}, "values": [[1, "2"]]}]).replace(b"[1,", b"[1, "),
        written([{"metric": {}, "values": [[1, "2"]]}]).replace(b"[1,", b"[01,"),
        written([{"metric": {}, "values": [[1, "2"]]}]).replace(b'"2"', b"2"),
        written([{"metric": {}, "values": [[1, "2"]]}, {"metric": {}, "values": [[1, "2"]]}]).replace(b"},{", b"}{"),
    ],
    ids=[
        "nothing",
        "no samples",
        "histograms",
        "data twice",
        "another one",
        "a blank",
        "a leading 0",
        "a bare number",
        "no comma",
    ],
)
def test_left_to_the_json_parser(body: bytes) -> None:
    assert cut(body, long_bytes=0) is None


def test_only_long_answers_are_cut() -> None:
    """A collector that reads a sample of each series has nothing to win."""
    assert cut(written([{"metric": {}, "values": [[1, "2"]]}])) is None
    many = [[at, str(at)] for at in range(LONG_BYTES)]
    one, other = checked("here", written([{"metric": {"a": name}, "values": many} for name in "xy"]))["data"]["result"]
    assert one.times_ms is other.times_ms
    assert one.times_ms == tuple(range(0, LONG_BYTES * 1000, 1000))


def test_an_answer_that_is_cut_off_is_garbage() -> None:
    body = written([{"metric": {"a": "x"}, "values": [[at, str(at)] for at in range(LONG_BYTES)]}])
    with pytest.raises(Garbage, match="not JSON"):
        checked("here", body[:-3])
