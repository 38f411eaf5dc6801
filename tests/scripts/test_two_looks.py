"""What failed beside others gets one more look alone; what fails twice stays red."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "scripts" / "two_looks"
FALTERS = (
    "def test_falters(tmp_path_factory):\n    from pathlib import Path\n    seen = Path(__file__).with_name('seen')\n"
)
ONCE = FALTERS + "    again = seen.exists()\n    seen.touch()\n    assert again\n"
ALWAYS = "def test_fails():\n    assert False\n"
FOUR = "import pytest\n@pytest.mark.parametrize('number', range(4))\n" + ONCE.replace(
    "_factory)", "_factory, number)"
).replace("'seen'", "f'seen{number}'")


@pytest.mark.parametrize(
    ("body", "code", "said"),
    [
        ("def test_holds():\n    pass\n", 0, ""),
        (ONCE, 0, "failed beside others, passed alone"),
        (ALWAYS, 1, "a second look"),
        (FOUR, 1, "more than 3 failed"),
        ("import nothing_of_that_name\n", 2, ""),
    ],
    ids=["passes", "falters once", "fails", "too many", "cannot be read"],
)
def test_only_a_few_that_pass_alone_are_green(tmp_path: Path, body: str, code: int, said: str) -> None:
    """And what cannot be collected, or holds no test, stays what it was."""
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    (tmp_path / "test_it.py").write_text(body)
    environment = {**os.environ, "PYTEST_PYTHON": sys.executable, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    run = subprocess.run(
        [str(SCRIPT), "-q", "test_it.py"],
        check=False,
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (run.returncode, said in run.stderr) == (code, True), run.stdout + run.stderr
