"""A report as files: all of them appear at once, whole, under ``folder/delivery/period/``; nothing is overwritten."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

from outgoing.errors import PermanentFault, TemporaryFault
from reports.delivery.channels.result import Receipt
from reports.delivery.model import Made

_MODE = 0o755


def place(folder: Path, below: tuple[str, ...], made: Made) -> Receipt:
    """Puts the files there. The same files again are taken as done.

    Raises TemporaryFault for a disk that is full or away, PermanentFault for a place that holds something else.
    """
    if not folder.is_dir():
        raise TemporaryFault(f"folder {folder}: is not there; mount or create it")
    final = folder.joinpath(*below)
    try:
        final.parent.mkdir(parents=True, exist_ok=True)
        if final.exists():
            return _compared(final, made)
        _moved_in(final, made)
        return Receipt(str(final))
    except OSError as error:
        raise TemporaryFault(f"folder {final}: {error.strerror or error}") from error


def _moved_in(final: Path, made: Made) -> None:
    """Written beside, then renamed: a name that holds something refuses."""
    beside = Path(tempfile.mkdtemp(prefix=f".{final.name}.", dir=final.parent))
    try:
        beside.chmod(_MODE)
        for name, content in made.files:
            _written(beside / name, content)
        _synced(beside)
        beside.rename(final)
        _synced(final.parent)
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def _written(file: Path, content: bytes) -> None:
    with file.open("xb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())


def _synced(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _compared(final: Path, made: Made) -> Receipt:
    same = final.is_dir() and {each.name: each.read_bytes() for each in final.iterdir()} == dict(made.files)
    if same:
        return Receipt(f"{final} (was there already)")
    raise PermanentFault(
        f"folder {final}: holds another content already and is not overwritten; move it away, then: report send --again"
    )
