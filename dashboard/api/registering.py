"""Puts the routes on a Flask app: guards before each, one line per refusal, 405 for methods that are not served."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from functools import partial
from http import HTTPStatus
from typing import TypeAlias

import flask

from access.rights import Right
from dashboard.admission import declare, identity
from dashboard.api import (
    alertmanager,
    alerts,
    audit,
    availability,
    budget,
    changes,
    costs,
    data_centers,
    data_quality,
    demo,
    failing,
    incidents,
    lanes,
    latency,
    life,
    load_runs,
    maintenance,
    peaks,
    records,
    report_deliveries,
    report_files,
    reports,
    search,
    settings,
    silences,
)
from dashboard.api.acting import act, unavailable
from dashboard.api.answering import Shared, file, plain, refusal
from dashboard.api.asking import Asked, bytes_of, key_of, query_of, read_body, refuse_foreign
from dashboard.api.errors import Refused
from dashboard.api.openapi import document_of, page_of
from dashboard.api.route import Direct, File, Json, Read, Route, Text, Write
from dashboard.api.setting import ApiSetting
from store.errors import StoreError

ROUTES: tuple[Route, ...] = (
    *alerts.ROUTES,
    *silences.ROUTES,
    *maintenance.ROUTES,
    *incidents.ROUTES,
    *budget.ROUTES,
    *records.ROUTES,
    *alertmanager.ROUTES,
    *life.ROUTES,
    *lanes.ROUTES,
    *load_runs.ROUTES,
    *costs.ROUTES,
    *latency.ROUTES,
    *peaks.ROUTES,
    *availability.ROUTES,
    *failing.ROUTES,
    *reports.ROUTES,
    *report_files.ROUTES,
    *report_deliveries.ROUTES,
    *changes.ROUTES,
    *search.ROUTES,
    *data_centers.ROUTES,
    *data_quality.ROUTES,
    *settings.ROUTES,
    *audit.ROUTES,
)
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
DOCUMENT, PAGE = "/openapi.json", "/docs"

View: TypeAlias = Callable[..., flask.Response]


def register_api(app: flask.Flask, setting: ApiSetting, routes: Sequence[Route] = ROUTES) -> None:
    """Adds every route, ``/openapi.json`` and ``/docs``."""
    shared = Shared(setting.store)
    routes = (*routes, *(demo.ROUTES if setting.breaker is not None else ()))
    views: defaultdict[str, dict[str, View]] = defaultdict(dict)
    rights: dict[tuple[str, str], Right] = {}
    for route in routes:
        method = route.method if isinstance(route, Write) else "GET"
        views[route.path][method] = _view(setting, route, shared)
        rights[method, route.path] = route.right
    described = document_of(routes, setting.build)
    views[DOCUMENT]["GET"] = _guarded(lambda: _described(described))
    views[PAGE]["GET"] = _guarded(lambda: _page(page_of(described)))
    for path, served in views.items():
        rule = path.replace("{id}", "<path:id>")
        for method, view in served.items():
            app.add_url_rule(rule, endpoint=f"api:{method}:{path}", view_func=view, methods=[method])
            declare(app, f"api:{method}:{path}", rights.get((method, path), Right.SEE))
        rest = [method for method in METHODS if method not in served]
        app.add_url_rule(rule, endpoint=f"api:!:{path}", view_func=partial(_not_served, tuple(served)), methods=rest)
        declare(app, f"api:!:{path}", Right.SEE)


def _view(setting: ApiSetting, route: Route, shared: Shared) -> View:
    if isinstance(route, Write):
        return _writing(setting, route)
    return _reading(setting, route, shared) if isinstance(route, Read) else _direct(setting, route)


def _direct(setting: ApiSetting, route: Direct) -> View:
    def view(id: str = "") -> flask.Response:
        request = flask.request
        content = route.view(
            setting, Asked(request.path, _id(id), query_of(request, tuple(route.query)), who=identity())
        )
        return file(content) if isinstance(content, File) else plain(content, HTTPStatus.OK)

    return _guarded(view)


def _reading(setting: ApiSetting, route: Read, shared: Shared) -> View:
    def view(id: str = "") -> flask.Response:
        request = flask.request
        asked = Asked(request.path, _id(id), query_of(request, tuple(route.query)), who=identity())
        named = (f"{name}={asked.query[name]}" for name in sorted(asked.query))
        question = "\0".join((",".join(sorted(asked.who.rights)), request.path, *named))
        return shared.answer(question, lambda reader: route.view(setting, reader, asked))

    return _guarded(view)


def _writing(setting: ApiSetting, route: Write) -> View:
    def view(id: str = "") -> flask.Response:
        request = flask.request
        refuse_foreign(request)
        who = identity()
        if route.scope and not who.known:
            setting.tokens.admit(route.scope, request.headers.get("Authorization", ""))
        query_of(request, ())
        body = bytes_of(request, route.most_bytes)
        given = None if route.body is None else read_body(body, route.body, who)
        asked = Asked(request.path, _id(id), body=body, given=given, key=key_of(request), who=who)
        plan = act(setting, route, asked)
        return plain(plan.content, plan.status)

    return _guarded(view)


def _guarded(view: View) -> View:
    """Refusals as answers."""

    def guarded(**given: str) -> flask.Response:
        try:
            return view(**given)
        except Refused as refused:
            return refusal(refused)
        except StoreError as error:
            return refusal(unavailable(error))

    return guarded


def _id(text: str) -> str:
    if "\0" in text or "\ufffd" in text:
        raise Refused(HTTPStatus.BAD_REQUEST, "the id in the address is no text")
    return text


def _not_served(served: tuple[str, ...], id: str = "") -> flask.Response:
    del id
    allowed = ", ".join((*served, *(("HEAD",) if "GET" in served else ()), "OPTIONS"))
    text = f"{flask.request.path[:200]}: {flask.request.method} is not served here; use {', '.join(served)}"
    return refusal(Refused(HTTPStatus.METHOD_NOT_ALLOWED, text, {"Allow": allowed}))


def _described(document: Json) -> flask.Response:
    return plain(document, HTTPStatus.OK)


def _page(page: Text) -> flask.Response:
    return flask.Response(page.text, content_type=page.content_type, headers={"Cache-Control": "no-cache"})
