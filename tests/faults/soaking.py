"""A day of the bank in as many minutes as it has hours, with a fault in every minute of it: ``make soak``.

A simulated minute passes in a second: the demand is sixty times that of a day of a billion transactions, sources are
read and faults come once a second, so that a day is 86,400 / 60 = 1,440 seconds. Clocks are not moved: what depends on
hours of real time (retention, certificates) is tested elsewhere.

    python -m tests.faults.soaking [--hours 24] [--seed N] [--postgres]
"""

from __future__ import annotations

import argparse
import heapq
import json
import random
import shutil
import signal
import sqlite3
import statistics
import sys
import tempfile
import time
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import yaml

from commands.ports import free_ports
from tests.faults.garbling import RUBBISH, Garbler
from tests.faults.parts import CENTERS, Bank, Part, answers, until
from tests.store.postgres_server import PostgresChild, postgres_child

SCALE = 60_000_000_000
MINUTES_PER_HOUR = 60
FLAT_PERCENT = 5.0
WARM_SHARE, LAST_SHARE = 0.45, 0.85
"""Memory is compared between [0.45, 0.6) and [0.85, 1] of the run; a collector is killed for the last time before."""
COMPARED_SHARE = 0.15
MOST_NEW_DESCRIPTORS = 8
KINDS = {
    "kill -9 of a data center": 24,
    "data center frozen": 24,
    "collector frozen": 14,
    "rubbish instead of a page": 22,
    "store away": 10,
    "dashboard frozen": 3,
    "kill -9 of the collector": 3,
    "configuration reloaded": 2,
}
"""Out of about a hundred faults, so many are of this kind."""


