"""From facts to incidents: pure, the same again after a restart, and a fact that comes twice changes nothing.

An alert that pages opens an incident or joins the one that it belongs to (``alerts.incidents.radius``); one that does
not page joins only. Facts of one tick are folded together, parts before wholes, so that their order cannot matter.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from alerts.incidents.facts import Acknowledged, Drained, Fact, FoldingRules, Noted, Notified
from alerts.incidents.joining import absorbed, appended, entry_of, judged, observed, reopened, told_before
from alerts.incidents.model import Happening, Incident, IncidentState, Moment, in_order
from alerts.incidents.radius import INSIDE, area_of, clusters, crossing, kinship
from alerts.model import AlertKey, AlertState, Level, Severity, Subject, Transition
from store.journal import Entry

_PARTS_FIRST = {Level.DCN: 0, Level.CELL: 1, Level.DATA_CENTER: 2, Level.PRODUCT: 3, Level.BANK: 4}


@dataclass(frozen=True, slots=True)
class Folded:
    """What a tick made of the incidents. ``open``: those that alerts may still join, oldest first; ``changed``: those
    whose documents have to be written, settled and merged ones among them; ``entries``: what happened."""

    open: tuple[Incident, ...]
    changed: tuple[Incident, ...]
    entries: tuple[Entry, ...]


def fold(open_incidents: Iterable[Incident], facts: Sequence[Fact], now_ms: int, rules: FoldingRules) -> Folded:
    """Folds facts into the incidents that are open, instant by instant. ``now_ms``: the clock, for what settles."""
    folding = _Folding(open_incidents, rules)
    ordered = sorted(facts, key=lambda fact: (fact.at_ms, not isinstance(fact, Transition)))
    for at_ms, same in groupby(ordered, key=lambda fact: fact.at_ms):
        folding.settle(at_ms)
        folding.instant(list(same))
    folding.settle(now_ms)
    return folding.result()


class _Folding:
    """One fold as it goes on."""

    def __init__(self, incidents: Iterable[Incident], rules: FoldingRules) -> None:
        self._rules = rules
        self._before: Mapping[str, Incident] = {each.id: each for each in in_order(incidents)}
        self._now: dict[str, Incident] = dict(self._before)
        over_first = sorted(self._now.values(), key=lambda each: bool(each.firing))
        self._of: dict[AlertKey, str] = {m.key: each.id for each in over_first for m in each.members}

    def instant(self, facts: Sequence[Fact]) -> None:
        """Everything that happened at one instant of the data."""
        earlier = dict(self._now)
        transitions = [fact for fact in facts if isinstance(fact, Transition)]
        self._fire([each for each in transitions if each.state is AlertState.FIRING])
        self._resolve(each for each in transitions if each.state is AlertState.RESOLVED)
        self._gather()
        for fact in facts:
            self._hear(fact)
        for each in list(self._now.values()):
            self._now[each.id] = judged(each, earlier.get(each.id))

    def _fire(self, transitions: Sequence[Transition]) -> None:
        """Alerts that fire: known ones first, then parts, then wholes; those that do not page last."""
        ordered = sorted(transitions, key=lambda each: (each.severity < Severity.PAGE, *_rank(each)))
        new = self._fire_known(ordered)
        leaves = [each for each in new if _is_leaf(each) and each.severity >= Severity.PAGE]
        homeless = self._join(leaves)
        for line in clusters(area_of(each.key.subject) for each in homeless):
            areas = set(line)
            self._open([each for each in homeless if area_of(each.key.subject) in areas])
        known = set(map(id, leaves))
        for each in self._join([each for each in new if id(each) not in known]):
            if each.severity >= Severity.PAGE and self._join([each]):
                self._open([each])

    def _fire_known(self, transitions: Sequence[Transition]) -> list[Transition]:
        """Alerts that an incident has already, and subjects that fail a second time soon after the restoration; the
        others return."""
        again: dict[str, list[Transition]] = {}
        restored, new = self._restored_subjects(), []
        for each in transitions:
            known = self._now.get(self._of.get(each.key, ""))
            if known is not None and (known.id in again or known.firing):
                again.setdefault(known.id, []).append(each)
            elif known is not None and told_before(known, each):
                continue
            elif (name := self._failed_before(each, restored)) is not None:
                self._add(reopened(self._now[name], each), [each])
                restored = self._restored_subjects()
            else:
                new.append(each)
        for name, told in again.items():
            self._now[name] = observed(self._now[name], told)
        return new

    def _restored(self) -> list[Incident]:
        return [each for each in self._now.values() if each.open and not each.firing]

    def _restored_subjects(self) -> dict[str, tuple[int | None, frozenset[Subject]]]:
        """What was restored, by incident: when, and what it had hurt."""
        return {each.id: (each.restored_ms, frozenset(each.subjects)) for each in self._restored()}

    def _failed_before(
        self, transition: Transition, restored: Mapping[str, tuple[int | None, frozenset[Subject]]]
    ) -> str | None:
        """The incident that a page is the second time of."""
        if transition.severity < Severity.PAGE:
            return None
        for name, (at_ms, subjects) in restored.items():
            if at_ms is None or transition.key.subject not in subjects:
                continue
            if transition.at_ms - at_ms <= self._rules.reopen_ms:
                return name
        return None

    def _join(self, transitions: Sequence[Transition]) -> list[Transition]:
        """Adds alerts to the incidents that they belong to most surely, of equals the oldest; the others return.

        What lies inside an incident is added at the end in one go, and all tiers of one subject together: a thousand
        alerts of a data center come at once.
        """
        homeless: list[Transition] = []
        inside: dict[str, list[Transition]] = {}
        ongoing = self._ongoing()
        for subject, tiers in _by_subject(transitions).items():
            sure, best = _closest(ongoing, subject)
            if best is None:
                homeless += tiers
            elif sure == INSIDE:
                inside.setdefault(best.id, []).extend(tiers)
            else:
                self._add(best, tiers)
                ongoing = self._ongoing()
        for name, added in inside.items():
            self._add(self._now[name], added)
        return homeless

    def _ongoing(self) -> list[Incident]:
        return in_order(each for each in self._now.values() if each.open and each.firing)

    def _open(self, transitions: Sequence[Transition]) -> None:
        first = min(transitions, key=lambda each: (each.at_ms, each.key.id))
        opened = appended(Incident(id="", members=(), areas=()), transitions, self._rules)
        area = opened.areas[0]
        name = self._rules.name(first.at_ms, "-".join(part for part in area[1:] if part) or area.level.value)
        while name in self._now:
            name += "-2"
        self._add(replace(opened, id=name), [])
        self._of.update((each.key, name) for each in transitions)

    def _add(self, incident: Incident, transitions: Sequence[Transition]) -> None:
        self._now[incident.id] = appended(incident, transitions, self._rules) if transitions else incident
        self._of.update((each.key, incident.id) for each in transitions)

    def _resolve(self, transitions: Iterable[Transition]) -> None:
        """Alerts that good data resolved."""
        told: dict[str, list[Transition]] = {}
        for each in transitions:
            told.setdefault(self._of.get(each.key, ""), []).append(each)
        for name, resolved in told.items():
            if name in self._now:
                self._now[name] = observed(self._now[name], resolved)

    def _gather(self) -> None:
        """Lines that cross become one incident of the bank: the oldest takes the others up."""
        while joined := crossing(self._ongoing()):
            first, *others = in_order(joined)
            for other in others:
                first, pointer = absorbed(first, other, other.detected_ms)
                self._drop(other, pointer)
            self._now[first.id] = first
            self._of.update((member.key, first.id) for member in first.members)

    def _drop(self, other: Incident, pointer: Incident) -> None:
        """What no document knows yet simply never was; else a pointer stays."""
        if other.version:
            self._now[other.id] = pointer
        else:
            del self._now[other.id]

    def _hear(self, fact: Fact) -> None:
        """What people and channels did."""
        if isinstance(fact, Notified):
            for name in dict.fromkeys(self._of.get(key, "") for key in fact.keys):
                self._tell(name, fact)
        elif isinstance(fact, Acknowledged):
            self._take(self._of.get(fact.key, ""), fact)
        elif isinstance(fact, Noted):
            self._note(self._of.get(fact.key, ""), fact)
        elif isinstance(fact, Drained):
            for each in list(self._now.values()):
                self._drain(each, fact)

    def _tell(self, name: str, fact: Notified) -> None:
        known = self._now.get(name)
        line = Happening(fact.at_ms, Moment.NOTIFIED, about=fact.channel, text=fact.state)
        if known is None or line in known.happenings:
            return
        first = fact.at_ms if known.notified_ms is None else min(known.notified_ms, fact.at_ms)
        self._keep(replace(known.with_happenings(line), notified_ms=first))

    def _take(self, name: str, fact: Acknowledged) -> None:
        known = self._now.get(name)
        line = Happening(fact.at_ms, Moment.ACKNOWLEDGED, fact.actor, fact.key.id, fact.note)
        if known is None or line in known.happenings:
            return
        first = fact.at_ms if known.acknowledged_ms is None else min(known.acknowledged_ms, fact.at_ms)
        self._keep(replace(known.with_happenings(line), acknowledged_ms=first, owner=fact.actor))

    def _note(self, name: str, fact: Noted) -> None:
        known = self._now.get(name)
        line = Happening(fact.at_ms, Moment.NOTE, fact.actor, fact.key.id, fact.text)
        if known is not None and line not in known.happenings:
            self._keep(known.with_happenings(line))

    def _drain(self, incident: Incident, fact: Drained) -> None:
        if incident.state is not IncidentState.ONGOING or incident.detected_ms > fact.at_ms:
            return
        places = {area.data_center for area in incident.areas}
        if places == {fact.data_center}:
            line = Happening(fact.at_ms, Moment.MITIGATED, fact.actor, fact.data_center)
            self._keep(replace(incident.with_happenings(line), mitigated_ms=fact.at_ms))

    def settle(self, now_ms: int) -> None:
        """Lets go of what has been restored for longer than a failure may pause."""
        for each in self._restored():
            restored_ms = each.restored_ms
            if restored_ms is not None and now_ms - restored_ms > self._rules.reopen_ms:
                self._keep(replace(each, settled=True))

    def result(self) -> Folded:
        """Everything that is different now."""
        changed = [each for each in self._now.values() if self._before.get(each.id) != each]
        entries = [entry for each in changed for entry in _news(each, self._before.get(each.id))]
        still_open = in_order(each for each in self._now.values() if each.open)
        return Folded(tuple(still_open), tuple(in_order(changed)), tuple(sorted(entries)))

    def _keep(self, incident: Incident) -> None:
        """The same alerts, told anew."""
        self._now[incident.id] = incident


def _by_subject(transitions: Iterable[Transition]) -> dict[Subject, list[Transition]]:
    """In order of their first."""
    found: dict[Subject, list[Transition]] = {}
    for each in transitions:
        found.setdefault(each.key.subject, []).append(each)
    return found


def _closest(incidents: Sequence[Incident], subject: Subject) -> tuple[int, Incident | None]:
    """The incident that an alert belongs to most surely, and how surely."""
    best: tuple[int, Incident | None] = (0, None)
    for each in incidents:
        sure = kinship(each, subject)
        if sure > best[0]:
            best = (sure, each)
    return best


def _news(incident: Incident, before: Incident | None) -> list[Entry]:
    """Entries for the lines of the timeline that are new."""
    known = () if before is None else before.happenings
    lines = [each for each in incident.happenings if each not in known]
    if before is None:
        lines.insert(0, Happening(incident.detected_ms, Moment.DETECTED))
    return [entry_of(incident.id, line) for line in lines]


def _rank(transition: Transition) -> tuple[int, int, str]:
    return (_PARTS_FIRST.get(transition.key.subject.level, 2), transition.at_ms, transition.key.id)


def _is_leaf(transition: Transition) -> bool:
    return area_of(transition.key.subject).level in (Level.CELL, Level.DCN)
