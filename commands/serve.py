"""The dashboard and alerting, on the store that collectors fill: the wall, its JSON, health and metrics.

Any number of viewers share one snapshot. Other addresses than loopback need authentication. Of several processes on one
store one evaluates, notifies and sends reports (`app.py alert`); --no-alerts shows only. SIGHUP reads the configuration
anew: what is valid is taken over between two frames.
"""

from __future__ import annotations

import argparse

from commands.auditing import audit_load
from commands.errors import refusing
from commands.guarding import access_of, crowding_of, refuse_without_admin
from commands.interrupt import end_in_time, stop_event
from commands.logs import add_logs, hide_configured, start_logs
from commands.longevity import settle
from commands.options import Configuration, add_configuration, configuration
from commands.reloading import Reloader, hangup_event
from commands.serving import Serving
from dashboard.api.registering import ROUTES
from dashboard.api.route import large_bodies
from dashboard.errors import DashboardError, OpenToTheNetwork
from dashboard.patience import Limits
from dashboard.server import is_loopback, serve
from dashboard.wire import Bodies
from store.errors import StoreError
from store.opening import open_store


def configure(parser: argparse.ArgumentParser) -> None:
    """Declares the options."""
    add_configuration(parser)
    add_logs(parser)
    parser.add_argument("--host", help="address to listen on (default: 127.0.0.1)")
    parser.add_argument("--port", type=int, help="port to listen on (default: 8050)")
    parser.add_argument("--no-alerts", action="store_true", help="show only: another process evaluates and notifies")


def run(args: argparse.Namespace) -> int:
    """Serves until asked to stop."""
    start_logs(args)
    hangup = hangup_event()
    chosen = configuration(args)
    hide_configured(chosen.settings.model_dump())
    stop = stop_event()
    end_in_time(stop)
    host = args.host or chosen.settings.server.host
    port = chosen.settings.server.port if args.port is None else args.port
    with refusing(DashboardError, StoreError, OSError):
        if not is_loopback(host) and not chosen.settings.access.enabled:
            raise OpenToTheNetwork(host)
        chosen.data.mkdir(parents=True, exist_ok=True)
        store = open_store(chosen.store, chosen.catalog.zone, create=True)
    if not is_loopback(host):
        refuse_without_admin(chosen, store, host)
    access = access_of(chosen, store)
    audit_load(store, chosen, "serve")
    serving = Serving(chosen, store, access, alone=args.no_alerts)
    try:
        with refusing(DashboardError), serving, Reloader(chosen, store, "serve", hangup, serving.change) as reloader:
            serving.show(reloader.loads)
            settle()
            serve(
                serving.front,
                host,
                port,
                stop,
                authenticated=access is not None,
                trusted_proxy=chosen.settings.access.trusted_proxy,
                on_bound=_say,
                limits=_limits(chosen),
            )
    finally:
        store.close()
    return 0


def _limits(chosen: Configuration) -> Limits:
    return Limits(bodies=Bodies(large_bodies(ROUTES)), crowding=crowding_of(chosen.settings))


def _say(url: str) -> None:
    print(f"dashboard on {url}", flush=True)
