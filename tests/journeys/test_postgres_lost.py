"""PostgreSQL is lost for a while; a data center and the collector die meanwhile: what anybody saw is counted."""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from collectors.spool import PageSpool
from tests.faults.parts import CENTERS, Bank, removed, until
from tests.store.postgres_server import PostgresChild, postgres_child

pytestmark = pytest.mark.timeout(400)


@pytest.fixture
def server() -> Iterator[PostgresChild]:
    with postgres_child() as child:
        yield child


@pytest.fixture
def bank(server: PostgresChild) -> Iterator[Bank]:
    folder = Path(tempfile.mkdtemp(prefix="lost-"))
    made = Bank(folder)
    made.server = server.address("postgres")
    try:
        yield made
    finally:
        made.end()
        removed(folder)


def lines(bank: Bank, name: str) -> int:
    """Pages of a data center that wait."""
    path = bank.folder / "data" / "spool" / f"{name}.jsonl"
    return path.read_bytes().count(b"\n") if path.exists() else 0


def sequences(bank: Bank, name: str, copy: Path) -> list[int]:
    """The target's own sequence number on every page that waits."""
    copy.mkdir()
    shutil.copy(bank.folder / "data" / "spool" / f"{name}.jsonl", copy)
    spool, found = PageSpool(copy, name), list[int]()
    while (page := spool.first()) is not None:
        shown = re.search(r"^lending_truth_sequence (\d+)", page.text, re.MULTILINE)
        assert shown
        found.append(int(shown[1]))
        spool.drop_first()
    return found


def test_pages_wait_on_disk_while_the_server_is_away(bank: Bank, server: PostgresChild, tmp_path: Path) -> None:
    """The last page that was read of the dead process is the last that counts; both sides agree to the event."""
    bank.begin()
    server.stop()
    until(lambda: all(lines(bank, name) >= 2 for name in CENTERS), "pages of every data center wait")
    bank.centers["dc1"].kill()
    before_death = lines(bank, "dc1")
    bank.centers["dc1"].start()
    until(lambda: lines(bank, "dc1") >= before_death + 2, "pages of the next life wait")
    bank.collector.kill()
    shown = sequences(bank, "dc1", tmp_path / "copy")
    server.start()
    bank.collector.start()
    row = bank.reconciled("PostgreSQL away, kill -9 of a data center and of the collector", 2)
    assert row.difference == 0
    until(lambda: not any(lines(bank, name) for name in CENTERS), f"no page waits: {bank.collector.said()[-2500:]}")
    store = bank.store()
    with store.reading() as reader:
        first, second = reader.incarnations("dc1")
    store.close()
    assert first.last_mark == shown[before_death - 1]
    assert second.last_mark is not None
    assert second.last_mark >= shown[-1]
