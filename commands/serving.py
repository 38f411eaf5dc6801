"""The dashboard of a configuration, with alerting and reports beside it: started, changed while it serves, ended."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256

import flask
from prometheus_client.registry import Collector

from commands.alerting import alert_service, alert_setting, notify_setting
from commands.facing import api_setting
from commands.options import Configuration
from commands.reloading import Loads, LoadsCollector
from commands.report_files import cost_policy
from commands.report_sending import Reports
from commands.version import VERSION
from dashboard.access.setting import Access
from dashboard.alert_metrics import AlertCollector
from dashboard.api.registering import register_api
from dashboard.evaluation_metrics import EvaluationCollector
from dashboard.factory import create_dashboard
from dashboard.publisher import Publisher
from dashboard.routes import register_routes
from dashboard.server import Front
from dashboard.snapshot import Setting
from store.port import Store


class Serving:
    """What one `serve` is made of. ``alone``: shows only, another process evaluates. ``front`` is what to serve, from
    ``show`` on. Raises CommandError."""

    def __init__(self, chosen: Configuration, store: Store, access: Access | None, *, alone: bool) -> None:
        self._chosen = chosen
        self._store = store
        self._access = access
        self._build = VERSION
        self._loads: Loads | None = None
        self._publisher = Publisher(store, wall_setting(chosen, VERSION))
        self._facing = api_setting(chosen, store)
        self._alerts = None if alone else alert_service(chosen, store, told=self._publisher.wake)
        self._reports = None if alone else Reports(chosen, store)
        self.front = Front(flask.Flask(__name__))

    def __enter__(self) -> Serving:
        """Begins to make frames, to evaluate and to send."""
        self._publisher.start()
        if self._alerts is not None:
            self._alerts.start()
        if self._reports is not None:
            self._reports.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        """Ends all of it."""
        if self._reports is not None:
            self._reports.__exit__()
        if self._alerts is not None:
            self._alerts.stop()
        self._facing.reporting.jobs.close()
        self._publisher.stop()

    def show(self, loads: Loads) -> None:
        """Makes the application. ``loads``: what became of configurations, for its metrics."""
        self._loads = loads
        self.front.app = self._application(self._chosen).wsgi_app

    def change(self, chosen: Configuration) -> None:
        """From the next frame, tick and request on shows, judges and tells by another configuration.

        Raises CommandError, with nothing changed.
        """
        before, facing = self._facing, api_setting(chosen, self._store)
        judging = None if self._alerts is None else (alert_setting(chosen), notify_setting(chosen))
        self._facing = replace(facing, reporting=replace(facing.reporting, jobs=before.reporting.jobs))
        application = self._application(chosen)
        if chosen.catalog != self._chosen.catalog:
            self._build = build_of(chosen)
        self._publisher.change(wall_setting(chosen, self._build))
        if self._alerts is not None and judging is not None:
            self._alerts.change(*judging)
        if self._reports is not None:
            self._reports.change(chosen)
        self.front.app = application.wsgi_app
        self._chosen = chosen

    def _application(self, chosen: Configuration) -> flask.Flask:
        app = create_dashboard(
            catalog=chosen.catalog, demo=chosen.settings.demo, register=self._register, access=self._access
        )
        server: flask.Flask = app.server
        return server

    def _register(self, server: flask.Flask) -> None:
        own: list[Collector] = [EvaluationCollector(self._store)]
        if self._alerts is not None:
            own.append(AlertCollector(self._alerts))
        if self._loads is not None:
            own.append(LoadsCollector(self._loads))
        register_routes(server, self._publisher, own)
        register_api(server, self._facing)


def wall_setting(chosen: Configuration, build: str) -> Setting:
    """What frames are made from."""
    history = chosen.settings.history
    return Setting(
        catalog=chosen.catalog,
        policy=chosen.settings.states.policy(),
        demo=chosen.settings.demo,
        build=build,
        history=history.span() if history else None,
        capacity=chosen.settings.capacity.policy(),
        kinds=chosen.kinds,
        costs=cost_policy(chosen),
        chain=chosen.settings.desk.policy(chosen.policy).chain,
    )


def build_of(chosen: Configuration) -> str:
    """A name that differs with the catalog: open walls load their page anew when it changes."""
    return f"{VERSION}+{sha256(repr(chosen.catalog).encode()).hexdigest()[:8]}"
