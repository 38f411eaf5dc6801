"""Alerting alone: evaluates what collectors store, keeps incidents, notifies, sends reports; until Ctrl-C.

`serve` does the same beside the dashboard. However many run on one store, one evaluates: start it twice and the second
stands by, takes over within 5 s when the first one dies, at once when that is stopped, and tells nothing twice. What
nobody judged meanwhile is judged then, and what is over already is told as "was down N s".
SIGHUP reads the configuration anew: what is valid is taken over between two ticks.
"""

from __future__ import annotations

import argparse

from commands.alerting import alert_service, alert_setting, notify_setting
from commands.auditing import audit_load
from commands.errors import refusing
from commands.interrupt import end_in_time, stop_event
from commands.logs import add_logs, hide_configured, start_logs
from commands.longevity import settle
from commands.options import Configuration, add_configuration, configuration
from commands.own_metrics import add_metrics_port, own_metrics
from commands.reloading import LoadsCollector, Reloader, hangup_event
from commands.report_sending import Reports
from dashboard.alert_metrics import AlertCollector
from store.errors import StoreError
from store.opening import open_store


def configure(parser: argparse.ArgumentParser) -> None:
    """Declares the options."""
    add_configuration(parser)
    add_logs(parser)
    add_metrics_port(parser)
    parser.add_argument("--owner", default="", metavar="NAME", help="name of this process (default: made up)")


def run(args: argparse.Namespace) -> int:
    """Evaluates until asked to stop."""
    start_logs(args)
    hangup = hangup_event()
    chosen = configuration(args)
    hide_configured(chosen.settings.model_dump())
    stop = stop_event()
    end_in_time(stop)
    with refusing(StoreError, OSError):
        chosen.data.mkdir(parents=True, exist_ok=True)
        store = open_store(chosen.store, chosen.catalog.zone, create=True)
    audit_load(store, chosen, "alert")
    try:
        service = alert_service(chosen, store, args.owner)
        reports = Reports(chosen, store, args.owner)

        def change(anew: Configuration) -> None:
            service.change(alert_setting(anew), notify_setting(anew))
            reports.change(anew)

        reloader = Reloader(chosen, store, "alert", hangup, change)
        settle()
        service.start()
        with own_metrics(args.metrics_port, AlertCollector(service), LoadsCollector(reloader.loads)), reports, reloader:
            stop.wait()
        service.stop()
    finally:
        store.close()
    return 0
