"""`db`: what it prints, and what it refuses in one line."""

from __future__ import annotations

import io
import json
import re
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest

import app
from commands.meter import Meter
from slo.counts import Counts
from slo.windows import SHANGHAI
from store.opening import open_store
from store.records import Batch, HistoryChunk, Level, Read, Scope, Source, Span, Unit
from store.sql.schema import REVISIONS

CATALOG = Path(__file__).resolve().parent.parent.parent / "config" / "catalog.yaml"
CONFIG = """\
sources:
  - {id: dc1, kind: exposition, data_center: dc1, url: "http://127.0.0.1:1/metrics"}
catalog: %s
"""
HEAD = REVISIONS[-1]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data directory with a configuration of its own and no store."""
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / "control-center.yaml").write_text(CONFIG % CATALOG, encoding="utf-8")
    return folder


def db(*words: object, data: Path) -> int:
    """Runs one action as the command line does."""
    return app.main(["db", *map(str, words), "--data", str(data)])


def refusal(capsys: pytest.CaptureFixture[str], *words: object, data: Path) -> str:
    """The one line of a refused action."""
    capsys.readouterr()
    assert db(*words, data=data) == 2
    errors = capsys.readouterr().err.splitlines()
    assert len(errors) == 1, errors
    return errors[0]


def fill(data: Path) -> int:
    """An upgraded store with old slots and five minutes of reads; returns the second in which they began."""
    now_s = int(time.time())
    begin_s = now_s - now_s % 60 - 300
    store = open_store(data / "store.sqlite", SHANGHAI, upgrade=True)
    old = begin_s - 86400
    unit = Unit(Scope.BANK)
    store.add_history(HistoryChunk(Span(old, old + 9), {(Level.SLOT, old + n, unit): Counts(1) for n in range(9)}))
    store.register(Source("dc1", "exposition", "dc1", 1000), begin_s * 1000)
    reads = tuple(Read((begin_s + n) * 1000, True) for n in range(299))
    store.commit(Batch("dc1", 0, reads, watermark_ms=(begin_s + 298) * 1000))
    store.close()
    return begin_s


def test_upgrade_makes_a_store_and_then_has_nothing_to_do(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It says from which revision to which."""
    assert db("upgrade", data=data) == 0
    assert f"schema none -> {HEAD}" in capsys.readouterr().out
    assert db("upgrade", data=data) == 0
    assert f"schema {HEAD} is up to date; nothing to do" in capsys.readouterr().out


