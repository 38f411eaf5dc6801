"""Stores to test: one fixture for every twin. A new twin joins by a line in ``TWINS``."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from slo.windows import SHANGHAI
from store.memory import MemoryStore
from store.opening import open_store
from store.port import Store
from tests.store.emptied import Emptied
from tests.store.postgres_server import PostgresChild, postgres_child

TWINS = ("memory", "sqlite", "postgres")
_NUMBER = itertools.count()


@pytest.fixture(scope="session")
def empty_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty store, made once: migrations take a quarter of a second."""
    path = tmp_path_factory.mktemp("empty") / "store.sqlite"
    open_store(path, SHANGHAI, upgrade=True).close()
    return path


@pytest.fixture
def path(empty_file: Path, tmp_path: Path) -> Path:
    """A file with an empty store."""
    return Path(shutil.copy(empty_file, tmp_path / "store.sqlite"))


@pytest.fixture
def sqlite_store(path: Path) -> Iterator[Store]:
    """An empty store in SQLite."""
    store = open_store(path, SHANGHAI)
    yield store
    store.close()


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresChild]:
    """A real server with an empty store that is copied for each test."""
    with postgres_child() as server:
        server.execute("CREATE DATABASE empty_store")
        open_store(server.address("empty_store"), SHANGHAI, upgrade=True).close()
        yield server


@pytest.fixture
def address(postgres: PostgresChild) -> Iterator[str]:
    """Address of a database with an empty store, which the test may do to what it likes."""
    name = f"store_{next(_NUMBER)}"
    postgres.execute(f"CREATE DATABASE {name} TEMPLATE empty_store")
    yield postgres.address(name)
    postgres.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def emptied(postgres: PostgresChild) -> Emptied:
    """A database for tests that only use a store; a copy for each of them would take half a second."""
    postgres.execute("CREATE DATABASE emptied TEMPLATE empty_store")
    return Emptied(postgres, "emptied")


@pytest.fixture
def postgres_store(emptied: Emptied) -> Iterator[Store]:
    """An empty store in PostgreSQL."""
    emptied.empty()
    store = open_store(emptied.address, SHANGHAI)
    yield store
    store.close()


@pytest.fixture(params=TWINS)
def store(request: pytest.FixtureRequest) -> Store:
    """An empty store of every kind."""
    makers: dict[str, Callable[[], Store]] = {
        "memory": MemoryStore,
        "sqlite": lambda: request.getfixturevalue("sqlite_store"),
        "postgres": lambda: request.getfixturevalue("postgres_store"),
    }
    return makers[request.param]()
