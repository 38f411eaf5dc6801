"""How long a start on a large store takes: ``python -m benchmarks.cold_start [--gib 1] [--starts 3] [--dir DIR]``.

Fills a SQLite store with what a bank keeps (the catalog's products in six data centers, so many DCNs that the file has
the size that is asked for: two hours of seconds, 35 days of minutes, 400 days of hours and days), takes the file out of
the machine's memory, starts `serve` on it, and takes the time from there to the first snapshot over HTTP and to a
painted wall in Chromium; on a machine that does other things look at the CPU. Deletes the store afterwards unless
--dir keeps it. Exits 1 when the bar is missed by the median.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
from playwright.sync_api import Browser, sync_playwright
from sqlalchemy import Connection, text

from commands.options import DEFAULT_CONFIG, ROOT
from commands.ports import free_ports
from settings import catalog_path, load_catalog, load_settings
from slo.windows import DAY_S, HOUR_S, SHANGHAI, day_start
from store.opening import database_at, open_store
from store.records import Batch, Level, Read, Scope, Source, Unit
from store.sql.layouts import key_sql, layout_of
from store.sql.peaking import take_peaks

BAR_S = 5.0
PATIENCE_S = 300.0
DATA_CENTERS = tuple(f"dc{number}" for number in range(1, 7))
BYTES_OF_A_DCN = 1_560_000
"""What one DCN's rows take at every level (measured)."""
KEPT_S = {Level.SLOT: 2 * HOUR_S, Level.MINUTE: 35 * DAY_S, Level.HOUR: 400 * DAY_S, Level.DAY: 400 * DAY_S}
STEP_S = {Level.SLOT: 1, Level.MINUTE: 60, Level.HOUR: HOUR_S, Level.DAY: DAY_S}
ROWS_A_STATEMENT = 20_000_000
_NUMBER = text("INSERT INTO unit VALUES (:id, :scope, :product, :data_center, :dcn, :step, :outcome, :traffic)")
_ROWS = """
    WITH RECURSIVE slice(n) AS (SELECT :low + 0 UNION ALL SELECT n + 1 FROM slice WHERE n + 1 < :high),
    place(u) AS (SELECT :first + 0 UNION ALL SELECT u + 1 FROM place WHERE u + 1 < :first + :units)
    INSERT INTO {into} (key, good, bad, ignored, transactions)
    SELECT {key}, :scale * (400 + (n * 31 + u * 17) % 701), (n * 7919 + u * 104729) % 5003 = 0, 0,
           :scale * (100 + (n * 37 + u * 13) % 401)
    FROM slice CROSS JOIN place
"""
_OBSERVED = """
    WITH RECURSIVE slice(n) AS (SELECT :low + 0 UNION ALL SELECT n + 1 FROM slice WHERE n + 1 < :high)
    INSERT OR REPLACE INTO observed SELECT :level, :begin + n * :step, id, :step FROM slice CROSS JOIN source
"""
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


@dataclass(frozen=True, slots=True)
class Start:
    """Seconds from the start of the process; ``cpu_s`` of them the process computed until the first snapshot."""

    snapshot_s: float
    cpu_s: float
    painted_s: float


def fill(path: Path, gib: float, now_s: int) -> None:
    """A store of about so many GiB, as collectors would have left it just now."""
    store = open_store(path, SHANGHAI, upgrade=True)
    for name in DATA_CENTERS:
        store.register(Source(name, "exposition", name, 1000), (now_s - KEPT_S[Level.DAY]) * 1000)
        store.commit(Batch(name, 0, (Read(now_s * 1000, True),), now_s * 1000))
    units = numbered(max(1, round(gib * 2**30 / BYTES_OF_A_DCN)))
    database = database_at(path)
    engine = database.engine()
    with database.writing(engine) as connection:
        connection.execute(
            _NUMBER, [{"id": number, **unit._asdict(), "scope": int(unit.scope)} for number, unit in units]
        )
    for level in Level:
        for scope in (Scope.BANK, Scope.PRODUCT, Scope.CELL, Scope.DCN):
            numbers = [number for number, unit in units if unit.scope is scope]
            for low, high in pieces(level, len(numbers)):
                with database.writing(engine) as connection:
                    put(connection, level, scope, numbers, now_s=now_s, piece=(low, high))
        with database.writing(engine) as connection:
            observe(connection, level, now_s)
    for day_s in range(begin_of(Level.MINUTE, now_s), now_s, DAY_S):
        with database.writing(engine) as connection:
            take_peaks(connection, range(day_s, min(day_s + DAY_S, now_s - 60), 60), SHANGHAI)
    engine.dispose()
    with closing(store):
        while store.condense(now_s):
            pass


def numbered(dcns: int) -> list[tuple[int, Unit]]:
    """Units with their numbers, those of a scope side by side."""
    catalog = load_catalog(catalog_path(DEFAULT_CONFIG, load_settings(DEFAULT_CONFIG)))
    products = [product.id for product in catalog.products]
    cells = [Unit(Scope.CELL, product, name) for product in products for name in DATA_CENTERS]
    leaves = [
        cells[n % len(cells)]._replace(
            scope=Scope.DCN, dcn=f"{cells[n % len(cells)].data_center}-n{n // len(cells):03d}"
        )
        for n in range(max(dcns, len(cells)))
    ]
    units = [Unit(Scope.BANK), *(Unit(Scope.PRODUCT, product) for product in products), *cells, *leaves]
    return list(enumerate(units, start=1))


