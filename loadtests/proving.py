"""Proves five nines of the reference estate behind HAProxy, or finds out that it does not have them.

Starts six data centers, the books and HAProxy with the shipped configuration on free ports, sends borrowers until the
verdict is decided, compares every data center's own count, and ends everything. Options that are not ours go to Locust.

  python -m loadtests.proving                                   32 users who do not think: as fast as the machine can
  python -m loadtests.proving --profile poisson --rate 2000     by schedule: lags and latencies are judged too
  python -m loadtests.proving --processes 2 --result run.json --junit verdict.xml

Exit code: the verdict's (0 proven, 1 refuted, 3 undecided after --run-time, 4 invalid), 2 bad input.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from loadtests.drills.errors import PartMissing
from loadtests.drills.estate import LOOPBACK, OwnEstate
from loadtests.refusing import REFUSED, Parser

LOCUSTFILE = Path(__file__).resolve().parent / "locustfile.py"
_DEFAULTS = {"--users": "32", "--spawn-rate": "32", "--think": "0", "--run-time": "15m", "--stop-timeout": "4"}
_SHORT = {"-u": "--users", "-r": "--spawn-rate", "-t": "--run-time", "-s": "--stop-timeout"}


def main(arguments: list[str] | None = None) -> int:
    """Runs it; the verdict's exit code."""
    parser = Parser(
        prog="python -m loadtests.proving",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--template", default="shipped", help="HAProxy's configuration (default: shipped)")
    options, locust = parser.parse_known_args(arguments)
    with tempfile.TemporaryDirectory(prefix="proving-") as folder:
        estate = OwnEstate(Path(folder))
        try:
            estate.start()
            with estate.balanced(options.template) as balancer:
                return _sent(estate, f"http://{LOOPBACK}:{balancer.port}", locust)
        except PartMissing as error:
            sys.stderr.write(f"error: {error}\n")
            return REFUSED
        finally:
            estate.stop()


def _sent(estate: OwnEstate, host: str, locust: list[str]) -> int:
    metrics = [f"--service-metrics=http://{LOOPBACK}:{port}/metrics" for port in estate.ports.values()]
    command = [sys.executable, "-m", "locust", "-f", str(LOCUSTFILE), "--headless", "--only-summary", "--host", host]
    command += [*metrics, f"--data-centers={len(metrics)}", *with_defaults(locust)]
    environment = {name: text for name, text in os.environ.items() if not name.startswith("LOCUST_")}
    began_s = time.monotonic()
    child = subprocess.Popen(command, env=environment)
    try:
        code = child.wait()
    except KeyboardInterrupt:
        code = child.wait()  # Ctrl-C reached it too: it still judges what it has
    sys.stdout.write(f"took {time.monotonic() - began_s:.0f} s, from Locust's start to its end\n")
    return code


def with_defaults(locust: list[str]) -> list[str]:
    """Options for Locust: those given, and the defaults of those that were not."""
    given = {word.partition("=")[0] for word in locust}
    given |= {_SHORT[word[:2]] for word in given if word[:2] in _SHORT and not word.startswith("--")}
    filled = [word for name, text in _DEFAULTS.items() if name not in given for word in (name, text)]
    return [*filled, *locust]


if __name__ == "__main__":
    sys.exit(main())
