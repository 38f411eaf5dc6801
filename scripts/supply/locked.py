"""What the lock files say: every package that is installed, with its version and the digests of its files."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LOCKS = {"requirements.txt": "requirements.lock", "requirements-dev.txt": "requirements-dev.lock"}
_ENTRY = re.compile(r"^(?P<name>[\w.-]+)==(?P<version>[^\s;\\]+)")
_DIGEST = re.compile(r"--hash=sha256:(?P<sha256>[0-9a-f]{64})")


@dataclass(frozen=True, slots=True)
class Package:
    """One pinned package; ``sha256``: digests of the files that may be installed, sorted."""

    name: str
    version: str
    sha256: tuple[str, ...]


def canonical(name: str) -> str:
    """A package's name as indexes compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def locked(path: Path) -> tuple[Package, ...]:
    """The packages of a lock file, by name."""
    text = path.read_text(encoding="utf-8").replace("\\\n", " ")
    packages = []
    for line in text.splitlines():
        if found := _ENTRY.match(line):
            digests = tuple(sorted(_DIGEST.findall(line)))
            packages.append(Package(canonical(found["name"]), found["version"], digests))
    return tuple(sorted(packages, key=lambda package: package.name))


def rendered(packages: tuple[Package, ...], source: str) -> str:
    """A lock file: what ``pip install --require-hashes -r`` reads."""
    lines = [
        f"# Every package of {source} with the digests of its files for CPython 3.11 on Linux (x86_64, aarch64).",
        "# Made by: make lock. Install: pip install --require-hashes -r THIS",
    ]
    for package in packages:
        hashes = " \\\n".join(f"    --hash=sha256:{digest}" for digest in package.sha256)
        lines.append(f"{package.name}=={package.version} \\\n{hashes}")
    return "\n".join(lines) + "\n"
