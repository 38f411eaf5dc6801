"""What programs and people write that no specification foresees: it is read, named, or refused in one line."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet
import pytest

from collectors.costs.errors import CostFileError
from collectors.costs.importing import Reading
from slo.windows import SHANGHAI, month_window
from store.costs import LedgerLine
from store.port import Store
from tests.collectors.costs.conftest import SOUND, Bill, Import

OWN = "kind,id,revision,name,from,to,amount,currency,product,data_center,months,residual\n"


def rules(reading: Reading) -> set[tuple[str, str, int]]:
    return {(each.rule, each.column, each.rows) for each in reading.defects}


def ledger(store: Store) -> list[LedgerLine]:
    with store.reading() as reader:
        return reader.ledger(0, 10**11)


def written(path: Path, **columns: pa.Array) -> Path:
    """A Parquet file of two sound rows, some columns of which are as said."""
    sound = {name: pa.array([cell, cell]) for name, cell in SOUND.items()}
    pyarrow.parquet.write_table(pa.table(sound | columns), path)
    return path


@pytest.mark.parametrize("encoding", ["base64", "rot13", "hex", "zlib", "undefined", "punycode", "\0", "utf-16", "no"])
def test_an_encoding_that_the_text_has_not_is_refused(bill: Bill, imported: Import, encoding: str) -> None:
    with pytest.raises(CostFileError, match="encoding") as refused:
        imported(bill({}), encoding=encoding)
    assert "\n" not in str(refused.value)


def test_a_mark_before_utf_8_is_no_letter_by_any_name_of_the_encoding(bill: Bill, imported: Import) -> None:
    path = bill({})
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert all(rules(imported(path, encoding=name)) == set() for name in ("utf-8", "UTF8", "utf_8_sig"))


def test_tags_that_say_null_say_nothing_and_others_are_json(bill: Bill, imported: Import, store: Store) -> None:
    imported(bill(*({"Tags": f'{{"product": {said}}}'} for said in ("null", "true", "7", '"loan"'))))
    assert [each.line.product for each in ledger(store)] == ["", "7", "loan", "true"]


@pytest.mark.parametrize("said", ["\\ud800", "a\\u0000b"])
def test_letters_that_no_text_has_are_named_and_not_kept(bill: Bill, imported: Import, store: Store, said: str) -> None:
    assert rules(imported(bill({"Tags": f'{{"product": "{said}"}}'}))) == {("tags_unreadable", "Tags", 1)}
    assert [each.line.product for each in ledger(store)] == [""]


@pytest.mark.parametrize(
    "said",
    [
        '{"a\\ud800": {"window": {}}}',
        '{"a": {"properties": {"cluster": "\\u0000"}}}',
        '{"a": {"properties": {"labels": {"product": "\\udfff"}}}}',
    ],
)
def test_opencost_with_such_letters_leaves_the_allocation_out(tmp_path: Path, imported: Import, said: str) -> None:
    path = tmp_path / "opencost.json"
    path.write_text(f'{{"data": [{said}]}}', encoding="utf-8")
    assert rules(imported(path, currency="USD")) == {("allocation_unreadable", "", 1)}


def test_a_time_with_utc_behind_it_is_that_time(bill: Bill, imported: Import, store: Store) -> None:
    reading = imported(
        bill({"ChargePeriodStart": "2026-09-05 16:30:00 UTC", "ChargePeriodEnd": "2026-09-05T17:00:00Z"})
    )
    assert rules(reading) == {("value_spelling", "ChargePeriodStart", 1)}
    assert [each.line.from_s for each in ledger(store)] == [int(datetime(2026, 9, 5, 16, tzinfo=UTC).timestamp())]


def test_parquet_with_nanoseconds_and_bytes_for_text_is_read(tmp_path: Path, imported: Import, store: Store) -> None:
    at_ns = int(datetime(2026, 9, 5, 1, tzinfo=UTC).timestamp()) * 10**9 + 123
    path = written(
        tmp_path / "bill.parquet",
        ChargePeriodStart=pa.array([at_ns, at_ns], pa.timestamp("ns", "UTC")),
        BilledCost=pa.array([b"1.25", b"\xff"]),
        BillingAccountId=pa.array([b"acc", b"acc"]),
        x_Took=pa.array([1, 2], pa.duration("ns")),
    )
    assert rules(imported(path)) == {("cost_unreadable", "BilledCost", 1)}
    (line,) = ledger(store)
    assert (line.line.account, str(line.total.billed)) == ("acc", "1.25")


def test_parquet_whose_text_is_no_utf_8_is_refused(tmp_path: Path, imported: Import) -> None:
    _, offsets, _ = pa.array(["ab", "cd"]).buffers()
    broken = pa.Array.from_buffers(pa.string(), 2, [None, offsets, pa.py_buffer(b"\xff\xfeab")])
    with pytest.raises(CostFileError, match=r"after row 0: .*utf-8"):
        imported(written(tmp_path / "bill.parquet", ServiceName=broken))


def test_own_costs_name_cells_that_mean_nothing_for_their_kind(tmp_path: Path, imported: Import) -> None:
    path = tmp_path / "own.csv"
    path.write_text(
        f"{OWN}hardware,a,1,x,2024-01-31,2025-01-01,100.00,CNY,,,12,\n"
        f"staff,b,1,x,2024-02-01,2024-03-01,29.00,CNY,,,12,5\nhardware,c,1,x,2024-01-31,,1.00,CNY,,,{'1' * 5000},\n",
        encoding="utf-8",
    )
    ignored = {("cell_ignored", name, 1) for name in ("months", "residual")}
    assert rules(imported(path)) == ignored | {("value_unknown", "months", 1)}


def test_own_costs_of_a_century_lie_in_each_of_its_months(tmp_path: Path, imported: Import, store: Store) -> None:
    path = tmp_path / "own.csv"
    path.write_text(f"{OWN}facilities,a,1,x,2000-01-01,2099-12-31,100000.00,CNY,,,,\n", encoding="utf-8")
    imported(path)
    found = ledger(store)
    assert (len(found), sum(each.total.effective for each in found)) == (1200, 100_000)
    assert found[-1].line.from_s == month_window(2099, 12, SHANGHAI).from_s


def test_what_nobody_used_of_a_commitment_is_known_however_it_is_spelt(bill: Bill, imported: Import) -> None:
    row = {"CommitmentDiscountId": "c1", "BilledCost": "0", "EffectiveCost": "0.25"}
    reading = imported(bill(*({**row, "CommitmentDiscountStatus": said} for said in ("Unused", " unused ", "Used"))))
    (commitment,) = reading.commitments
    assert (str(commitment.unused), str(commitment.used)) == ("0.50", "0.25")
