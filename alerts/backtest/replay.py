"""One objective over the slots of the past: every transition of its alerts, at the end of the slot that caused it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from alerts.backtest.errors import NothingToSay
from alerts.backtest.history import History
from alerts.conditions import BurnRule, budget_spent, burn_condition, burn_rules
from alerts.engine import MOST_HOLD_SECONDS
from alerts.lifecycle import Alert, Instant, Lifecycle, Timing
from alerts.model import AlertKey, AlertState, Condition, Evidence, Level, Subject, Transition
from alerts.policy import Slo, Tier
from alerts.windows import Sum
from slo.counts import Counts

Parts = Mapping[str, tuple[int, int]]
"""Data center (empty for the whole) -> good and bad events of a slot."""
_NOTHING: Parts = {}
_NOBODY: frozenset[str] = frozenset()


@dataclass(slots=True)
class _Watch:
    """One rule and one subject. ``alert``: what the lifecycle knows of it."""

    rule: BurnRule
    long: int
    short: int
    key: AlertKey
    alert: Alert | None = None

    @property
    def open(self) -> bool:
        """Whether there is something to close."""
        return self.alert is not None and self.alert.state is not AlertState.RESOLVED

    @property
    def steady(self) -> bool:
        """Whether it fires and nothing denies it: to say so again changes nothing."""
        alert = self.alert
        return alert is not None and alert.state is AlertState.FIRING and alert.false_from_ms is None


@dataclass(slots=True)
class _Unit:
    """One subject. ``live``: whether any of its alerts is open."""

    subject: Subject
    history: History
    watches: tuple[_Watch, ...]
    live: bool = False


def told(tier: Tier, slot_seconds: int) -> bool:
    """Whether a tier's windows are whole slots."""
    return tier.long_seconds % slot_seconds == 0 and tier.short_seconds % slot_seconds == 0


