"""A real PostgreSQL of Debian as a child of the tests: unprivileged, on a free loopback port, gone at the end."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
import psycopg

PROGRAMS = Path("/usr/lib/postgresql/15/bin")
NOBODY = 65534
READY_WITHIN_S = 90.0


def _unprivileged() -> dict[str, Any]:
    """PostgreSQL refuses to run as root."""
    as_root = os.geteuid() == 0
    return {"user": NOBODY, "group": NOBODY, "extra_groups": []} if as_root else {}


class PostgresChild:
    """One server with its own data folder; may be killed and started again on the same port."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._data = folder / "data"
        self.port = _free_port()
        self._process: subprocess.Popen[bytes] | None = None
        initdb = [PROGRAMS / "initdb", "-A", "trust", "-U", "postgres", "--locale=C", "-E", "UTF8", "--no-sync"]
        self._run([*initdb, "-D", self._data])

    def start(self, *, largest_file_bytes: int | None = None) -> None:
        """Starts the server and waits until it answers; a limit on its files' size stands for a full disk."""
        log = (self._folder / "postgres.log").open("ab")
        options = ("fsync=off", "listen_addresses=127.0.0.1", "max_connections=60", "shared_buffers=64MB")
        words = [word for option in options for word in ("-c", option)]
        command: list[Path | str] = [
            PROGRAMS / "postgres",
            "-D",
            self._data,
            "-p",
            str(self.port),
            "-k",
            self._folder,
            *words,
        ]
        if largest_file_bytes is not None:
            command = ["prlimit", f"--fsize={largest_file_bytes}", *command]
        with log:
            self._process = subprocess.Popen(
                command, stdout=log, stderr=log, cwd="/", start_new_session=True, **_unprivileged()
            )
        deadline = time.monotonic() + READY_WITHIN_S
        while not self._answers():
            assert self._process.poll() is None, (self._folder / "postgres.log").read_text()
            assert time.monotonic() < deadline
            time.sleep(0.02)

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """Ends the server and everything that it started; SIGKILL as a crash would."""
        if self._process is None:
            return
        process, self._process = self._process, None
        backends = psutil.Process(process.pid).children() if how is signal.SIGKILL else []
        process.send_signal(how)
        for backend in backends:  # they would notice only after a moment
            backend.kill()
        try:
            process.wait(60)
        finally:
            process.kill()
            process.wait()

    def execute(self, sql: str, database: str = "postgres") -> list[tuple[Any, ...]]:
        """Runs one statement behind the store's back, outside of a transaction; its rows if it has any."""
        with psycopg.connect(self.address(database), autocommit=True) as connection:
            cursor = connection.execute(sql)
            return cursor.fetchall() if cursor.description else []

    def address(self, database: str, user: str = "postgres") -> str:
        """Address of a database of this server."""
        return f"postgresql://{user}@127.0.0.1:{self.port}/{database}"

    def use(self, hba: str) -> None:
        """Who may come in and how: the lines of pg_hba.conf."""
        (self._data / "pg_hba.conf").write_text(hba)
        self.execute("SELECT pg_reload_conf()")

    def _answers(self) -> bool:
        try:
            psycopg.connect(self.address("postgres"), connect_timeout=10).close()
        except psycopg.OperationalError:
            return False
        return True

    def _run(self, command: list[Path | str]) -> None:
        subprocess.run(command, check=True, capture_output=True, cwd="/", timeout=60, **_unprivileged())


@contextmanager
def postgres_child() -> Iterator[PostgresChild]:
    """A running server in a temporary folder."""
    folder = Path(tempfile.mkdtemp(prefix="postgres-"))  # not below pytest's own, which others may not enter
    if os.geteuid() == 0:
        os.chown(folder, NOBODY, NOBODY)
    try:
        server = PostgresChild(folder)
        try:
            server.start()
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
