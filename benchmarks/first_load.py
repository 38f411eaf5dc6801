"""How long a first visit takes: `python -m benchmarks.first_load [--loads 9] [--dir DIR] [wall|availability ...]`.

Every load begins with an empty cache, in Chromium on loopback. The wall of six live data centers until its figures
stand; the availability page over 13 months of 200 services in 6 data centers until its last row stands and the page
answers.
Prints milliseconds of wall time, of the browser's main thread and of the server's process, and bytes over the wire as
they travel (gzip, heads included). Exits 1 when a bar is missed by the median; on a machine that does other things look
at the CPU columns instead.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import shutil
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from benchmarks.availability_page import fill, setting_of
from benchmarks.frame import CENTERS, PRODUCTS
from benchmarks.viewers import obey, ours_cpu, port_of, served
from commands.longevity import settle
from dashboard.api.registering import register_api
from dashboard.factory import create_dashboard
from dashboard.server import serve
from slo.windows import SHANGHAI
from store.opening import open_store

LOADS = 9
MOST_BYTES = 800_000
"""Scripts and styles of the wall."""
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
SHARED_SECONDS = 1.1
"""Longer than the server shares an answer between viewers."""
WATCH = """
(() => {
  const look = () => {
    if (!(%s)) return requestAnimationFrame(look);
    requestAnimationFrame(() => setTimeout(() => { window.stoodMs = performance.now(); }, 0));
  };
  requestAnimationFrame(look);
})();
"""


@dataclass(frozen=True, slots=True)
class Screen:
    """A page: ``stands`` is an expression that is true once it can be used, ``most_ms`` its bar; ``whole`` is there
    once nothing more is fetched."""

    name: str
    path: str
    stands: str
    whole: str
    most_ms: float
    start: Callable[[Connection, Path, int], None]


@dataclass(frozen=True, slots=True)
class Load:
    """One visit. Milliseconds and bytes; ``assets``: scripts and styles alone."""

    stood_ms: float
    painted_ms: float
    main_ms: float
    server_ms: float
    assets: int
    bytes: int
    requests: int


def served_wall(control: Connection, folder: Path, services: int) -> None:
    """The wall's server."""
    del folder, services
    served(control)


def served_availability(control: Connection, folder: Path, services: int) -> None:
    """The server of a large bank's past."""
    path = folder / f"availability-{services}.sqlite"
    known = path.exists()
    store = open_store(path, SHANGHAI, upgrade=True)
    if not known:
        fill(store, services)
    setting = setting_of(store, services)
    app = create_dashboard(catalog=setting.catalog, demo=True, register=lambda server: register_api(server, setting))
    settle()  # as a server does when it has started
    stop = threading.Event()
    threading.Thread(target=obey, args=(control, stop), daemon=True).start()
    serve(app.server, "127.0.0.1", 0, stop, on_bound=lambda url: control.send((port_of(url), 0.0, 0.0)))
    store.close()


SCREENS = (
    Screen("wall", "/?lang=zh", "document.querySelector('#wall:not(.is-waiting)')",
           "#curve-plot .main-svg", 1500, served_wall),
    Screen("availability", "/availability?lang=zh",
           "document.querySelector('table.grid tbody tr:last-child td[data-at]')",
           "#compare .compare", 1000, served_availability),
)  # fmt: skip