class Replay:
    """The whole (product or bank) and, where slots tell them apart, its data centers.

    ``from_s``: begin of the first slot. Raises NothingToSay when slots are too long for every tier.
    """

    def __init__(self, slo: Slo, slot_seconds: int, *, most_hold_seconds: int = MOST_HOLD_SECONDS) -> None:
        rules = [rule for rule in burn_rules(slo) if told(rule.tier, slot_seconds)]
        if not rules:
            raise NothingToSay(f"slots of {slot_seconds} s are too long for the windows of every tier of {slo.id}")
        self.slo = slo
        self.slot_seconds = slot_seconds
        self.left_out = tuple(tier.name for tier in slo.policy.tiers if not told(tier, slot_seconds))
        self._rules = rules
        self._most_slots = max(rule.tier.long_seconds for rule in rules) // slot_seconds
        self._lifecycle = Lifecycle({rule.name: _timing(rule, most_hold_seconds) for rule in rules})
        self._changes: list[Transition] = []
        level, part = (Level.PRODUCT, Level.CELL) if slo.product else (Level.BANK, Level.DATA_CENTER)
        self._apart = part if part is Level.DATA_CENTER or part in slo.policy.levels else None
        self._whole = self._unit(Subject(level, slo.product))
        self._cells: dict[str, _Unit] = {}
        self._blamed: dict[AlertKey, frozenset[str]] = {}
        self._from_s = 0

    def run(self, slots: Iterable[tuple[int, Parts]]) -> Iterator[Transition]:
        """All transitions of slots (begin in epoch seconds, events), oldest first; missing slots are unknown."""
        expected_s: int | None = None
        for at_s, parts in slots:
            if expected_s is None:
                self._from_s = at_s
            elif at_s > expected_s:
                self._gap(expected_s, at_s)
            expected_s = at_s + self.slot_seconds
            self._slot(expected_s, parts)
            if self._changes:
                yield from self._changes
                self._changes.clear()

    def _gap(self, from_s: int, to_s: int) -> None:
        """Nothing was seen: windows slide, nothing closes. Once they are empty nothing changes any more."""
        slots = (to_s - from_s) // self.slot_seconds
        for number in range(min(slots, self._most_slots)):
            self._slot(from_s + (number + 1) * self.slot_seconds, _NOTHING)

    def _slot(self, end_s: int, parts: Parts) -> None:
        total = bad = 0
        for name, (good_here, bad_here) in parts.items():
            total += good_here + bad_here
            bad += bad_here
            if name and self._apart and name not in self._cells:
                self._cells[name] = self._unit(Subject(self._apart, self.slo.product, name))
        self._whole.history.add(total, bad)
        for name, unit in self._cells.items():
            good_here, bad_here = parts.get(name, (0, 0))
            unit.history.add(good_here + bad_here, bad_here)
        self._judge(self._whole, end_s, parts)
        for unit in self._cells.values():
            self._judge(unit, end_s, parts)

    def _judge(self, unit: _Unit, end_s: int, parts: Parts) -> None:
        history = unit.history
        if not unit.live and history.bad(self._most_slots) == 0:
            return  # most slots of most services: nothing can be true, and nothing is there to close
        for watch in unit.watches:
            rule = watch.rule
            burns = (
                history.bad(watch.long) >= rule.floor_events
                and history.burns(watch.long, rule.share, rule.share_of)
                and history.burns(watch.short, rule.share, rule.share_of)
            )
            # Millions of slots: only what can change a state goes on to the conditions and the lifecycle.
            if watch.open if not burns else (not watch.steady or self._cells):
                self._step(unit, watch, end_s, parts)

    def _step(self, unit: _Unit, watch: _Watch, end_s: int, parts: Parts) -> None:
        key, rule = watch.key, watch.rule
        long, short = unit.history.sum(watch.long), unit.history.sum(watch.short)
        condition = burn_condition(rule, long, short, observed=self._observed(unit, key, parts))
        if condition is Condition.TRUE and unit is self._whole:
            self._blame(watch)
        at_ms = end_s * 1000
        change = self._lifecycle.step(
            key,
            condition,
            rule.severity,
            lambda: _evidence(rule, long, short, end_s - self._from_s),
            Instant(at_ms, at_ms),
        )
        watch.alert = self._lifecycle.get(key)
        if change is None:
            return
        self._changes.append(change)
        unit.live = any(each.open for each in unit.watches)
        if change.state is AlertState.RESOLVED:
            self._blamed.pop(key, None)

    def _observed(self, unit: _Unit, key: AlertKey, parts: Parts) -> bool:
        """Whether what the alert speaks of was looked at: a data center by its own row, the whole by any row and by
        those of all data centers that it blames."""
        if unit is not self._whole:
            return unit.subject.data_center in parts
        return bool(parts) and all(name in parts for name in self._blamed.get(key, _NOBODY))

    def _blame(self, watch: _Watch) -> None:
        exceeded = watch.rule.exceeded
        culprits = {name for name, unit in self._cells.items() if exceeded(unit.history.sum(watch.short))}
        if culprits:
            self._blamed[watch.key] = self._blamed.get(watch.key, _NOBODY) | culprits

    def _unit(self, subject: Subject) -> _Unit:
        watches = tuple(
            _Watch(
                rule,
                rule.tier.long_seconds // self.slot_seconds,
                rule.tier.short_seconds // self.slot_seconds,
                AlertKey(rule.name, subject, self.slo.id),
            )
            for rule in self._rules
        )
        return _Unit(subject, History(self._most_slots), watches)


def _timing(rule: BurnRule, most_hold_seconds: int) -> Timing:
    """As the engine takes its time."""
    short_s = rule.tier.short_seconds
    return Timing(rule.tier.after_seconds, min(short_s, most_hold_seconds), again_seconds=short_s)


def _evidence(rule: BurnRule, long: Sum, short: Sum, known_seconds: int) -> Evidence:
    return Evidence(_counts(long), _counts(short), budget_spent(rule, long, known_seconds))


def _counts(window: Sum) -> Counts:
    return Counts(window.total - window.bad, window.bad)
