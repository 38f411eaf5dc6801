"""From failure to the right person: our own path beside Prometheus and Alertmanager, on the same demo in one run.

    python -m benchmarks.detection [--trials 50] [--peers 15,5,1] [--history 4]

Data centers of the running demo fail, one after the other: kill -9, or all their requests for a second. Measured on the
wall clock from the fault: the transition's row in the journal, the alert on the wall (`/api/v1/snapshot`), the POST at
the webhook's door. Bars: median 1.5 s, worst of 50 2.5 s. Prometheus and Alertmanager scrape the same data centers with
the exported rules and `up == 0`, and hear of the same faults; each pace has a third of the trials beside it, alone, for
two cores do not carry three Prometheus that evaluate every second. At the end the table of failing shares against the
arithmetic. Takes eighteen minutes; exit 1 when a bar is missed.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from alerts.policy import Slo
from benchmarks.detecting import demo as demos
from benchmarks.detecting import peers, table
from benchmarks.detecting.demo import Demo
from benchmarks.detecting.door import Door, opened
from benchmarks.detecting.trials import Kind, Trial, planned, trials
from commands.objectives import objectives
from commands.options import configuration

MEDIAN_S = 1.5
WORST_S = 2.5
WARM_S = 5
SETTLE_S = 62
"""Between trials and table: the minute of the cliff is clean again."""


def main() -> None:
    """Prints trials as they come, then both summaries."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--trials", type=int, default=50, help="failures of a data center (default: 50)")
    parser.add_argument("--peers", default="15,5,1", help="scrape intervals of peers to run; empty: none")
    parser.add_argument("--history", type=int, default=4, help="days of simulated past (default: 4)")
    parser.add_argument("--no-table", action="store_true", help="leave the table of failing shares out")
    args = parser.parse_args()
    paces = [pace for pace in peers.PACES if str(pace.scrape) in args.peers.split(",")]
    with tempfile.TemporaryDirectory() as name, opened() as door:
        folder = Path(name)
        folder.chmod(0o755)  # peers do not run as root
        with demos.running(folder, door.url, args.history) as demo:
            missed = _measure(folder, demo, door, paces, args)
    sys.exit(int(missed))


def _measure(folder: Path, demo: Demo, door: Door, paces: Sequence[peers.Pace], args: argparse.Namespace) -> bool:
    print(f"load average {os.getloadavg()[0]:.1f}, {os.cpu_count()} cores", flush=True)
    before, began, found = demo.cpu_s(), time.monotonic(), list[Trial]()
    for part in planned(args.trials, paces):
        pace, warm_s = part.pace, float(WARM_S)
        with contextlib.ExitStack() as stack:
            if pace is not None:
                print(f"beside Prometheus and Alertmanager {pace.name}", flush=True)
                stack.enter_context(peers.beside(folder, demo.centers, demo.data, door, pace))
                warm_s = WARM_S if part.kind is Kind.KILLED else peers.WARM_S
            time.sleep(warm_s)
            found += trials(demo, door, part, _print_trial)
            time.sleep(WARM_S if pace is None else pace.settles_s)
    spent, seconds = demo.cpu_s(), time.monotonic() - began
    shares = ", ".join(f"{name} {100 * (spent[name] - before.get(name, 0.0)) / seconds:.1f} %" for name in spent)
    print(f"CPU of a core meanwhile: {shares}; load average {os.getloadavg()[0]:.1f}")
    missed = _print_ours(found)
    for pace in paces:
        _print_peer([each for each in found if each.pace is pace], door, pace)
    if not args.no_table:
        time.sleep(SETTLE_S)
        chosen = configuration(argparse.Namespace(config=demo.data / "control-center.yaml", data=demo.data))
        _print_table(objectives(chosen), demo)
    return missed


def _print_trial(trial: Trial) -> None:
    shown = " ".join("   -  " if each is None else f"{each:6.2f}" for each in trial.seconds())
    print(f"{trial.kind.name.lower():7} {trial.center}  row, wall, door after {shown} s", flush=True)


def _print_ours(found: Sequence[Trial]) -> bool:
    """Whether a bar was missed. What was not noticed at all counts as for ever."""
    missed = False
    for name, part in (("all", found), *((k.name.lower(), [t for t in found if t.kind is k]) for k in Kind)):
        for place, column in zip(("row", "wall", "door"), zip(*(t.seconds() for t in part), strict=True), strict=False):
            times = [float("inf") if each is None else each for each in column]
            median, worst = statistics.median(times), max(times)
            late = name == "all" and (median > MEDIAN_S or worst > WORST_S)
            missed = missed or late
            told = f"median {median:.2f} s, worst {worst:.2f} s{'  MISSED' * late}"
            print(f"ours, {name:7} n={len(times):2} {place}: {told}")
    return missed


def _print_peer(found: Sequence[Trial], door: Door, pace: peers.Pace) -> None:
    for kind in Kind:
        mine = [each for each in found if each.kind is kind]
        heard = [peers.rang(door.rings, pace, kind is Kind.KILLED, trial.center, trial.began_s) for trial in mine]
        times = sorted(at_s - trial.began_s for trial, at_s in zip(mine, heard, strict=True) if at_s is not None)
        told = f"median {statistics.median(times):.2f} s, worst {times[-1]:.2f} s" if times else "none"
        deaf = f", {len(mine) - len(times)} never" if len(times) < len(mine) else ""
        name = kind.name.lower()
        print(f"Prometheus and Alertmanager {pace.name:8} {name:7} n={len(times)} door: {told}{deaf}")


def _print_table(slos: Sequence[Slo], demo: Demo) -> None:
    print(
        f"{'fails':24} {'tier':7} {'arithmetic':>10} {'simulated':>10} {'live, data':>10} {'live, row':>10}   seconds"
    )
    for line in table.lines(slos, demo):
        live = ["-" if each is None else f"{each:.1f}" for each in (line.data_s, line.wall_s)]
        simulated = "-" if line.simulated_s is None else str(line.simulated_s)
        reckoned = f"{float(line.reckoned_s):.1f}"
        print(
            f"{line.case.name:24} {line.tier:7} {reckoned:>10} {simulated:>10} {live[0]:>10} {live[1]:>10}", flush=True
        )


if __name__ == "__main__":
    main()
