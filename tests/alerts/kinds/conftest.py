"""A store on disk for tests of kinds."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from slo.windows import SHANGHAI
from store.opening import open_store
from tests.alerts.kinds.bank import Bank


@pytest.fixture(scope="session")
def empty_store_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty store, made once: migrations take a quarter of a second."""
    path = tmp_path_factory.mktemp("empty") / "store.sqlite"
    open_store(path, SHANGHAI, upgrade=True).close()
    return path


@pytest.fixture
def bank(empty_store_file: Path, tmp_path: Path) -> Iterator[Bank]:
    """Two products in two data centers, nothing stored yet."""
    store = open_store(Path(shutil.copy(empty_store_file, tmp_path / "store.sqlite")), SHANGHAI)
    yield Bank(store)
    store.close()
