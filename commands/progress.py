"""How far the simulated past of a demo is filled: written by the process that fills it, read by the demo."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path

HISTORY_FILE = "history.json"


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the past is filled, in tenths, and the local day that was reached."""

    tenth: int
    day: str


def report(path: Path, filled: int, planned: int, day: str) -> None:
    """Replaces what was reported before."""
    draft = path.with_suffix(".new")
    draft.write_text(json.dumps({"filled": filled, "planned": planned, "day": day}), encoding="utf-8")
    os.replace(draft, path)


def progress(path: Path) -> Progress | None:
    """What was last reported; None before anything was."""
    try:
        state = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return Progress(state["filled"] * 10 // state["planned"], state["day"])
