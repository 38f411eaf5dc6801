"""Every reader of foreign text takes a damaged file or refuses it in its own words: no crash, no hang, no memory."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest

from tests.hostile.readers import READERS, ROOT

SHORT_CASES = 40
WHOLE_CASES = 7_000
"""Of each of 16 readers: 112,000 in all."""
WHOLE_SEED = 9
MOST_CPU_S = 1.0
MOST_GROWTH_BYTES = 200 << 20
ONE_AFTER_ANOTHER = "import json, sys; from tests.hostile.attack import main; " + (
    "print(json.dumps([main(name, int(sys.argv[1]), int(sys.argv[2])) for name in sys.argv[3:]]))"
)


def shown(cases: int, seed: int, *names: str) -> list[dict[str, Any]]:
    """What each reader made of so many damaged files, in a child with limits."""
    child = subprocess.run(
        [sys.executable, "-c", ONE_AFTER_ANOTHER, str(cases), str(seed), *names],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=3_000,
        check=False,
    )
    assert child.returncode == 0, child.stderr[-2000:]
    found: list[dict[str, Any]] = json.loads(child.stdout)
    return found


def test_damaged_files_end_in_the_words_of_their_reader() -> None:
    """A few of every kind; the seed is fixed, so that nobody else's change finds something old by chance."""
    rows = shown(SHORT_CASES, 1, *READERS)
    assert {row["reader"]: row["findings"] for row in rows} == {name: {} for name in READERS}
    assert sum(row["taken"] for row in rows) > SHORT_CASES  # damaged a little, not beyond recognition


@pytest.mark.soak
@pytest.mark.timeout(3_600)
@pytest.mark.parametrize("name", READERS)
def test_thousands_of_damaged_files_cost_neither_a_second_nor_memory(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """The bar; the line says which seed draws the same files again."""
    (row,) = shown(WHOLE_CASES, WHOLE_SEED, name)
    with capsys.disabled():
        sys.stdout.write(f"\n{json.dumps(row)}\n")
    assert row["findings"] == {}
    assert row["slowest_cpu_s"] < MOST_CPU_S
    assert row["grown_bytes"] < MOST_GROWTH_BYTES
