"""The bank of the kinds' tests, in a store on disk, at a whole hour."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from slo.windows import SHANGHAI
from store.opening import open_store
from tests.alerts.kinds.bank import Bank


@pytest.fixture
def bank(tmp_path: Path) -> Iterator[Bank]:
    """Two products in two data centers, nothing stored yet."""
    store = open_store(tmp_path / "store.sqlite", SHANGHAI, upgrade=True)
    yield Bank(store)
    store.close()
