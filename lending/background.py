"""Background customers: once a second one draw, on the wall clock's schedule; seconds slept through are skipped."""

from __future__ import annotations

import asyncio
import sys
import time

from lending.demand import Demand
from lending.errors import DataUnwritable
from lending.handling import DataCenter
from lending.routes import DemandSwitch

SETTLED_AFTER_S = 0.5
"""A second's events are counted this long after it began: when most of it is over, so that a reader who looks at whole
seconds hears soon of what failed, and still well inside it, so that he finds exactly one second more each time. Data
centers take turns, so that their work does not coincide."""

_TURN_S = 0.05
_LATE_S = 0.6
_STEPPED_BACK_S = 5


async def draw_every_second(data_center: DataCenter, switch: DemandSwitch, seed: int) -> None:
    """Draws and counts until cancelled."""
    estate = data_center.estate
    cells = estate.cells(data_center.name)
    turn = [one.id for one in estate.data_centers].index(data_center.name)
    offset_s = SETTLED_AFTER_S + _TURN_S * (turn % 6)
    demand = Demand(switch.scale, seed, data_center.name)
    while True:
        second_s = await _next_second(offset_s)
        if switch.rescaled:
            switch.rescaled, demand = False, Demand(switch.scale, seed, data_center.name)
        late = time.time() - (second_s + offset_s) > _LATE_S
        if late or switch.paused or not switch.scale or _drawn_before(data_center.truth.last_second_s, second_s):
            continue
        failing = data_center.faults.effects(time.monotonic()).failing
        try:
            data_center.count_second(second_s, demand.draw(second_s, cells, failing), time.time_ns() // 1_000_000)
        except DataUnwritable as error:
            print(f"{data_center.name}: a second was not counted: {error}", file=sys.stderr)  # noqa: T201 - child's log


async def _next_second(offset_s: float) -> int:
    """Sleeps until the next second has come as far as ``offset_s``; returns when it began, which may be long ago."""
    now_s = time.time()
    second_s = int(now_s - offset_s) + 1
    await asyncio.sleep(second_s + offset_s - now_s)
    return second_s


def _drawn_before(last_second_s: int, second_s: int) -> bool:
    """Whether this second was drawn before a restart; a clock that was set back further draws afresh."""
    return last_second_s - _STEPPED_BACK_S <= second_s <= last_second_s
