"""`db drill`: says equal of a good backup, and names what differs of another."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import app
from slo.outcomes import Kind
from slo.windows import SHANGHAI
from store.opening import open_store
from store.records import Batch, Events, Read, Source
from tests.commands.test_db import CATALOG, CONFIG

BEGIN_S = 1_795_000_080
SECONDS = 300


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A store with five minutes of one source."""
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / "control-center.yaml").write_text(CONFIG % CATALOG, encoding="utf-8")
    add(folder, range(0, SECONDS, 5))
    return folder


def add(folder: Path, seconds: range, events: int = 7) -> None:
    """A good and a bad event kind of every second."""
    store = open_store(folder / "store.sqlite", SHANGHAI, upgrade=True)
    store.register(Source("dc1", "exposition", "dc1", 1000), BEGIN_S * 1000)
    version = store.resume("dc1").version
    for second in seconds:
        at_s = BEGIN_S + second
        rows = [
            Events(at_s, "weilidai", "dc1", "d1", "apply", "ok", "customer", Kind.GOOD, events),
            Events(at_s, "weilidai", "dc1", "d1", "apply", "system_error", "customer", Kind.BAD, 1),
        ]
        batch = Batch("dc1", version, (Read(at_s * 1000, collected=True),), at_s * 1000, tuple(rows))
        version = store.commit(batch)
    store.close()


def drilled(capsys: pytest.CaptureFixture[str], data: Path, *words: object) -> tuple[int, Any]:
    code = app.main(["db", "drill", *map(str, words), "--json", "--data", str(data)])
    return code, json.loads(capsys.readouterr().out)


def test_a_backup_that_is_made_now_is_equal(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """To the event; nothing is left beside the store."""
    code, said = drilled(capsys, data)
    assert (code, said["equal"]) == (0, True)
    rows = {row["what"]: (row["restored"], row["present"]) for row in said["rows"]}
    whole = (said["until_s"] - BEGIN_S) // 5
    assert rows["bank good"] == (7 * whole, 7 * whole)
    assert rows["dcn bad"] == (whole, whole)
    assert whole >= 36
    assert not list(data.glob("drill-*"))


def test_an_older_backup_is_equal_up_to_its_own_end(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    app.main(["db", "backup", str(data / "old.sqlite"), "--data", str(data)])
    capsys.readouterr()
    add(data, range(SECONDS, SECONDS + 60, 5))
    assert drilled(capsys, data, data / "old.sqlite")[0] == 0


def test_a_backup_of_another_past_is_named(data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 1, and what differs by how much."""
    other = tmp_path / "other"
    other.mkdir()
    add(other, range(0, SECONDS, 5), events=8)
    assert app.main(["db", "drill", str(other / "store.sqlite"), "--data", str(data)]) == 1
    said = capsys.readouterr().out
    assert "NOT equal" in said
    assert "differs by -" in said


def test_postgresql_needs_an_empty_database_to_restore_into(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = data / "control-center.yaml"
    path.write_text(path.read_text(encoding="utf-8") + "store: postgresql://u@127.0.0.1:1/x\n", encoding="utf-8")
    assert app.main(["db", "drill", "--data", str(data)]) == 2
    assert "--into postgresql://" in capsys.readouterr().err
