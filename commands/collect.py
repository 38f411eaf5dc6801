"""The collectors alone: reads every configured source on its own schedule into the store until Ctrl-C.

What it missed while it was away is caught up by the counters themselves (exposition) or read back (Prometheus).
"""

from __future__ import annotations

import argparse
import logging
import sys
import time

from commands.errors import refusing
from commands.interrupt import stop_event
from commands.options import Configuration, add_configuration, configuration
from settings import ExpositionSettings, PrometheusSettings
from store.errors import StoreError
from store.opening import open_store
from store.port import Store


def configure(parser: argparse.ArgumentParser) -> None:
    """Declares the options."""
    add_configuration(parser)
    parser.add_argument(
        "--once", action="store_true", help="read every source once, print the outcome, end (1 if one failed)"
    )


def run(args: argparse.Namespace) -> int:
    """Collects until asked to stop, or once."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    chosen = configuration(args)
    with refusing(StoreError, OSError):
        chosen.data.mkdir(parents=True, exist_ok=True)
        store = open_store(chosen.store_path, chosen.catalog.zone, upgrade=True)
    try:
        return _once(chosen, store) if args.once else _until_stopped(chosen, store)
    finally:
        store.close()
