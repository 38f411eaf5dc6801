"""Children are started, restarted and never left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from commands import children
from commands.children import ChildPlan, Children, arguments_of

WAIT_S = 60.0


@pytest.fixture
def app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A stand-in for app.py that follows its parent and then does what its argument says."""
    path = tmp_path / "app.py"
    root = Path(children.__file__).resolve().parent.parent
    path.write_text(
        f"import sys, time, signal\nsys.path.insert(0, {str(root)!r})\n"
        "from commands.children import follow_parent\nfollow_parent()\n"
        "if sys.argv[1] == 'deaf': signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "if sys.argv[1] == 'brief': sys.exit(3)\n"
        "if sys.argv[1] == 'leaving': signal.signal(signal.SIGUSR1, lambda *_: sys.exit(0))\n"
        "print('up', flush=True)\ntime.sleep(60)\n",
        encoding="utf-8",
    )
    monkeypatch.setattr(children, "APP", path)
    return path


@pytest.fixture
def lines() -> list[str]:
    """What the family said."""
    return []


@pytest.fixture
def family(tmp_path: Path, lines: list[str], app: Path) -> Iterator[Children]:
    """Children that are gone after the test, whatever happened in it."""
    made = Children(lines.append, tmp_path)
    yield made
    made.stop(patience_s=0.2)


def until(condition: object, what: str) -> None:
    """Waits until a condition holds; fails naming it."""
    deadline = time.monotonic() + WAIT_S
    while not condition():  # type: ignore[operator]
        if time.monotonic() > deadline:
            pytest.fail(f"not within {WAIT_S} s: {what}")
        time.sleep(0.02)


def is_up(directory: Path, name: str) -> bool:
    """Whether a child has said that it is up."""
    log = directory / f"{name}.log"
    return log.exists() and "up" in log.read_text(encoding="utf-8")


def test_a_killed_child_is_started_again(family: Children, lines: list[str]) -> None:
    """kill -9 is noticed, said, and mended after the plan's delay."""
    process = family.start(ChildPlan("one", ("sleep",), restart_after_s=0.1))
    os.kill(process, signal.SIGKILL)
    until(lambda: family.tend() == [] and any("started again" in line for line in lines), "started again")
    assert "one died (signal SIGKILL)" in lines[0]


def test_a_child_that_is_meant_to_end_is_not_restarted(family: Children, lines: list[str]) -> None:
    """Its end is its success, and a failure names the log."""
    family.start(ChildPlan("task", ("brief",), restart_after_s=None))
    finished: list[str] = []
    until(lambda: finished.extend(family.tend()) or finished, "task finished")
    assert finished == ["task"]
    assert "exit code 3" in lines[0]
    assert "task.log" in lines[0]


def test_a_child_that_keeps_dying_is_restarted_ever_more_slowly(family: Children, lines: list[str]) -> None:
    """A crash loop must not eat the machine."""
    family.start(ChildPlan("hopeless", ("brief",), restart_after_s=0.5))
    until(lambda: family.tend() == [] and sum("died" in line for line in lines) >= 4, "four deaths")
    waits = [line.rsplit(" in ", 1)[1] for line in lines if "died" in line]
    assert waits[:4] == ["0 s", "0 s", "0 s", "1 s"]


def test_stop_ends_frozen_and_deaf_children_too(family: Children, tmp_path: Path) -> None:
    """SIGSTOP and an ignored SIGTERM leave no process behind."""
    frozen = family.start(ChildPlan("frozen", ("sleep",)))
    deaf = family.start(ChildPlan("deaf", ("deaf",)))
    until(lambda: is_up(tmp_path, "deaf") and is_up(tmp_path, "frozen"), "both up")
    os.kill(frozen, signal.SIGSTOP)
    family.stop(patience_s=0.5)
    assert not psutil.pid_exists(frozen)
    assert not psutil.pid_exists(deaf)


def test_only_named_children_are_asked_to_leave_and_waited_for(family: Children, tmp_path: Path) -> None:
    """One that does not listen is left to ``stop``; the others go on."""
    going = family.start(ChildPlan("going", ("leaving",)))
    staying = family.start(ChildPlan("staying", ("leaving",)))
    frozen = family.start(ChildPlan("frozen", ("leaving",)))
    until(lambda: all(is_up(tmp_path, name) for name in ("going", "staying", "frozen")), "all up")
    os.kill(frozen, signal.SIGSTOP)
    began = time.monotonic()
    family.leave({"going", "frozen"}, patience_s=0.4)
    assert time.monotonic() - began < 30
    assert family.exit_code("going") == 0
    assert not psutil.pid_exists(going)
    assert psutil.pid_exists(frozen)
    assert family.exit_code("staying") is None
    family.stop()
    assert not any(psutil.pid_exists(process) for process in (staying, frozen))


def test_children_end_when_their_parent_is_killed(app: Path, tmp_path: Path) -> None:
    """Even kill -9 of the demo leaves nothing running."""
    root = Path(children.__file__).resolve().parent.parent
    program = (
        f"import sys, time; sys.path.insert(0, {str(root)!r})\n"
        "from pathlib import Path\nfrom commands import children\n"
        f"children.APP = Path({str(app)!r})\n"
        f"family = children.Children(print, Path({str(tmp_path)!r}))\n"
        "print(family.start(children.ChildPlan('child', ('sleep',))), flush=True)\ntime.sleep(60)\n"
    )
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as parent:
        if parent.stdout is None:
            pytest.fail("no output")
        child = psutil.Process(int(parent.stdout.readline()))
        until(lambda: is_up(tmp_path, "child"), "child up")
        parent.kill()
        child.wait(timeout=WAIT_S)


def test_arguments_are_spelled_as_options() -> None:
    """True is a bare flag, False and None are left out."""
    words = arguments_of("lending", data_center="dc1", books=True, once=False, seed=None, port=0)
    assert words == ("lending", "--data-center", "dc1", "--books", "--port", "0")
