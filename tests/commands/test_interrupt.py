"""Ending on SIGTERM: by itself, or given up in time."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CHILD = """
import sys, threading, time
sys.path.insert(0, sys.argv[1])
from commands.interrupt import end_in_time, stop_event
stop = stop_event()
end_in_time(stop, 0.5)
print("up", flush=True)
stop.wait()
time.sleep(float(sys.argv[2]))
"""


@pytest.mark.parametrize(("work_s", "code", "said"), [("0", 0, ""), ("60", 1, "not ended within 0.5 s of the signal")])
def test_a_process_ends_in_time_whatever_it_waits_for(work_s: str, code: int, said: str) -> None:
    """Exit code 0 when it ended by itself, 1 with a line when it had to be given up."""
    line = [sys.executable, "-c", CHILD, str(ROOT), work_s]
    with subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as child:
        try:
            assert child.stdout is not None
            assert child.stdout.readline() == "up\n"
            told = time.monotonic()
            child.send_signal(signal.SIGTERM)
            _, errors = child.communicate(timeout=50)
        finally:
            child.kill()
    assert child.returncode == code
    assert said in errors
    assert time.monotonic() - told < 50


STRUCK = """
import signal, sys, threading, time
sys.path.insert(0, sys.argv[1])
from commands.interrupt import stop_event
stop = stop_event()
def strike():
    time.sleep(0.3)
    signal.pthread_kill(threading.get_ident(), signal.SIGTERM)
    time.sleep(60)
threading.Thread(target=strike, daemon=True).start()
stop.wait()
"""


def test_a_signal_that_another_thread_gets_ends_the_process_too() -> None:
    """The kernel gives a signal to whichever thread it likes; the main one, which acts on it, sleeps meanwhile."""
    began = time.monotonic()
    assert subprocess.run([sys.executable, "-c", STRUCK, str(ROOT)], timeout=55, check=False).returncode == 0
    assert time.monotonic() - began < 55
