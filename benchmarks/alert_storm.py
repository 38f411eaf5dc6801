"""A whole data center fails, 1,000 alerts fire in one second: one page per group, a whole ledger, a wall that answers.

    python -m benchmarks.alert_storm [--dcns 80] [--failing 10]

`python app.py serve` on a store that this benchmark fills second by second as collectors do: two data centers, the
catalog's fourteen products, eighty DCNs each. All of dc2 fails; a webhook notes every page. Bars: at least 1,000
alerts, one page per group, the first within three seconds, every delivery settled and at the door, 99 % of looks at
`/api/v1/snapshot` within a second; exit 1 when one is missed.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import yaml

from alerts.desk.desk import ALERT
from alerts.notify.delivery import KIND as DELIVERY
from benchmarks.bank.children import answers, free_port
from benchmarks.detecting.demo import ROOT, SECRET
from benchmarks.detecting.door import Door, opened
from benchmarks.detecting.trials import Wall
from settings import load_catalog
from slo.outcomes import Kind
from store.opening import open_store
from store.port import Store
from store.records import CUSTOMER, Batch, Events, Read, Source

CENTERS = ("dc1", "dc2")
FAILING = "dc2"
PER_SECOND = 200
WARM_S = 20
AFTER_S = 15
LEAST_ALERTS = 1_000
SLOWEST_S = 1.0
FIRST_PAGE_S = 3.0
READY_WITHIN_S = 60


@dataclass(slots=True)
class Looks:
    """Seconds that each look at the snapshot took, when the server had used how much CPU, and the most memory of it,
    while ``on``."""

    took: list[float] = field(default_factory=list)
    cpu_s: list[tuple[float, float]] = field(default_factory=list)
    most_bytes: int = 0
    on: bool = True

    def look(self, wall: Wall, server: psutil.Process) -> None:
        """Until told to end: ten looks a second."""
        while self.on:
            began = time.perf_counter()
            wall.look()
            self.took.append(time.perf_counter() - began)
            self.cpu_s.append((time.time(), sum(server.cpu_times()[:2])))
            self.most_bytes = max(self.most_bytes, server.memory_info().rss)
            time.sleep(0.1)

    def spent(self, until_s: float) -> float:
        """CPU of the server from the first look to an instant."""
        return max((cpu for at, cpu in self.cpu_s if at <= until_s), default=0.0) - self.cpu_s[0][1]


class Bank:
    """Commits a page of each data center at every whole second, as its collector would."""

    def __init__(self, store: Store, dcns: int) -> None:
        self.store = store
        self._products = [product.id for product in load_catalog(ROOT / "config" / "catalog.yaml").products]
        self._dcns = dcns
        self._versions = dict.fromkeys(CENTERS, 0)
        for center in CENTERS:
            store.register(Source(center, "exposition", center, 1000), time.time_ns() // 1_000_000)

    def live(self, seconds: int, failing: str = "") -> None:
        """So many seconds of the wall clock; everything fails in one data center."""
        for _ in range(seconds):
            at_s = int(time.time()) + 1
            time.sleep(max(0.0, at_s - time.time()))
            for center in CENTERS:
                self._page(at_s, center, Kind.BAD if center == failing else Kind.GOOD)

    def _page(self, at_s: int, center: str, kind: Kind) -> None:
        outcome = "system_error" if kind is Kind.BAD else "ok"
        events = tuple(
            Events(at_s - 1, product, center, f"{center}-n{dcn:02}", "apply", outcome, CUSTOMER, kind, PER_SECOND)
            for product in self._products
            for dcn in range(self._dcns)
        )
        batch = Batch(center, self._versions[center], (Read(at_s * 1000, True),), at_s * 1000, events)
        self._versions[center] = self.store.commit(batch)


def main() -> None:
    """Prints what became of the storm."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dcns", type=int, default=80, help="DCNs of each data center (default: 80)")
    parser.add_argument("--failing", type=int, default=10, help="seconds that dc2 fails (default: 10)")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, opened() as door:
        folder = Path(name)
        store = open_store(folder / "store.sqlite", "Asia/Shanghai", upgrade=True)
        try:
            with _serving(folder, door) as (url, server):
                good = _storm(Bank(store, args.dcns), door, Wall(url), server, args.failing)
        finally:
            store.close()
    sys.exit(int(not good))


