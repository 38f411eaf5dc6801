"""What OpenCost's allocation API answers, written by hand after its documentation."""

from __future__ import annotations

import gzip
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from collectors.costs.errors import CostFileError
from collectors.costs.importing import Reading
from slo.windows import SHANGHAI, month_window
from store.costs import Posted, total_of
from store.port import Store
from tests.collectors.costs.conftest import Import

WINDOW = {"start": "2026-09-05T00:00:00Z", "end": "2026-09-06T00:00:00Z"}
LOANS = {
    "name": "loans",
    "properties": {"cluster": "dc1-k8s", "namespace": "loans", "labels": {"product": "weilidai", "data_center": "dc1"}},
    "window": WINDOW,
    "start": "2026-09-05T03:00:00Z",
    "end": "2026-09-06T00:00:00Z",
    "minutes": 1260,
    "cpuCoreHours": 42,
    "cpuCost": 1.25,
    "cpuCostAdjustment": -0.25,
    "ramCost": 0.5,
    "pvCost": 1e-05,
    "pvs": None,
    "gpuCost": 0,
    "totalCost": 1.50001,
}


def answer(folder: Path, *sets: dict[str, Any] | None) -> Path:
    path = folder / "opencost.json"
    path.write_text(json.dumps({"code": 200, "data": list(sets)}))
    return path


def rules(reading: Reading) -> dict[str, int]:
    return {each.rule: each.rows for each in reading.defects}


def test_components_of_a_workload_cost_and_nothing_is_invoiced(imported: Import, store: Store, tmp_path: Path) -> None:
    reading = imported(answer(tmp_path, {"loans": LOANS}, None), currency="usd")
    assert (reading.version, reading.rows, rules(reading)) == ("opencost", 1, {})
    with store.reading() as reader:
        lines = reader.ledger(0, 10**11)
    assert {each.line.category: each.total.effective for each in lines} == {
        "cpu": Decimal(1),
        "ram": Decimal("0.5"),
        "storage": Decimal("0.00001"),
    }
    line = lines[0].line
    assert (line.provider, line.account, line.sub_account, line.currency) == ("OpenCost", "dc1-k8s", "loans", "USD")
    assert (line.product, line.data_center, line.kind) == ("weilidai", "dc1", "usage")
    assert line.billing_from_s == month_window(2026, 9, SHANGHAI).from_s
    assert total_of(lines).billed == 0


def test_a_window_that_is_asked_for_again_replaces_even_a_component_that_is_gone(
    imported: Import, store: Store, tmp_path: Path
) -> None:
    imported(answer(tmp_path, {"loans": LOANS}), currency="USD")
    assert imported(answer(tmp_path, {"loans": LOANS}), currency="USD").posted == Posted(unchanged=1)
    later = {**LOANS, "ramCost": 0, "pvCost": 0, "totalCost": 1.0}
    assert imported(answer(tmp_path, {"loans": later}), currency="USD").posted == Posted(replaced=1)
    with store.reading() as reader:
        assert total_of(reader.ledger(0, 10**11)).effective == 1


@pytest.mark.parametrize(
    ("change", "found", "left_out"),
    [
        ({"totalCost": 9}, {"total_differs": 1}, 0),
        ({"totalCost": None}, {"cost_missing": 1}, 0),
        ({"cpuCost": "NaN"}, {"cost_unreadable": 1}, 1),
        ({"cpuCost": float("inf")}, {"cost_unreadable": 1}, 1),
        ({"ramCost": [1]}, {"cost_unreadable": 1}, 1),
        ({"window": {"start": "yesterday", "end": ""}}, {"period_unknown": 1}, 1),
        ({"window": {"start": "2026-09-05T00:00:00", "end": WINDOW["end"]}}, {"time_without_zone": 1}, 0),
        ({"window": None}, {}, 0),
    ],
)
def test_what_is_odd_about_an_allocation_is_named(
    imported: Import, tmp_path: Path, change: dict[str, Any], found: dict[str, int], left_out: int
) -> None:
    reading = imported(answer(tmp_path, {"loans": {**LOANS, **change}, "idle": LOANS}), currency="USD")
    assert reading.left_out == left_out
    assert rules(reading).items() >= found.items()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b'{"data": [', "no JSON"),
        (b'{"data": ' + b"[" * 100_000, "no JSON"),
        (b'{"items": []}', "allocation/compute"),
        (b'{"data": [1]}', "allocation/compute"),
        (b'{"data": []}', "--currency"),
        (b'{"data": ["' + b"x" * (9 << 20), "more than 8 MiB"),
        (gzip.compress(b'{"data": ["' + b"x" * (9 << 20), mtime=0), "unpacks to"),
        (gzip.compress(b'{"data": []}', mtime=0)[:-9], "cut off"),
    ],
)
def test_a_document_that_is_none_is_refused_in_one_line(
    imported: Import, tmp_path: Path, content: bytes, said: str
) -> None:
    path = tmp_path / "opencost.json"
    path.write_bytes(content)
    with pytest.raises(CostFileError, match=said) as refused:
        imported(path)
    assert "\n" not in str(refused.value)
