"""The collectors alone: reads every configured source on its own schedule into the store until Ctrl-C.

What happened while it was away is caught up by the counters themselves (exposition) or read back (Prometheus).
Start it twice, on one store, and the second stands by: it takes over within 5 s when the first one dies, at once when
that is stopped, and nothing is counted twice. Probes run beside: all of them, or those of one place (--vantage).
SIGHUP reads the configuration anew: what is valid is taken over between two reads.
"""

from __future__ import annotations

import argparse

from collectors.duplicates import Claims
from collectors.probes.prober import Prober
from commands.auditing import audit_load
from commands.collecting import Collecting, exposition, prometheus
from commands.errors import refusing
from commands.interrupt import end_in_time, stop_event
from commands.logs import add_logs, hide_configured, start_logs
from commands.longevity import settle
from commands.options import Configuration, add_configuration, configuration
from commands.own_metrics import LeadsCollector, add_metrics_port, own_metrics
from commands.probing import outcome, prober
from commands.prometheus import prometheus_sources
from commands.reloading import LoadsCollector, Reloader, hangup_event
from slo.states import SliceState
from store.errors import StoreError
from store.leadership import Leadership, new_owner
from store.opening import open_store
from store.port import Store
from store.records import Read

MOST_OWNER_CHARACTERS = 100


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
    args.hangup = hangup_event()
    chosen = configuration(args)
    hide_configured(chosen.settings.model_dump())
    with refusing(StoreError, OSError):
        chosen.data.mkdir(parents=True, exist_ok=True)
        store = open_store(chosen.store, chosen.catalog.zone, create=True)
    audit_load(store, chosen, "collect")
    names = [source.id for source in chosen.settings.sources]
    leadership = Leadership(store, names, args.owner or new_owner(), chosen.settings.lease.timing())
    try:
        probes = prober(chosen, store, args.vantage)
        if args.once:
            return int(_probe_once(probes)) if args.probes_only else _once(chosen, store, leadership, probes)
        return _until_stopped(args, chosen, Collecting(chosen, store, leadership, probes, args.vantage))
    finally:
        leadership.stop()
        store.close()


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
    for source, read in sorted(exposition(chosen, store, leadership, prune=False).collect_once().items()):
        failed |= not read.collected
        print(f"{source}  {_outcome(read)}")
    claims = Claims(store, [source.id for source in chosen.settings.sources])
    for server in prometheus_sources(chosen):
        trouble = prometheus(server, chosen, store, leadership, claims).collect_once()
        failed |= bool(trouble)
        print(f"{server.name}  {trouble or 'collected'}")
    return int(failed | _probe_once(probes))


def _outcome(read: Read) -> str:
    return f"collected {read.samples} samples in {read.duration_ms} ms" if read.collected else read.reason


def _until_stopped(args: argparse.Namespace, chosen: Configuration, collecting: Collecting) -> int:
    stop = stop_event()
    end_in_time(stop)
    settle()
    part = "probes" if args.probes_only else "collect"
    reloader = Reloader(chosen, collecting.store, part, args.hangup, collecting.change)
    metrics = (LeadsCollector(collecting.leads), LoadsCollector(reloader.loads))
    with own_metrics(args.metrics_port, *metrics):
        collecting.start(probes_only=args.probes_only)
        with reloader:
            stop.wait()
        collecting.stop()
    return 0
