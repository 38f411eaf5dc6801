"""What tests of notification share: a store, a door, the shipped catalog and a renderer."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from alerts.notify.rendering import Renderer
from alerts.notify.wording import read_wording
from settings import load_catalog
from slo.catalog import Catalog
from slo.windows import SHANGHAI
from store.memory import MemoryStore
from store.opening import open_store
from store.port import Store
from tests.alerts.notify.parts import Door, door

CONFIG = Path(__file__).resolve().parents[3] / "config"


@pytest.fixture(scope="session")
def catalog() -> Catalog:
    """The catalog that ships."""
    return load_catalog(CONFIG / "catalog.yaml")


@pytest.fixture(scope="session")
def renderer(catalog: Catalog) -> Renderer:
    """Writes English."""
    return Renderer(read_wording("en"), catalog, "https://center.example")


@pytest.fixture(scope="session")
def chinese(catalog: Catalog) -> Renderer:
    """Writes Chinese."""
    return Renderer(read_wording("zh"), catalog, "https://center.example")


@pytest.fixture
def store() -> Store:
    """An empty store in memory."""
    return MemoryStore(SHANGHAI)


@pytest.fixture
def sqlite(tmp_path: Path) -> Iterator[Store]:
    """An empty store in a file."""
    made = open_store(tmp_path / "store.sqlite", SHANGHAI, upgrade=True)
    yield made
    made.close()


@pytest.fixture
def at_the_door() -> Iterator[Door]:
    """Somebody who listens on loopback."""
    with door() as here:
        yield here