def test_a_dry_run_counts_and_a_prune_deletes(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The same number, level by level."""
    fill(data)
    assert db("prune", "--dry-run", data=data) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split() for line in lines[:2]] == [
        ["slot", "9", "rows", "past", "retention"],
        ["minute", "0", "rows", "past", "retention"],
    ]
    assert lines[-1].split() == ["all", "9", "rows;", "nothing", "was", "deleted"]
    assert db("prune", data=data) == 0
    printed = capsys.readouterr()
    assert "9 rows past retention deleted" in printed.out
    assert "pruning: 9 of 9 rows (100 %)" in printed.err
    assert db("prune", data=data) == 0
    assert " 0 rows past retention deleted" in capsys.readouterr().out


def _counted(connection: sqlite3.Connection) -> list[str]:
    """Everything but who restored it."""
    rows = ('INSERT INTO "about"', 'INSERT INTO "audit_row"')
    return [line for line in connection.iterdump() if not line.startswith(rows)]


def test_a_backup_is_restored_into_another_place(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The drill of every operator."""
    fill(data)
    backup, other = tmp_path / "backup.sqlite", tmp_path / "drill"
    assert db("backup", backup, data=data) == 0
    printed = capsys.readouterr()
    assert re.search(rf"backup\.sqlite: [\d,]+ bytes, schema {HEAD}, checked", printed.out)
    assert "(100 %)" in printed.err
    assert db("restore", backup, data=other) == 0
    assert f"restored from {backup}, schema {HEAD}, checked" in capsys.readouterr().out
    with (
        closing(sqlite3.connect(data / "store.sqlite")) as ours,
        closing(sqlite3.connect(other / "store.sqlite")) as theirs,
    ):
        assert _counted(ours) == _counted(theirs)
        assert theirs.execute("SELECT action, subject FROM audit_row").fetchall() == [("db.restore", str(backup))]
        assert theirs.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_stats_for_scripts(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Unknown is null; completeness is truncated text."""
    begin_s = fill(data)
    assert db("stats", "--json", data=data) == 0
    told = json.loads(capsys.readouterr().out)
    levels = {each["level"]: each for each in told["levels"]}
    assert list(levels) == ["slot", "minute", "hour", "day"]
    assert levels["slot"]["rows"] == 9
    assert [(each["table"], each["rows"], each["open"]) for each in told["journal"]] == [
        ("journal_entry", 0, None),
        ("journal_document", 0, 0),
    ]
    assert {name: told["latency"][name] for name in ("rows", "histograms", "oldest")} == {
        "rows": 0,
        "histograms": 0,
        "oldest": None,
    }
    assert levels["minute"]["oldest"] is None
    assert levels["minute"]["completeness"] in {"99.66666", "83.05555"}  # of 300, or of 360 in the next minute
    assert told["sources"][0]["id"] == "dc1"
    assert told["sources"][0]["watermark"] == time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(begin_s + 298))
    assert len(told["simulated"]) == 1
    assert told["revision"] == HEAD
    assert told["bytes"] > 10_000


def test_stats_for_people(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Unknown is a dash."""
    db("upgrade", data=data)
    capsys.readouterr()
    assert db("stats", data=data) == 0
    rows = {line.split()[0]: line.split() for line in capsys.readouterr().out.splitlines() if line}
    assert rows["slot"][1] == "0"
    assert rows["slot"][3:] == ["-"] * 5
    assert rows["sources"] == ["sources", "0"]
    assert rows["entry"][1] == rows["document"][1] == "0"
    assert rows["simulated"] == ["simulated", "nothing"]


def test_what_cannot_be_done_is_one_line(data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What, where and how to go on."""
    for words in (("stats",), ("prune",), ("prune", "--dry-run"), ("backup", tmp_path / "b")):
        assert "no such file; make it with: python app.py db upgrade" in refusal(capsys, *words, data=data)
    assert "nowhere: there is no such file" in refusal(capsys, "restore", tmp_path / "nowhere", data=data)
    db("upgrade", data=data)
    db("backup", tmp_path / "b", data=data)
    assert "b is already there and nothing is overwritten" in refusal(capsys, "backup", tmp_path / "b", data=data)
    assert "store.sqlite is already there" in refusal(capsys, "restore", tmp_path / "b", data=data)


def test_an_action_has_to_be_named(capsys: pytest.CaptureFixture[str]) -> None:
    """With all of them to choose from."""
    assert app.main(["db"]) == 2
    assert "which one? upgrade, prune, backup, restore, drill, stats" in capsys.readouterr().err


@pytest.mark.parametrize("action", ["upgrade", "prune", "backup", "restore", "stats"])
def test_every_action_explains_itself(action: str, capsys: pytest.CaptureFixture[str]) -> None:
    """In sentences, not only options."""
    with pytest.raises(SystemExit) as ended:
        app.main(["db", action, "--help"])
    assert ended.value.code == 0
    assert len(capsys.readouterr().out.splitlines()) > 8


def test_a_meter_writes_a_line_each_tenth_into_a_log() -> None:
    """And never more than everything."""
    log = io.StringIO()
    meter = Meter("pruning", "rows", log)
    for done in range(0, 2000, 10):
        meter.show(done, 1000)
    meter.show(3, 0)
    meter.end()
    lines = log.getvalue().splitlines()
    assert len(lines) == 11
    assert lines[0] == "pruning: 0 of 1,000 rows (0 %)"
    assert lines[-1] == "pruning: 1,000 of 1,000 rows (100 %)"
