"""One data center at work: what happens to a request, and when it is counted.

The order is always: claim the key, decide, book and complete at the books, append to the truth, count, answer. Where no
fault comes in between, the books claim and complete in one message. What is counted was decided; what is answered was
counted. A customer's transaction is counted by whoever first answers its key.
"""

from __future__ import annotations

import asyncio
import random
import sys
import time
import zlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import orjson

from lending.books_link import BooksLink
from lending.decisions import Decision, Malformed, Request, decided, understood
from lending.demand import Draw
from lending.errors import BooksUnavailable, DataUnwritable
from lending.estate import Estate, Product, Step
from lending.faults import FaultTable
from lending.page import MetricsPage
from lending.shape import BUSINESS_REJECT, CLIENT_ABORT, CUSTOMER, LOAD_TEST, OK, SYSTEM_ERROR, Place, Shape
from lending.truth import TruthLog

IS_GONE_WORTH_ASKING_MS = 30
"""Nobody gives up sooner, and asking costs."""

_FROZEN_LOOK_S = 0.05
_LOOK_AGAIN_S = (0.005, 0.03)
"""Between two claims of one request: long enough for whoever took it over, by chance so that two do not take turns."""

_REJECTED = 422


@dataclass(frozen=True, slots=True)
class Call:
    """One HTTP request, before it is understood. ``gone``: whether the client has left."""

    product: str
    step: str
    key: str
    traffic: int
    body: dict[str, Any]
    gone: Callable[[], Awaitable[bool]]


@dataclass(frozen=True, slots=True)
class Reply:
    """What to send: status and JSON; ``replayed`` when it is an earlier answer to the same key."""

    status: int
    json: bytes
    replayed: bool = False


