"""The proof in one command: its options, and a short run of the whole against its own estate."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from loadtests.proving import with_defaults

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("given", [["-u", "8"], ["-u8"], ["--users", "8"], ["--users=8"]])
def test_a_given_option_takes_the_place_of_its_default_however_it_is_written(given: list[str]) -> None:
    words = with_defaults(given)
    assert words[-len(given) :] == given
    assert words[:2] == ["--spawn-rate", "32"]  # the defaults without the first of them, --users


def test_users_who_wait_are_counted_to_the_last_request_by_every_data_center(tmp_path: Path) -> None:
    """Two nines need 313 requests: proven in seconds, behind HAProxy, and all six counts agree with the client's."""
    result = tmp_path / "run.json"
    command = [sys.executable, "-m", "loadtests.proving", "-u", "8", "--target", "98", "--result", str(result)]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    document = json.loads(result.read_text(encoding="utf-8"))
    service = document["generator"]["service"]
    assert document["verdict"] == "proven"
    assert service["counted"] == service["answered"] > 0
    assert service["note"] is None
