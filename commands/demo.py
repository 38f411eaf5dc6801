"""Starts the whole demo on 127.0.0.1: the reference estate, collectors, store and dashboard. Ctrl-C ends all of it.

The estate is simulated and so is its past; every screen says DEMO. What is collected from now on is real:
`python app.py reconcile --json` compares it with what the estate really did.
"""

from __future__ import annotations

import argparse
import threading
import time
import urllib.error
import urllib.request
from http import HTTPStatus
from pathlib import Path

import yaml

from commands.balance import add_balance, balancing_child
from commands.children import ChildPlan, Children, arguments_of
from commands.errors import CommandError, refusing
from commands.estate import EstatePlan
from commands.interrupt import stop_event
from commands.lending import TEND_S, add_demand, data_center_names
from commands.options import DEFAULT_CONFIG, DEFAULT_DATA, ESTATE_CONFIG, GENERATED_CONFIG, Configuration, configuration
from commands.ports import LOOPBACK, plan_ports
from commands.progress import HISTORY_FILE, progress
from commands.workplace import prepared
from lending.history import chunks
from settings import alerts_path, calendar_path, load_settings, regulatory_path, slos_path

READY_WITHIN_S = 120.0
LAST_PAGES_WITHIN_S = 4.5
"""Ctrl-C ends the data centers first, each once the collector has read its last page: nothing is left unobserved."""

HISTORY_DAYS = 400
PROBE_INTERVAL_S = 1
LONGEST_HISTORY_DAYS = 4000


def configure(parser: argparse.ArgumentParser) -> None:
    """Declares the options."""
    parser.add_argument("--port", type=int, default=8050, help="port of the dashboard (default: 8050; 0: any free one)")
    parser.add_argument("--estate-port", type=int, help="first of the estate's seven ports (default: --port + 50)")
    parser.add_argument("--data", type=Path, default=DEFAULT_DATA, help="data directory (default: var)")
    parser.add_argument(
        "--config", type=Path, default=DEFAULT_CONFIG, help="what the demo's own configuration is made from"
    )
    parser.add_argument(
        "--estate", type=Path, default=ESTATE_CONFIG, help="products and demand (default: config/estate.yaml)"
    )
    parser.add_argument(
        "--history", type=_days, default=HISTORY_DAYS, metavar="DAYS", help="simulated past (default: 400 days)"
    )
    parser.add_argument("--no-history", action="store_true", help="begin with an empty store")
    add_balance(parser)
    add_demand(parser)


def run(args: argparse.Namespace) -> int:
    """Starts everything and waits for Ctrl-C."""
    stop = stop_event()
    shipped = configuration(argparse.Namespace(config=args.config, data=args.data))
    names = data_center_names(args.estate)
    with prepared(args.data):
        ports = plan_ports(args.port, args.estate_port, len(names))
        estate_directory, logs = args.data / "estate", args.data / "logs"
        for directory in (estate_directory, logs):
            directory.mkdir(exist_ok=True)
        plan = EstatePlan(names, ports, estate_directory, args.scale, args.seed, args.estate)
        began_s = _began_s(shipped)
        path = _write_configuration(args, plan, began_s)
        children = Children(lambda line: print(line, flush=True), logs)
        try:
            address = f"http://{LOOPBACK}:{ports.dashboard}"
            _start(children, plan, path, args, address)
            _announce(plan, address, args.data)
            if args.balance is not None:
                _balance(children, plan, args.balance)
            if not args.no_history:
                children.start(_history(path, args))
            _watch(children, stop, args.data / HISTORY_FILE)
        finally:
            print("\nstopping", flush=True)
            children.leave(names, LAST_PAGES_WITHIN_S)
            children.stop()
    return 0


