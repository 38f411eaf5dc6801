"""Child processes of one command: started, watched, restarted, and none left behind."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

APP = Path(__file__).resolve().parent.parent / "app.py"
PARENT_VARIABLE = "LENDING_CONTROL_CENTER_PARENT"
_PR_SET_PDEATHSIG = 1
LONGEST_RESTART_DELAY_S = 30.0


@dataclass(frozen=True, slots=True)
class ChildPlan:
    """What to start and how soon after its death to start it again (None: its end is its success)."""

    name: str
    arguments: tuple[str, ...]
    restart_after_s: float | None = 1.0
    nice: int = 0


@dataclass(slots=True)
class _Child:
    plan: ChildPlan
    process: subprocess.Popen[bytes]
    started: float
    failures: int = 0
    restart_at: float | None = None


@dataclass(slots=True)
class Children:
    """The processes of one command. ``log`` receives a line whenever one dies or returns."""

    log: Callable[[str], None]
    log_directory: Path
    _children: list[_Child] = field(default_factory=list)

    def start(self, plan: ChildPlan) -> int:
        """Starts one child and returns its process id."""
        child = _Child(plan, self._spawn(plan), time.monotonic())
        self._children.append(child)
        return child.process.pid

    def tend(self) -> list[str]:
        """One round of care: notices deaths, restarts what is due; returns the names of children that are finished."""
        finished = []
        for child in list(self._children):
            if child.restart_at is None and child.process.poll() is not None:
                if self._is_finished(child):
                    self._children.remove(child)
                    finished.append(child.plan.name)
            elif child.restart_at is not None and time.monotonic() >= child.restart_at:
                self._restart(child)
        return finished

    def exit_code(self, name: str) -> int | None:
        """Exit code of a child that has ended and was not restarted yet, else None."""
        return next((c.process.poll() for c in self._children if c.plan.name == name), None)

    def leave(self, names: Collection[str], patience_s: float) -> None:
        """Asks children to end by themselves, once their last page was read (SIGUSR1), and waits that long for all of
        them; whoever is still there is stopped like the others."""
        alive = [c.process for c in self._children if c.plan.name in names and c.process.poll() is None]
        for process in alive:
            process.send_signal(signal.SIGUSR1)
        deadline = time.monotonic() + patience_s
        for process in alive:
            with suppress(subprocess.TimeoutExpired):
                process.wait(timeout=max(0.0, deadline - time.monotonic()))

    def stop(self, patience_s: float = 5.0) -> None:
        """Asks every child to end, wakes stopped ones so that they can, and kills what does not listen."""
        alive = [child.process for child in self._children if child.process.poll() is None]
        for process in alive:
            process.send_signal(signal.SIGTERM)
            process.send_signal(signal.SIGCONT)
        deadline = time.monotonic() + patience_s
        for process in alive:
            try:
                process.wait(timeout=max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self._children.clear()

    def _spawn(self, plan: ChildPlan) -> subprocess.Popen[bytes]:
        environment = {**os.environ, PARENT_VARIABLE: str(os.getpid()), "PYTHONUNBUFFERED": "1"}
        prefix = ("nice", "-n", str(plan.nice)) if plan.nice else ()
        with (self.log_directory / f"{plan.name}.log").open("ab") as log:
            return subprocess.Popen(
                [*prefix, sys.executable, str(APP), *plan.arguments],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=environment,
                start_new_session=True,  # Ctrl-C reaches the parent alone, which then ends its children in order
            )

    def _is_finished(self, child: _Child) -> bool:
        code = child.process.returncode
        if child.plan.restart_after_s is None:
            if code != 0:
                self.log(f"{child.plan.name} ended with {_cause(code)}; see {self._log_of(child)}")
            return True
        lived = time.monotonic() - child.started
        child.failures = 0 if lived > LONGEST_RESTART_DELAY_S else child.failures + 1
        delay = min(child.plan.restart_after_s * 2 ** max(0, child.failures - 3), LONGEST_RESTART_DELAY_S)
        child.restart_at = time.monotonic() + delay
        self.log(f"{child.plan.name} died ({_cause(code)}); starting it again in {delay:.0f} s")
        return False

    def _restart(self, child: _Child) -> None:
        child.process = self._spawn(child.plan)
        child.started, child.restart_at = time.monotonic(), None
        self.log(f"{child.plan.name} started again (process {child.process.pid})")

    def _log_of(self, child: _Child) -> Path:
        return self.log_directory / f"{child.plan.name}.log"


def follow_parent() -> None:
    """Called by every process at its start: a child ends when the parent that asked for this dies, even by kill -9."""
    parent = os.environ.get(PARENT_VARIABLE)
    if not parent or not sys.platform.startswith("linux"):
        return
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != int(parent):  # it died before the line above
        sys.exit(1)


def _cause(code: int) -> str:
    return f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"


def arguments_of(command: str, **options: object) -> tuple[str, ...]:
    """Command-line words of an own command: ``data_center="dc1"`` becomes ``--data-center dc1``."""
    words: list[str] = [command]
    for name, value in options.items():
        flag = f"--{name.replace('_', '-')}"
        words += [flag] if value is True else [] if value is None or value is False else [flag, str(value)]
    return tuple(words)
