"""Injected faults: what is broken on purpose, where, and until when. They hold for real requests and demand alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from lending.estate import Estate, Step
from lending.shape import Place

LINE_KINDS = ("blackhole", "reset", "refuse")
"""What breaks the line instead of the service (wire.py)."""

SHARED_KINDS = ("error_share", "wrong_balance")
"""What hurts a share of requests."""


class FaultRefused(Exception):
    """A fault that cannot be injected; the message is one clear line."""


class FaultRequest(BaseModel):
    """What somebody asks to break. Without product, step or dcn it holds for all of them."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    kind: Literal["error_share", "latency", "freeze", "crash", "wrong_balance", "blackhole", "reset", "refuse"]
    share: Annotated[float, Field(gt=0, le=1, strict=False, allow_inf_nan=False)] | None = None
    latency_ms: Annotated[int, Field(gt=0, le=600_000)] | None = None
    seconds: Annotated[float, Field(gt=0, le=86_400, strict=False, allow_inf_nan=False)] = 60.0
    product: str | None = None
    step: str | None = None
    dcn: str | None = None

    @property
    def everywhere(self) -> bool:
        """Whether it holds for the whole data center."""
        return self.product is None and self.step is None and self.dcn is None


@dataclass(frozen=True, slots=True)
class Fault:
    """An injected fault; ``until_s`` on the clock of the caller."""

    id: int
    request: FaultRequest
    until_s: float


@dataclass(frozen=True, slots=True)
class Effects:
    """What the faults of one moment do to each place: share of events that fail, and added delay in ms."""

    failing: dict[int, float]
    slower_by_ms: dict[int, int]


def parsed_fault(document: object, estate: Estate, dcns: Sequence[str]) -> FaultRequest:
    """The fault that a document asks for. Raises FaultRefused with the field that is wrong."""
    if not isinstance(document, dict):
        raise FaultRefused("the body must be a JSON object")
    try:
        request = FaultRequest.model_validate(document)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False)[0]
        field = ".".join(str(part) for part in first["loc"]) or "body"
        raise FaultRefused(f"{field}: {first['msg']}") from None
    problem = _problem(request, estate, dcns)
    if problem is not None:
        raise FaultRefused(problem)
    return request


def _problem(request: FaultRequest, estate: Estate, dcns: Sequence[str]) -> str | None:
    products = [product for product in estate.products if request.product in (None, product.id)]
    if not products:
        return f"product: there is no {request.product!r}"
    if request.step is not None and not any(product.step(request.step) for product in products):
        return f"step: there is no {request.step!r} in {request.product or 'any product'}"
    if request.dcn is not None and request.dcn not in dcns:
        return f"dcn: there is no {request.dcn!r} in this data center"
    return _kind_problem(request)


def _kind_problem(request: FaultRequest) -> str | None:
    if (request.share is not None) != (request.kind in SHARED_KINDS):
        return "share: belongs to error_share and wrong_balance, which need it"
    if (request.latency_ms is not None) != (request.kind == "latency"):
        return "latency_ms: belongs to latency, which needs it"
    if request.kind == "wrong_balance" and (request.step, request.dcn) != (None, None):
        return "kind: a wrong_balance is of a product, or of all"
    if request.kind in ("crash", *LINE_KINDS) and not request.everywhere:
        return f"kind: a {request.kind} is of the whole data center"
    return None


class FaultTable:
    """The faults of one data center. ``steps`` is parallel to ``places``; ``now_s`` is any steady clock."""

    def __init__(self, places: Sequence[Place], steps: Sequence[Step], deadline_ms: int) -> None:
        self._places = places
        self._steps = steps
        self._deadline_ms = deadline_ms
        self._faults: dict[int, Fault] = {}
        self._last_id = 0
        self._effects: Effects | None = None
        self._next_end_s = float("inf")

    def add(self, request: FaultRequest, now_s: float) -> Fault:
        """Injects a fault from now on."""
        self._last_id += 1
        fault = Fault(self._last_id, request, now_s + request.seconds)
        self._faults[fault.id] = fault
        self._changed()
        return fault

    def remove(self, fault_id: int) -> bool:
        """Ends a fault early; False when there is none of that number."""
        removed = self._faults.pop(fault_id, None) is not None
        self._changed()
        return removed

    def clear(self) -> None:
        """Ends all faults."""
        self._faults.clear()
        self._changed()

    def active(self, now_s: float) -> list[Fault]:
        """Faults that hold now, oldest first."""
        if now_s >= self._next_end_s:
            self._faults = {number: one for number, one in self._faults.items() if one.until_s > now_s}
            self._changed()
        return list(self._faults.values())

    def frozen(self, place: int, now_s: float) -> bool:
        """Whether requests at this place get no answer now."""
        return any(fault.request.kind == "freeze" and self._holds(fault, place) for fault in self.active(now_s))

    def line(self, now_s: float) -> str | None:
        """What is wrong with the line of the whole data center now; the newest of several."""
        kinds = [fault.request.kind for fault in self.active(now_s) if fault.request.kind in LINE_KINDS]
        return kinds[-1] if kinds else None

    def delay_ms(self, place: int, now_s: float) -> int:
        """Added time to answer."""
        return sum(fault.request.latency_ms or 0 for fault in self.active(now_s) if self._holds(fault, place))

    def error_share(self, place: int, now_s: float) -> float:
        """Share of requests that fail at once."""
        passing = 1.0
        for fault in self.active(now_s):
            if fault.request.kind == "error_share" and self._holds(fault, place):
                passing *= 1 - (fault.request.share or 0)
        return 1 - passing

    def wrong_share(self, product: str, now_s: float) -> float:
        """Share of loans of this product that are read back with one fen more than is owed."""
        passing = 1.0
        for fault in self.active(now_s):
            if fault.request.kind == "wrong_balance" and fault.request.product in (None, product):
                passing *= 1 - (fault.request.share or 0)
        return 1 - passing

    def effects(self, now_s: float) -> Effects:
        """What the faults do to drawn demand."""
        faults = self.active(now_s)
        if self._effects is None:
            self._effects = self._computed(now_s) if faults else Effects({}, {})
        return self._effects

    def _computed(self, now_s: float) -> Effects:
        failing: dict[int, float] = {}
        slower: dict[int, int] = {}
        for place in range(len(self._places)):
            delay_ms = self.delay_ms(place, now_s)
            share = self._failing(place, delay_ms, now_s)
            if share:
                failing[place] = share
            if delay_ms:
                slower[place] = delay_ms
        return Effects(failing, slower)

    def _failing(self, place: int, delay_ms: int, now_s: float) -> float:
        if self.line(now_s) is not None or self.frozen(place, now_s):
            return 1.0
        passing = 1 - self.error_share(place, now_s)
        if delay_ms:
            latency = self._steps[place].latency
            usual = latency.share_within(self._deadline_ms)
            passing *= min(1.0, latency.share_within(self._deadline_ms - delay_ms) / usual)
        return 1 - passing

    def _holds(self, fault: Fault, place: int) -> bool:
        where, request = self._places[place], fault.request
        return (
            request.product in (None, where.product)
            and request.step in (None, where.step)
            and request.dcn in (None, where.dcn)
        )

    def _changed(self) -> None:
        self._effects = None
        self._next_end_s = min((fault.until_s for fault in self._faults.values()), default=float("inf"))
