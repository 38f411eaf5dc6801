"""What tests of delivery share: stores, a maker, and post offices."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from slo.windows import SHANGHAI
from store.memory import MemoryStore
from store.opening import open_store
from store.port import Store
from tests.reports.delivery.parts import Maker, Post, certificate, post_office


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
def maker() -> Maker:
    """Makes reports."""
    return Maker()


@pytest.fixture(scope="session")
def trusted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Certificate of the mail server, of an authority of our own."""
    return certificate(tmp_path_factory.mktemp("trusted"), "IP:127.0.0.1")


@pytest.fixture
def box() -> Iterator[Post]:
    """A mail server that takes anything in the open."""
    with post_office(None) as here:
        yield here


@pytest.fixture
def safe_box(trusted: Path) -> Iterator[Post]:
    """A mail server that wants STARTTLS and a password."""
    with post_office(trusted) as here:
        yield here
