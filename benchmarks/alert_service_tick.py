"""One tick of the whole alert service on a real store: 5,000 DCNs x 5 tiers, their products, cells and the bank.

    python -m benchmarks.alert_service_tick [--dcns 180] [--ticks 20]

Reading what is new, judging, every other kind of alert, desk, incidents and writing: CPU of the service's thread, pages
committed second by second beforehand. `alert_tick` is the engine alone. Bar: median 100 ms.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path

from alerts.service import AlertService
from benchmarks.alert_storm import Bank
from benchmarks.detecting.demo import ROOT
from commands.alerting import alert_service
from commands.options import configuration
from store.opening import open_store
from store.port import Store

BAR_MS = 100.0
WARM_TICKS = 3


def main() -> None:
    """Prints median and worst."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dcns", type=int, default=180, help="DCNs of each of two data centers (default: 180)")
    parser.add_argument("--ticks", type=int, default=20, help="ticks to measure (default: 20)")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        shutil.copytree(ROOT / "config", folder / "config")
        store = open_store(folder / "store.sqlite", "Asia/Shanghai", upgrade=True)
        try:
            took = _measured(folder, store, args.dcns, args.ticks)
        finally:
            store.close()
    median = statistics.median(took)
    units = 2 * 14 * args.dcns
    print(f"{units} DCNs, {len(took)} ticks of one second: CPU median {median:.0f} ms, worst {max(took):.0f} ms")
    sys.exit(int(median > BAR_MS))


def _measured(folder: Path, store: Store, dcns: int, ticks: int) -> list[float]:
    """Milliseconds of CPU of each tick that judged a new second, the first ones left out."""
    config = folder / "config" / "control-center.yaml"
    service = alert_service(configuration(argparse.Namespace(config=config, data=folder)), store)
    bank = Bank(store, dcns)
    took = []
    service.start_leading()
    try:
        for number in range(WARM_TICKS + ticks):
            bank.live(1)
            spent_ms = _tick_ms(service)
            if number >= WARM_TICKS:
                took.append(spent_ms)
    finally:
        service.stop()
    return took


def _tick_ms(service: AlertService) -> float:
    began_s = time.thread_time()
    while not service.look():
        time.sleep(0.01)
    return (time.thread_time() - began_s) * 1000


if __name__ == "__main__":
    main()
