"""The command line as a user meets it: help, and refusals in one line."""

from __future__ import annotations

import gzip
import socket
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


def app(*words: str) -> subprocess.CompletedProcess[str]:
    """Runs one command to its end."""
    line = [sys.executable, str(ROOT / "app.py"), *words]
    return subprocess.run(line, capture_output=True, text=True, timeout=60, check=False)


def refusal(*words: str) -> str:
    """The one line that a refused command prints."""
    run = app(*words)
    assert run.returncode == 2, run.stdout + run.stderr
    lines = run.stderr.strip().splitlines()
    assert len(lines) == 1, run.stderr
    return lines[0]


def test_help_names_every_command_and_the_first_steps() -> None:
    """--help teaches."""
    text = app("--help").stdout
    for word in ("demo", "serve", "collect", "lending", "check", "reconcile", "db", "first steps"):
        assert word in text


@pytest.mark.parametrize("command", ["demo", "serve", "collect", "lending", "check", "reconcile", "db"])
def test_every_command_explains_itself(command: str) -> None:
    """Its options and what it is for."""
    run = app(command, "--help")
    assert run.returncode == 0
    assert len(run.stdout.splitlines()) > 5


def test_an_unknown_command_is_one_line_with_the_known_ones() -> None:
    """What, and what instead."""
    assert "no command 'srve'; commands: demo, serve" in refusal("srve")


def test_an_argument_that_is_no_text_is_one_line() -> None:
    """Bytes that no store keeps and no terminal prints."""
    assert "argument 4, '\\udcff': is no UTF-8 text" in refusal("report", "availability", "--issue", "\udcff")


def test_looking_at_a_store_that_is_not_there_makes_none(tmp_path: Path) -> None:
    """A mistyped --data stays as it was."""
    assert "there is no such file; make it with" in refusal("costs", "rates", "show", "--data", str(tmp_path))
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("command", ["serve", "collect", "alert"])
def test_a_store_of_an_older_program_is_left_alone_and_the_one_command_is_said(command: str, tmp_path: Path) -> None:
    """An upgrade is an operator's decision, after a backup."""
    made = gzip.decompress((ROOT / "tests" / "data" / "old_stores" / "0007.sqlite.gz").read_bytes())
    (tmp_path / "store.sqlite").write_bytes(made)
    assert "schema 0007, this program needs 00" in (line := refusal(command, "--data", str(tmp_path)))
    assert line.endswith("run: python app.py db upgrade (same --data, same --config)")
    assert (tmp_path / "store.sqlite").read_bytes() == made


def test_where_the_data_are_may_be_said_before_the_action(tmp_path: Path) -> None:
    """Whichever way it is remembered."""
    assert app("db", f"--data={tmp_path}", "upgrade").returncode == 0
    assert "nothing was imported yet" in app("history", "--data", str(tmp_path), "list").stdout


def test_a_store_without_imports_says_how_to_begin(tmp_path: Path) -> None:
    """Not an empty answer."""
    assert app("db", "upgrade", "--data", str(tmp_path)).returncode == 0
    assert "nothing was imported yet" in app("history", "list", "--data", str(tmp_path)).stdout


def test_a_python_without_the_packages_is_one_line() -> None:
    """-S leaves site-packages out: the line says how to get them."""
    line = [sys.executable, "-S", str(ROOT / "app.py"), "check"]
    run = subprocess.run(line, capture_output=True, text=True, timeout=60, check=False)
    assert run.returncode == 2
    assert "is missing for" in run.stderr
    assert run.stderr.endswith("run: make setup, then: .venv/bin/python app.py\n")


def test_output_that_nobody_reads_to_its_end_is_no_error(tmp_path: Path) -> None:
    """`app.py db stats | head -1` ends quietly."""
    assert app("db", "upgrade", "--data", str(tmp_path)).returncode == 0
    line = [sys.executable, "-u", str(ROOT / "app.py"), "db", "stats", "--data", str(tmp_path)]
    with subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as run:
        assert run.stdout is not None
        assert run.stderr is not None
        run.stdout.close()
        complaint = run.stderr.read()
    assert complaint == ""


def test_a_bad_option_is_one_line_that_points_to_help() -> None:
    """No page of usage for a typing error."""
    line = refusal("--scale", "many")
    assert line == (
        "error: argument --scale: 'many' is not a whole number of transactions per day; python app.py demo --help"
    )


def test_a_port_in_use_is_one_line(tmp_path: Path) -> None:
    """Named with the option that changes it."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        line = refusal("--port", str(port), "--data", str(tmp_path / "data"))
    assert f"port {port} on 127.0.0.1: address already in use; choose another with --port" in line


def test_an_unusable_data_directory_is_one_line(tmp_path: Path) -> None:
    """Nothing is started, nothing half-written."""
    (tmp_path / "file").write_text("x", encoding="utf-8")
    assert "choose another with --data" in refusal("--port", "0", "--data", str(tmp_path / "file" / "data"))


def test_a_broken_configuration_is_one_line_with_file_line_and_field(tmp_path: Path) -> None:
    """The user can go straight there."""
    shipped = (ROOT / "config" / "control-center.yaml").read_text(encoding="utf-8")
    path = tmp_path / "broken.yaml"
    path.write_text(shipped.replace("down_events: 5", "down_events: many"), encoding="utf-8")
    assert f"{path}:" in refusal("--port", "0", "--config", str(path), "--data", str(tmp_path / "data"))
    assert "states.down_events" in refusal("collect", "--config", str(path), "--data", str(tmp_path / "data"))


def test_another_address_needs_authentication(tmp_path: Path) -> None:
    """Safe by default: loopback only."""
    assert "authentication" in refusal("serve", "--host", "0.0.0.0", "--data", str(tmp_path))
