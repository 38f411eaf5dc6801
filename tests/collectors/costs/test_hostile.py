"""Bytes that somebody changed: a file is read, or refused in one line; nothing else comes out."""

from __future__ import annotations

import gzip
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from collectors.costs.errors import CostFileError
from collectors.costs.importing import read_file
from collectors.costs.opening import How
from slo.windows import SHANGHAI
from tests.collectors.costs.conftest import Bill

CHANGES = st.lists(st.tuples(st.integers(0, 10_000), st.binary(max_size=6)), min_size=1, max_size=8)
SHORT = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def mutated(content: bytes, changes: list[tuple[int, bytes]]) -> bytes:
    for at, piece in changes:
        place = at % (len(content) + 1)
        content = content[:place] + piece + content[place + len(piece) // 2 + 1 :]
    return content


def refusal(path: Path) -> str:
    """The one line, empty for a file that was read."""
    try:
        with closing(read_file(path, How(SHANGHAI), lambda *_: None)) as file:
            assert file.reading.total.charges + file.reading.left_out == file.reading.rows
    except CostFileError as refused:
        return str(refused)
    return ""


@SHORT
@given(changes=CHANGES, packed=st.booleans())
def test_changed_bytes_are_read_or_refused_in_one_line(
    bill: Bill, tmp_path: Path, changes: list[tuple[int, bytes]], packed: bool
) -> None:
    content = bill({}, {"BilledCost": "1e-7"}, {"Tags": "NULL"}).read_bytes()
    path = tmp_path / "changed"
    path.write_bytes(mutated(gzip.compress(content, mtime=0), changes) if packed else mutated(content, changes))
    assert "\n" not in refusal(path)


def test_a_bomb_is_refused_after_its_first_mebibytes(tmp_path: Path) -> None:
    path = tmp_path / "bomb.csv.gz"
    path.write_bytes(gzip.compress(b"BilledCost,ChargePeriodStart\n" + b"1,2\n" * 700_000, mtime=0))
    with pytest.raises(CostFileError, match="unpacks to 1 MiB"):
        read_file(path, How(SHANGHAI), lambda *_: None)
