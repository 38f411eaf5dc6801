"""Keeps the incidents of a store: hears the journal where it stopped last, folds, counts, and says what to write.

It runs after the desk has written the entries of a tick. It remembers nothing but a cursor,
which is a document beside the incidents: a process that dies and starts again goes on where the last written change
left it, and two keepers by mistake cannot both write.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from alerts.desk.codec import decode_transition, encode_transition
from alerts.desk.desk import ALERT
from alerts.desk.maintenance import Maintenance, between
from alerts.incidents.codec import document_of, load_open
from alerts.incidents.facts import Fact, FoldingRules
from alerts.incidents.figures import Watched, figures
from alerts.incidents.folding import fold
from alerts.incidents.hearing import facts_of
from alerts.incidents.joining import KIND as OWN
from alerts.incidents.model import Incident
from alerts.incidents.planned import outside
from alerts.model import Transition
from slo.windows import Window
from store.journal import Change, Document, JournalReader
from store.port import Reader

CURSOR = "incident_cursor"
MOST_ENTRIES = 10_000
COUNT_EVERY_MS = 5_000
"""So often the figures of an incident that goes on are counted anew."""


@dataclass(frozen=True, slots=True)
class Kept:
    """``change``: to be written, empty when nothing happened; ``open``: incidents as they then are; ``more``: the
    journal has more entries than one step hears, so the next one is due at once."""

    change: Change
    open: tuple[Incident, ...]
    more: bool = False


def keep(
    reader: Reader,
    now_ms: int,
    rules: FoldingRules,
    watched: Watched,
    extra: Sequence[Fact] = (),
    *,
    transitions: Sequence[Transition] | None = None,
) -> Kept:
    """One step. ``extra``: facts that are not in the journal. ``transitions``: those whose entries are
    written in the same change as the incidents, so that they are not heard from the journal any more.

    Write ``change`` with the engine's lease; StaleDocument means that a person acted meanwhile: step again.
    """
    journal = reader.journal()
    cursor = _Cursor.read(journal)
    heard = journal.entries(after=cursor.after, most=MOST_ENTRIES)
    full = len(heard) == MOST_ENTRIES
    before = load_open(journal)
    known = {OWN} if transitions is None else {OWN, ALERT}
    foreign = [each.entry for each in heard if each.entry.kind not in known]
    if not (before or foreign or extra or full or cursor.held or transitions):
        return Kept(Change(), ())
    told = [*cursor.held, *facts_of(foreign, journal), *(transitions or ())]
    facts, held = outside(told, _planned(journal, told, now_ms), now_ms)
    folded = fold(before, [*facts, *extra], now_ms, rules)
    counted = {each.id: each for each in _counted(reader, (*folded.changed, *folded.open), before, now_ms, watched)}
    still_open = tuple(counted.get(each.id, each) for each in folded.open)
    written = {each.id: each for each in folded.changed} | counted
    documents = [document_of(each) for each in written.values()]
    if foreign or full or held != cursor.held:
        after = heard[-1].number if heard else cursor.after
        documents.append(_Cursor(after, held, cursor.version).document(now_ms))
    return Kept(Change(folded.entries, tuple(documents)), still_open, full)


@dataclass(frozen=True, slots=True)
class _Cursor:
    """Where hearing goes on. ``held``: alerts that fire under maintenance; they open nothing until it ends."""

    after: int = 0
    held: tuple[Transition, ...] = ()
    version: int = 0

    @classmethod
    def read(cls, journal: JournalReader) -> _Cursor:
        """As it was written last."""
        document = journal.document(CURSOR, CURSOR)
        if document is None:
            return cls()
        body = json.loads(document.body)
        return cls(body["after"], tuple(map(decode_transition, body["held"])), document.version)

    def document(self, now_ms: int) -> Document:
        """As it is written."""
        body = json.dumps({"after": self.after, "held": [encode_transition(each) for each in self.held]})
        return Document(CURSOR, CURSOR, self.version, now_ms, True, body)


def _planned(journal: JournalReader, facts: Sequence[Fact], now_ms: int) -> list[Maintenance]:
    """Maintenance of the time that the facts speak of; not asked for when no alert changed."""
    instants = [fact.at_ms for fact in facts if isinstance(fact, Transition)]
    return between(journal, Window(min(instants) // 1000, now_ms // 1000 + 1)) if instants else []


def _counted(
    reader: Reader, incidents: Iterable[Incident], before: Sequence[Incident], now_ms: int, watched: Watched
) -> Iterable[Incident]:
    """Incidents whose figures are new: what changed, and what goes on, from time to time."""
    known = {each.id: each for each in before}
    for each in {incident.id: incident for incident in incidents}.values():
        if not each.merged_into and _is_due(each, known.get(each.id), now_ms):
            found = figures(reader, each, now_ms, watched)
            kept = each.figures
            if kept is not None:  # people and other sources may have said more than the counts do
                found = replace(found, customers=kept.customers, provinces=kept.provinces)
            yield replace(each, figures=found)


def _is_due(incident: Incident, before: Incident | None, now_ms: int) -> bool:
    if incident.figures is None or before is None:
        return True
    if incident.firing:
        return now_ms - incident.figures.to_s * 1000 >= COUNT_EVERY_MS
    # Late pages may still bring counts of its last seconds; they are in when it settles.
    return incident.settled or bool(before.firing)
