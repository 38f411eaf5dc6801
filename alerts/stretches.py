"""Since when it has been bad: stretches of bad slots per unit and rule.

A slot is bad for a rule when its own share of bad events is above the rule's; bad slots that lie less than the rule's
short window apart are one stretch. So background failures of a busy service do not belong to an outage's stretch.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from alerts.conditions import BurnRule
from alerts.windows import Sum

SETTLED_AFTER_S = 10
"""Sources of one second commit at different instants; after so long a slot is taken as it is."""


class Stretch(NamedTuple):
    """From the begin of the first bad slot to the end of the last, in seconds."""

    from_s: int
    to_s: int


class Stretches:
    """The newest stretch of every unit (by its number) and rule (by its position among the unit's rules)."""

    def __init__(self, *, slot_s: int = 1) -> None:
        self._slot_s = slot_s
        self._settled: dict[int, dict[int, Stretch]] = {}
        self._recent: dict[int, dict[int, Sum]] = {}

    def put(self, number: int, position: int, stretch: Stretch) -> None:
        """Takes a stretch back that was kept over a restart."""
        self._settled.setdefault(number, {})[position] = stretch

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
                        settled[position] = self._joined(settled.get(position), slot_s, rule)

    def of(self, number: int, position: int, rule: BurnRule) -> Stretch | None:
        """The newest stretch, the latest slots included."""
        stretch = self._settled.get(number, _NONE).get(position)
        for slot_s in self._bad_recently(number, rule):
            stretch = self._joined(stretch, slot_s, rule)
        return stretch

    def _bad_recently(self, number: int, rule: BurnRule) -> list[int]:
        slots = ((slot_s, told.get(number)) for slot_s, told in self._recent.items())
        return sorted(slot_s for slot_s, counted in slots if counted is not None and rule.exceeded(counted))

    def _joined(self, before: Stretch | None, slot_s: int, rule: BurnRule) -> Stretch:
        end_s = slot_s + self._slot_s
        if before is None or slot_s - before.to_s >= rule.tier.short_seconds:
            return Stretch(slot_s, end_s)
        return Stretch(min(before.from_s, slot_s), max(before.to_s, end_s))


_NONE: Mapping[int, Stretch] = {}