class DataCenter:
    """Everything one data center holds. ``truth`` and ``page`` change together, in one step of the event loop."""

    def __init__(self, estate: Estate, name: str, truth: TruthLog, shape: Shape, books: BooksLink) -> None:
        self.estate = estate
        self.name = name
        self.truth = truth
        self.books = books
        self.dcns = estate.dcns(name)
        self.page = MetricsPage(estate, name, shape, truth.born_ms)
        self._routes = {
            (product.id, step.id): (product, step, index * len(self.dcns))
            for index, (product, step) in enumerate((p, s) for p in estate.products for s in p.steps)
        }
        self._product_numbers = {product.id: number for number, product in enumerate(estate.products)}
        steps = [step for product in estate.products for step in product.steps for _ in self.dcns]
        self.faults = FaultTable(shape.places, steps, estate.client_deadline_ms)
        self._step_numbers = {route: number for number, route in enumerate(self._routes)}

    async def handle(self, call: Call) -> Reply:
        """Answers one request. Raises Malformed for what cannot be understood; that is not counted."""
        started_s = time.monotonic()
        product, step, first_place = self._route(call)
        request = understood(self.estate, product, step, call.key, call.body)
        place = first_place + self._dcn(request)
        decision = decided(request)
        await self._thaw(place)
        try:
            return await self._settled(call, request, place, decision, started_s)
        except BooksUnavailable as error:
            return await self._failed(call, place, started_s, False, str(error))

    async def _settled(self, call: Call, request: Request, place: int, decision: Decision, started_s: float) -> Reply:
        """Claims the key, books and answers. Raises BooksUnavailable; the key's next claimant then settles it.

        A slow earlier attempt at another data center may claim after us and so take the key over. Whoever still has a
        client looks again a moment later: the key is then settled, or it is ours once more.
        """
        if self._undisturbed(place, started_s):
            return await self._settled_at_once(call, request, place, decision, started_s)
        broken = None
        while True:
            claim = await self._claimed(call, request)
            if claim["state"] == "done":
                return self._replay(request.product, claim)
            broken = await self._breaks(place, started_s) if broken is None else broken
            if broken:
                failed = await self.books.ask({"op": "fail", "key": call.key})
                return await self._failed(call, place, started_s, failed["first"], "the service failed")
            done = await self._completed(call, claim["fence"], decision)
            if done["state"] == "ok":
                return await self._answered(call, place, started_s, done)
            if "answer" in done:
                return self._replay(request.product, done)
            if _elapsed_ms(started_s) > self.estate.client_deadline_ms or await call.gone():
                return await self._failed(call, place, started_s, False, "another data center took this request over")
            await asyncio.sleep(random.uniform(*_LOOK_AGAIN_S))

    def _undisturbed(self, place: int, started_s: float) -> bool:
        """Whether no fault delays or breaks this request between its claim and its completion."""
        now_s = time.monotonic()
        faulty = self.faults.error_share(place, now_s) or self.faults.delay_ms(place, now_s)
        return not faulty and _elapsed_ms(started_s) <= self.estate.client_deadline_ms

    async def _settled_at_once(
        self, call: Call, request: Request, place: int, decision: Decision, started_s: float
    ) -> Reply:
        """Claims, books and completes in one message; nobody can take the request over in between."""
        settled = await self._asked({**self._claim_of(call, request), **_completion_of(decision), "op": "settle"})
        if settled["state"] == "done":
            return self._replay(request.product, settled)
        return await self._answered(call, place, started_s, settled)

    async def _claimed(self, call: Call, request: Request) -> dict[str, Any]:
        return await self._asked({**self._claim_of(call, request), "op": "claim"})

    def _claim_of(self, call: Call, request: Request) -> dict[str, Any]:
        return {"key": call.key, "owner": self.name, "request": _fingerprint(call, request)}

    async def _asked(self, claim: dict[str, Any]) -> dict[str, Any]:
        answer = await self.books.ask(claim)
        if answer["state"] == "conflict":
            raise Malformed("Idempotency-Key: was used for another request", 409)
        return answer

    async def _completed(self, call: Call, fence: int, decision: Decision) -> dict[str, Any]:
        return await self.books.ask({**_completion_of(decision), "op": "complete", "key": call.key, "fence": fence})

    def count_second(self, second_s: int, draw: Draw, now_ms: int) -> None:
        """Appends and counts one second of drawn demand. Raises DataUnwritable, and then nothing is counted."""
        drawn = [*draw.ok, *draw.business_reject, *draw.system_error, *draw.client_abort]
        self.truth.count_second(second_s, drawn, now_ms)
        self.page.count_drawn(drawn, self.faults.effects(time.monotonic()).slower_by_ms)

    def metrics(self) -> bytes:
        """The metrics page as of now."""
        return self.page.rendered(self.truth.sequence, time.time_ns() // 1_000_000)

    def _route(self, call: Call) -> tuple[Product, Step, int]:
        route = self._routes.get((call.product, call.step))
        if route is not None:
            return route
        if call.product not in self._product_numbers:
            raise Malformed(f"there is no product {call.product!r}", 404)
        raise Malformed(f"{call.product} has no step {call.step!r}", 404)

    def _dcn(self, request: Request) -> int:
        """The customer's unit: given, else by hash so that a customer always meets the same one."""
        given = request.body.get("dcn")
        if given is None:
            return zlib.crc32((request.customer_id or request.key).encode()) % len(self.dcns)
        if given not in self.dcns:
            raise Malformed(f"dcn: there is no {given!r} in {self.name}")
        return self.dcns.index(given)

    async def _thaw(self, place: int) -> None:
        while self.faults.frozen(place, time.monotonic()):
            await asyncio.sleep(_FROZEN_LOOK_S)

    async def _breaks(self, place: int, started_s: float) -> bool:
        """Lives through injected delay and error shares; True when the request failed by them or came too late."""
        now_s = time.monotonic()
        if random.random() < self.faults.error_share(place, now_s):
            return True
        delay_ms = self.faults.delay_ms(place, now_s)
        if delay_ms:
            await asyncio.sleep(delay_ms / 1000)
        return _elapsed_ms(started_s) > self.estate.client_deadline_ms

    async def _answered(self, call: Call, place: int, started_s: float, done: dict[str, Any]) -> Reply:
        outcome = BUSINESS_REJECT if done["status"] == _REJECTED else OK
        if await self._client_left(call, started_s):
            outcome = CLIENT_ABORT
        self._count(call, place, outcome, started_s, done["first"])
        return Reply(done["status"], done["answer"].encode())

    async def _failed(self, call: Call, place: int, started_s: float, first: bool, reason: str) -> Reply:
        outcome = CLIENT_ABORT if await self._client_left(call, started_s) else SYSTEM_ERROR
        self._count(call, place, outcome, started_s, first)
        return Reply(503, orjson.dumps({"outcome": "system_error", "reason": reason}))

    async def _client_left(self, call: Call, started_s: float) -> bool:
        """Whether the client gave up before its deadline; one that waited for it met a failure instead."""
        elapsed_ms = _elapsed_ms(started_s)
        if not IS_GONE_WORTH_ASKING_MS <= elapsed_ms < self.estate.client_deadline_ms:
            return False
        return await call.gone()

    def _count(self, call: Call, place: int, outcome: int, started_s: float, first: bool) -> None:
        """Truth first, then the page; nothing else runs in between."""
        transaction = first and self.truth.totals.shape.places[place].transaction
        try:
            self.truth.count_event(place, outcome, call.traffic, transaction)
        except DataUnwritable as error:
            print(f"{self.name}: not counted: {error}", file=sys.stderr)  # noqa: T201 - the log of a child
            raise
        self.page.count_event(place, outcome, call.traffic, transaction)
        if outcome != CLIENT_ABORT:
            self.page.durations.observe(self._step_numbers[call.product, call.step], _elapsed_ms(started_s))

    def _replay(self, product: Product, done: dict[str, Any]) -> Reply:
        self.page.replays.add(self._product_numbers[product.id])
        return Reply(done["status"], done["answer"].encode(), replayed=True)


def shape_of(estate: Estate, data_center: str) -> Shape:
    """The layout of a data center's counts, in the order of its cells."""
    transacting = {(product.id, step.id) for product in estate.products for step in product.steps if step.transaction}
    return Shape(
        [
            Place(cell.product, cell.step, cell.dcn, (cell.product, cell.step) in transacting)
            for cell in estate.cells(data_center)
        ]
    )


def traffic_of(text: str | None) -> int:
    """The traffic that a request says it is. Raises Malformed for a word that is none."""
    if text is None or text == "customer":
        return CUSTOMER
    if text == "load_test":
        return LOAD_TEST
    raise Malformed("X-Traffic: must be load_test, or left out")


def _elapsed_ms(started_s: float) -> float:
    return (time.monotonic() - started_s) * 1000


def _completion_of(decision: Decision) -> dict[str, Any]:
    answer = orjson.dumps(decision.answer).decode()
    return {"status": decision.status, "answer": answer, "booking": decision.booking}


def _fingerprint(call: Call, request: Request) -> str:
    """What a key stands for; another request under the same key is refused. The place that serves it may differ."""
    body = {name: value for name, value in request.body.items() if name != "dcn"}
    digest = zlib.crc32(orjson.dumps(body, option=orjson.OPT_SORT_KEYS))
    return f"{call.product}/{call.step}/{digest:08x}"
