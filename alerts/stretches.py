"""Since when it has been bad: stretches of bad slots per unit and rule.

A slot is bad for a rule when its own share of bad events is above the rule's; bad slots that lie less than the rule's
short window apart are one stretch. So background failures of a busy service do not belong to an outage's stretch.

A stretch ends with the last bad slot that the failure itself can have made: one that follows within seconds, or one by
which so many events are bad since the end that they burn above the rule's share too. A single failure twenty minutes
after an outage is noise, and would make it twenty minutes longer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from alerts.conditions import BurnRule
from alerts.windows import Sum

SETTLED_AFTER_S = 10
"""Sources of one second commit at different instants; after so long a slot is taken as it is."""
DENSE_SECONDS = 10
"""Bad slots that follow so soon are one failure, however thin."""
LEAST_LOOSE = 2
"""A single bad event further away never makes a stretch longer."""


class Stretch(NamedTuple):
    """From the begin of the first bad slot to the end of the last, in seconds."""

    from_s: int
    to_s: int


class _Trace(NamedTuple):
    """A stretch, and how many bad events came since its end that did not make it longer."""

    stretch: Stretch
    loose: int = 0


class Stretches:
    """The newest stretch of every unit (by its number) and rule (by its position among the unit's rules)."""

    def __init__(self, *, slot_s: int = 1) -> None:
        self._slot_s = slot_s
        self._settled: dict[int, dict[int, _Trace]] = {}
        self._recent: dict[int, dict[int, Sum]] = {}

    def put(self, number: int, position: int, stretch: Stretch) -> None:
        """Takes a stretch back that was kept over a restart."""
        self._settled.setdefault(number, {})[position] = _Trace(stretch)

    def tell(self, slot_s: int, number: int, counted: Sum) -> None:
        """What a unit counted in one slot; told again it replaces what was told before."""
        slot = self._recent.get(slot_s)
        if not counted.bad:
            if slot is not None:
                slot.pop(number, None)
            return
        if slot is None:
            slot = self._recent[slot_s] = {}
        slot[number] = counted

    def settle(self, now_s: int, rules_of: Sequence[Sequence[BurnRule]]) -> None:
        """Takes slots that nobody tells again any more into stretches, oldest first."""
        if not self._recent:
            return
        for slot_s in sorted(at for at in self._recent if at <= now_s - SETTLED_AFTER_S):
            for number, counted in self._recent.pop(slot_s).items():
                settled = self._settled.setdefault(number, {})
                for position, rule in enumerate(rules_of[number]):
                    if counted.bad * rule.share_of > counted.total * rule.share:
                        settled[position] = self._joined(settled.get(position), slot_s, counted, rule)

    def of(self, number: int, position: int, rule: BurnRule) -> Stretch | None:
        """The newest stretch, the latest slots included."""
        trace = self._settled.get(number, _NONE).get(position)
        for slot_s, counted in self._bad_recently(number, rule):
            trace = self._joined(trace, slot_s, counted, rule)
        return None if trace is None else trace.stretch

    def _bad_recently(self, number: int, rule: BurnRule) -> list[tuple[int, Sum]]:
        slots = ((slot_s, told.get(number)) for slot_s, told in self._recent.items())
        return sorted((slot_s, each) for slot_s, each in slots if each is not None and rule.exceeded(each))

    def _joined(self, before: _Trace | None, slot_s: int, counted: Sum, rule: BurnRule) -> _Trace:
        end_s = slot_s + self._slot_s
        if before is None or slot_s - before.stretch.to_s >= rule.tier.short_seconds:
            return _Trace(Stretch(slot_s, end_s))
        from_s, to_s = before.stretch
        loose = before.loose + counted.bad
        dense = slot_s - to_s < max(DENSE_SECONDS, 2 * self._slot_s)
        if dense or (loose >= LEAST_LOOSE and self._burns_on(loose, end_s - to_s, counted, rule)):
            return _Trace(Stretch(min(from_s, slot_s), max(to_s, end_s)))
        return _Trace(before.stretch, loose)

    def _burns_on(self, bad: int, seconds: int, counted: Sum, rule: BurnRule) -> bool:
        """Whether so many bad events are above the rule's share of what came in so many seconds, at a slot's pace."""
        return bad * rule.share_of * self._slot_s > counted.total * rule.share * seconds


_NONE: Mapping[int, _Trace] = {}
