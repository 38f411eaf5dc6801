"""Keeps the cores of a virtual machine from falling asleep between two short questions.

A core that nobody needs is given back to the host, and it takes a fraction of a millisecond until it is there again and
knows its caches: with four ways there and back a question, servers then look twice as slow on an idle machine as on a
busy one. What runs meanwhile has the lowest of priorities, so that everything else goes first.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

_SPIN = "import os; os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))\nwhile os.getppid() == {parent}: pass"


@contextmanager
def awake() -> Iterator[None]:
    """One process a core that does nothing, for as long as the block lasts."""
    with ExitStack() as stack:
        for _ in range(os.cpu_count() or 1):
            process = stack.enter_context(subprocess.Popen([sys.executable, "-c", _SPIN.format(parent=os.getpid())]))
            stack.callback(process.kill)
        yield
