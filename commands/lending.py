"""The reference estate alone: six data centers and the books they share, over HTTP on loopback.

Without --data-center it starts all of them and restarts what dies; with it, that one in this process.
Each data center serves /v1/{product}/{step}, /metrics, /healthz, /truth, /faults and /demand (docs/estate.md).
"""

from __future__ import annotations

import argparse
from pathlib import Path

from commands.balance import add_balance, balancing_child
from commands.children import Children
from commands.errors import refusing
from commands.estate import EstatePlan
from commands.interrupt import stop_event
from commands.options import DEFAULT_DATA, ESTATE_CONFIG
from commands.ports import LOOPBACK, plan_ports
from commands.workplace import prepared

ORDINARY_DAY = 1_000_000_000
DEFAULT_SEED = 20261111
TEND_S = 0.25


def configure(parser: argparse.ArgumentParser) -> None:
    """Declares the options."""
    parser.add_argument("--data-center", help="run only this one, in this process (dc1 to dc6)")
    parser.add_argument("--books", action="store_true", help="run only the books that the data centers share")
    parser.add_argument(
        "--port",
        type=int,
        default=8100,
        help="port of the one part, or the books' port; data centers follow (default: 8100)",
    )
    parser.add_argument(
        "--books-port", type=int, help="where --data-center finds the books (default: 8100)", default=8100
    )
    parser.add_argument(
        "--data", type=Path, default=DEFAULT_DATA / "estate", help="directory of truth and books (default: var/estate)"
    )
    parser.add_argument(
        "--estate", type=Path, default=ESTATE_CONFIG, help="products and demand (default: config/estate.yaml)"
    )
    add_balance(parser)
    add_demand(parser)


def add_demand(parser: argparse.ArgumentParser) -> None:
    """Adds --scale and --seed."""
    parser.add_argument(
        "--scale",
        type=_whole_number,
        default=ORDINARY_DAY,
        metavar="TX_PER_DAY",
        help="transactions of an ordinary day (default: 1000000000; 0: only real requests)",
    )
    parser.add_argument(
        "--seed", type=int, default=DEFAULT_SEED, help="seed of the drawn demand; the same seed draws the same seconds"
    )


def run(args: argparse.Namespace) -> int:
    """Runs one part in this process, or all as children."""
    if args.books:
        return _run_books(args)
    if args.data_center:
        return _run_data_center(args)
    return _run_all(args)


def data_center_names(estate: Path) -> tuple[str, ...]:
    """Data centers of an estate's configuration. Raises CommandError with its first defect."""
    from lending.errors import EstateError
    from lending.estate import load_estate

    with refusing(EstateError):
        return tuple(data_center.id for data_center in load_estate(estate).data_centers)


def _run_books(args: argparse.Namespace) -> int:
    from lending import books
    from lending.errors import EstateError

    with refusing(EstateError):
        books.run(books.BooksOptions(host=LOOPBACK, port=args.port, data_dir=args.data))
    return 0


def _run_data_center(args: argparse.Namespace) -> int:
    from lending import service
    from lending.errors import EstateError

    with refusing(EstateError):
        service.run(
            service.ServiceOptions(
                data_center=args.data_center,
                host=LOOPBACK,
                port=args.port,
                books_port=args.books_port,
                data_dir=args.data,
                config_path=args.estate,
                scale=args.scale,
                seed=args.seed,
            )
        )
    return 0


def _run_all(args: argparse.Namespace) -> int:
    names = data_center_names(args.estate)
    stop = stop_event()
    with prepared(args.data):
        ports = plan_ports(0, args.port, len(names))
        plan = EstatePlan(names, ports, args.data, args.scale, args.seed, args.estate)
        children = Children(print, args.data)
        try:
            for child in plan.children():
                children.start(child)
            if args.balance is not None:
                port, child = balancing_child(args.balance, plan.places())
                children.start(child)
                print(f"all  http://{LOOPBACK}:{port}")
            for name, url in plan.urls().items():
                print(f"{name}  {url}")
            print("Ctrl-C ends all", flush=True)
            while not stop.wait(TEND_S):
                children.tend()
        finally:
            children.stop()
    return 0


def _whole_number(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number of transactions per day")
    return int(text)
