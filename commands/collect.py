"""The collectors alone: reads every configured source on its own schedule into the store until Ctrl-C.

What happened while it was away is caught up by the counters themselves (exposition) or read back (Prometheus).
Start it twice, on one store, and the second stands by: it takes over within 5 s when the first one dies, at once when
that is stopped, and nothing is counted twice. Probes run beside: all of them, or those of one place (--vantage).
"""

from __future__ import annotations

import argparse
import gc
import threading
import time
from collections.abc import Callable, Sequence

from collectors.errors import CollectorError
from collectors.exposition import ExpositionCollector, ExpositionSource
from collectors.probes.prober import Prober
from collectors.prometheus.collector import PrometheusCollector
from collectors.prometheus.config import PrometheusConfig
from commands.auditing import audit_load
from commands.errors import refusing
from commands.interrupt import end_in_time, stop_event
from commands.logs import add_logs, hide_configured, start_logs
from commands.options import Configuration, add_configuration, configuration
from commands.own_metrics import LeadsCollector, add_metrics_port, own_metrics
from commands.probing import outcome, prober
from commands.prometheus import prometheus_sources
from settings import ExpositionSettings
from slo.states import SliceState
from store.errors import StoreError
from store.leadership import Leadership, new_owner
from store.opening import open_store
from store.port import Store
from store.records import Read

MOST_OWNER_CHARACTERS = 100
LONGEST_GOODBYE_S = 3.0


def configure(parser: argparse.ArgumentParser) -> None:
    """Declares the options."""
    add_configuration(parser)
    add_logs(parser)
    add_metrics_port(parser)
    parser.add_argument(
        "--once", action="store_true", help="read every source once, print what became of it; exit 1 if one failed"
    )
    parser.add_argument(
        "--vantage",
        action="append",
        default=[],
        metavar="NAME",
        help="run only the probes of this vantage point; may be repeated (default: all)",
    )
    parser.add_argument("--probes-only", action="store_true", help="read no source, only probe")
    parser.add_argument(
        "--owner",
        type=_owner,
        metavar="NAME",
        help="name of this collector (default: host:process id:something random)",
    )


def _owner(text: str) -> str:
    if not text.isprintable() or not 1 <= len(text) <= MOST_OWNER_CHARACTERS or " " in text:
        raise argparse.ArgumentTypeError(
            f"{text!r} is not a name of 1 to {MOST_OWNER_CHARACTERS} characters without spaces"
        )
    return text


def run(args: argparse.Namespace) -> int:
    """Collects until asked to stop, or once."""
    start_logs(args)
    chosen = configuration(args)
    hide_configured(chosen.settings.model_dump())
    with refusing(StoreError, OSError):
        chosen.data.mkdir(parents=True, exist_ok=True)
        store = open_store(chosen.store, chosen.catalog.zone, upgrade=True)
    audit_load(store, chosen, "collect")
    names = [source.id for source in chosen.settings.sources]
    leadership = Leadership(store, names, args.owner or new_owner(), chosen.settings.lease.timing())
    try:
        probes = prober(chosen, store, args.vantage)
        if args.probes_only:
            return _probe(probes, once=args.once)
        collect = _once if args.once else _until_stopped
        with own_metrics(args.metrics_port, LeadsCollector(names, lambda name: leadership.token(name) is not None)):
            return collect(chosen, store, leadership, probes)
    finally:
        leadership.stop()
        store.close()


def _probe(probes: Prober, *, once: bool) -> int:
    if once:
        return int(_probe_once(probes))
    stop = stop_event()
    end_in_time(stop)
    probes.start()
    stop.wait()
    probes.stop()
    return 0


def _probe_once(probes: Prober) -> bool:
    """Whether a probe did not find what it expects."""
    found = probes.run_once()
    for result in found:
        print(f"{result.key.id} from {result.key.vantage}  {outcome(result)}")
    return any(result.state is not SliceState.GOOD for result in found)


def _once(chosen: Configuration, store: Store, leadership: Leadership, probes: Prober) -> int:
    leadership.start()
    leadership.wait_for_all((chosen.settings.lease.ttl_ms + chosen.settings.lease.renew_ms) / 1000)
    failed = False
    for source, read in sorted(_exposition(chosen, store, leadership, prune=False).collect_once().items()):
        failed |= not read.collected
        print(f"{source}  {_outcome(read)}")
    for server in prometheus_sources(chosen):
        trouble = _prometheus(server, chosen, store, leadership).collect_once()
        failed |= bool(trouble)
        print(f"{server.name}  {trouble or 'collected'}")
    return int(failed | _probe_once(probes))


def _outcome(read: Read) -> str:
    return f"collected {read.samples} samples in {read.duration_ms} ms" if read.collected else read.reason


def _until_stopped(chosen: Configuration, store: Store, leadership: Leadership, probes: Prober) -> int:
    stop = stop_event()
    end_in_time(stop)
    direct = _exposition(chosen, store, leadership, prune=True)
    servers = [_prometheus(server, chosen, store, leadership) for server in prometheus_sources(chosen)]
    gc.collect()
    gc.freeze()  # else now and then a commit waits 70 ms for a walk through everything that was ever imported
    leadership.start()
    direct.start()
    for server in servers:
        server.start()
    probes.start()
    stop.wait()
    _end([probes.stop, direct.stop, *(server.stop for server in servers)])
    return 0


def _end(parts: Sequence[Callable[[], object]]) -> None:
    """All at the same time. What waits for somebody else's answer for longer is left: it has written nothing yet, and
    its lease is given back, so that it never will."""
    threads = [threading.Thread(target=part, daemon=True) for part in parts]
    for thread in threads:
        thread.start()
    deadline = time.monotonic() + LONGEST_GOODBYE_S
    for thread in threads:
        thread.join(max(0.0, deadline - time.monotonic()))


def _exposition(chosen: Configuration, store: Store, leadership: Leadership, *, prune: bool) -> ExpositionCollector:
    sources = [
        ExpositionSource(s.source(), s.url) for s in chosen.settings.sources if isinstance(s, ExpositionSettings)
    ]
    retention = chosen.settings.kept() if prune else None
    return ExpositionCollector(
        sources, store, chosen.mapping, chosen.catalog.outcomes, retention=retention, leadership=leadership
    )


def _prometheus(
    server: PrometheusConfig, chosen: Configuration, store: Store, leadership: Leadership
) -> PrometheusCollector:
    with refusing(CollectorError):
        return PrometheusCollector(server, store, chosen.mapping, chosen.catalog.outcomes, leadership=leadership)
