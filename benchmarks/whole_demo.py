"""CPU and memory of the whole demo with one wall open: `python -m benchmarks.whole_demo [--seconds 60]`.

Starts `python app.py` in a fresh data directory, opens the wall in Chromium, waits until the simulated past is filled,
then adds up processor time and proportional memory (PSS) of every process of the demo. Chromium is left out: it
runs on the viewer's machine.
"""

from __future__ import annotations

import argparse
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil
from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parent.parent
SETTLE_S = 10


def main() -> None:
    """Prints one line per process and the sum."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=int, default=60, help="how long to measure")
    parser.add_argument("--history", type=int, default=400, help="simulated days to fill before measuring")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        line = [
            sys.executable,
            str(ROOT / "app.py"),
            "--port",
            "0",
            "--data",
            directory,
            "--history",
            str(args.history),
        ]
        with subprocess.Popen(line, stdout=subprocess.PIPE, text=True) as demo:
            try:
                _measure(demo, args.seconds)
            finally:
                demo.send_signal(signal.SIGINT)
                demo.wait(timeout=20)


def _measure(demo: subprocess.Popen[str], seconds: int) -> None:
    began = time.monotonic()
    url = _said(demo, "http://").split()[-1]
    print(f"page served after {time.monotonic() - began:.1f} s")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium",
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        browser.new_page(viewport={"width": 1920, "height": 1080}).goto(url)
        _said(demo, "100 % of the simulated past")
        print(f"simulated past filled after {time.monotonic() - began:.0f} s")
        time.sleep(SETTLE_S)
        _print(_usage(psutil.Process(demo.pid), seconds), seconds)
        browser.close()


def _said(demo: subprocess.Popen[str], words: str) -> str:
    while demo.stdout is not None:
        line = demo.stdout.readline()
        if words in line:
            return line
        if not line:
            break
    raise SystemExit(f"the demo ended before it said {words!r}")


def _usage(root: psutil.Process, seconds: int) -> list[tuple[str, float, float]]:
    processes = [root, *root.children(recursive=True)]
    before = {process: _cpu_s(process) for process in processes}
    time.sleep(seconds)
    rows = []
    for process in processes:
        words = process.cmdline()[2:]
        name = "demo" if process == root else " ".join(words[:3]) if words[0] == "lending" else words[0]
        rows.append((name, _cpu_s(process) - before[process], process.memory_full_info().pss / 1e6))
    return rows


def _cpu_s(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


def _print(rows: list[tuple[str, float, float]], seconds: int) -> None:
    for name, cpu_s, memory_mb in rows:
        print(f"{name:28} {100 * cpu_s / seconds:6.1f} % of a core {memory_mb:7.1f} MB")
    total = 100 * sum(row[1] for row in rows) / seconds
    print(f"{'whole demo':28} {total:6.1f} % of a core {sum(row[2] for row in rows):7.1f} MB")


if __name__ == "__main__":
    main()
