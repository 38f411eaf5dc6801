"""Requests per second of our generator beside wrk and hey on the same data center, and how late arrivals start.

  python -m benchmarks.load_generator            about a minute

All send POST /v1/bank_app/login. wrk draws a new idempotency key for each; hey cannot, so its requests are replays of
one answer: cheaper for the service, the same for the generator. "per core" is requests per CPU-second of the generator
process alone: it does not change with what else the machine does.
"""

from __future__ import annotations

import json
import os
import re
import resource
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
SECONDS = 10
BODY = '{"customer_id":"bench"}'
LUA = f"""
local n, me = 0, math.random(1, 1000000000)
wrk.method = "POST"
wrk.headers["X-Traffic"] = "load_test"
function setup(thread) thread:set("seed", os.time()) end
request = function()
  n = n + 1
  wrk.headers["Idempotency-Key"] = tostring(seed or 0) .. "-" .. tostring(me) .. "-" .. n
  return wrk.format(nil, nil, nil, '{BODY}')
end
"""
PLAN = """
version: benchmark
client: {deadline_ms: 3000, attempts: 3, attempt_timeout_ms: 1000, backoff_ms: 50}
loans: {}
borrowers:
  - {name: micro, weight: 1, think_seconds: [0, 0], steps: [{ask: bank_app/login, as: check}]}
"""


def main() -> None:
    """Measures and prints."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with data_center(folder) as url:
            print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}; {SECONDS} s each, 16 connections")
            wrk(url, folder)
            hey(url)
            _, _, idle_cpu_s = locust(url, folder, "--profile", "constant", "--rate", "1", "--run-time", "1s")
            print(f"ours: start and end of a run take {idle_cpu_s:.1f} s of CPU; left out below")
            closed(url, folder, idle_cpu_s)
            for rate in (500, 1000):
                opened(url, folder, rate, idle_cpu_s)


def wrk(url: str, folder: Path) -> None:
    """wrk, one thread."""
    if shutil.which("wrk") is None:
        print("wrk   not installed (Debian: wrk)")
        return
    script = folder / "post.lua"
    script.write_text(LUA, encoding="utf-8")
    command = ["wrk", "-t1", "-c16", f"-d{SECONDS}s", "-s", str(script), f"{url}/v1/bank_app/login"]
    text, seconds, cpu_s = ran(command)
    found = re.search(r"(\d+) requests in", text)
    show("wrk", int(found[1]) if found else 0, seconds, cpu_s)


def hey(url: str) -> None:
    """hey, one core."""
    if shutil.which("hey") is None:
        print("hey   not installed (Debian: hey)")
        return
    headers = ["-H", "X-Traffic: load_test", "-H", "Idempotency-Key: bench-hey"]
    command = ["hey", "-cpus", "1", "-c", "16", "-z", f"{SECONDS}s", "-m", "POST", *headers, "-d", BODY]
    text, seconds, cpu_s = ran([*command, f"{url}/v1/bank_app/login"])
    found = sum(int(count) for count in re.findall(r"\[\d+\]\s+(\d+) responses", text))
    show("hey", found, seconds, cpu_s)


def closed(url: str, folder: Path, idle_cpu_s: float) -> None:
    """Our borrowers as plain Locust users that do not think: as fast as one process can."""
    document, seconds, cpu_s = locust(url, folder, "-u", "16", "-r", "16", "--run-time", f"{SECONDS}s", "--think", "0")
    show("ours, users", document["counts"]["overall"]["requests"], seconds, cpu_s - idle_cpu_s)


def opened(url: str, folder: Path, rate: int, idle_cpu_s: float) -> None:
    """Our borrowers by schedule."""
    document, seconds, cpu_s = locust(
        url, folder, "--profile", "constant", "--rate", str(rate), "--run-time", f"{SECONDS}s", "--no-early-stop"
    )
    show(f"ours, {rate}/s", document["counts"]["overall"]["requests"], seconds, cpu_s - idle_cpu_s)
    health = document["generator"]
    print(
        f"      schedule lag p50 {health['lag_p50_us'] / 1000:.1f} ms, p99 {health['lag_p99_us'] / 1000:.1f} ms, "
        f"max {health['lag_max_us'] / 1000:.1f} ms; {health['arrivals_started']} of {health['arrivals_planned']} sent"
    )


def locust(url: str, folder: Path, *options: str) -> tuple[dict[str, Any], float, float]:
    """Result of one run, its seconds, and the CPU seconds of the whole process."""
    plan, result = folder / "plan.yaml", folder / "result.json"
    plan.write_text(PLAN, encoding="utf-8")
    result.unlink(missing_ok=True)
    command = [sys.executable, "-m", "locust", "-f", str(ROOT / "loadtests" / "locustfile.py"), "--headless"]
    command += ["--only-summary", "-H", url, "--plan", str(plan), "--result", str(result), *options]
    text, _, cpu_s = ran(command)
    if not result.exists():
        raise SystemExit(text)
    return json.loads(result.read_text(encoding="utf-8")), float(SECONDS), cpu_s


def ran(command: list[str]) -> tuple[str, float, float]:
    """Output, seconds and CPU seconds of a child."""
    before, begin = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    ended = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False, cwd=ROOT)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return ended.stdout + ended.stderr, time.monotonic() - begin, cpu_s


def show(name: str, requests: int, seconds: float, cpu_s: float) -> None:
    """One row."""
    per_core = requests / cpu_s if cpu_s else 0
    print(
        f"{name:<14}{requests / seconds:>10,.0f} requests/s {per_core:>12,.0f} per core (CPU {cpu_s:.1f} s)", flush=True
    )


@contextmanager
def data_center(folder: Path) -> Iterator[str]:
    """Books and dc1 without background demand."""
    books, port = free_port(), free_port()
    lending = [sys.executable, str(ROOT / "app.py"), "lending", "--data", str(folder / "estate"), "--scale", "0"]
    children = [
        subprocess.Popen([*lending, "--books", "--port", str(books)], stdout=subprocess.DEVNULL),
        subprocess.Popen(
            [*lending, "--data-center", "dc1", "--port", str(port), "--books-port", str(books)],
            stdout=subprocess.DEVNULL,
        ),
    ]
    try:
        wait_open(books)
        wait_open(port)
        yield f"http://127.0.0.1:{port}"
    finally:
        for child in children:
            child.terminate()
            child.wait(10)


def free_port() -> int:
    """A port that nobody uses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_open(port: int) -> None:
    """Waits until somebody listens."""
    end_s = time.monotonic() + 60
    while time.monotonic() < end_s:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise SystemExit(f"nobody listens on {port}")


if __name__ == "__main__":
    main()
