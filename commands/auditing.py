"""Who runs a command, and what of it goes into the audit log."""

from __future__ import annotations

import logging
import os
import pwd
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

from commands.options import Configuration
from commands.version import VERSION
from settings import alerts_path, calendar_path, catalog_path, costs_path, regulatory_path, slos_path
from store.audit import Audited, audited
from store.errors import StoreError
from store.journal import Change
from store.port import Store

log = logging.getLogger(__name__)
BEGIN, END = "begin", "end"


def actor() -> str:
    """``cli:USER@host``: the user of the process as the system knows it, whatever the environment says."""
    try:
        user = pwd.getpwuid(os.getuid()).pw_name
    except KeyError:  # a container's user has a number and no name
        user = str(os.getuid())
    return f"cli:{user}@{socket.gethostname()}"


def act(action: str, subject: str = "", **detail: object) -> Audited:
    """What the user of this process does now. ``sudo``: who became that user, as sudo says."""
    now_ms = time.time_ns() // 1_000_000
    return audited(now_ms, actor(), action, subject, sudo=os.environ.get("SUDO_USER"), **detail)


def with_act(change: Change, action: str, subject: str = "", **detail: object) -> Change:
    """The same change, and who did it, written together; a change of nothing stays one."""
    return change if change.is_nothing else replace(change, audit=(*change.audit, act(action, subject, **detail)))


def write_act(store: Store, action: str, subject: str = "", **detail: object) -> None:
    """A row of its own. Raises StoreError."""
    store.write(Change(audit=(act(action, subject, **detail),)))


@contextmanager
def acting(store: Store, action: str, subject: str = "", **detail: object) -> Iterator[dict[str, object]]:
    """What takes many transactions: a row before the first, without which nothing is done, and one behind the last, or
    behind whatever went wrong. The block puts into the dictionary what the second one tells."""
    write_act(store, f"{action}.{BEGIN}", subject, **detail)
    told: dict[str, object] = {"outcome": "broken off"}
    try:
        yield told
        told["outcome"] = told.get("failed", "done")
    finally:
        write_act(store, f"{action}.{END}", subject, **told)


def load_of(chosen: Configuration, command: str) -> Audited:
    """That a process loaded its configuration: digests of the files, never what they say."""
    files = digests(chosen)
    return act("configuration.load", str(chosen.path), part=command, outcome="started", build=VERSION, sha256=files)


def digests(chosen: Configuration) -> dict[str, str]:
    """SHA-256 of every file of a configuration by its name, the main one first."""
    return {file.name: _digest(file) for file in _files(chosen)}


def audit_load(store: Store, chosen: Configuration, command: str) -> None:
    """Writes ``load_of``. Who cannot write right now goes on and says so: watching matters more."""
    try:
        store.write(Change(audit=(load_of(chosen, command),)))
    except StoreError as error:
        log.warning("the audit log has no row for this configuration: %s", error)


def _files(chosen: Configuration) -> list[Path]:
    named = (catalog_path, alerts_path, calendar_path, costs_path, regulatory_path)
    slos = slos_path(chosen.path, chosen.settings)
    found = [] if slos is None else sorted(slos.iterdir()) if slos.is_dir() else [slos]
    return [chosen.path, *(path(chosen.path, chosen.settings) for path in named), *found]


def _digest(file: Path) -> str:
    try:
        return sha256(file.read_bytes()).hexdigest()
    except OSError as error:
        return f"cannot be read: {error.strerror or error}"
