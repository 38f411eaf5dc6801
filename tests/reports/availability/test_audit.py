"""The script that auditors are given, run as it stands in the handbook."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from dashboard.reporting.making import drawn
from store.memory import MemoryStore
from tests.reports.availability.months import written, zone_of
from tests.reports.availability.test_recomputed import reported

PAGE = Path(__file__).parents[3] / "docs" / "report-audit.md"


@pytest.mark.parametrize("seed", [3, 8, 21])
def test_the_script_of_the_handbook_finds_the_figures_of_a_report(seed: int, tmp_path: Path) -> None:
    """Counts, missing events, availability, bounds and verdict of every product and of the bank."""
    script, data = tmp_path / "recompute.py", tmp_path / "month.csv"
    script.write_text(PAGE.read_text(encoding="utf-8").split("```python\n")[1].split("```")[0], encoding="utf-8")
    store = MemoryStore(zone_of(seed))
    made = reported(store, written(store, seed))
    data.write_bytes(drawn(made, "csv", "en"))
    done = subprocess.run([sys.executable, "-I", str(script), str(data)], check=True, capture_output=True, text=True)
    printed = [line.split("\t")[:8] for line in done.stdout.splitlines()]
    assert printed == [
        [
            unit.id,
            *map(str, (unit.bad, unit.total, unit.missing_estimate)),
            *(each or "?" for each in (unit.availability, unit.low, unit.high)),
            unit.verdict,
        ]
        for unit in (*made.products, made.bank)
    ]
