"""What a process that runs for weeks has imported is no longer walked through."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ASKED = "import gc; from commands.longevity import settle; settle(); print(gc.get_freeze_count(), gc.get_count()[2])"


def test_what_was_imported_leaves_the_rounds_of_the_collector() -> None:
    """In a process of its own: what is frozen stays so."""
    run = subprocess.run([sys.executable, "-c", ASKED], check=True, cwd=ROOT, capture_output=True, text=True)
    frozen, rounds = map(int, run.stdout.split())
    assert frozen > 1_000
    assert rounds == 0
