"""Makes the stores of older programs that tests upgrade: ``python -m scripts.old_stores [REVISION ...]``.

For each revision of the schema the sources of the last commit before the next revision are unpacked beside, and *their*
code fills a SQLite file and a PostgreSQL database, reads both back and makes a report. What comes out lies in
tests/data/old_stores: ``NNNN.sqlite.gz``, ``NNNN.sql.gz`` (pg_dump) and ``NNNN.json.gz`` (what the old program read).
Run it once after a new revision, before the next; a fixture that is there is never made again unless named.
"""

from __future__ import annotations

import gzip
import json
import os
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from store.sql.schema import REVISIONS
from tests.store.postgres_server import PROGRAMS, PostgresChild, postgres_child

ROOT = Path(__file__).resolve().parents[2]
TARGET = ROOT / "tests" / "data" / "old_stores"
MIGRATIONS = "store/sql/migrations/versions"
FIRST_IN_POSTGRES = "0003"
FIRST_WITH_REPORT = "0008"
FIRST_WITH_ISSUES = "0009"
PERIOD = ("--from", "2026-10-01", "--to", "2026-11-01")


def main(asked: Sequence[str]) -> int:
    """Makes what was asked for, or what is missing."""
    wanted = asked or [each for each in REVISIONS if not (TARGET / f"{each}.json.gz").exists()]
    if strangers := sorted(set(wanted) - set(REVISIONS)):
        print(f"old_stores: {strangers[0]}: no such revision; known: {', '.join(REVISIONS)}", file=sys.stderr)
        return 2
    TARGET.mkdir(parents=True, exist_ok=True)
    with postgres_child() as server:
        for revision in wanted:
            commit = last_commit(revision)
            with tempfile.TemporaryDirectory(prefix="old-store-") as folder:
                unpack(commit, Path(folder))
                make(revision, Path(folder), server)
            print(f"{revision}: made by {commit[:12]}")
    return 0


def last_commit(revision: str) -> str:
    """The last commit whose newest schema is this one."""
    following = REVISIONS[REVISIONS.index(revision) + 1 :][:1]
    if not following:
        return _git("rev-parse", "HEAD")
    added = _git("log", "--diff-filter=A", "--format=%H", "--", f"{MIGRATIONS}/{following[0]}_*.py")
    return _git("rev-parse", f"{added}^") if added else _git("rev-parse", "HEAD")


def unpack(commit: str, folder: Path) -> None:
    """The sources of a commit. Raises CalledProcessError."""
    archive = subprocess.run(["git", "archive", commit], cwd=ROOT, capture_output=True, check=True)
    subprocess.run(["tar", "-x", "-C", str(folder)], input=archive.stdout, check=True)


def make(revision: str, sources: Path, server: PostgresChild) -> None:
    """One fixture. Raises CalledProcessError when the old program fails."""
    data = sources / "made"
    data.mkdir()
    store = data / "store.sqlite"
    _filling(sources, "fill", revision, str(store))
    expected: dict[str, Any] = {}
    if revision >= FIRST_WITH_REPORT:
        expected["report"] = _report(sources, data, revision)
    expected["store"] = json.loads(_filling(sources, "read", revision, str(store)))
    _compact(store)
    _write(f"{revision}.sqlite.gz", store.read_bytes())
    if revision >= FIRST_IN_POSTGRES:
        name = f"old_{revision}"
        server.execute(f"CREATE DATABASE {name}")
        _filling(sources, "fill", revision, server.address(name))
        expected["server"] = json.loads(_filling(sources, "read", revision, server.address(name)))
        _write(f"{revision}.sql.gz", _dumped(server, name))
    _write(f"{revision}.json.gz", json.dumps(expected, ensure_ascii=False, sort_keys=True).encode())


def _filling(sources: Path, action: str, revision: str, address: str) -> str:
    return _in_the_past(sources, [sys.executable, "-m", "scripts.old_stores.filling", action, revision, address])


def _report(sources: Path, data: Path, revision: str) -> Any:
    """What the old program's own report said; frozen, where it knew that."""
    line = [sys.executable, "app.py", "report", "availability", *PERIOD, "--data", str(data)]
    made = data / "report.json"
    if revision >= FIRST_WITH_ISSUES:
        _in_the_past(sources, [*line, "--freeze", "--by", "Li Wei"])
    _in_the_past(sources, [*line, "--format", "json", "-o", str(made)])
    return json.loads(made.read_text(encoding="utf-8"))


def _in_the_past(sources: Path, line: Sequence[str]) -> str:
    """Runs a program with the old sources before ours."""
    environment = os.environ | {"PYTHONPATH": f"{sources}:{ROOT}", "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(line, cwd=sources, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"old_stores: {' '.join(line)}: {done.stderr.strip()}")
    return done.stdout


def _compact(store: Path) -> None:
    """One file without side files."""
    with sqlite3.connect(store) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.execute("VACUUM")
        connection.execute("PRAGMA journal_mode = DELETE")
    connection.close()


def _dumped(server: PostgresChild, name: str) -> bytes:
    line = [PROGRAMS / "pg_dump", "--no-owner", "--inserts", "--rows-per-insert=500", "-d", server.address(name)]
    return subprocess.run(line, capture_output=True, check=True, cwd="/").stdout


def _write(name: str, content: bytes) -> None:
    (TARGET / name).write_bytes(gzip.compress(content, mtime=0))


def _git(*words: str) -> str:
    done = subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=True)
    return done.stdout.strip()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
