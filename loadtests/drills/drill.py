"""One run: load through HAProxy, faults one after another, and everything that was seen of it."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from loadtests.drills.audit import Audit, audited, counted, postings
from loadtests.drills.balancer import Look, Watch
from loadtests.drills.detection import AlertLook, AlertWatch
from loadtests.drills.estate import DATA_CENTERS, OwnEstate
from loadtests.drills.faults import Fault
from loadtests.drills.sending import Load, OpenLoad, Sent

BACK_WITHIN_S = 30.0
"""A data center that is not served again so long after its fault ended is given up waiting for."""

_SETTLE_S = 1.0


@dataclass(frozen=True, slots=True)
class Timing:
    """``before_s`` of quiet load, each fault for ``hold_s``, ``after_s`` of quiet load once its data center is back."""

    before_s: float
    hold_s: float
    after_s: float


@dataclass(frozen=True, slots=True)
class Loss:
    """One fault that happened, in seconds of the loop's clock. ``back_s``: served again; None: not within the wait."""

    fault: Fault
    data_center: str
    injected_s: float
    restored_s: float
    back_s: float | None


@dataclass(frozen=True, slots=True)
class Record:
    """Everything that was seen of one run, in seconds of the loop's clock."""

    template: str
    load: Load
    began_s: float
    ended_s: float
    losses: tuple[Loss, ...]
    sent: tuple[Sent, ...]
    looks: tuple[Look, ...]
    audit: Audit
    alerts: tuple[AlertLook, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """What to run: a configuration of HAProxy, a load, and faults one after another.

    ``center_port``: where a control center that watches the estate is asked for alerts.
    """

    template: str
    load: Load
    timing: Timing
    faults: Sequence[Fault]
    center_port: int | None = None


def run(estate: OwnEstate, plan: Plan) -> Record:
    """Runs faults under load behind HAProxy. Raises PartMissing or OSError when a part is lost that was not meant."""
    with estate.balanced(plan.template) as balancer:
        return asyncio.run(_run(estate, balancer.port, Watch(balancer.socket), plan))


async def _run(estate: OwnEstate, port: int, watch: Watch, plan: Plan) -> Record:
    loop = asyncio.get_running_loop()
    for name in DATA_CENTERS:
        await watch.until_up(name, BACK_WITHIN_S)
    before = postings(estate, DATA_CENTERS[0]), counted(estate)
    alerts = AlertWatch(plan.center_port) if plan.center_port is not None else None
    with _without_collections():
        watching = [loop.create_task(one.run()) for one in (watch, alerts) if one is not None]
        sending, began_s = OpenLoad(plan.load, port), loop.time()
        running = loop.create_task(sending.run())
        try:
            losses = await _lose(estate, watch, plan.timing, plan.faults)
        finally:
            sending.stop()
            await running
            await _ended(watching)
        ended_s = loop.time()
    await asyncio.sleep(_SETTLE_S)
    audit = await audited(estate, DATA_CENTERS[0], sending.sent, before)
    sent = tuple(sorted(sending.sent, key=lambda one: one.intended_s))
    told = tuple(alerts.looks) if alerts is not None else ()
    return Record(plan.template, plan.load, began_s, ended_s, losses, sent, tuple(watch.looks), audit, told)


async def _ended(watching: Iterable[asyncio.Task[None]]) -> None:
    """Cancels what watches. Raises what it failed of."""
    for task in watching:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def _lose(estate: OwnEstate, watch: Watch, timing: Timing, faults: Iterable[Fault]) -> tuple[Loss, ...]:
    """Goes through the faults, another data center each time; the first one is spared, for it is asked afterwards."""
    losses = []
    await asyncio.sleep(timing.before_s)
    for number, fault in enumerate(faults):
        name = DATA_CENTERS[1 + number % (len(DATA_CENTERS) - 1)]
        losses.append(await _lost(estate, watch, timing, fault, name))
        await asyncio.sleep(timing.after_s)
    return tuple(losses)


async def _lost(estate: OwnEstate, watch: Watch, timing: Timing, fault: Fault, name: str) -> Loss:
    loop = asyncio.get_running_loop()
    injected_s = loop.time()
    await asyncio.to_thread(fault.inject, estate, name, timing.hold_s)
    await asyncio.sleep(timing.hold_s)
    restored_s = loop.time()
    fault.restore(estate, name, timing.hold_s)  # here, not in a thread: a child dies with the thread that made it
    if fault.restarts:  # HAProxy may not have noticed that it was gone: up to it means nothing before it answers
        await asyncio.to_thread(estate.until_ready, name)
    back = await watch.until_up(name, BACK_WITHIN_S)
    return Loss(fault, name, injected_s, restored_s, loop.time() if back else None)


@contextmanager
def _without_collections() -> Iterator[None]:
    """Collections of garbage stall the sender for tens of milliseconds: none while it sends."""
    gc.collect()
    gc.freeze()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
        gc.unfreeze()
