"""The collectors alone: reads every configured source on its own schedule into the store until Ctrl-C.

What happened while it was away is caught up by the counters themselves (exposition) or read back (Prometheus).
"""

from __future__ import annotations

import argparse
import logging

from collectors.errors import CollectorError
from collectors.exposition import ExpositionCollector, ExpositionSource
from collectors.prometheus.collector import PrometheusCollector
from collectors.prometheus.config import PrometheusConfig
from commands.errors import refusing
from commands.interrupt import stop_event
from commands.options import Configuration, add_configuration, configuration
from commands.prometheus import prometheus_sources
from settings import ExpositionSettings
from store.errors import StoreError
from store.opening import open_store
from store.port import Store
from store.records import Read


def configure(parser: argparse.ArgumentParser) -> None:
    """Declares the options."""
    add_configuration(parser)
    parser.add_argument(
        "--once", action="store_true", help="read every source once, print what became of it; exit 1 if one failed"
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


def _once(chosen: Configuration, store: Store) -> int:
    failed = False
    for source, read in sorted(_exposition(chosen, store, prune=False).collect_once().items()):
        failed |= not read.collected
        print(f"{source}  {_outcome(read)}")
    for server in prometheus_sources(chosen):
        trouble = _prometheus(server, chosen, store).collect_once()
        failed |= bool(trouble)
        print(f"{server.name}  {trouble or 'collected'}")
    return int(failed)


def _outcome(read: Read) -> str:
    return f"collected {read.samples} samples in {read.duration_ms} ms" if read.collected else read.reason


def _until_stopped(chosen: Configuration, store: Store) -> int:
    stop = stop_event()
    direct = _exposition(chosen, store, prune=True)
    servers = [_prometheus(server, chosen, store) for server in prometheus_sources(chosen)]
    direct.start()
    for server in servers:
        server.start()
    stop.wait()
    direct.stop()
    for server in servers:
        server.stop()
    return 0


def _exposition(chosen: Configuration, store: Store, *, prune: bool) -> ExpositionCollector:
    sources = [
        ExpositionSource(s.source(), s.url) for s in chosen.settings.sources if isinstance(s, ExpositionSettings)
    ]
    retention = chosen.settings.kept() if prune else None
    return ExpositionCollector(sources, store, chosen.mapping, chosen.catalog.outcomes, retention=retention)


def _prometheus(server: PrometheusConfig, chosen: Configuration, store: Store) -> PrometheusCollector:
    with refusing(CollectorError):
        return PrometheusCollector(server, store, chosen.mapping, chosen.catalog.outcomes)
