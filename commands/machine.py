"""Signs of the machine: room on the disk, open files, fonts, time zones."""

from __future__ import annotations

import os
import resource
import shutil
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from zoneinfo import TZPATH, ZoneInfo, ZoneInfoNotFoundError

from commands.options import Configuration
from commands.signs import Sign, error, ok, warning

GIB = 1 << 30
LEAST_FREE_BYTES = GIB
"""Below this nothing is promised: the write-ahead log of a busy day alone may take it."""
ROOM_FOR_STORES = 2
"""An upgrade and a backup each need as much as the store itself (docs/sizing.md)."""
FILES_OF_A_WALL = 4128
"""Descriptors that 4,000 walls on one `serve` take (docs/operations.md)."""
LEAST_FILES = 256
FONT_FOLDERS = (Path("/usr/share/fonts"), Path("/usr/local/share/fonts"), Path.home() / ".local/share/fonts")


def machine_signs(chosen: Configuration) -> Iterator[Sign]:
    """Everything about this machine that the control center needs."""
    size = chosen.store.stat().st_size if isinstance(chosen.store, Path) and chosen.store.exists() else 0
    yield disk_sign(chosen.data, shutil.disk_usage(_standing(chosen.data)).free, size)
    yield files_sign(resource.getrlimit(resource.RLIMIT_NOFILE)[0])
    yield font_sign()
    yield zone_sign(chosen.catalog.zone)


def disk_sign(data: Path, free_bytes: int, store_bytes: int) -> Sign:
    """Room for the store, its log, an upgrade and a backup."""
    text = f"disk of {data}: {free_bytes / GIB:,.1f} GiB free"
    if not os.access(_standing(data), os.W_OK):
        return error(
            "disk", f"disk of {data}: not writable by this user", f"chown it to this user, or choose --data: {data}"
        )
    if free_bytes < LEAST_FREE_BYTES:
        return error("disk", text, "free at least 1 GiB, shorten retention: and prune, or move data: to a larger disk")
    if free_bytes < ROOM_FOR_STORES * store_bytes:
        needed = f"an upgrade and a backup beside the store need {ROOM_FOR_STORES * store_bytes / GIB:,.1f}"
        return warning("disk", f"{text}, {needed}", "back up to another disk, or move data: to a larger one")
    return ok("disk", text)


def files_sign(most: int) -> Sign:
    """Each wall holds a connection, each source too."""
    text = f"open files: {most:,} at most"
    if most == resource.RLIM_INFINITY or most >= FILES_OF_A_WALL:
        return ok("files", "open files: no limit" if most == resource.RLIM_INFINITY else text)
    fix = f"for many walls: LimitNOFILE={2 * FILES_OF_A_WALL} in the unit, or: ulimit -n {2 * FILES_OF_A_WALL}"
    return error("files", text, fix) if most < LEAST_FILES else warning("files", text, fix)


def font_sign() -> Sign:
    """Whether a PDF can be drawn; without it every other format can."""
    from reports.paper.charts import FAMILY
    from reports.paper.errors import PACKAGES, MissingPart
    from reports.paper.pdf import LIBRARIES, require

    install = f"sudo apt-get install {' '.join(PACKAGES)}"
    try:
        require(LIBRARIES)
    except MissingPart as missing:
        return warning("fonts", f"PDF reports: {', '.join(missing.parts)} not found on this machine", install)
    if not _has_font(FAMILY):
        return warning("fonts", f"PDF reports: font {FAMILY} not found on this machine", install)
    return ok("fonts", f"PDF reports: libraries and font {FAMILY}")


def _has_font(family: str) -> bool:
    """By the names of files: fontconfig's own tool need not be installed."""
    wanted = family.replace(" ", "")[: len("NotoSansCJK")].lower()
    files = (file for folder in FONT_FOLDERS if folder.is_dir() for file in folder.rglob("*.?t?"))
    return any(wanted in file.name.lower() for file in files)


def zone_sign(zone: str) -> Sign:
    """Whether this machine knows whose midnights begin the days."""
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return error("time zone", f"time zone {zone}: no data on this machine", "sudo apt-get install tzdata")
    return ok("time zone", f"time zone {zone}: {_zone_source()}")


def _zone_source() -> str:
    if any(Path(folder).is_dir() for folder in TZPATH):
        return "the machine's tzdata"
    try:
        return f"tzdata {version('tzdata')}"
    except PackageNotFoundError:
        return "built in"


def _standing(path: Path) -> Path:
    """The path, or the nearest folder above it that is there."""
    absolute = path.absolute()
    return next(each for each in (absolute, *absolute.parents) if each.exists())
