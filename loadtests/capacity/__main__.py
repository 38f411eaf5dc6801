"""Finds the highest rate that keeps the objectives, holds it, and writes the proven capacity into a result file.

Every trial is a Locust run of fixed length, judged once by the exact bound; a rate counts as kept when its verdict is
proven, latency objectives too. All other options go to Locust as they are.

  python -m loadtests.capacity --host http://127.0.0.1:8101 --start 100 --most 2000 --hold 600 --result capacity.json \\
      --target 99.9 --latency-objective "99<=300"

Exit code: 0 a capacity was proven, 3 none was, 2 bad input.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from loadtests.capacity.search import Bounds, Search, Trial
from loadtests.refusing import REFUSED, Parser
from loadtests.running.options import BadOption, percentage
from loadtests.running.result import written
from slo.binomial import requests_to_prove

LOCUSTFILE = Path(__file__).resolve().parents[1] / "locustfile.py"
_GENERATOR_FAULTS = {"worker_lost", "unhandled_error", "hidden_retries", "schedule_lag", "not_sent"}


@dataclass(slots=True)
class Trials:
    """Runs trials and keeps the result of the last held one. ``run_seconds``: of a short trial and of a held one."""

    locust: list[str]
    run_seconds: tuple[int, int]
    folder: Path
    held: dict[str, Any] | None = None

    def run(self, rate: int, held: bool) -> Trial:
        """One trial."""
        seconds = self.run_seconds[int(held)]
        file = self.folder / f"{rate}-{'held' if held else 'short'}.json"
        command = [sys.executable, "-m", "locust", "-f", str(LOCUSTFILE), "--headless", "--only-summary"]
        command += ["--profile", "poisson", "--rate", str(rate), "--run-time", f"{seconds}s", "--no-early-stop"]
        environment = {name: text for name, text in os.environ.items() if not name.startswith("LOCUST_")}
        ended = subprocess.run(
            [*command, "--result", str(file), *self.locust],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if not file.exists():
            raise BadOption(_cause(ended.stderr))
        document = json.loads(file.read_text(encoding="utf-8"))
        end = trial_of(document)
        _say(f"{rate}/s for {seconds} s: {end.value} ({_why(document)})")
        if held and end is Trial.KEPT:
            self.held = document
        return end


def _cause(stderr: str) -> str:
    """Why Locust left no result: the line that it calls an error, else its last one."""
    lines = [line for line in stderr.splitlines() if line.strip()] or ["locust left no result"]
    found = next((line for line in lines if "error: " in line), lines[-1])
    return f"{found.rpartition('error: ')[2]}; locust -f loadtests/locustfile.py --help"


def trial_of(document: dict[str, Any]) -> Trial:
    """How a trial ended. Drops alone are the service's: its answers took so long that there was no room left."""
    if document["verdict"] == "proven":
        return Trial.KEPT
    codes = {reason["code"] for reason in document["invalid_reasons"]}
    dropped = "arrivals_dropped" in codes
    return Trial.GENERATOR if codes & _GENERATOR_FAULTS and not dropped else Trial.BROKEN


def main(arguments: list[str] | None = None) -> int:
    """Runs the search."""
    options, locust = _parser().parse_known_args(arguments)
    try:
        _check(options)
        shared = ["--host", options.host, "--target", options.target, "--confidence", options.confidence, *locust]
        with tempfile.TemporaryDirectory() as folder:
            trials = Trials(shared, (options.trial, options.hold), Path(folder))
            search = Search(Bounds(options.start, options.most), trials.run)
            rate = search.run()
    except BadOption as error:
        sys.stderr.write(f"error: {error}\n")
        return REFUSED
    if rate is None or trials.held is None:
        _say("no rate was kept")
        return 3
    document = {**trials.held, "capacity": _capacity(search, rate, options)}
    written(document, options.result)
    _say(f"proven capacity {rate}/s, held {options.hold} s, limited by the {search.limited_by}: {options.result}")
    return 0


def _capacity(search: Search, rate: int, options: argparse.Namespace) -> dict[str, Any]:
    return {
        "proven_per_second": rate,
        "held_seconds": options.hold,
        "confidence": options.confidence,
        "target": options.target,
        "limited_by": search.limited_by,
        "trials": [{"rate_per_second": each, "held": held, "ended": end.value} for each, held, end in search.trials],
    }


def _check(options: argparse.Namespace) -> None:
    if not options.host.startswith(("http://", "https://")):
        raise BadOption(f"--host {options.host}: write http:// or https:// and where the service is")
    target, confidence = percentage("--target", options.target), percentage("--confidence", options.confidence)
    if not 1 <= options.start <= options.most:
        raise BadOption(f"--start {options.start} and --most {options.most}: write 1 <= start <= most")
    needed = requests_to_prove(0, 1 - Fraction(target.target), confidence.target)
    shortest = min(options.trial, options.hold)
    if options.start * shortest < needed * 11 // 10:
        raise BadOption(
            f"--trial {shortest} at {options.start}/s sends too few requests to prove {options.target} %: at least "
            f"{needed} are needed; lengthen --trial, raise --start, or lower --target"
        )


def _why(document: dict[str, Any]) -> str:
    counts = document["counts"]["overall"]
    reasons = ", ".join(reason["code"] for reason in document["invalid_reasons"])
    return f"{document['verdict']}, {counts['failures']} of {counts['requests']} failed" + (reasons and f"; {reasons}")


def _parser() -> Parser:
    parser = Parser(
        prog="python -m loadtests.capacity",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--host", required=True, metavar="URL", help="where the service is")
    parser.add_argument("--start", type=int, default=100, help="first rate, arrivals per second (default 100)")
    parser.add_argument("--most", type=int, default=5000, help="no higher than this (default 5000)")
    parser.add_argument("--trial", type=int, default=60, metavar="SECONDS", help="of a short trial (default 60)")
    parser.add_argument("--hold", type=int, default=600, metavar="SECONDS", help="of the last trial (default 600)")
    parser.add_argument("--target", default="99.9", help="availability that each trial must prove (default 99.9)")
    parser.add_argument("--confidence", default="95", help="in per cent (default 95)")
    parser.add_argument("--result", type=Path, required=True, metavar="FILE", help="where to write the result")
    return parser


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
