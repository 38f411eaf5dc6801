"""Whole copies of a PostgreSQL store, by PostgreSQL's own tools: an archive of pg_dump, which is one instant's view.

Their input and output go through this process: when it is killed they end, and a restore, one transaction, is undone.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from sqlalchemy import URL, make_url

from store.errors import CopyRefused, SchemaMismatch
from store.sql.rights import READS, quoted, remedy
from store.sql.schema import ABOUT, ALEMBIC_VERSION, REVISIONS

CHUNK_BYTES = 1 << 20
"""How much of an archive is handed on at once."""


def dump(address: str, where: str, draft: Path) -> None:
    """Writes an archive of a database to a file. Raises CopyRefused."""
    words = ("--format=custom", "--no-owner", "--no-privileges", *_database(address))
    with draft.open("wb") as out, _running("pg_dump", words, where, address, stdout=subprocess.PIPE) as process:
        if process.stdout is None:
            return
        try:
            shutil.copyfileobj(process.stdout, out, CHUNK_BYTES)
            out.flush()
        except OSError as error:
            raise CopyRefused(draft, (error.strerror or str(error)).lower()) from error


def load(source: Path, address: str, where: str, on_bytes: Callable[[int, int], None]) -> None:
    """Fills an empty database from an archive, whole or not at all. Raises CopyRefused."""
    words = ("--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges", *_database(address))
    total = source.stat().st_size
    with (
        source.open("rb") as archive,
        _running("pg_restore", words, where, address, stdin=subprocess.PIPE) as process,
    ):
        done = 0
        while process.stdin is not None and (chunk := archive.read(CHUNK_BYTES)):
            try:
                process.stdin.write(chunk)
            except BrokenPipeError:  # it gave up and says why
                return
            done += len(chunk)
            on_bytes(done, total)


def archived_revision(source: Path, head: str, zone: str) -> str:
    """Reads a whole archive, for damage shows nowhere else, and returns the revision of the store in it.

    Raises SchemaMismatch when this program does not know it, and CopyRefused.
    """
    _read(source, "--file=/dev/null")
    found = _archived(source, ALEMBIC_VERSION.name, 0)
    stored = _archived(source, ABOUT.name, 1)
    if found not in REVISIONS:
        raise SchemaMismatch(str(source), found or "none", head, older=False)
    if stored != zone:
        raise CopyRefused(source, f"its days begin at midnight in {stored}, not in {zone}")
    return found


def _archived(source: Path, table: str, field: int) -> str:
    """One field of the single row of a table in an archive; empty when there is none."""
    text = _read(source, "--data-only", f"--table={table}", "--file=-").decode("utf-8", "replace")
    lines = iter(text.splitlines())
    for line in lines:
        if line.startswith("COPY ") and line.endswith(" FROM stdin;"):
            return next(lines).split("\t")[field]
    return ""


def _read(source: Path, *words: str) -> bytes:
    """What pg_restore prints of an archive."""
    with _running("pg_restore", (*words, str(source)), str(source), stdout=subprocess.PIPE) as process:
        return process.stdout.read() if process.stdout is not None else b""


def _database(address: str) -> tuple[str, ...]:
    """The words that name a database to the tools; a password never stands among them, for everybody may list them."""
    url = make_url(address).difference_update_query(["password"])
    shown = URL.create("postgresql", url.username, None, url.host, url.port, url.database, url.query)
    return ("--no-password", f"--dbname={shown.render_as_string(hide_password=False)}")


def _password(address: str) -> dict[str, str]:
    """A password that stands in an address, as the tools take it; otherwise libpq finds it as it finds the store's."""
    url = make_url(address)
    given = url.password or url.query.get("password")
    return {"PGPASSWORD": str(given)} if given else {}


@contextmanager
def _running(
    tool: str,
    words: tuple[str, ...],
    where: str,
    address: str = "",
    *,
    stdin: int | None = None,
    stdout: int | None = None,
) -> Iterator[subprocess.Popen[bytes]]:
    """One of PostgreSQL's tools, ended with the block. Raises CopyRefused with its own reason when it fails."""
    program = shutil.which(tool)
    if program is None:
        raise CopyRefused(where, f"{tool} is not installed; run: apt-get install postgresql-client")
    environment = os.environ | (_password(address) if address else {})
    with tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(
            [program, *words], stdin=stdin or subprocess.DEVNULL, stdout=stdout, stderr=errors, env=environment
        )
        try:
            yield process
            _close(process.stdin)
            code = process.wait()
        finally:
            process.kill()
            process.wait()
            _close(process.stdout)
        if code:
            reason = _reason(errors, code)
            raise CopyRefused(where, f"{tool}: {reason}{_remedy(reason, address)}")


def _remedy(reason: str, address: str) -> str:
    """An archive holds every table whole: to make it takes looking at them, to load it more."""
    role = (make_url(address).username if address else "") or "this role"
    return remedy("", reason, READS, quoted(role))


def _close(pipe: IO[bytes] | None) -> None:
    if pipe is None:
        return
    try:
        pipe.close()
    except BrokenPipeError:  # it had ended; its exit code says the rest
        return


def _reason(errors: IO[bytes], code: int) -> str:
    errors.seek(0)
    lines = [line for line in errors.read().decode("utf-8", "replace").splitlines() if "error:" in line]
    return lines[0].partition("error:")[2].strip() if lines else f"exit code {code}"
