"""`audit`: what it prints, its exit codes, and that a command that writes says who ran it."""

from __future__ import annotations

import ast
import csv
import io
import json
import os
import pwd
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

import app
from commands.auditing import acting, actor
from slo.windows import SHANGHAI
from store.audit import audited
from store.journal import Change
from store.memory import MemoryStore
from store.opening import open_store
from tests.collectors.costs.conftest import SOUND
from tests.reports.load_runs.conftest import result

ROOT = Path(__file__).resolve().parents[2]
HISTORY = ROOT / "tests" / "data" / "history" / "days.csv"


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory with five rows in its audit log."""
    data = tmp_path_factory.mktemp("audit")
    store = open_store(data / "store.sqlite", SHANGHAI, upgrade=True)
    for n in range(1, 6):
        act = audited(1_795_000_000_000 + n * 60_000, "li" if n % 2 else "=wang\x1b[2J", "alert.note", f"a{n}", n=n)
        store.write(Change(audit=(act,)))
    store.close()
    return data


@pytest.fixture
def data(kept: Path, tmp_path: Path) -> Path:
    """A copy of one's own."""
    shutil.copytree(kept, tmp_path / "data")
    return tmp_path / "data"


def audit(data: Path, *words: object, code: int = 0) -> None:
    """Runs one action as the command line does."""
    assert app.main(["audit", *map(str, words), "--data", str(data)]) == code


def forced(data: Path, *statements: str) -> None:
    """What somebody does who owns the file."""
    triggers = ("DROP TRIGGER IF EXISTS audit_row_unchanged", "DROP TRIGGER IF EXISTS audit_row_undeleted")
    with closing(sqlite3.connect(data / "store.sqlite")) as connection, connection:
        for statement in (*triggers, *statements):
            connection.execute(statement)


