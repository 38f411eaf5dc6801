"""The HTTP face of one data center. Whatever is wrong with a request is said in one line of JSON, never with a 500."""

from __future__ import annotations

import asyncio
import os
import random
import re
import time
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from typing import Any

import orjson
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from lending.decisions import Malformed
from lending.errors import BooksUnavailable, DataUnwritable, DetailGone
from lending.faults import Fault, FaultRefused, parsed_fault
from lending.handling import Call, DataCenter, traffic_of
from lending.page import CONTENT_TYPE
from lending.truth import TruthReading, count_rows, transaction_rows

LARGEST_BODY_BYTES = 64 << 10
_KEY = re.compile(r"[\x21-\x7e]{1,255}")
_AFTER_THE_ANSWER_S = 0.05
_LARGEST_SEQUENCE_DIGITS = 18


@dataclass(slots=True)
class DemandSwitch:
    """Whether background demand is drawn, and for how many transactions per ordinary day."""

    scale: int
    paused: bool = False
    rescaled: bool = False


class Routes:
    """Handlers of one data center. ``freeze`` stops the whole process from answering for some seconds, ``refuse``
    from listening."""

    def __init__(
        self,
        data_center: DataCenter,
        demand: DemandSwitch,
        freeze: Callable[[float], None],
        refuse: Callable[[float], None],
    ) -> None:
        self._data_center = data_center
        self._demand = demand
        self._freeze = freeze
        self._refuse = refuse

    def application(self) -> Starlette:
        """The ASGI application."""
        routes = [
            Route("/v1/loans/{loan_id}", self._loan, methods=["GET"]),
            Route("/v1/ledgers", self._ledgers, methods=["GET"]),
            Route("/v1/{product}/{step}", self._request, methods=["POST"]),
            Route("/metrics", self._metrics, methods=["GET"]),
            Route("/healthz", self._healthz, methods=["GET"]),
            Route("/truth", self._truth, methods=["GET"]),
            Route("/faults", self._list_faults, methods=["GET"]),
            Route("/faults", self._add_fault, methods=["POST"]),
            Route("/faults", self._clear_faults, methods=["DELETE"]),
            Route("/faults/{fault_id:int}", self._remove_fault, methods=["DELETE"]),
            Route("/demand", self._show_demand, methods=["GET"]),
            Route("/demand", self._set_demand, methods=["POST"]),
        ]
        handlers: dict[Any, Callable[[Request, Any], Awaitable[Response]]] = {
            HTTPException: _as_http,
            Malformed: _as_malformed,
            FaultRefused: _as_refused,
            DetailGone: _as_gone,
            BooksUnavailable: _as_unavailable,
            DataUnwritable: _as_unavailable,
            ClientDisconnect: _as_left,
        }
        application = Starlette(routes=routes, exception_handlers=handlers)
        application.router.redirect_slashes = False  # a POST elsewhere is an unknown step, not a redirect
        return application

    async def _request(self, request: Request) -> Response:
        params = request.path_params
        traffic = traffic_of(request.headers.get("x-traffic"))
        call = Call(
            product=params["product"],
            step=params["step"],
            key=_key(request),
            traffic=traffic,
            body=await _body(request),
            gone=request.is_disconnected,
        )
        reply = await self._data_center.handle(call)
        headers = {"Idempotent-Replay": "true"} if reply.replayed else None
        return _json(reply.json, reply.status, headers)

    async def _loan(self, request: Request) -> Response:
        answer = await self._data_center.books.ask({"op": "loan", "id": request.path_params["loan_id"]})
        if answer["state"] == "missing":
            raise Malformed(f"there is no loan {request.path_params['loan_id']!r}", 404)
        loan = answer["loan"]
        if random.random() < self._data_center.faults.wrong_share(loan["product"], time.monotonic()):
            loan["owed_fen"] += 1
        return _json(orjson.dumps(loan))

    async def _ledgers(self, request: Request) -> Response:
        audit = request.query_params.get("audit") == "true"
        answer = await self._data_center.books.ask({"op": "ledgers", "audit": audit})
        return _json(orjson.dumps(answer["ledgers"]))

    async def _metrics(self, _request: Request) -> Response:
        return Response(self._data_center.metrics(), headers={"content-type": CONTENT_TYPE})

    async def _healthz(self, _request: Request) -> Response:
        return _json(orjson.dumps({"status": "ok", "data_center": self._data_center.name}))

    async def _truth(self, request: Request) -> Response:
        """All of it from memory; a stretch is read back from the log, away from the event loop."""
        reading = self._data_center.truth.reading()
        after = _sequence(request, "after", 0)
        through = _sequence(request, "through", reading.sequence)
        if through > reading.sequence:
            raise Malformed(f"through: the last record is {reading.sequence}", 422)
        lives = self._data_center.truth.incarnations()
        incarnations = [{**asdict(one), "alive": one is lives[-1]} for one in lives]
        document = {
            "data_center": self._data_center.name,
            "sequence": reading.sequence,
            "after": after,
            "through": through,
            "incarnations": incarnations,
        }
        return _json(await asyncio.to_thread(_truth_document, document, reading, after, through))

    async def _list_faults(self, _request: Request) -> Response:
        now_s = time.monotonic()
        faults = [_shown(fault, now_s) for fault in self._data_center.faults.active(now_s)]
        return _json(orjson.dumps({"faults": faults}))

    async def _add_fault(self, request: Request) -> Response:
        wanted = parsed_fault(await _body(request), self._data_center.estate, self._data_center.dcns)
        now_s = time.monotonic()
        loop = asyncio.get_running_loop()
        if wanted.kind == "crash":
            loop.call_later(_AFTER_THE_ANSWER_S, os._exit, 1)
        if wanted.kind == "freeze" and wanted.everywhere:
            loop.call_later(_AFTER_THE_ANSWER_S, self._freeze, wanted.seconds)
        if wanted.kind == "refuse":
            loop.call_later(_AFTER_THE_ANSWER_S, self._refuse, wanted.seconds)
        fault = self._data_center.faults.add(wanted, now_s)
        return _json(orjson.dumps(_shown(fault, now_s)), 201)

    async def _remove_fault(self, request: Request) -> Response:
        number = request.path_params["fault_id"]
        if not self._data_center.faults.remove(number):
            raise Malformed(f"there is no fault {number}", 404)
        return Response(status_code=204)

    async def _clear_faults(self, _request: Request) -> Response:
        self._data_center.faults.clear()
        return Response(status_code=204)

    async def _show_demand(self, _request: Request) -> Response:
        return _json(orjson.dumps({"paused": self._demand.paused, "scale": self._demand.scale}))

    async def _set_demand(self, request: Request) -> Response:
        wanted = await _body(request)
        paused = wanted.get("paused", self._demand.paused)
        scale = wanted.get("scale", self._demand.scale)
        if not wanted or set(wanted) - {"paused", "scale"} or not isinstance(paused, bool):
            raise Malformed('the body must be {"paused": true or false} and/or {"scale": transactions per day}', 422)
        if not isinstance(scale, int) or isinstance(scale, bool) or not 0 <= scale <= 10**12:
            raise Malformed("scale: must be a whole number from 0 to 1000000000000", 422)
        self._demand.rescaled |= scale != self._demand.scale
        self._demand.paused, self._demand.scale = paused, scale
        return await self._show_demand(request)


