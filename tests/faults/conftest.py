"""Banks to hurt, and the table of what became of them."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.faults.parts import Bank, Row, removed

DEFAULT_SEED = 20_261_111
_ROWS = pytest.StashKey[list[Row]]()


def pytest_configure(config: pytest.Config) -> None:
    """A place for the table."""
    config.stash[_ROWS] = []


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Prints the table."""
    rows = config.stash.get(_ROWS, [])
    if not rows:
        return
    terminalreporter.section(f"faults, seed {seed_of_the_run()}")
    terminalreporter.write_line(f"{'scenario':<42} {'kills':>5} {'events':>14} {'difference':>10} {'unobserved':>10}")
    for row in rows:
        line = f"{row.scenario:<42} {row.kills:>5} {row.events:>14,} {row.difference:>10,} {row.unobserved:>10,}"
        terminalreporter.write_line(line)


def seed_of_the_run() -> int:
    """FAULTS_SEED from the environment, else always the same."""
    return int(os.environ.get("FAULTS_SEED", DEFAULT_SEED))


@pytest.fixture
def seed() -> int:
    """What the random kills are drawn from."""
    return seed_of_the_run()


@pytest.fixture
def bank() -> Iterator[Bank]:
    """A bank that is not started yet; nothing of it is left afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="faults-"))
    made = Bank(folder)
    try:
        yield made
    finally:
        made.end()
        removed(folder)


@pytest.fixture
def note(pytestconfig: pytest.Config) -> Callable[[Row], None]:
    """Writes a line of the table, and holds the scenario to it."""

    def hold(row: Row) -> None:
        pytestconfig.stash[_ROWS].append(row)
        assert row.difference == 0, row
        assert row.events > 1_000, row

    return hold
