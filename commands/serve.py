"""The dashboard and alerting, on the store that collectors fill: the wall, its JSON, health and metrics.

Any number of viewers share one snapshot. Other addresses than loopback need authentication. Of several processes on one
store one evaluates, notifies and sends reports (`app.py alert`); --no-alerts shows only.
"""

from __future__ import annotations

import argparse
from contextlib import nullcontext

import flask
from prometheus_client.registry import Collector

from alerts.service import AlertService
from commands.alerting import alert_service
from commands.auditing import audit_load
from commands.errors import refusing
from commands.facing import api_setting
from commands.guarding import access_of, refuse_without_admin
from commands.interrupt import end_in_time, stop_event
from commands.logs import add_logs, hide_configured, start_logs
from commands.options import Configuration, add_configuration, configuration
from commands.report_files import cost_policy
from commands.report_sending import reporting
from commands.version import VERSION
from dashboard.alert_metrics import AlertCollector
from dashboard.api.registering import register_api
from dashboard.api.setting import ApiSetting
from dashboard.errors import DashboardError, OpenToTheNetwork
from dashboard.evaluation_metrics import EvaluationCollector
from dashboard.factory import create_dashboard
from dashboard.publisher import Publisher
from dashboard.routes import register_routes
from dashboard.server import is_loopback, serve
from dashboard.snapshot import Setting
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
        store = open_store(chosen.store, chosen.catalog.zone, upgrade=True)
    if not is_loopback(host):
        refuse_without_admin(store, host)
    access = access_of(chosen, store)
    audit_load(store, chosen, "serve")
    publisher = Publisher(store, _setting(chosen))
    facing = api_setting(chosen, store)
    alerts = None if args.no_alerts else alert_service(chosen, store)
    publisher.start()
    try:
        app = create_dashboard(
            catalog=chosen.catalog,
            demo=chosen.settings.demo,
            register=lambda server: _register(server, publisher, facing, alerts),
            access=access,
        )
        if alerts is not None:
            alerts.start()
        sending = nullcontext() if alerts is None else reporting(chosen, store)
        with refusing(DashboardError), sending:
            serve(
                app.server,
                host,
                port,
                stop,
                authenticated=access is not None,
                trusted_proxy=chosen.settings.access.trusted_proxy,
                on_bound=_say,
            )
    finally:
        if alerts is not None:
            alerts.stop()
        facing.reporting.jobs.close()
        publisher.stop()
        store.close()
    return 0


def _register(server: flask.Flask, publisher: Publisher, facing: ApiSetting, alerts: AlertService | None) -> None:
    own: list[Collector] = [EvaluationCollector(facing.store)]
    if alerts is not None:
        own.append(AlertCollector(alerts))
    register_routes(server, publisher, own)
    register_api(server, facing)


def _setting(chosen: Configuration) -> Setting:
    history = chosen.settings.history
    return Setting(
        catalog=chosen.catalog,
        policy=chosen.settings.states.policy(),
        demo=chosen.settings.demo,
        build=VERSION,
        history=history.span() if history else None,
        capacity=chosen.settings.capacity.policy(),
        kinds=chosen.kinds,
        costs=cost_policy(chosen),
        chain=chosen.settings.desk.policy(chosen.policy).chain,
    )


def _say(url: str) -> None:
    print(f"dashboard on {url}", flush=True)