def _truth_document(document: dict[str, Any], reading: TruthReading, after: int, through: int) -> bytes:
    totals = reading.counted(after, through)
    return orjson.dumps({**document, "counts": count_rows(totals), "transactions": transaction_rows(totals)})


def _shown(fault: Fault, now_s: float) -> dict[str, Any]:
    asked = fault.request.model_dump(exclude_none=True)
    return {"id": fault.id, **asked, "remaining_seconds": round(max(0.0, fault.until_s - now_s), 3)}


def _json(content: bytes, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    return Response(content, status, headers, media_type="application/json")


def _problem(status: int, line: str) -> Response:
    return _json(orjson.dumps({"error": line}), status)


def _key(request: Request) -> str:
    key = request.headers.get("idempotency-key")
    if key is None:
        raise Malformed("Idempotency-Key: the header is missing")
    if not _KEY.fullmatch(key):
        raise Malformed("Idempotency-Key: must be 1 to 255 visible ASCII characters")
    return key


async def _body(request: Request) -> dict[str, Any]:
    announced = request.headers.get("content-length", "0")
    if announced.isdecimal() and int(announced) > LARGEST_BODY_BYTES:
        raise Malformed(f"the body is larger than {LARGEST_BODY_BYTES} bytes", 413)
    chunks = bytearray()
    async for chunk in request.stream():
        chunks += chunk
        if len(chunks) > LARGEST_BODY_BYTES:
            raise Malformed(f"the body is larger than {LARGEST_BODY_BYTES} bytes", 413)
    try:
        document = orjson.loads(chunks)
    except orjson.JSONDecodeError as error:
        raise Malformed(f"the body is not JSON: {error}") from None
    if not isinstance(document, dict):
        raise Malformed("the body must be a JSON object")
    return document


def _sequence(request: Request, name: str, default: int) -> int:
    text = request.query_params.get(name)
    if text is None:
        return default
    if not (text.isascii() and text.isdecimal()) or len(text) > _LARGEST_SEQUENCE_DIGITS:
        raise Malformed(f"{name}: must be a whole number", 422)
    return int(text)


async def _as_http(_request: Request, error: HTTPException) -> Response:
    return _problem(error.status_code, error.detail)


async def _as_malformed(_request: Request, error: Malformed) -> Response:
    return _problem(error.status, str(error))


async def _as_refused(_request: Request, error: FaultRefused) -> Response:
    return _problem(422, str(error))


async def _as_gone(_request: Request, error: DetailGone) -> Response:
    return _problem(410, str(error))


async def _as_unavailable(_request: Request, error: BooksUnavailable | DataUnwritable) -> Response:
    return _problem(503, str(error))


async def _as_left(_request: Request, _error: ClientDisconnect) -> Response:
    return _problem(400, "the client left before its request was whole")
