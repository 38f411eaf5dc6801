"""Real servers as children of a benchmark: unprivileged, on a free loopback port, with a data folder that stays."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

NOBODY = 65534
POSTGRES_PROGRAMS = Path("/usr/lib/postgresql/15/bin")
_READY_WITHIN_S = 120.0


def unprivileged() -> dict[str, Any]:
    """Options of a process that must not be root; none when we are not."""
    return {"user": NOBODY, "group": NOBODY, "extra_groups": []} if os.geteuid() == 0 else {}


def owned_folder(folder: Path) -> Path:
    """A folder that such a process may write."""
    folder.mkdir(parents=True, exist_ok=True)
    if os.geteuid() == 0:
        os.chown(folder, NOBODY, NOBODY)
    return folder


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def child(command: Sequence[str | Path], ready: Callable[[], bool], log: Path) -> Iterator[None]:
    """A server for as long as the block lasts. Raises RuntimeError when it does not get ready."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # else a benchmark that is ended leaves its server behind
    with log.open("ab") as file:
        process = subprocess.Popen(command, stdout=file, stderr=file, cwd="/", start_new_session=True, **unprivileged())
    try:
        deadline = time.monotonic() + _READY_WITHIN_S
        while not ready():
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"{command[0]} did not start; see {log}")
            time.sleep(0.05)
        yield
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(60)
        finally:
            process.kill()
            process.wait()


def answers(url: str) -> bool:
    """Whether a server says 200."""
    try:
        with urllib.request.urlopen(url, timeout=2) as response:
            return bool(response.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def listens(port: int) -> bool:
    """Whether somebody listens on a port of the loopback."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def cpu_seconds_below(folder: Path | None) -> float:
    """CPU of every process whose working folder is in a data folder: a server and what it started; 0 without one."""
    if folder is None:
        return 0.0
    ticks = 0
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if not (process / "cwd").resolve().is_relative_to(folder.resolve()):
                continue
            fields = (process / "stat").read_text().rpartition(")")[2].split()
        except (FileNotFoundError, PermissionError, ProcessLookupError):
            continue  # ended meanwhile, or somebody else's
        ticks += int(fields[11]) + int(fields[12])
        ticks += int(fields[13]) + int(fields[14])  # children that ended
    return ticks / os.sysconf("SC_CLK_TCK")
