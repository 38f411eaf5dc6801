"""The OpenAPI 3.1 document, made of the table of routes and the models of bodies; and a page to read it on."""

from __future__ import annotations

import html
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pydantic.json_schema import models_json_schema

from dashboard.api.asking import JSON_TYPE, KEY_HEADER
from dashboard.api.route import Json, Route, Text, Write

VERSION = "3.1.0"
HTML = "text/html; charset=utf-8"
TOKEN = "token"  # noqa: S105 - the name of a scheme
_REFERENCE = "#/components/schemas/{model}"
_ERROR: Json = {
    "type": "object",
    "required": ["error"],
    "properties": {"error": {"type": "string", "description": "one line: which field, what is wrong, how to mend it"}},
}
ELSEWHERE: Mapping[str, str] = {
    "/api/v1/snapshot": "Everything the wall shows, at one instant (docs/snapshot.md)",
    "/api/v1/curve": "Transactions per second of today, yesterday and last week, by the minute",
    "/healthz": "200 while frames are current",
    "/readyz": "200 while there is a frame and the store answers; 503 says why not",
    "/metrics": "The control center's own metrics, for a Prometheus",
    "/openapi.json": "This document",
    "/docs": "This document as a page",
}
"""What other modules serve on the same app."""


def document_of(routes: Sequence[Route], build: str) -> Json:
    """The document."""
    models = list(dict.fromkeys(r.body for r in routes if isinstance(r, Write) and r.body is not None))
    _, definitions = models_json_schema([(model, "validation") for model in models], ref_template=_REFERENCE)
    paths: dict[str, Json] = {path: {"get": _elsewhere(summary)} for path, summary in ELSEWHERE.items()}
    for route in routes:
        method = route.method.lower() if isinstance(route, Write) else "get"
        paths.setdefault(route.path, {})[method] = _operation(route)
    return {
        "openapi": VERSION,
        "info": {
            "title": "Lending Control Center",
            "version": build or "0",
            "description": "Times are RFC 3339 in UTC, counts integers, shares truncated decimals as text. What is not"
            " known is null. Every refusal is one line.",
        },
        "paths": paths,
        "components": {
            "schemas": {**definitions.get("$defs", {}), "Error": _ERROR},
            "securitySchemes": {TOKEN: {"type": "http", "scheme": "bearer"}},
        },
    }


def _operation(route: Route) -> Json:
    operation: Json = {"summary": route.summary, "responses": _responses(route)}
    parameters = list(_parameters(route))
    if parameters:
        operation["parameters"] = parameters
    if isinstance(route, Write):
        operation["requestBody"] = {"required": True, "content": {JSON_TYPE: {"schema": _body(route)}}}
        if route.scope:
            operation["security"] = [{TOKEN: []}]
    return operation


def _body(route: Write) -> Json:
    if route.body is None:
        return {"type": "object"} if route.scope else {"type": "array", "items": {"type": "object"}}
    return {"$ref": _REFERENCE.format(model=route.body.__name__)}


def _parameters(route: Route) -> Iterator[Json]:
    if "{id}" in route.path:
        yield {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}
    if isinstance(route, Write):
        text = "the same request with the same key is done once; its answer is given again"
        yield {"name": KEY_HEADER, "in": "header", "description": text, "schema": {"type": "string", "maxLength": 128}}
        return
    for name, text in route.query.items():
        yield {"name": name, "in": "query", "description": text, "schema": {"type": "string"}}


def _responses(route: Route) -> Json:
    refused = {"content": {JSON_TYPE: {"schema": {"$ref": _REFERENCE.format(model="Error")}}}}
    told = {
        "400": "cannot be read",
        "401": "nobody is logged in, or the token is not the one",
        "403": "not allowed to whoever asks",
        "503": "the store cannot be asked right now",
    }
    if "{id}" in route.path or isinstance(route, Write) or route.query:
        told["404"] = "there is no such thing"
    if not isinstance(route, Write) and route.query:
        told["422"] = "can be read, and cannot be answered"
    if isinstance(route, Write):
        told |= {
            "403": "not allowed to whoever asks, or another site's page asked",
            "409": "somebody else was faster; look again, then repeat",
            "413": "the body is too long",
            "415": "the body is not JSON",
            "422": "can be read, and must not be",
            "429": "too many; Retry-After says when",
        }
        if route.scope:
            told["403"] = "no token is set, not allowed to it, or another site's page asked"
    status = str(int(route.status)) if isinstance(route, Write) else "200"
    done: dict[str, Any] = {status: {"description": "done"}}
    return done | {code: {"description": text, **refused} for code, text in sorted(told.items())}


def _elsewhere(summary: str) -> Json:
    return {"summary": summary, "responses": {"200": {"description": "done"}, "503": {"description": "not yet"}}}


def page_of(document: Json) -> Text:
    """A plain page: no script, nothing from anywhere else."""
    rows = "".join(
        _section(path, method, operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    )
    schemas = "".join(_schema(name, schema) for name, schema in document["components"]["schemas"].items())
    title = html.escape(f"{document['info']['title']} API {document['info']['version']}")
    return Text(
        f'<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="dark">'
        f"<style>{STYLE}</style></head><body><main><h1>{title}</h1><p>{html.escape(document['info']['description'])}"
        f' <a href="/openapi.json">openapi.json</a></p>{rows}<h2>Bodies</h2>{schemas}</main></body></html>',
        HTML,
    )


STYLE = (
    "body{background:#0b1220;color:#e6edf6;font:16px/1.5 system-ui,sans-serif;margin:0}"
    "main{max-width:60rem;margin:0 auto;padding:1rem}a{color:#7cc4ff}code{color:#ffd479;overflow-wrap:anywhere}"
    "section{border-top:1px solid #2a3a52;padding:.5rem 0}h3{font-size:1rem;margin:.25rem 0}"
    "ul{margin:.25rem 0;padding-left:1.25rem}.required{color:#ff9b9b}"
)


def _section(path: str, method: str, operation: Json) -> str:
    items = [f"<code>{html.escape(p['name'])}</code> {html.escape(p.get('description', ''))}" for p in
             operation.get("parameters", ()) if p["in"] != "header"]  # fmt: skip
    body = operation.get("requestBody", {}).get("content", {}).get(JSON_TYPE, {}).get("schema", {}).get("$ref", "")
    if body:
        name = html.escape(body.rpartition("/")[2])
        items.append(f'body <a href="#{name}">{name}</a>')
    listed = "".join(f"<li>{item}</li>" for item in items)
    return (
        f"<section><h3><code>{method.upper()} {html.escape(path)}</code></h3>{html.escape(operation['summary'])}"
        f"<ul>{listed}</ul></section>"
    )


def _schema(name: str, schema: Json) -> str:
    required = schema.get("required", ())
    fields = "".join(
        f"<li><code{' class=required' if field in required else ''}>{html.escape(field)}</code> "
        f"{'required' if field in required else ''} {html.escape(str(each.get('description', '')))}</li>"
        for field, each in schema.get("properties", {}).items()
    )
    text = html.escape(" ".join(str(schema.get("description", "")).split()))
    return f'<section id="{html.escape(name)}"><h3>{html.escape(name)}</h3>{text}<ul>{fields}</ul></section>'
