"""Where and from what build a run was made."""

from __future__ import annotations

import os
import platform
import socket
import subprocess
from importlib import metadata
from pathlib import Path

from loadtests.running.result import Machine


def machine() -> Machine:
    """This machine, now."""
    try:
        load_1m = f"{os.getloadavg()[0]:.2f}"
    except OSError:
        load_1m = None
    return Machine(
        hostname=socket.gethostname(),
        platform=platform.platform(),
        cores=os.cpu_count() or 1,
        load_1m=load_1m,
        python=platform.python_version(),
        locust=metadata.version("locust"),
        geventhttpclient=metadata.version("geventhttpclient"),
    )


def build() -> str:
    """The commit of this tree, with "+changes" when files differ from it; "unknown" outside of a repository."""
    commit = _git("rev-parse", "--short=12", "HEAD")
    if not commit:
        return "unknown"
    return commit + ("+changes" if _git("status", "--porcelain", "--untracked-files=no") else "")


def _git(*arguments: str) -> str:
    folder = Path(__file__).resolve().parents[2]
    try:
        done = subprocess.run(["git", *arguments], cwd=folder, capture_output=True, text=True, timeout=10, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""