def test_rows_are_listed_by_who_what_and_when_and_a_terminal_is_told_nothing(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    audit(data, "list", "--actor", "li", "--action", "alert.", "--from", "2026-11-18T19:07:00+08:00", "--most", 2)
    lines = capsys.readouterr().out.splitlines()
    assert lines == [
        '5  2026-11-18 19:11:40  li  alert.note  a5  {"n":5}',
        '3  2026-11-18 19:09:40  li  alert.note  a3  {"n":3}',
    ]
    audit(data, "list", "--subject", "a2")
    assert "=wang\\u001b[2J" in capsys.readouterr().out
    audit(data, "list", "--before", 3, "--json")
    assert [row["number"] for row in json.loads(capsys.readouterr().out)["rows"]] == [2, 1]
    audit(data, "show", 4)
    assert json.loads(capsys.readouterr().out)["detail"] == '{"n":4}'
    audit(data, "show", 9, code=2)
    assert capsys.readouterr().err == (
        "error: audit show 9: there is no such row; python app.py audit list prints numbers\n"
    )


def test_an_export_opens_in_a_spreadsheet_without_a_formula(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    audit(data, "export", "--format", "csv", "--action", "alert.note")
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert [row["number"] for row in rows] == ["1", "2", "3", "4", "5"]
    assert rows[1]["actor"].startswith("'=wang")
    assert rows[0] | {"digest": ""} == {
        "number": "1", "at": "2026-11-18T11:07:40.000Z", "actor": "li", "action": "alert.note", "subject": "a1",
        "detail": '{"n":1}', "digest": "",
    }  # fmt: skip


def test_an_export_is_verified_without_a_store(data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "audit.jsonl"
    audit(data, "verify", "--json")
    head = json.loads(capsys.readouterr().out)["head"]
    audit(data, "export", "-o", file)
    audit(tmp_path / "none", "verify", "--file", file, "--head", head)
    lines = file.read_text().splitlines()
    file.write_text("\n".join([*lines[:2], *lines[3:]]))
    audit(tmp_path / "none", "verify", "--file", file, code=1)
    assert "BROKEN at row 3: is missing; after 2 comes 4" in capsys.readouterr().out
    file.write_text(lines[0] + "\n" + "[" * 5000 + "\n")
    audit(tmp_path / "none", "verify", "--file", file, code=2)
    assert "error: line 2: is no row" in capsys.readouterr().err


def test_a_log_that_nobody_touched_is_whole_and_its_head_is_kept(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    audit(data, "verify")
    first, second = capsys.readouterr().out.splitlines()
    assert first == f"whole: 5 rows, compared with {data / 'audit.head'}"
    assert second == f"head {(data / 'audit.head').read_text().strip()}"


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("UPDATE audit_row SET detail = '{}' WHERE number = 2", "row 2: what it says"),
        ("UPDATE audit_row SET at_ms = at_ms + 1 WHERE number = 5", "row 5: what it says"),
        ("DELETE FROM audit_row WHERE number = 3", "row 3: is missing"),
        ("UPDATE audit_row SET number = 9 WHERE number = 4", "row 4: is missing; after 3 comes 5"),
        ("INSERT INTO audit_row SELECT 6, at_ms, actor, action, subject, detail, digest FROM audit_row WHERE number=5",
         "row 6: what it says"),
        ("DELETE FROM audit_row WHERE number > 3", "row 4: the end was cut off: rows 4 to 5"),
        ("DELETE FROM audit_row", "row 1: the end was cut off: rows 1 to 5"),
    ],
)  # fmt: skip
def test_what_was_done_to_the_file_is_exit_code_one_and_names_the_row(
    data: Path, capsys: pytest.CaptureFixture[str], statement: str, said: str
) -> None:
    audit(data, "verify")
    capsys.readouterr()
    forced(data, statement)
    audit(data, "verify", code=1)
    assert f"BROKEN at {said}" in capsys.readouterr().out


def test_a_head_that_was_written_down_is_compared(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    audit(data, "verify", "--head", f"5:{'0' * 64}", code=1)
    assert "BROKEN at row 5: the head that was written down is 000000000000..." in capsys.readouterr().out
    audit(data, "verify", "--head", "five", code=2)
    assert "error: head 'five': is not NUMBER:DIGEST" in capsys.readouterr().err


def written(data: Path, *words: str) -> list[tuple[str, str, dict[str, Any]]]:
    """What a command leaves in the audit log: actor, action and detail of each new row."""
    store_file = data / "store.sqlite"
    before = _rows(store_file)
    assert app.main([*words, "--data", str(data)]) == 0
    return _rows(store_file)[len(before) :]


def _rows(file: Path) -> list[tuple[str, str, dict[str, Any]]]:
    if not file.exists():
        return []
    with closing(sqlite3.connect(file)) as connection:
        rows = connection.execute("SELECT actor, action, detail FROM audit_row ORDER BY number").fetchall()
    return [(who, did, json.loads(detail)) for who, did, detail in rows]


def _bill(folder: Path) -> str:
    with (folder / "bill.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(SOUND))
        writer.writeheader()
        writer.writerow(SOUND)
    return str(folder / "bill.csv")


def _result(folder: Path) -> str:
    (folder / "run.json").write_text(json.dumps(result(data_centers=6)))
    return str(folder / "run.json")


def test_every_command_that_writes_says_who_ran_it(tmp_path: Path) -> None:
    data = tmp_path / "data"
    runs = {
        ("db", "upgrade"): ["db.upgrade"],
        ("report", "change", "--title", "r", "--by", "wang"): ["change.record"],
        ("history", "import", str(HISTORY)): ["history.import"],
        ("load-runs", "import", _result(tmp_path)): ["load_run.import"],
        ("costs", "import", _bill(tmp_path)): ["costs.import.begin", "costs.import.end"],
        ("report", "availability", "--month", "2026-10", "--freeze", "--by", "wang"): ["report.freeze"],
        ("report", "approve", "availability-2026-10-r1", "--step", "prepared", "--by", "zhao"): ["report.sign"],
        ("db", "prune"): ["db.prune.begin", "db.prune.end"],
    }
    for words, actions in runs.items():
        found = written(data, *words)
        assert [did for _, did, _ in found] == actions, words
        assert {who for who, _, _ in found} == {actor()}
        assert all(detail.get("outcome", "done") == "done" for _, _, detail in found)
    assert written(data, "history", "import", str(HISTORY)) == []  # was known; nothing was changed
    audit(data, "verify")


def test_a_restore_says_what_was_known_before_and_begins_anew(data: Path, tmp_path: Path) -> None:
    assert app.main(["db", "backup", str(tmp_path / "backup.sqlite"), "--data", str(data)]) == 0
    assert app.main(["report", "change", "--title", "r", "--by", "wang", "--data", str(data)]) == 0
    audit(data, "verify")
    known = (data / "audit.head").read_text().strip()
    for file in data.glob("store.sqlite*"):
        file.unlink()
    found = written(data, "db", "restore", str(tmp_path / "backup.sqlite"))
    (row,) = found[5:]
    assert (row[1], row[2]["head_before"]) == ("db.restore", known)
    assert (data / "audit.head.6").read_text().strip() == known


def test_the_actor_is_the_user_of_the_process_whatever_the_environment_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("USER", "somebody-else")
    monkeypatch.setenv("LOGNAME", "somebody-else")
    assert actor().startswith(f"cli:{pwd.getpwuid(os.getuid()).pw_name}@")


def test_what_takes_long_says_that_it_was_broken_off() -> None:
    store = MemoryStore()
    with pytest.raises(RuntimeError), acting(store, "backfill", "dc1", days=3):
        raise RuntimeError
    with store.reading() as reader:
        begun, ended = (row.act for row in reader.audit().rows())
    assert (begun.action, json.loads(begun.detail)["days"]) == ("backfill.begin", 3)
    assert (ended.action, json.loads(ended.detail)["outcome"]) == ("backfill.end", "broken off")


ONLY_READS = {"demo.py"}
"""Looks when watching began; what it starts says itself what it loads."""


def _writing_modules() -> Iterator[Path]:
    """Modules of commands that open a store in which they may write."""
    for path in sorted((ROOT / "commands").glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "open_store":
                given = {word.arg: word.value for word in node.keywords}
                only_reads = given.get("read_only")
                if path.name not in ONLY_READS and not (
                    isinstance(only_reads, ast.Constant) and only_reads.value is True
                ):
                    yield path


@pytest.mark.parametrize("path", sorted(set(_writing_modules())), ids=lambda path: path.name)
def test_no_command_opens_a_store_to_write_without_knowing_of_the_audit_log(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    imported = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module}
    assert any(module == "commands.auditing" or module.startswith(("access.", "store.audit")) for module in imported)