def begin_of(level: Level, now_s: int) -> int:
    """Where the kept slices of a level begin: at a midnight, seconds excepted."""
    return now_s - KEPT_S[level] if level is Level.SLOT else day_start(now_s - KEPT_S[level], SHANGHAI)


def pieces(level: Level, units: int) -> Iterator[tuple[int, int]]:
    """Numbers of slices, so many that a transaction stays small."""
    slices = KEPT_S[level] // STEP_S[level]
    step = max(1, ROWS_A_STATEMENT // units)
    return ((low, min(low + step, slices)) for low in range(0, slices, step))


def put(
    connection: Connection, level: Level, scope: Scope, numbers: list[int], *, now_s: int, piece: tuple[int, int]
) -> None:
    """Rows of one scope, in the order of their keys."""
    begin = f"{begin_of(level, now_s)} + n * {STEP_S[level]}"
    into = layout_of(connection).table(level, scope).name
    statement = text(_ROWS.format(into=into, key=key_sql(level, begin, "u")))
    bounds = {"low": piece[0], "high": piece[1], "first": numbers[0], "units": len(numbers)}
    connection.execute(statement, {**bounds, "scale": STEP_S[level] * max(1, 1000 // len(numbers))})


def observe(connection: Connection, level: Level, now_s: int) -> None:
    """Every source was read in every slice."""
    if level is Level.SLOT:
        return
    step, high = STEP_S[level], KEPT_S[level] // STEP_S[level]
    asked = {"low": 0, "high": high, "level": int(level), "begin": begin_of(level, now_s), "step": step}
    connection.execute(text(_OBSERVED), asked)


def cold(path: Path) -> None:
    """Nothing of a file is in the machine's memory any more."""
    for file in path.parent.glob(f"{path.name}*"):
        descriptor = os.open(file, os.O_RDONLY)
        try:
            os.fsync(descriptor)
            os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
        finally:
            os.close(descriptor)


def compile_sources() -> None:
    """As ``make setup`` does: no start of an installed program compiles, whatever the environment says."""
    line = [sys.executable, "-m", "compileall", "-q", "-x", r"/(\.venv|tests|benchmarks)/", str(ROOT)]
    subprocess.run(line, check=True)


def start(browser: Browser, data: Path) -> Start:
    """Starts `serve` and waits for the first snapshot and the painted wall."""
    cold(data / "store.sqlite")
    (port,) = free_ports(1)
    url = f"http://127.0.0.1:{port}"
    line = [sys.executable, str(ROOT / "app.py"), "serve", "--port", str(port), "--data", str(data)]
    began = time.monotonic()
    with (data / "serve.log").open("ab") as log, subprocess.Popen(line, stdout=log, stderr=log) as process:
        try:
            until_answered(f"{url}/api/v1/snapshot", process)
            snapshot_s = time.monotonic() - began
            used = psutil.Process(process.pid).cpu_times()
            page = browser.new_page(viewport={"width": 1920, "height": 1080})
            page.goto(url, timeout=PATIENCE_S * 1000)
            page.wait_for_selector("#wall:not(.is-waiting)", timeout=PATIENCE_S * 1000)
            painted_s = time.monotonic() - began
            page.close()
        finally:
            process.terminate()
            process.wait(timeout=30)
    return Start(snapshot_s, used.user + used.system, painted_s)


def until_answered(url: str, process: subprocess.Popen[bytes]) -> None:
    """Polls until somebody answers 200. Raises SystemExit when the process ended or it takes too long."""
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:
                if answer.status == 200:
                    return
        except (urllib.error.URLError, OSError):
            time.sleep(0.02)
    raise SystemExit(f"{url}: no answer; exit code {process.poll()}")


@contextmanager
def folder(kept: Path | None) -> Iterator[Path]:
    """Where the store is; gone afterwards unless it is kept."""
    made = kept or Path(tempfile.mkdtemp(prefix="cold-start-"))
    made.mkdir(parents=True, exist_ok=True)
    try:
        yield made
    finally:
        if kept is None:
            shutil.rmtree(made)


def main() -> int:
    """Prints the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gib", type=float, default=1.0, help="size of the store (default: 1)")
    parser.add_argument("--starts", type=int, default=3)
    parser.add_argument("--dir", type=Path, help="keep the store in this folder, and use what is there")
    args = parser.parse_args()
    with folder(args.dir) as data, sync_playwright() as playwright:
        path = data / "store.sqlite"
        compile_sources()
        if not path.exists():
            began = time.monotonic()
            fill(path, args.gib, int(time.time()) // 60 * 60)
            print(f"filled in {time.monotonic() - began:.0f} s")
        print(f"{path.stat().st_size / 2**30:.2f} GiB; load {os.getloadavg()[0]:.1f}")
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        starts = [start(browser, data) for _ in range(args.starts)]
        browser.close()
    for each in starts:
        cpu = f"({each.cpu_s:.2f} s of CPU)"
        print(f"first snapshot after {each.snapshot_s:.2f} s {cpu}, wall painted after {each.painted_s:.2f} s")
    median = statistics.median(each.painted_s for each in starts)
    print(f"median {median:.2f} s (bar {BAR_S:g} s{': MISSED' if median > BAR_S else ''})")
    return int(median > BAR_S)


if __name__ == "__main__":
    sys.exit(main())
