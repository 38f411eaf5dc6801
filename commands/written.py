"""Files that a command writes: whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path
from tempfile import NamedTemporaryFile

from commands.errors import CommandError

USUAL_MODE = 0o644
LONGEST_PREFIX = 60
"""A name may be as long as names can be, and a draft's is longer."""


def written_whole(path: Path, content: bytes) -> None:
    """Replaces a file in one step; a reader never sees half of it, and its mode stays. A link stays one: what it leads
    to is replaced. A device or pipe is written to. Raises CommandError with the name that was given."""
    try:
        place = path.resolve()
        _refuse_unfit(path, place)
        if place.exists() and not place.is_file():
            # Replacing /dev/null by a file would break the machine of whoever may do so.
            place.write_bytes(content)
            return
        _replaced(place, content)
    except RuntimeError as error:
        raise CommandError(f"-o {path}: the link leads to itself") from error
    except OSError as error:
        raise CommandError(f"-o {path}: cannot be written: {error.strerror or error}") from error


def _refuse_unfit(path: Path, place: Path) -> None:
    if not place.parent.is_dir():
        raise CommandError(f"-o {path}: there is no folder {place.parent}; make it first")
    if place.is_dir():
        raise CommandError(f"-o {path}: is a folder; name a file in it")


def _replaced(place: Path, content: bytes) -> None:
    mode = place.stat().st_mode & 0o777 if place.exists() else USUAL_MODE
    with NamedTemporaryFile(dir=place.parent, prefix=f".{place.name[:LONGEST_PREFIX]}.", delete=False) as draft:
        try:
            draft.write(content)
            draft.close()
            os.chmod(draft.name, mode)
            os.replace(draft.name, place)
        except OSError:
            Path(draft.name).unlink(missing_ok=True)
            raise
