"""`db drill`: is a backup good for anything? Restored into an empty place and compared with the store that it is of."""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from commands.errors import CommandError
from commands.meter import Meter
from commands.options import Configuration
from store import maintenance
from store.comparing import Compared, compare, settled_until_s
from store.maintenance import Address
from store.opening import open_store

PREFIX = "drill-"


def configure(parser: argparse.ArgumentParser) -> None:
    """Declares the options of ``db drill``."""
    parser.add_argument("file", nargs="?", type=Path, metavar="FILE", help="a backup (default: one is made now)")
    parser.add_argument(
        "--into", metavar="ADDRESS", help="an empty database to restore into; needed when the store is PostgreSQL"
    )
    parser.add_argument("--json", action="store_true", help="the document that scripts rely on, instead of a table")


def drill(args: argparse.Namespace, chosen: Configuration) -> int:
    """Backs up, restores into an empty place, compares the two to the event; the store itself is only read.

    Exit code 1 when they differ. What a collector, an import or a backfill adds to the past meanwhile differs too: run
    it again then. The restored copy of a file is removed; a database that was restored --into stays for you to look at.
    """
    if isinstance(chosen.store, str) and not args.into:
        raise CommandError("db drill: the store is PostgreSQL; name an empty database: --into postgresql://.../drill")
    began = time.monotonic()
    with _place(args, chosen) as (backup, target):
        if args.file is None:
            with _meter("backing up") as show:
                maintenance.backup(chosen.store, backup, chosen.catalog.zone, show)
        file = args.file or backup
        size_bytes = file.stat().st_size if file.exists() else 0
        with _meter("restoring") as show:
            maintenance.restore(file, target, chosen.catalog.zone, show)
        until_s, found = _compared(target, chosen)
    differing = [each for each in found if each.difference]
    if args.json:
        print(json.dumps(_document(file, size_bytes, until_s, found, time.monotonic() - began), indent=1))
    else:
        for each in found:
            print(f"{each.what:<28}{each.rows:>9,} rows {each.restored:>20,} {each.present:>20,}  {_verdict(each)}")
        said = (
            f"NOT equal: {len(differing)} differ" if differing else "equal" if until_s else "equal, of nothing counted"
        )
        print(f"{said}: {size_bytes:,} bytes backed up, restored and compared in {time.monotonic() - began:.1f} s")
    return int(bool(differing))


@contextmanager
def _meter(doing: str) -> Iterator[maintenance.OnProgress]:
    meter = Meter(doing, "bytes")
    try:
        yield meter.show
    finally:
        meter.end()


def _verdict(each: Compared) -> str:
    return f"differs by {each.difference:,}" if each.difference else "equal"


@contextmanager
def _place(args: argparse.Namespace, chosen: Configuration) -> Iterator[tuple[Path, Address]]:
    """A folder beside the store, for its disk has room for another one, gone afterwards."""
    chosen.data.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=PREFIX, dir=chosen.data) as folder:
        yield Path(folder) / "backup", args.into or Path(folder) / "restored.sqlite"


def _compared(target: Address, chosen: Configuration) -> tuple[int, list[Compared]]:
    restored = open_store(target, chosen.catalog.zone, read_only=True)
    present = open_store(chosen.store, chosen.catalog.zone, read_only=True)
    try:
        with restored.reading() as mine, present.reading() as theirs:
            return settled_until_s(mine), list(compare(mine, theirs))
    finally:
        restored.close()
        present.close()


def _document(file: Path, size_bytes: int, until_s: int, found: list[Compared], took_s: float) -> dict[str, object]:
    rows = [
        {"what": each.what, "rows": each.rows, "restored": each.restored, "present": each.present} for each in found
    ]
    equal = not any(each.difference for each in found)
    return {
        "equal": equal,
        "backup": str(file),
        "bytes": size_bytes,
        "until_s": until_s,
        "seconds": round(took_s, 1),
        "rows": rows,
    }
