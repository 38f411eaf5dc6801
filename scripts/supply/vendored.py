"""Files of others that travel inside of the repository."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

from scripts.supply.locked import ROOT

FOLDER = ROOT / "dashboard" / "assets" / "vendor"
_VERSION = re.compile(r"plotly\.js[^\n]*? v(\d+\.\d+\.\d+)")


@dataclass(frozen=True, slots=True)
class Asset:
    """One file with where it is from."""

    path: str
    name: str
    version: str
    licence: str
    sha256: str


def assets() -> tuple[Asset, ...]:
    """Every script under dashboard/assets/vendor, all of them plotly.js of one version."""
    files = sorted(FOLDER.glob("*.js"))
    texts = {path: path.read_bytes() for path in files}
    versions = [found[1] for text in texts.values() if (found := _VERSION.search(text[:2000].decode(errors="replace")))]
    if len(set(versions)) != 1:
        raise SystemExit(f"{FOLDER}: expected plotly.js of one version, found {versions}")
    return tuple(
        Asset(str(path.relative_to(ROOT)), "plotly.js", versions[0], "MIT", hashlib.sha256(text).hexdigest())
        for path, text in texts.items()
    )
