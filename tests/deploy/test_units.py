"""Units of systemd: understood by systemd, and started by words that the program understands."""

from __future__ import annotations

import configparser
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tests.deploy.words import understood

UNITS = Path(__file__).resolve().parents[2] / "deploy" / "systemd"
SERVICES = sorted(UNITS.glob("*.service"))
OURS = [path for path in SERVICES if "gate" not in path.name]
LONG_RUNNING = [path for path in SERVICES if "backup" not in path.name]
PYTHON = "/opt/lending-control-center/.venv/bin/python"
HARDENED = ("NoNewPrivileges", "ProtectHome", "PrivateTmp")


def section(path: Path, name: str) -> configparser.SectionProxy:
    """One section of a unit."""
    unit = configparser.RawConfigParser(strict=False)
    unit.optionxform = str  # type: ignore[method-assign,assignment]
    unit.read(path, encoding="utf-8")
    return unit[name]


@pytest.mark.parametrize("path", OURS, ids=lambda path: path.name)
def test_the_program_understands_what_a_unit_starts(path: Path) -> None:
    """An option that was renamed would end a unit at its next start, a year later."""
    line = (
        section(path, "Service")["ExecStart"].replace("%i", "a").replace("%H", "host").replace("$$(date +%%F)", "today")
    )
    words = shlex.split(line.partition("app.py ")[2].rstrip("'"))
    assert understood(words).config == Path("/etc/lending-control/control-center.yaml")


@pytest.mark.parametrize("path", SERVICES, ids=lambda path: path.name)
def test_units_run_without_rights(path: Path) -> None:
    """A user of its own, nothing writable but its state."""
    service = section(path, "Service")
    assert service["User"] == "lending-control"
    assert service["ProtectSystem"] == "strict"
    assert [name for name in HARDENED if service.get(name) != "yes"] == []


@pytest.mark.parametrize("path", LONG_RUNNING, ids=lambda path: path.name)
def test_units_come_back_and_have_time_to_end(path: Path) -> None:
    """Longer than the five seconds in which every part ends."""
    service = section(path, "Service")
    assert service["Restart"] == "always"
    assert int(service["TimeoutStopSec"]) > 5


def test_systemd_finds_no_fault(tmp_path: Path) -> None:
    """With its own check; only the place of the installation is another."""
    units = []
    for path in (*SERVICES, *UNITS.glob("*.timer")):
        units.append(tmp_path / path.name.replace("@.", "@a."))
        units[-1].write_text(path.read_text(encoding="utf-8").replace(PYTHON, sys.executable), encoding="utf-8")
    run = subprocess.run(
        ["systemd-analyze", "verify", *map(str, units)], capture_output=True, text=True, timeout=60, check=False
    )
    said = [line for line in run.stderr.splitlines() if "lending-control" in line and "man page" not in line]
    assert (run.returncode, said) == (0, []), run.stderr