@dataclass
class Watched:
    """Memory and descriptors of one process over its life."""

    name: str
    samples: list[tuple[float, int, int]] = field(default_factory=list)

    def look(self, share: float, part: Part) -> None:
        """Another sample, unless it is just dead."""
        if part.process is None:
            return
        try:
            process = psutil.Process(part.process.pid)
            self.samples.append((share, process.memory_full_info().uss, process.num_fds()))
        except psutil.Error:
            return

    def between(self, begin: float, end: float) -> tuple[float, int]:
        """Median of the bytes, and the most descriptors, in a share of the run."""
        found = [sample for sample in self.samples if begin <= sample[0] < end]
        return statistics.median(each[1] for each in found), max(each[2] for each in found)

    def tenths(self) -> str:
        """Median of the bytes in each tenth of the run, in MiB."""
        looked = {int(share * 10) for share, _, _ in self.samples}
        return " ".join(f"{self.between(tenth / 10, (tenth + 1) / 10)[0] / 2**20:.0f}" for tenth in sorted(looked))


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the result: what was held to what, and whether it held."""

    what: str
    found: str
    limit: str
    held: bool


class SoakBank(Bank):
    """The small bank of the fault tests with a dashboard, sixty times the demand, and rubbish on one wire."""

    def __post_init__(self) -> None:
        super().__post_init__()
        for center in self.centers.values():
            center.add_words("--scale", str(SCALE))
        (self.port,) = free_ports(1)
        self.dashboard = self._app("serve", "serve", "--port", str(self.port), *self._configured())
        self.garbler = Garbler(f"{self.urls[CENTERS[-1]]}/metrics")

    def parts(self) -> list[Part]:
        """The dashboard too."""
        return [*super().parts(), self.dashboard]

    def begin(self) -> None:
        """Starts all of it."""
        super().begin()
        self.dashboard.start()
        until(lambda: answers(f"http://127.0.0.1:{self.port}/healthz"), f"dashboard: {self.dashboard.said()}")

    def configure(self, slots_hours: int) -> None:
        """The configuration with one harmless value changed."""
        path = self.folder / "data" / "control-center.yaml"
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        content["retention"] = {"slots_hours": slots_hours}
        path.write_text(yaml.safe_dump(content), encoding="utf-8")

    def _sources(self) -> list[dict[str, object]]:
        sources = super()._sources()
        return [*sources[:-1], {**sources[-1], "url": self.garbler.url}]


class Soak:
    """One run: draws faults, ends what lasts, samples, judges."""

    def __init__(self, bank: SoakBank, minutes: int, seed: int, server: PostgresChild | None = None) -> None:
        self.bank, self.minutes, self.server = bank, minutes, server
        self.done: Counter[str] = Counter()
        self._chance = random.Random(seed)
        self._later: list[tuple[float, int, Callable[[], None]]] = []
        self.watched = {part.name: Watched(part.name) for part in (bank.collector, bank.dashboard)}
        self._share = 0.0
        self._began = 0.0

    def run(self) -> None:
        """A fault a second on an absolute schedule."""
        self._began = time.monotonic()
        for minute in range(self.minutes):
            self._share = minute / self.minutes
            self._wait_until(self._began + minute)
            self._fault()
            for part in (self.bank.collector, self.bank.dashboard):
                self.watched[part.name].look(self._share, part)
        while self._later:
            self._wait_until(self._later[0][0])

    def _wait_until(self, instant: float) -> None:
        while self._later and self._later[0][0] <= instant:
            at, _, action = heapq.heappop(self._later)
            time.sleep(max(0.0, at - time.monotonic()))
            action()
        time.sleep(max(0.0, instant - time.monotonic()))

    def _in(self, seconds: float, action: Callable[[], None]) -> None:
        heapq.heappush(self._later, (time.monotonic() + seconds, sum(self.done.values()), action))

    def _fault(self) -> None:
        (kind,) = self._chance.choices(list(KINDS), list(KINDS.values()))
        center = self._chance.choice(list(self.bank.centers.values()))
        faults: dict[str, Callable[[], None]] = {
            "kill -9 of a data center": lambda: self._killed(center),
            "data center frozen": lambda: self._frozen(center, 3.0),
            "collector frozen": lambda: self._frozen(self.bank.collector, 2.0),
            "dashboard frozen": lambda: self._frozen(self.bank.dashboard, 1.0),
            "rubbish instead of a page": self._rubbish,
            "store away": self._store_away,
            "kill -9 of the collector": self._kill_collector,
            "configuration reloaded": self._reloaded,
        }
        faults[kind]()
        self.done[kind] += 1

    def _killed(self, part: Part) -> None:
        part.kill()
        part.start()

    def _kill_collector(self) -> None:
        """Early only: afterwards its memory is watched; later draws freeze it instead."""
        if self._share < WARM_SHARE - 0.1:
            self._killed(self.bank.collector)
        else:
            self._frozen(self.bank.collector, 2.0)

    def _frozen(self, part: Part, most_s: float) -> None:
        process = part.process
        if process is None:
            return
        process.send_signal(signal.SIGSTOP)
        self._in(self._chance.uniform(0.2, most_s), lambda: process.send_signal(signal.SIGCONT))

    def _rubbish(self) -> None:
        self.bank.garbler.garble(self._chance.choice(RUBBISH), self._chance.randint(1, 3))

    def _reloaded(self) -> None:
        self.bank.configure(self._chance.randint(2, 9))
        for part in (self.bank.collector, self.bank.dashboard):
            if part.process is not None:
                part.process.send_signal(signal.SIGHUP)

    def _store_away(self) -> None:
        """SQLite: another process writes for seconds; PostgreSQL: the server is killed and comes back."""
        if self.server is not None:
            self.server.stop(signal.SIGKILL)
            self.server.start()
            return
        connection = sqlite3.connect(self.bank.store_file, timeout=10, isolation_level=None)
        try:
            connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:  # writers that were frozen hold it: that is the fault already
            connection.close()
            return
        self._in(self._chance.uniform(0.5, 6.0), connection.close)

    def findings(self) -> Iterator[Finding]:
        """What the day is judged by."""
        row = self.bank.reconciled("soak", 0)
        yield Finding("reconcile", f"difference {row.difference}", "0", row.difference == 0)
        yield Finding("events", f"{row.events:,}, unobserved {row.unobserved:,}", "above 1,000", row.events > 1000)
        for watched in self.watched.values():
            yield from _flat(watched)
        healthy = answers(f"http://127.0.0.1:{self.bank.port}/healthz")
        yield Finding("dashboard", "healthy" if healthy else "not healthy", "healthy", healthy)
        yield Finding("newest frame", f"sequence {self._sequence():,}", "grows", self._sequence() > 0)
        verified = self.bank.command("audit", "verify")
        yield Finding(
            "audit log", verified.stdout.partition(":")[0] or verified.stderr, "whole", not verified.returncode
        )

    def _sequence(self) -> int:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.bank.port}/api/v1/snapshot", timeout=10) as answer:
            return int(json.loads(answer.read())["sequence"])


def _flat(watched: Watched) -> Iterator[Finding]:
    before, files_before = watched.between(WARM_SHARE, WARM_SHARE + COMPARED_SHARE)
    after, files_after = watched.between(LAST_SHARE, 2.0)
    grown = (after / before - 1) * 100
    said = f"{before / 2**20:.1f} -> {after / 2**20:.1f} MiB ({grown:+.1f} %)"
    yield Finding(f"memory of {watched.name}", said, f"+{FLAT_PERCENT:.0f} %", grown <= FLAT_PERCENT)
    held = files_after <= files_before + MOST_NEW_DESCRIPTORS
    yield Finding(
        f"descriptors of {watched.name}", f"{files_before} -> {files_after}", f"+{MOST_NEW_DESCRIPTORS}", held
    )


def table(soak: Soak, findings: list[Finding]) -> str:
    """The result for people."""
    lines = [f"{soak.minutes / MINUTES_PER_HOUR:g} simulated hours, {sum(soak.done.values()):,} faults"]
    lines += [f"  {kind:<28} {times:>6,}" for kind, times in soak.done.most_common()]
    lines += [f"  memory of {each.name}, MiB, by tenths: {each.tenths()}" for each in soak.watched.values()]
    lines += [f"{'what':<28} {'found':<42} {'limit':<12} held"]
    lines += [f"{each.what:<28} {each.found:<42} {each.limit:<12} {'yes' if each.held else 'NO'}" for each in findings]
    return "\n".join(lines)


@contextmanager
def soaking(minutes: int, seed: int, *, postgres: bool) -> Iterator[Soak]:
    """A bank to soak; nothing of it is left afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="soak-"))
    with ExitStack() as stack:
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        server = stack.enter_context(postgres_child()) if postgres else None
        bank = SoakBank(folder)
        if server is not None:
            server.execute("CREATE DATABASE soak")
            bank.server = server.address("soak")
        stack.callback(bank.end)
        stack.enter_context(bank.garbler)
        bank.begin()
        yield Soak(bank, minutes, seed, server)


def main() -> int:
    """Soaks and prints; 1 when something did not hold."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--hours", type=float, default=24.0, help="simulated hours; one takes a minute (default: 24)")
    parser.add_argument("--seed", type=int, default=20_261_111)
    parser.add_argument(
        "--postgres", action="store_true", help="the store in a PostgreSQL that is killed and comes back"
    )
    args = parser.parse_args()
    with soaking(round(args.hours * MINUTES_PER_HOUR), args.seed, postgres=args.postgres) as soak:
        soak.run()
        findings = list(soak.findings())
    sys.stdout.write(table(soak, findings) + "\n")
    return 0 if all(each.held for each in findings) else 1


if __name__ == "__main__":
    sys.exit(main())
