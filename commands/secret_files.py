"""Signs of files that hold secrets: there, readable by us, and by nobody else."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from commands.options import Configuration
from commands.signs import Sign, error, ok, warning

_SUFFIX = "_file"
_NO_SECRETS = ("ca_file",)


def secret_file_signs(chosen: Configuration) -> Iterator[Sign]:
    """Every file that the configuration names as the place of a secret."""
    for key, named in named_files(chosen.settings.model_dump(mode="json")):
        yield secret_file_sign(key, chosen.path.parent / named)


def named_files(tree: object, key: str = "") -> Iterator[tuple[str, str]]:
    """Dotted key and path of each ``..._file`` that holds a secret."""
    if isinstance(tree, Mapping):
        for name, value in tree.items():
            yield from named_files(value, f"{key}.{name}" if key else str(name))
    elif isinstance(tree, Sequence) and not isinstance(tree, str):
        for number, value in enumerate(tree):
            yield from named_files(value, f"{key}.{number}")
    elif isinstance(tree, str) and key.endswith(_SUFFIX) and not key.endswith(_NO_SECRETS):
        yield key, tree


def secret_file_sign(key: str, path: Path) -> Sign:
    """One file. Its group may read it, for that is how systemd and Kubernetes hand secrets out."""
    try:
        mode = path.stat().st_mode
    except OSError as fault:
        return error(
            "secret file", f"{key}: {path}: {(fault.strerror or str(fault)).lower()}", "write the secret there"
        )
    if not os.access(path, os.R_OK):
        return error(
            "secret file", f"{key}: {path}: this user may not read it", f"chown it to the user of the service: {path}"
        )
    fix = f"chmod 0640 {path}"
    if mode & (stat.S_IWOTH | stat.S_IWGRP):
        return error("secret file", f"{key}: {path}: mode {stat.S_IMODE(mode):04o}, others may change it", fix)
    if mode & stat.S_IROTH:
        text = f"{key}: {path}: mode {stat.S_IMODE(mode):04o}, everybody on this machine may read it"
        return warning("secret file", text, f"{fix}, and replace the secret if the machine is shared")
    return ok("secret file", f"{key}: {path}: mode {stat.S_IMODE(mode):04o}")
