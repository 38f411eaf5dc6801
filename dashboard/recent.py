"""The seconds from which a data center's present state and rate are taken (see ``slo.states.StatePolicy``)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from slo.states import StatePolicy
from slo.windows import Window
from store.records import Gap


@dataclass(frozen=True, slots=True)
class Recent:
    """The short and the long window of one data center, up to the end of its newest closed slot.

    ``rate_seconds``: the time in which the events of the short window happened; longer than the window when its
    first events are those of a gap that was caught up.
    """

    short: Window
    long: Window
    rate_seconds: int


def slot_end(at_ms: int) -> int:
    """End of the one-second slot in which a page taken at ``at_ms`` books its increase: a page of 5.0 s ends slot 4."""
    return -(-at_ms // 1000)


def recent(watermark_ms: int, interval_ms: int, policy: StatePolicy, gaps: Iterable[Gap]) -> Recent:
    """Windows of whole intervals that end at the watermark.

    What a gap longer than the short window caught up says nothing about now: the windows begin after it, unless the
    page that caught up is the newest and so all that is known.
    """
    to_s = slot_end(watermark_ms)
    short_s = to_s - _whole_intervals(policy.short_seconds, interval_ms)
    long_s = to_s - _whole_intervals(policy.long_seconds, interval_ms)
    closed = [(g.from_ms // 1000, slot_end(g.to_ms)) for g in gaps if long_s < slot_end(g.to_ms) <= to_s]
    floor_s = max((end for begin, end in closed if end < to_s and end - begin > to_s - short_s), default=long_s)
    short_s = max(short_s, floor_s)
    long_s = max(long_s, floor_s)
    began_s = min([begin for begin, end in closed if end > short_s] + [short_s])
    return Recent(Window(short_s, to_s), Window(long_s, to_s), to_s - began_s)


def _whole_intervals(seconds: int, interval_ms: int) -> int:
    """At least ``seconds``, as a multiple of the collection interval taken up to whole seconds."""
    interval_s = max(1, -(-interval_ms // 1000))
    return -(-seconds // interval_s) * interval_s
