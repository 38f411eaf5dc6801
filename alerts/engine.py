"""The engine: facts of one tick -> transitions. Burn-rate rules over sliding sums, and readings of other kinds, through
one lifecycle. No clock, no input or output: everything comes in as values.

Rules are judged at the end of each slot, and again when a slot that was already judged is told anew (sources of one
second commit at different instants). A bank's or product's alert closes only when every data center that it blamed
(whose cell was above the rule's share in the short window) is being looked at again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from alerts.conditions import BurnRule, budget_spent, burn_condition, burn_rate, burn_rules, lengths, truncated
from alerts.errors import BadEngineState
from alerts.facts import Facts, Piece, Told
from alerts.lifecycle import Alert, Instant, Lifecycle, Timing, Timings
from alerts.model import AlertKey, AlertState, Condition, Evidence, Level, Reading, Subject, Transition
from alerts.policy import Slo
from alerts.stretches import Stretch, Stretches
from alerts.windows import Sum, Windows
from slo.counts import Counts

MOST_HOLD_SECONDS = 60
STATE_VERSION = 1
_NO_TIMINGS: Timings = {}
_NOWHERE: frozenset[str] = frozenset()


@dataclass(slots=True)
class _Watch:
    """One rule and the units (by number) that it speaks of.

    ``open``: those whose alert is pending or firing; ``steady``: of these, those that fire and were true when last
    judged, so that true again is no news.
    """

    rule: BurnRule
    keys: dict[int, AlertKey] = field(default_factory=dict)
    units: list[int] = field(default_factory=list)
    open: set[int] = field(default_factory=set)
    steady: set[int] = field(default_factory=set)


class _Place(NamedTuple):
    """Where a rule stands: its watch, the unit's number, and its position among the unit's rules."""

    watch: _Watch
    number: int
    position: int


class Engine:
    """Judges every rule at every slot. ``exact_step_s``: slot length of data for which windows must be exact.

    ``timings``: of rules of other kinds; ``others``: ids of objectives that other kinds judge. Burn-rate rules hold for
    their short window, at most ``most_hold_seconds``, before they close, and are the same alert again within their
    short window.
    """

    def __init__(
        self,
        slos: Iterable[Slo],
        *,
        timings: Timings = _NO_TIMINGS,
        others: Iterable[str] = (),
        exact_step_s: int = 0,
        most_hold_seconds: int = MOST_HOLD_SECONDS,
    ) -> None:
        self._watches: dict[str, list[_Watch]] = defaultdict(list)
        self._slo_ids: set[str] = set(others)
        for slo in slos:
            self._slo_ids.add(slo.id)
            self._watches[slo.product] += [_Watch(rule) for rule in burn_rules(slo)]
        rules = [watch.rule for watches in self._watches.values() for watch in watches]
        waits = dict(timings)
        for rule in rules:
            waits.setdefault((rule.slo.id, rule.name), _timing(rule, most_hold_seconds))
        self._lifecycle = Lifecycle(waits)
        self._windows: Windows[Subject] = Windows(lengths(rules), exact_step_s=exact_step_s)
        self._slot_s = exact_step_s or 1
        self._stretches = Stretches(slot_s=self._slot_s)
        self._rules_of: list[list[BurnRule]] = []
        self._where: dict[AlertKey, _Place] = {}
        self._cells: dict[str, list[int]] = defaultdict(list)
        self._blamed: dict[AlertKey, frozenset[str]] = {}
        self._kept_stretches: dict[AlertKey, Stretch] = {}
        self._started = False
        self._restored = False
        self._evaluated_s: int | None = None

    @property
    def window_lengths_s(self) -> tuple[int, ...]:
        """Every window that is kept, in seconds: what a feed must be able to fill."""
        return self._windows.lengths_s

    @property
    def evaluated_s(self) -> int | None:
        """End of the last slot that was judged; None before the first, and not yet rebuilt after ``restore``."""
        return self._evaluated_s

    @property
    def alerts(self) -> Iterator[Alert]:
        """Every alert that is not inactive, those that were resolved a moment ago included."""
        return iter(self._lifecycle)

    @property
    def units(self) -> int:
        """How many subjects are being watched."""
        return len(self._windows.keys)

    def tick(self, facts: Facts, readings: Iterable[Reading] = ()) -> list[Transition]:
        """Takes the facts in, slot by slot, judges after each, and adds readings of other kinds: those of the present,
        which may go on when no data come (give none while the facts say that there is more)."""
        self._start(facts)
        changes = self._close_orphans(facts.seen_ms)
        waiting = self._tell_again(facts.told)
        for end_s in self._ends(facts):
            self._windows.advance(end_s)
            waiting = self._tell(waiting, end_s)
            changes += self._judge(end_s, facts)
        present = Instant(facts.seen_ms, facts.seen_ms)
        changes += [change for each in readings if (change := self._lifecycle.read(each, present)) is not None]
        self._lifecycle.forget(self._windows.now_s * 1000)
        self._evaluated_s = self._windows.now_s
        return changes

    def close(self, key: AlertKey, why: str, now_ms: int) -> Transition | None:
        """Ends an alert by hand: its subject (a data center, a DCN) is gone for good and will never be good again."""
        change = self._lifecycle.close(key, why, Instant(now_ms, now_ms))
        place = self._where.get(key)
        if place is not None:
            place.watch.open.discard(place.number)
            place.watch.steady.discard(place.number)
        self._blamed.pop(key, None)
        return change

    def document(self) -> dict[str, Any]:
        """What must be kept for a restart; sums are not, they are built from the store."""
        return {
            "version": STATE_VERSION,
            "evaluated_s": self._evaluated_s,
            "alerts": self._lifecycle.document(),
            "blamed": {key.id: sorted(names) for key, names in self._blamed.items()},
            "stretches": {key.id: list(stretch) for key, stretch in self._stretches_of_alerts()},
        }

    def restore(self, document: Mapping[str, Any]) -> None:
        """Takes a kept state back, before the first tick. Raises BadEngineState."""
        try:
            if document["version"] != STATE_VERSION:
                raise BadEngineState(f"version {document['version']!r} is not {STATE_VERSION}")
            evaluated = document["evaluated_s"]
            self._evaluated_s = None if evaluated is None else int(evaluated)
            self._lifecycle.restore(document["alerts"])
            self._restored = True
            self._blamed = {AlertKey.parse(key): frozenset(names) for key, names in document["blamed"].items()}
            self._kept_stretches = {
                AlertKey.parse(key): Stretch(int(from_s), int(to_s))
                for key, (from_s, to_s) in document["stretches"].items()
            }
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise BadEngineState(f"{type(error).__name__}: {error}") from error

    def _stretches_of_alerts(self) -> Iterator[tuple[AlertKey, Stretch]]:
        yield from self._kept_stretches.items()
        for alert in self._lifecycle:
            place = self._where.get(alert.key)
            stretch = None if place is None else self._stretch(place)
            if stretch is not None:
                yield alert.key, stretch

    def _stretch(self, place: _Place) -> Stretch | None:
        return self._stretches.of(place.number, place.position, place.watch.rule)

    def _close_orphans(self, now_ms: int) -> list[Transition]:
        """Alerts of objectives that are no longer configured: nothing would ever close them."""
        if not self._restored:
            return []
        self._restored = False
        orphans = [alert.key for alert in self._lifecycle if alert.key.slo and alert.key.slo not in self._slo_ids]
        closed = [self.close(key, "the objective is no longer configured", now_ms) for key in orphans]
        return [change for change in closed if change is not None]

    def _start(self, facts: Facts) -> None:
        if facts.base is not None:
            self._rebuild(facts.base, facts)
        elif not self._started:
            first_s = min((told.slot_s for told in facts.told), default=facts.until_s - facts.step_s)
            self._windows.begin(first_s)
        self._started = True

    def _rebuild(self, pieces: Sequence[Piece], facts: Facts) -> None:
        first = pieces[0].from_s if pieces else facts.until_s
        self._windows.begin(first)
        for piece in pieces:
            self._windows.leap(piece.to_s)
            for subject, total, bad in piece.grown:
                self._windows.add(subject, total, bad)
        self._windows.settle()
        self._enroll()

    def _tell_again(self, told: Sequence[Told]) -> Sequence[Told]:
        """Sets what was told of slots that are already judged; returns the rest."""
        now_s = self._windows.now_s
        new = 0
        while new < len(told) and told[new].slot_s < now_s:
            new += 1
        self._take(told[:new])
        return told[new:]

    def _tell(self, waiting: Sequence[Told], end_s: int) -> Sequence[Told]:
        rest = next((number for number, told in enumerate(waiting) if told.slot_s >= end_s), len(waiting))
        self._take(waiting[:rest])
        return waiting[rest:]

    def _take(self, told: Sequence[Told]) -> None:
        windows, stretches = self._windows, self._stretches
        for slot_s, subject, total, bad in told:
            number = windows.number(subject)
            windows.put(slot_s, number, total, bad)
            if bad or slot_s < windows.now_s - self._slot_s:  # told again: there may be something to take back
                stretches.tell(slot_s, number, Sum(total, bad))
        self._enroll()

    def _ends(self, facts: Facts) -> Iterator[int]:
        """Instants to judge at: the end of each new slot; the newest again when there is none."""
        now_s = self._windows.now_s
        if facts.until_s <= now_s:
            yield now_s
            return
        yield from range(now_s + facts.step_s, facts.until_s, facts.step_s)
        yield facts.until_s

    def _enroll(self) -> None:
        """Gives units that were never seen before their rules."""
        for number in range(len(self._rules_of), len(self._windows.keys)):
            subject = self._windows.keys[number]
            if subject.level is Level.CELL:
                self._cells[subject.product].append(number)
                self._cells[""].append(number)
            mine = [w for w in self._watches.get(subject.product, ()) if w.rule.speaks_of(subject)]
            for position, watch in enumerate(mine):
                self._enroll_at(_Place(watch, number, position), subject)
            self._rules_of.append([watch.rule for watch in mine])

    def _enroll_at(self, place: _Place, subject: Subject) -> None:
        watch, number, position = place
        key = AlertKey(watch.rule.name, subject, watch.rule.slo.id)
        watch.keys[number] = key
        watch.units.append(number)
        self._where[key] = place
        if key in self._kept_stretches:
            self._stretches.put(number, position, self._kept_stretches.pop(key))
        alert = self._lifecycle.get(key)
        if alert is not None and alert.state is not AlertState.RESOLVED:
            watch.open.add(number)

    def _judge(self, at_s: int, facts: Facts) -> list[Transition]:
        instant = Instant(at_s * 1000, facts.seen_ms, at_s <= facts.replayed_until_s)
        self._stretches.settle(at_s, self._rules_of)
        changes: list[Transition | None] = []
        for watches in self._watches.values():
            for watch in watches:
                burning = self._burning(watch)
                changes += [self._burns(watch, number, instant) for number in burning if number not in watch.steady]
                if watch.open:
                    over = watch.open.difference(burning)
                    changes += [self._burns_no_more(watch, number, at_s, facts, instant) for number in sorted(over)]
        return [change for change in changes if change is not None]

    def _burning(self, watch: _Watch) -> list[int]:
        """Units for which a rule is true. One pass over plain arrays: this is what each tick spends its time on."""
        windows, rule = self._windows, watch.rule
        live_total, live_bad = windows.live
        long_total, long_bad = windows.edge(rule.tier.long_seconds)
        short_total, short_bad = windows.edge(rule.tier.short_seconds)
        floor, share, share_of = rule.floor_events, rule.share, rule.share_of
        return [
            n
            for n in watch.units
            if (bad := live_bad[n] - long_bad[n]) >= floor
            and bad * share_of > (live_total[n] - long_total[n]) * share
            and (live_bad[n] - short_bad[n]) * share_of > (live_total[n] - short_total[n]) * share
        ]

    def _burns(self, watch: _Watch, number: int, instant: Instant) -> Transition | None:
        key, rule = watch.keys[number], watch.rule
        watch.open.add(number)
        change = self._lifecycle.step(key, Condition.TRUE, rule.severity, lambda: self._evidence(key), instant)
        if key.subject.level in (Level.BANK, Level.PRODUCT):  # never steady: who is to blame may grow
            self._blamed[key] = self._blamed.get(key, _NOWHERE) | self._culprits(key.subject, rule)
        elif (alert := self._lifecycle.get(key)) is not None and alert.state is AlertState.FIRING:
            watch.steady.add(number)
        return change

    def _burns_no_more(
        self, watch: _Watch, number: int, at_s: int, facts: Facts, instant: Instant
    ) -> Transition | None:
        key, rule = watch.keys[number], watch.rule
        watch.steady.discard(number)
        looked_at = frozenset({key.subject.data_center} - {""}) or self._blamed.get(key, _NOWHERE)
        long, short = self._sums(rule, number)
        condition = burn_condition(rule, long, short, observed=facts.seen(looked_at, at_s))
        change = self._lifecycle.step(key, condition, rule.severity, lambda: self._evidence(key), instant)
        if change is not None:
            watch.open.discard(number)
            self._blamed.pop(key, None)
        return change

    def _culprits(self, subject: Subject, rule: BurnRule) -> frozenset[str]:
        """Data centers whose part of a bank or product is above the rule's share in the short window."""
        short_s = rule.tier.short_seconds
        keys, windows = self._windows.keys, self._windows
        return frozenset(
            keys[number].data_center
            for number in self._cells.get(subject.product, ())
            if rule.exceeded(windows.sum(short_s, number))
        )

    def _sums(self, rule: BurnRule, number: int) -> tuple[Sum, Sum]:
        return (
            self._windows.sum(rule.tier.long_seconds, number),
            self._windows.sum(rule.tier.short_seconds, number),
        )

    def _evidence(self, key: AlertKey) -> Evidence:
        place = self._where[key]
        rule = place.watch.rule
        long, short = self._sums(rule, place.number)
        stretch = self._stretch(place)
        factor = rule.tier.factor(rule.slo.period_seconds)
        return Evidence(
            _counts(long),
            _counts(short),
            budget_spent(rule, long, self._windows.known_s),
            None if stretch is None else stretch.from_s * 1000,
            None if stretch is None else stretch.to_s * 1000,
            (
                ("factor", truncated(factor.numerator, factor.denominator, 2)),
                ("burn_long", burn_rate(rule, long)),
                ("burn_short", burn_rate(rule, short)),
            ),
        )


def _timing(rule: BurnRule, most_hold_seconds: int) -> Timing:
    short_s = rule.tier.short_seconds
    return Timing(rule.tier.after_seconds, min(short_s, most_hold_seconds), again_seconds=short_s)


def _counts(window: Sum) -> Counts:
    return Counts(window.total - window.bad, window.bad)
