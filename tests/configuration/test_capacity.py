"""What proves capacity, and for how long: what is accepted, and that every part of the product follows it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from reports.load_runs.policy import CapacityPolicy
from settings import SettingsError, load_settings

ROOT = Path(__file__).resolve().parents[2]
GOOD = """\
sources:
  - {id: dc1, kind: exposition, data_center: dc1, url: "http://127.0.0.1:8101/metrics"}
"""


def loaded(tmp_path: Path, text: str) -> CapacityPolicy:
    """What a configuration asks for."""
    path = tmp_path / "settings.yaml"
    path.write_text(GOOD + text, encoding="utf-8")
    return load_settings(path).capacity.policy()


def test_a_minute_proves_for_ninety_days_unless_told_otherwise(tmp_path: Path) -> None:
    assert loaded(tmp_path, "") == CapacityPolicy(held_seconds=60, expires_days=90)
    assert loaded(tmp_path, "capacity: {held_seconds: 600, expires_days: 30}\n") == CapacityPolicy(600, 30)


@pytest.mark.parametrize("text", ["held_seconds: 0", "held_seconds: 1.5", "expires_days: 0", "expires_days: 4000"])
def test_what_proves_nothing_is_refused_by_line_and_field(tmp_path: Path, text: str) -> None:
    with pytest.raises(SettingsError, match=rf"settings.yaml:3: capacity.{text.partition(':')[0]}: "):
        loaded(tmp_path, f"capacity: {{{text}}}\n")


def test_the_command_follows_the_configuration(tmp_path: Path) -> None:
    """`capacity` says what was asked for."""
    path = tmp_path / "settings.yaml"
    catalog = ROOT / "config" / "catalog.yaml"
    path.write_text(f"catalog: {catalog}\n{GOOD}capacity: {{held_seconds: 600, expires_days: 30}}\n", encoding="utf-8")
    shared = ["--config", str(path), "--data", str(tmp_path)]

    def app(*words: str) -> str:
        line = [sys.executable, str(ROOT / "app.py"), *words, *shared]
        return subprocess.run(line, capture_output=True, text=True, timeout=60, check=True).stdout

    app("db", "upgrade")
    found = json.loads(app("capacity"))
    assert (found["held_seconds"], found["expires_days"]) == (600, 30)
    assert "held a rate for 600 s" in found["reasons"]["proven_per_second"]