def main() -> int:
    """Prints one table; 1 when a bar was missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("screens", nargs="*", choices=[[], *(each.name for each in SCREENS)])
    parser.add_argument("--loads", type=int, default=LOADS)
    parser.add_argument("--services", type=int, default=200)
    parser.add_argument("--dir", type=Path, help="keep what is built in this folder, and use what is there")
    args = parser.parse_args()
    print(f"{len(PRODUCTS)} products on the wall, {len(CENTERS)} data centers; load {os.getloadavg()[0]:.1f}")
    with tempfile.TemporaryDirectory(prefix="first-load-") as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        missed = [
            measure(browser, screen, args.dir or Path(folder), args.services, args.loads)
            for screen in SCREENS
            if not args.screens or screen.name in args.screens
        ]
        browser.close()
    return int(any(missed))


def measure(browser: Browser, screen: Screen, folder: Path, services: int, loads: int) -> bool:
    """Whether a bar of this screen was missed."""
    with serving(screen, folder, services) as (address, cpu):
        visit(browser, screen, address, cpu)  # what the server makes once is made
        found = []
        for _ in range(loads):
            time.sleep(SHARED_SECONDS)
            found.append(visit(browser, screen, address, cpu))
    return any([told(screen, found), *([heavy(found)] if screen.name == "wall" else [])])


def told(screen: Screen, found: list[Load]) -> bool:
    """Prints what visits took; whether the bar of time was missed."""
    stood = [each.stood_ms for each in found]
    median = statistics.median(stood)
    kept = "met" if median <= screen.most_ms else "MISSED"
    print(f"{screen.name}: usable median {median:.0f}, best {min(stood):.0f}, worst {max(stood):.0f} ms")
    print(f"  bar {screen.most_ms:g} ms: {kept}; load {os.getloadavg()[0]:.1f}")
    for name in ("painted_ms", "main_ms", "server_ms", "assets", "bytes", "requests"):
        print(f"  {name:12} median {statistics.median(getattr(each, name) for each in found):10,.0f}")
    return median > screen.most_ms


def heavy(found: list[Load]) -> bool:
    """Prints the largest transfer of scripts and styles; whether it was too much."""
    most = max(each.assets for each in found)
    print(f"  scripts and styles {most:,} bytes (bar {MOST_BYTES:,}: {'met' if most <= MOST_BYTES else 'MISSED'})")
    return most > MOST_BYTES


@contextmanager
def serving(screen: Screen, folder: Path, services: int) -> Iterator[tuple[str, Callable[[], float]]]:
    """A server in a process of its own: the page's address, and what gives its CPU seconds so far."""
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(
        target=screen.start, args=(theirs, folder, services), daemon=True
    )
    process.start()
    try:
        port, *_ = ours.recv()
        yield f"http://127.0.0.1:{port}{screen.path}", lambda: ours_cpu(ours)
    finally:
        ours.send("stop")
        process.join(10)
        if process.is_alive():
            process.kill()


def visit(browser: Browser, screen: Screen, address: str, cpu: Callable[[], float]) -> Load:
    """Opens the page in a browser that has never seen it."""
    context = browser.new_context(viewport={"width": 1920, "height": 1080})
    page = context.new_page()
    page.add_init_script(WATCH % screen.stands)
    session = context.new_cdp_session(page)
    session.send("Performance.enable", {"timeDomain": "threadTicks"})
    session.send("Network.enable")
    kinds: dict[str, str] = {}
    sizes: dict[str, int] = {}
    session.on("Network.responseReceived", lambda said: kinds.__setitem__(said["requestId"], said["type"]))
    session.on("Network.loadingFinished", lambda said: sizes.__setitem__(said["requestId"], said["encodedDataLength"]))
    before = cpu()
    page.goto(address, wait_until="commit")
    page.wait_for_function("() => window.stoodMs", timeout=60_000)
    metrics = session.send("Performance.getMetrics")["metrics"]
    main_ms = next(each["value"] for each in metrics if each["name"] == "TaskDuration") * 1000
    server_ms = (cpu() - before) * 1000
    page.wait_for_selector(screen.whole, timeout=60_000)
    page.wait_for_timeout(300)  # the last sizes are told after the last file was used
    found = Load(
        stood_ms=page.evaluate("window.stoodMs"),
        painted_ms=painted_ms(page),
        main_ms=main_ms,
        server_ms=server_ms,
        assets=sum(size for each, size in sizes.items() if kinds.get(each) in {"Script", "Stylesheet"}),
        bytes=sum(sizes.values()),
        requests=len(sizes),
    )
    context.close()
    return found


def painted_ms(page: Page) -> float:
    """When anything at all was first seen."""
    entries = "performance.getEntriesByName('first-contentful-paint').map(each => each.startTime)"
    return float(max(page.evaluate(entries), default=0.0))


if __name__ == "__main__":
    sys.exit(main())
