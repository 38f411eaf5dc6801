"""Two processes that read a file in turns say what one says."""

from __future__ import annotations

import gzip
import random
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from collectors.costs.errors import CostFileError
from collectors.costs.importing import read_file
from collectors.costs.opening import How
from slo.windows import SHANGHAI
from store.costs import LedgerLine, Posted
from store.memory import MemoryStore
from tests.collectors.costs.conftest import Bill

ODD = [
    {},
    {"BilledCost": "NULL"},
    {"EffectiveCost": "NaN"},
    {"BilledCost": "-1", "EffectiveCost": "-1"},
    {"ChargePeriodStart": "2026-09-05 01:00:00"},
    {"ProviderName": "Other", "BilledCost": "0.5", "EffectiveCost": "1"},
    {"ChargeCategory": "Purchase", "CommitmentDiscountId": "cud", "EffectiveCost": "0"},
    {"CommitmentDiscountId": "cud", "CommitmentDiscountStatus": "Unused", "BilledCost": "0"},
]


def found(path: Path, processes: int) -> tuple[dict[str, Any], list[LedgerLine]]:
    store = MemoryStore()
    with closing(read_file(path, How(SHANGHAI), lambda *_: None, processes)) as file:
        reading = asdict(file.post(store))
        assert file.post(store) == file.post(store)
        assert file.post(store).posted == Posted(unchanged=reading["posted"]["new"])
    with store.reading() as reader:
        return reading, reader.ledger(0, 10**11)


def test_sums_defects_and_charges_are_the_same(bill: Bill) -> None:
    """Odd rows on both sides of each boundary, equal rows in both processes, a defect of all rows together."""
    drawn = random.Random(7)
    plain = bill(*({**drawn.choice(ODD), "x_n": str(drawn.randrange(1500))} for _ in range(3000)))
    alone = found(plain, 1)
    assert str(alone[0]["defects"]).count("rule") >= 6
    assert found(plain, 2) == alone
    packed = plain.with_suffix(".gz")
    packed.write_bytes(gzip.compress(plain.read_bytes()))
    assert found(packed, 2)[1] == alone[1]


def test_a_file_that_is_damaged_late_is_refused_once(bill: Bill) -> None:
    path = bill(*({"x_n": str(n)} for n in range(2500)))
    path.write_bytes(path.read_bytes() + b'"open')
    with pytest.raises(CostFileError, match="unexpected end of data"):
        read_file(path, How(SHANGHAI), lambda *_: None, 2)
