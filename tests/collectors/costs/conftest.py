"""Bills written by hand, and a store that forgets."""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import TypeAlias

import pytest

from collectors.costs.importing import Reading, read_file
from collectors.costs.opening import How
from slo.windows import SHANGHAI
from store.memory import MemoryStore
from store.port import Store

Row: TypeAlias = Mapping[str, str]
Bill: TypeAlias = Callable[..., Path]
Import: TypeAlias = Callable[..., Reading]

SOUND = {
    "BilledCost": "1.50", "EffectiveCost": "1.50", "ListCost": "2", "ContractedCost": "1.50",
    "BillingAccountId": "acc", "BillingAccountName": "Bank", "BillingCurrency": "CNY",
    "BillingPeriodStart": "2026-09-01T00:00:00Z", "BillingPeriodEnd": "2026-10-01T00:00:00Z",
    "ChargePeriodStart": "2026-09-05T01:00:00Z", "ChargePeriodEnd": "2026-09-05T02:00:00Z",
    "ChargeCategory": "Usage", "ChargeClass": "", "ChargeDescription": "an hour", "ChargeFrequency": "Usage-Based",
    "InvoiceIssuerName": "Cloud", "PricingQuantity": "1", "PricingUnit": "Hours", "ServiceCategory": "Compute",
    "ServiceName": "VM", "ProviderName": "Cloud", "PublisherName": "Cloud", "Tags": '{"product": "weilidai"}',
}  # fmt: skip


@pytest.fixture
def bill(tmp_path: Path) -> Bill:
    """Writes a bill of rows that differ from a sound one as said."""

    def write(*rows: Row, name: str = "bill.csv", drop: Sequence[str] = ()) -> Path:
        columns = [name for name in dict.fromkeys([*SOUND, *(key for row in rows for key in row)]) if name not in drop]
        path = tmp_path / name
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(columns)
            writer.writerows([{**SOUND, **row}.get(column, "") for column in columns] for row in rows)
        return path

    return write


@pytest.fixture
def store() -> Store:
    """An empty store."""
    return MemoryStore()


@pytest.fixture
def imported(store: Store) -> Import:
    """Imports a file into the store."""

    def take(path: Path, **how: str) -> Reading:
        with closing(read_file(path, How(SHANGHAI, **how), lambda *_: None)) as file:
            return file.post(store)

    return take
