"""Writes requirements.lock and requirements-dev.lock: asks pip what it would install, and writes down every digest.

usage: python -m scripts.supply.lock        (asks the package index; nothing is installed)
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from scripts.supply.locked import LOCKS, ROOT, Package, canonical, rendered

GLIBC = ("2_17", "2_24", "2_26", "2_27", "2_28", "2_31", "2_34", "2_35", "2_36")
MACHINES = ("x86_64", "aarch64")


def asked(source: str, machine: str) -> list[dict[str, Any]]:
    """What pip would install on a machine, with digests."""
    platforms = [word for glibc in GLIBC for word in ("--platform", f"manylinux_{glibc}_{machine}")]
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        words = ["--dry-run", "--ignore-installed", "--quiet", "--report", str(report), "--target", folder]
        words += [
            "--python-version",
            "3.11",
            "--only-binary=:all:",
            "--platform",
            f"manylinux2014_{machine}",
            *platforms,
        ]
        line = [sys.executable, "-m", "pip", "install", *words, "-r", source, "-c", "constraints.txt"]
        subprocess.run(line, cwd=ROOT, check=True)
        installed: list[dict[str, Any]] = json.loads(report.read_text(encoding="utf-8"))["install"]
        return installed


def merged(reports: list[list[dict[str, Any]]]) -> tuple[Package, ...]:
    """One entry per package with the digests of all machines; fails when they disagree about a version."""
    digests: dict[tuple[str, str], set[str]] = {}
    for entry in (entry for report in reports for entry in report):
        key = canonical(entry["metadata"]["name"]), entry["metadata"]["version"]
        digests.setdefault(key, set()).add(entry["download_info"]["archive_info"]["hashes"]["sha256"])
    names = [name for name, _ in digests]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise SystemExit(f"lock: machines disagree about the version of {', '.join(twice)}; pin it in constraints.txt")
    return tuple(Package(name, version, tuple(sorted(found))) for (name, version), found in sorted(digests.items()))


def main() -> None:
    """Writes both files."""
    for source, lock in LOCKS.items():
        packages = merged([asked(source, machine) for machine in MACHINES])
        (ROOT / lock).write_text(rendered(packages, source), encoding="utf-8")
        sys.stdout.write(f"{lock}: {len(packages)} packages\n")


if __name__ == "__main__":
    main()