def _began_s(shipped: Configuration) -> int:
    """About when watching began, which is where the simulated past ends."""
    if isinstance(shipped.store, Path) and not shipped.store.exists():
        return int(time.time())
    # Imported on demand: the first start has no store yet and should be quick.
    from store.errors import StoreError
    from store.opening import open_store

    with refusing(StoreError):
        store = open_store(shipped.store, shipped.catalog.zone, upgrade=True)
        with store.reading() as reader:
            registered = [status.registered_ms // 1000 for status in reader.sources()]
        store.close()
    return min([*registered, int(time.time())])


def _write_configuration(args: argparse.Namespace, plan: EstatePlan, began_s: int) -> Path:
    """The demo's own configuration, so that every other command finds the estate by --data alone."""
    content = yaml.safe_load(args.config.read_text(encoding="utf-8"))
    content["data"] = str(args.data)
    content["catalog"] = str((args.config.parent / content.get("catalog", "catalog.yaml")).resolve())
    given = load_settings(args.config)
    content["alerts"] = str(alerts_path(args.config, given).resolve())
    content["regulatory"] = str(regulatory_path(args.config, given).resolve())
    content["calendar"] = str(calendar_path(args.config, given).resolve())
    slos = slos_path(args.config, given)
    if slos is not None:
        content["slos"] = str(slos.resolve())
    content["server"] = {"host": LOOPBACK, "port": plan.ports.dashboard}
    content["sources"] = [
        {"id": name, "kind": "exposition", "data_center": name, "url": f"{url}/metrics", "interval_seconds": 1}
        for name, url in plan.urls().items()
    ]
    content["probes"] = [
        {
            "id": f"{name}-front",
            "data_center": name,
            "url": f"{url}/healthz",
            "interval_seconds": PROBE_INTERVAL_S,
            "vantage": "demo",
        }
        for name, url in plan.urls().items()
    ]
    content["truth"] = plan.urls()
    content["demo"] = True
    if not args.no_history:
        content["history"] = {"from_s": chunks(began_s, args.history)[-1][0], "until_s": began_s}
    path: Path = args.data / GENERATED_CONFIG
    text = yaml.safe_dump(content, allow_unicode=True, sort_keys=False)
    path.write_text(f"# Written by the demo at every start; changes here do not last.\n{text}", encoding="utf-8")
    return path


def _start(children: Children, plan: EstatePlan, path: Path, args: argparse.Namespace, address: str) -> None:
    """The dashboard first and alone: what a person waits for is the page."""
    children.start(ChildPlan("serve", arguments_of("serve", config=path, data=args.data)))
    deadline = time.monotonic() + READY_WITHIN_S
    while not _answers(f"{address}/readyz"):
        if children.exit_code("serve") is not None or time.monotonic() > deadline:
            raise CommandError(f"the dashboard did not start; its last words are in {args.data / 'logs' / 'serve.log'}")
        time.sleep(0.02)
    for child in plan.children():
        children.start(child)
    children.start(ChildPlan("collect", arguments_of("collect", config=path, data=args.data)))


def _announce(plan: EstatePlan, address: str, data: Path) -> None:
    print(f"Lending Control Center (DEMO)  {address}/")
    print(f"  data     {data}   (logs in {data / 'logs'})")
    print(f"  estate   {', '.join(f'{name} {url}' for name, url in plan.urls().items())}")
    print("  Ctrl-C ends all", flush=True)


def _balance(children: Children, plan: EstatePlan, wanted: int) -> None:
    port, child = balancing_child(wanted, plan.places())
    children.start(child)
    print(f"  balance  http://{LOOPBACK}:{port}   (all data centers behind one address)", flush=True)


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=1) as answer:  # noqa: S310  (our own loopback address)
            return bool(answer.status == HTTPStatus.OK)
    except (urllib.error.URLError, OSError):
        return False


def _history(path: Path, args: argparse.Namespace) -> ChildPlan:
    words = arguments_of(
        "simulated-past",
        config=path,
        data=args.data,
        estate=args.estate,
        days=args.history,
        scale=args.scale,
        seed=args.seed,
    )
    return ChildPlan("history", words, restart_after_s=None, nice=10)


def _watch(children: Children, stop: threading.Event, history: Path) -> None:
    """Tends the children until Ctrl-C; prints a line for every tenth of the simulated past that was filled."""
    history.unlink(missing_ok=True)
    shown = -1
    while not stop.wait(TEND_S):
        children.tend()
        state = progress(history)
        if state is not None and state.tenth != shown:
            shown = state.tenth
            print(f"  history  {state.tenth * 10} % of the simulated past is there, back to {state.day}", flush=True)


def _days(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= LONGEST_HISTORY_DAYS:
        raise argparse.ArgumentTypeError(
            f"{text!r} is not a number of days from 1 to {LONGEST_HISTORY_DAYS}; --no-history leaves it out"
        )
    return int(text)
