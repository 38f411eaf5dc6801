"""What a larger estate asks of the control center: samples, rows, bytes, CPU, and what running it costs per account.

    python -m benchmarks.scale_plan [--services 10000] [--dcns 60] [--interval 5] [--accounts 374100000] [--measure]

Arithmetic on measured unit costs (benchmarks/README.md says how each was measured); ``--measure`` takes what
commits cost from this machine and this minute instead. Prices are assumptions: put your own.
docs/sizing.md tells what follows.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import ceil
from pathlib import Path

from slo.outcomes import Kind
from slo.windows import SHANGHAI
from store.opening import open_store
from store.records import Batch, Events, Read, Source
from tests.store.postgres_server import postgres_child

DAY_S = 86_400
MINUTES_KEPT_DAYS = 35
MONTHS = 12
GIGABYTE = 10**9
DATA_CENTERS = 6


@dataclass(frozen=True, slots=True)
class Estate:
    """What is watched. ``outcomes``: series of each service in each DCN (good, bad)."""

    services: int = 10_000
    dcns: int = 60
    interval_s: int = 5
    outcomes: int = 2
    accounts: int = 374_100_000

    @property
    def dcn_units(self) -> int:
        """Services in DCNs: what is collected."""
        return self.services * self.dcns

    @property
    def cell_units(self) -> int:
        """Services in data centers, services, the bank: what screens and reports ask for."""
        return self.services * DATA_CENTERS + self.services + 1

    @property
    def samples_per_second(self) -> Fraction:
        """Values that arrive."""
        return Fraction(self.dcn_units * self.outcomes, self.interval_s)


@dataclass(frozen=True, slots=True)
class UnitCosts:
    """Measured. Seconds of one core, or bytes; ``duty``: share of its capacity that one store is planned for."""

    parse_s_per_sample: Fraction = Fraction(109, 10**4 * 12_000)  # parse: 10.9 ms for 12,000 changed samples
    sqlite_s_per_unit: Fraction = Fraction(25, 10**6)  # --measure: 24.6 us of CPU
    postgres_s_per_unit: Fraction = Fraction(53, 10**6)  # --measure: 52.4 us until the answer, the server's part in it
    sqlite_bytes_per_minute_row: Fraction = Fraction(191, 10)  # bank_scale
    postgres_bytes_per_minute_row: Fraction = Fraction(2159, 10)  # bank_scale, indexes too
    engine_bytes_per_sample: Fraction = Fraction(46, 100)  # VictoriaMetrics, minute samples of the same data
    engine_s_per_sample: Fraction = Fraction(1, 300_000)  # its documentation; not measured here
    duty: Fraction = Fraction(1, 2)


@dataclass(frozen=True, slots=True)
class Prices:
    """CNY a month; assumptions."""

    core: Fraction = Fraction(60)
    gigabyte: Fraction = Fraction(8, 10)
    copies: int = 2
    """Of all machines and disks: a replica each."""


@dataclass(frozen=True, slots=True)
class Level:
    """What keeping one level of units costs in one kind of store."""

    engine: str
    units: int
    rows_per_day: int
    bytes_kept: Fraction
    cores: Fraction
    stores: int


def sqlite(units: int, interval_s: int, costs: UnitCosts) -> Level:
    """One file, one machine."""
    cores = Fraction(units, interval_s) * costs.sqlite_s_per_unit
    return _level("SQLite", units, costs.sqlite_bytes_per_minute_row, cores, ceil(cores / costs.duty))


def postgres(units: int, interval_s: int, costs: UnitCosts) -> Level:
    """Servers, each with one queue of writers: ``stores`` is how many it takes."""
    per_second = Fraction(units, interval_s)
    stores = ceil(per_second * costs.postgres_s_per_unit / costs.duty)
    cores = per_second * costs.postgres_s_per_unit
    return _level("PostgreSQL", units, costs.postgres_bytes_per_minute_row, cores, stores)


def engine(estate: Estate, costs: UnitCosts, days: int = 400) -> Level:
    """Every sample of every DCN in a distributed metrics engine."""
    per_day = estate.samples_per_second * DAY_S
    cores = estate.samples_per_second * costs.engine_s_per_sample
    size = per_day * days * costs.engine_bytes_per_sample
    return Level("VictoriaMetrics", estate.dcn_units, int(per_day), size, cores, ceil(cores / costs.duty))


def largest(interval_s: int, s_per_unit: Fraction, costs: UnitCosts) -> int:
    """Units that one store takes at an interval: the point at which the next engine takes over."""
    return int(costs.duty / s_per_unit * interval_s)


def yearly_cny(levels: Sequence[Level], parse_cores: Fraction, prices: Prices, duty: Fraction) -> Fraction:
    """Cores that are bought whole, and disks, in as many copies."""
    cores = sum(ceil(level.cores / duty) for level in levels) + ceil(parse_cores / duty)
    gigabytes = sum((level.bytes_kept for level in levels), Fraction()) / GIGABYTE
    return MONTHS * prices.copies * (cores * prices.core + gigabytes * prices.gigabyte)


def _level(name: str, units: int, bytes_per_row: Fraction, cores: Fraction, stores: int) -> Level:
    rows = units * (DAY_S // 60)
    return Level(name, units, rows, rows * MINUTES_KEPT_DAYS * bytes_per_row, cores, stores)


def report(estate: Estate, costs: UnitCosts, prices: Prices) -> Iterator[str]:
    """The plan in lines."""
    yield (
        f"{estate.services:,} services x {estate.dcns} DCNs every {estate.interval_s} s:"
        f" {int(estate.samples_per_second):,} samples/s, {int(estate.samples_per_second) * DAY_S:,} a day"
    )
    parse = estate.samples_per_second * costs.parse_s_per_sample
    whole = postgres(estate.dcn_units + estate.cell_units, estate.interval_s, costs)
    yield f"reading them all: {float(parse):.2f} cores"
    yield "engine           units      rows a day   GB kept  cores  stores"
    kept = [engine(estate, costs), postgres(estate.cell_units, estate.interval_s, costs)]
    for level in (sqlite(estate.dcn_units + estate.cell_units, estate.interval_s, costs), whole, *kept):
        yield (
            f"{level.engine:<15} {level.units:>8,} {level.rows_per_day:>14,} {int(level.bytes_kept) // GIGABYTE:>9,}"
            f" {float(level.cores):>6.1f} {level.stores:>7}"
        )
    cny = yearly_cny(kept, parse, prices, costs.duty)
    each = float(cny / estate.accounts)
    yield f"running it (the last two rows, twice): {int(cny):,} CNY a year, {each:.6f} an account"
    for name, cost in (("SQLite", costs.sqlite_s_per_unit), ("PostgreSQL", costs.postgres_s_per_unit)):
        reach = ", ".join(f"{largest(seconds, cost, costs):,} at {seconds} s" for seconds in (1, 5, 15, 60))
        yield f"one {name} store takes at most so many units: {reach}"


def measured(costs: UnitCosts, commits: int = 12, units: int = 4800) -> UnitCosts:
    """The same with what commits cost here, rollups of every level in it: seconds per unit that changed."""
    with tempfile.TemporaryDirectory() as folder:
        sqlite_s = _commit_s(Path(folder) / "store.sqlite", commits, units)
    with postgres_child() as server:
        postgres_s = _commit_s(server.address("postgres"), commits, units)
    return replace(costs, sqlite_s_per_unit=sqlite_s / units, postgres_s_per_unit=postgres_s / units)


def _commit_s(address: Path | str, commits: int, units: int) -> Fraction:
    """Median seconds of one commit: of CPU for a file, of waiting for a server, whose CPU is elsewhere."""
    clock = _cpu_s if isinstance(address, Path) else time.perf_counter
    store = open_store(address, SHANGHAI, upgrade=True)
    store.register(Source("dc1", "exposition", "dc1", 1000), 0)
    version, seconds = store.commit(_batch(0, units)), []
    for _ in range(commits):
        batch = _batch(version, units)
        began = clock()
        version = store.commit(batch)
        seconds.append(clock() - began)
    store.close()
    return Fraction(sorted(seconds)[commits // 2])


def _batch(version: int, units: int) -> Batch:
    slot_s = 1_795_276_800 + version
    events = tuple(
        Events(slot_s, f"s{n // 6}", "dc1", f"n{n % 6}", "apply", "ok", "customer", Kind.GOOD, 3) for n in range(units)
    )
    return Batch("dc1", version, (Read(slot_s * 1000, True),), slot_s * 1000, events)


def _cpu_s() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def main() -> None:
    """Prints the plan."""
    usual = Estate()
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--services", type=int, default=usual.services)
    parser.add_argument("--dcns", type=int, default=usual.dcns)
    parser.add_argument("--interval", type=int, default=usual.interval_s)
    parser.add_argument("--accounts", type=int, default=usual.accounts)
    parser.add_argument("--measure", action="store_true", help="take the CPU of commits from this machine")
    args = parser.parse_args()
    if min(args.services, args.dcns, args.interval, args.accounts) < 1:
        parser.error("services, DCNs, seconds and accounts are at least 1")
    estate = Estate(args.services, args.dcns, args.interval, accounts=args.accounts)
    costs = measured(UnitCosts()) if args.measure else UnitCosts()
    print("\n".join(report(estate, costs, Prices())))


if __name__ == "__main__":
    main()
