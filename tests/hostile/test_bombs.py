"""Files and answers made to hurt whoever reads them: each is refused in one line, at once, in little memory."""

from __future__ import annotations

import gzip
import re
import resource
import time
import zlib
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pyarrow as arrow  # type: ignore[import-untyped]
import pytest
from pyarrow import parquet

import settings
from alerts.desk.errors import MatcherRefused
from alerts.desk.matching import parse_matcher
from alerts.openslo import loading
from collectors.costs.errors import CostFileError
from collectors.costs.importing import read_file
from collectors.costs.opening import How
from collectors.prometheus.errors import Garbage
from configuration.reading import SettingsError
from lending.errors import BadEstate
from lending.estate import load_estate
from reports.history.errors import HistoryError
from reports.history.model import Reading
from reports.history.reading import AUTO, read
from tests.hostile.readers import READERS

MOST_BYTES = 200 << 20
PATIENCE_CPU_S = 10.0
"""A bomb takes minutes; a busy machine does not take these seconds of computing."""


def refused(ask: Callable[[], object], *errors: type[Exception]) -> str:
    """The one line of the refusal, given soon and in little memory."""
    begin_s, begin_bytes = time.process_time(), peak_bytes()
    with pytest.raises(errors) as caught:
        ask()
    assert time.process_time() - begin_s < PATIENCE_CPU_S
    assert peak_bytes() - begin_bytes < MOST_BYTES
    line = str(caught.value)
    assert "\n" not in line
    return line


def peak_bytes() -> int:
    """The most memory that this process ever had."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def costs(file: Path) -> Callable[[], object]:
    """Reads it as a bill."""
    return lambda: read_file(file, How("UTC", currency="USD"), lambda _done, _all: None, processes=1)


def kept(folder: Path, name: str, content: bytes) -> Path:
    """A file of this content."""
    file = folder / name
    file.write_bytes(content)
    return file


LAUGHS = b"a0: &a0 [x, x]\n" + b"".join(b"a%d: &a%d [*a%d, *a%d]\n" % (n, n, n - 1, n - 1) for n in range(1, 40))
DEEP = b"a: " + b"[" * 100_000
DEEP_BLOCK = b"- " * 100_000 + b"x\n"
MANY = b"a: [" + b"1," * 150_000 + b"1]\n"
DATE = b"version: 2026-99-99\n"
TAGGED = b"version: !!python/object/apply:os.system ['true']\n"
YAML_BOMBS = {
    "laughs": LAUGHS, "deep": DEEP, "deep_block": DEEP_BLOCK, "many": MANY, "date": DATE, "tagged": TAGGED,
}  # fmt: skip


@pytest.mark.parametrize("bomb", YAML_BOMBS)
def test_a_yaml_bomb_is_refused_with_its_line_wherever_yaml_is_read(tmp_path: Path, bomb: str) -> None:
    """Configuration and the estate; one reader stands for all files of the configuration: they share it."""
    file = kept(tmp_path, "bomb.yaml", YAML_BOMBS[bomb])
    assert re.search(r"bomb\.yaml:\d+: ", refused(lambda: settings.load_catalog(file), SettingsError))
    assert refused(lambda: load_estate(file), BadEstate)
    documents = loading.load([file])
    assert not documents.valid
    assert all("\n" not in str(each) for each in documents.findings)


def test_a_yaml_bomb_builds_nothing_in_an_upptime_site() -> None:
    """Two fields are read of it, whatever else it holds."""
    for bomb in (LAUGHS, DEEP_BLOCK, MANY, DATE, TAGGED):
        content = bomb + b"startTime: 2024-05-01T00:00:00Z\nlastUpdated: 2024-05-11T00:00:00Z\n"
        try:
            history = read(content, "bank.yml", AUTO, Reading("UTC", 1_767_225_600))
        except HistoryError:
            continue
        assert len(history.records.watches) <= 1


def test_a_gzip_bomb_and_one_inside_another_are_refused_as_bills(tmp_path: Path) -> None:
    """A thousand times as much text as bytes; as CSV and as JSON."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    csv = packer.compress(b"BilledCost,ChargePeriodStart\n") + b"".join(
        packer.compress(b"0," * (1 << 19)) for _ in range(24)
    ) + packer.flush()  # fmt: skip
    for name, content in (("bill.csv.gz", csv), ("answer.json.gz", gzip.compress(b"{" + b" " * (16 << 20)))):
        assert refused(costs(kept(tmp_path, name, content)), CostFileError)
    assert refused(costs(kept(tmp_path, "twice.csv.gz", gzip.compress(csv))), CostFileError)


def test_endless_lines_and_endless_columns_are_refused(tmp_path: Path) -> None:
    """As a bill and as a history."""
    wide = b",".join(b"c%d" % n for n in range(200_000)) + b"\n"
    long = b"BilledCost,ChargePeriodStart\n" + b"1" * (6 << 20)
    for name, content in (("wide.csv", wide), ("long.csv", long)):
        assert refused(costs(kept(tmp_path, name, content)), CostFileError)


def test_parquet_that_lies_about_itself_is_refused(tmp_path: Path) -> None:
    """Its footer promises what is not there, or is cut off at any place, or longer than the file."""
    sound = tmp_path / "sound.parquet"
    parquet.write_table(
        arrow.table({"BilledCost": ["1"] * 99, "ChargePeriodStart": ["2026-09-01T00:00:00Z"] * 99}), sound
    )
    content = sound.read_bytes()
    for begin in range(4, len(content) - 8, 97):
        kept(tmp_path, "cut.parquet", content[:begin])
        assert refused(costs(tmp_path / "cut.parquet"), CostFileError)
    kept(tmp_path, "long.parquet", content[:-8] + (1 << 31).to_bytes(4, "little") + b"PAR1")
    assert refused(costs(tmp_path / "long.parquet"), CostFileError)
    for at in range(len(content) - 400, len(content) - 8, 3):
        lying = bytearray(content)
        lying[at] ^= 0x7F
        with suppress(CostFileError):
            read_file(kept(tmp_path, "lying.parquet", bytes(lying)), How("UTC"), lambda *_: None, processes=1).close()


@pytest.mark.parametrize(
    "pattern", ["(a+)+$", "(a|a)*b", "(.*)*x", ".*.*.*.*.*x", "(?=a)b", r"(a)\1", "a{1,9999999999}", "(" * 500]
)
def test_an_expression_that_could_run_for_ever_is_no_matcher(pattern: str) -> None:
    """Refused before anything is compared with it."""
    assert refused(lambda: parse_matcher(f"product=~{pattern}"), MatcherRefused)


SERIES = b'{"status":"success","data":{"resultType":"matrix","result":[{"metric":%s,"values":[[%s,"1"]]}]}}'


@pytest.mark.parametrize(
    ("labels", "at"),
    [(b'{"__name__":"up"}', b"1e308"), (b'{"__name__":7}', b"1"), (b'{"__name__":"up","a":{}}', b"1"), (b'"up"', b"1")],
)
def test_an_answer_with_impossible_times_or_labels_is_no_answer(labels: bytes, at: bytes) -> None:
    """A time beyond every clock, labels that are no text."""
    assert "not a list of raw samples" in refused(lambda: READERS["prometheus"].ask(SERIES % (labels, at)), Garbage)


def test_a_picture_is_not_taken_for_chinese_text(tmp_path: Path) -> None:
    """The remedy of a text in another encoding would help nobody."""
    line = refused(costs(kept(tmp_path, "bill.csv", b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x01\xff")), CostFileError)
    assert "no text file" in line
    assert "gb18030" not in line