def _storm(bank: Bank, door: Door, wall: Wall, server: psutil.Process, failing_s: int) -> bool:
    bank.live(WARM_S)
    calm_bytes, looks = server.memory_info().rss, Looks()
    thread = threading.Thread(target=looks.look, args=(wall, server))
    thread.start()
    began_s = time.time()
    bank.live(failing_s, FAILING)
    bank.live(AFTER_S)
    looks.on = False
    thread.join()
    good = _print_alerts(bank.store) & _print_pages(bank.store, door)
    first_s = min((ring.at_s for ring in door.rings), default=float("inf"))
    late = "  MISSED" * (first_s - began_s > FIRST_PAGE_S)
    cpu_s = looks.spent(first_s)
    print(f"first page {first_s - began_s:.2f} s after the first failure{late}; CPU until then {cpu_s:.2f} s")
    looks.took.sort()
    median, p99 = looks.took[len(looks.took) // 2], looks.took[len(looks.took) * 99 // 100]
    print(f"snapshot: {len(looks.took)} looks, median {median * 1000:.0f} ms, p99 {p99 * 1000:.0f} ms")
    print(f"memory of the server: {calm_bytes / 1e6:.0f} MB before, {looks.most_bytes / 1e6:.0f} MB at most")
    return good and p99 <= SLOWEST_S and first_s - began_s <= FIRST_PAGE_S


def _print_alerts(store: Store) -> bool:
    with store.reading() as reader:
        rows = reader.journal().entries(kind=ALERT, most=100_000)
    bodies = [json.loads(row.entry.body) for row in rows]
    instants = Counter(body["at_ms"] for body in bodies if body["state"] == "firing")
    most = max(instants.values(), default=0)
    print(f"alerts that fire in one second of the data: {most}")
    return most >= LEAST_ALERTS


def _print_pages(store: Store, door: Door) -> bool:
    """One page per group, and the ledger says the same as the door."""
    pages: Counter[str] = Counter()
    others: Counter[str] = Counter()
    for ring in door.rings:
        for news in ring.content["news"]:
            notice = news["notice"]
            (pages if notice["state"] == "firing" else others)[notice["group"]] += 1
    with store.reading() as reader:
        documents = reader.journal().documents(DELIVERY, most=100_000)
    bodies = [json.loads(each.body) for each in documents]
    settled = Counter(body["status"] for body in bodies if body["channel"] == "door")
    print(f"groups {len(pages)}, pages {pages.total()}, updates and ends {others.total()}")
    print(f"ledger of the door: {dict(settled)}; messages at the door {len(door.rings)}")
    told = pages.total() + others.total()
    return bool(pages) and set(pages.values()) == {1} and settled == Counter({"sent": told})


@contextmanager
def _serving(folder: Path, door: Door) -> Iterator[tuple[str, psutil.Process]]:
    shutil.copytree(ROOT / "config", folder / "config")
    path = folder / "config" / "control-center.yaml"
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    content["sources"] = [each for each in content["sources"] if each["id"] in CENTERS]
    channel = {"id": "door", "kind": "webhook", "url": f"{door.url}/ours", "secret_env": SECRET, "severity": "page"}
    content["notify"]["channels"] = [{**channel, "burst": 1000, "per_minute": 6000}]
    path.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    port = free_port()
    line = [sys.executable, str(ROOT / "app.py"), "serve", "--config", str(path), "--data", str(folder)]
    with (
        (folder / "serve.log").open("wb") as log,
        subprocess.Popen(
            [*line, "--port", str(port)], stdout=log, stderr=log, env={**os.environ, SECRET: "of the benchmark"}
        ) as process,
    ):
        try:
            deadline = time.monotonic() + READY_WITHIN_S
            while not answers(f"http://127.0.0.1:{port}/readyz"):
                if process.poll() is not None or time.monotonic() > deadline:
                    raise SystemExit((folder / "serve.log").read_text(encoding="utf-8")[-500:])
                time.sleep(0.1)
            yield f"http://127.0.0.1:{port}", psutil.Process(process.pid)
        finally:
            process.terminate()
            process.wait(20)


if __name__ == "__main__":
    main()
