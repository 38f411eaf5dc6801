"""The verdicts that are not "proven", each by a real run against the estate behind HAProxy, with its exit code.

  python -m benchmarks.verdicts refuted      one request in 20,000 fails: refuted while it runs (exit code 1)
  python -m benchmarks.verdicts undecided    50,000 requests by schedule, none fails: proves nothing (exit code 3)
  python -m benchmarks.verdicts invalid      kill -9 of one of two generators: proves nothing (exit code 4)

Without a name all three, some minutes. Ends with 1 when an exit code is another one. "proven" is `make prove`.
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from loadtests.drills.estate import LOOPBACK, OwnEstate

ROOT = Path(__file__).resolve().parents[1]
SHARE = 5e-5
FAULT_SECONDS = 3_600
KILL_AFTER_S = 10.0
PLAN = """
version: benchmark
client: {deadline_ms: 3000, attempts: 1, attempt_timeout_ms: 1000, backoff_ms: 50}
loans: {}
borrowers:
  - {name: micro, weight: 1, think_seconds: [0, 0], steps: [{ask: bank_app/login, as: check}]}
"""
"""One POST a borrower and no second attempt, so that the share of failures is the injected one."""

EXPECTED = {"refuted": 1, "undecided": 3, "invalid": 4}


def main() -> None:
    """Runs what was named, or all."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", help=f"{', '.join(EXPECTED)} (default: all)")
    parser.add_argument("--rate", type=int, default=1_000, help="undecided: arrivals per second (default: 1000)")
    args = parser.parse_args()
    if unknown := set(args.names) - set(EXPECTED):
        parser.error(f"unknown: {', '.join(sorted(unknown))}; there are {', '.join(EXPECTED)}")
    codes = {name: measured(name, args.rate) for name in args.names or EXPECTED}
    for name, code in codes.items():
        print(f"{name}: exit code {code}, expected {EXPECTED[name]}")
    sys.exit(any(code != EXPECTED[name] for name, code in codes.items()))


def measured(name: str, rate: int) -> int:
    """The exit code of one run against an estate of its own."""
    with tempfile.TemporaryDirectory(prefix="verdicts-") as folder:
        plan = Path(folder) / "plan.yaml"
        plan.write_text(PLAN, encoding="utf-8")
        estate = OwnEstate(Path(folder))
        try:
            estate.start()
            with estate.balanced("shipped") as balancer:
                if name == "refuted":
                    fail(estate)
                began_s = time.monotonic()
                code = sent(name, f"http://{LOOPBACK}:{balancer.port}", estate, words(name, rate, plan))
                print(f"{name}: took {time.monotonic() - began_s:.0f} s", flush=True)
                return code
        finally:
            estate.stop()


def words(name: str, rate: int, plan: Path) -> list[str]:
    """Options of Locust."""
    closed = ["--users", "32", "--spawn-rate", "32", "--think", "0", "--run-time", "15m"]
    return {
        "refuted": [*closed, "--plan", str(plan)],
        "undecided": ["--profile", "constant", "--rate", str(rate), "--run-time", f"{50_000 // rate}s"],
        "invalid": [*closed, "--processes", "2"],
    }[name]


def fail(estate: OwnEstate) -> None:
    """Lets every data center fail its share of requests."""
    for data_center in estate.ports:
        fault = {"kind": "error_share", "share": SHARE, "seconds": FAULT_SECONDS}
        estate.ask(data_center, "POST", "/faults", fault)


def sent(name: str, host: str, estate: OwnEstate, options: list[str]) -> int:
    """Locust's exit code."""
    command = [sys.executable, "-m", "locust", "-f", str(ROOT / "loadtests" / "locustfile.py"), "--headless"]
    command += ["--only-summary", "--host", host, *options]
    command += [f"--service-metrics=http://{LOOPBACK}:{port}/metrics" for port in estate.ports.values()]
    environment = {key: text for key, text in os.environ.items() if not key.startswith("LOCUST_")}
    child = subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL)
    killing = threading.Timer(KILL_AFTER_S, kill_one, [child.pid])
    if name == "invalid":
        killing.start()
    try:
        return child.wait()
    finally:
        killing.cancel()


def kill_one(parent: int) -> None:
    """kill -9 of one generator."""
    children = Path(f"/proc/{parent}/task/{parent}/children").read_text(encoding="ascii").split()
    os.kill(int(children[0]), signal.SIGKILL)


if __name__ == "__main__":
    main()
