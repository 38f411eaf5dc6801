"""What one tick makes of the store: facts -> transitions -> alerts, incidents, deliveries -> one change.

No clock, no thread, no writing: the caller hands in a reader and ``now_ms``, writes what comes out, and says what
became of it. What could not be written is folded again over the journal as it is then; the engine is not asked twice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from alerts.desk.desk import Desk
from alerts.desk.notice import Notice
from alerts.desk.records import Alert
from alerts.engine import Engine
from alerts.evaluating import memory
from alerts.evaluating.setting import AlertSetting
from alerts.evaluating.storm import urgent
from alerts.evaluating.unheard import unheard
from alerts.feed import Feed
from alerts.incidents.keeper import Kept as Incidents
from alerts.incidents.keeper import keep
from alerts.incidents.model import Incident
from alerts.kinds.pipeline import Operations
from alerts.kinds.registry import Kinds
from alerts.model import AlertKey, AlertState, Transition
from alerts.notify.delivery import Delivery
from alerts.notify.outlet import Outlet
from alerts.notify.planning import Planner, stored_in
from store.journal import Change, JournalReader
from store.port import Reader

SAVE_EVERY_MS = 5_000
"""So often is the engine's state written when nothing else is; a restart judges from there on."""
KEEP_EVERY_MS = 1_000
"""So often are incidents looked at for what only time brings."""


@dataclass(frozen=True, slots=True)
class Step:
    """``change``: to be written, may be empty. ``more``: the next step is due at once, for the journal holds more than
    one step hears, or the rest of a storm waits."""

    change: Change
    transitions: int = 0
    deliveries: int = 0
    more: bool = False


class Evaluation:
    """State between ticks, from the journal on. For one thread."""

    def __init__(self, setting: AlertSetting, kinds: Kinds, outlets: Sequence[Outlet], journal: JournalReader) -> None:
        self._setting = setting
        self._kinds = kinds
        self._outlets = tuple(outlets)
        self._planner = Planner(self._outlets, setting.automation_rules, setting.runbooks)
        self._rules, self._watched = setting.folding(), setting.watched()
        self._desk = Desk.restore(setting.desk, journal)
        kept = memory.read(journal)
        self._version, self._saved_ms = kept.version, kept.saved_ms
        self._engine: Engine = memory.restored(setting.slos, kept, self._desk.alerts(), setting.estate.sliced)
        self._feed = Feed(
            self._engine.window_lengths_s,
            slots_kept_s=setting.slots_kept_s,
            resume_s=self._engine.evaluated_s,
        )
        self._untold: list[Transition] = []
        self._folding: list[Transition] = []
        self._in_parts = False
        self._saves = False
        self._kept_ms, self._heard = 0, -1

    @property
    def evaluated_ms(self) -> int | None:
        """End of the last slot that was judged; None before the first."""
        evaluated_s = self._engine.evaluated_s
        return None if evaluated_s is None else evaluated_s * 1000

    def judge(
        self, reader: Reader, now_ms: int, oldest_due_ms: int | None = None, reading_on: frozenset[str] = frozenset()
    ) -> bool:
        """Lets the engine judge what is new; True when there is more at once (of a long absence). ``oldest_due_ms``:
        since when the delivery that waits longest is due. ``reading_on``: see ``Operations``."""
        facts = self._feed.read(reader, now_ms)
        if facts.more:
            self._untold += self._news(self._engine.tick(facts))
            return True
        self._desk.refresh(reader.journal())
        evaluated_ms = facts.until_s * 1000  # what this very tick judges is not late
        operations = Operations(evaluated_ms, oldest_due_ms, reading_on)
        readings = self._kinds.tick(reader, now_ms, operations, maintenance=self._desk.resting(now_ms))
        self._untold += self._news(self._engine.tick(facts, readings))
        return False

    def step(self, reader: Reader, now_ms: int) -> Step:
        """What has to be written of everything that was judged and not written yet; of a storm first what is urgent.

        The engine's state goes with the last part: whoever takes over in between judges the rest again.
        """
        journal = reader.journal()
        self._folding = list(self._untold) if self._in_parts else urgent(self._untold)
        rest = len(self._untold) - len(self._folding)
        outcome = self._desk.apply(self._folding, now_ms)
        kept = self._incidents(reader, now_ms, outcome.notices)
        deliveries = self._deliveries(outcome.notices, kept.open, journal, now_ms)
        untaken = unheard(outcome.notices, self._outlets, now_ms)
        entries = (*outcome.change.entries, *kept.change.entries, *(each.entry(now_ms) for each in untaken))
        documents = (
            *outcome.change.documents,
            *kept.change.documents,
            *(each.document() for each in (*deliveries, *untaken)),
        )
        is_due = bool(entries or documents) or not 0 <= now_ms - self._saved_ms < SAVE_EVERY_MS
        self._saves = is_due and not rest
        if self._saves:
            documents = (*documents, memory.document(self._engine, self._version, now_ms))
            self._saved_ms = now_ms
        return Step(Change(entries, documents), len(self._folding), len(deliveries), kept.more or rest > 0)

    def written(self) -> None:
        """The last step's change is in the journal."""
        self._version += self._saves
        told = {id(each) for each in self._folding}
        self._untold = [each for each in self._untold if id(each) not in told]
        self._in_parts = bool(self._untold)
        self._folding = []

    def unwritten(self, journal: JournalReader) -> None:
        """It is not, for somebody wrote in between or the store could not: the next step folds it again."""
        self._desk = Desk.restore(self._setting.desk, journal)
        self._version = memory.read(journal).version
        self._kept_ms = 0

    def _incidents(self, reader: Reader, now_ms: int, notices: Sequence[Notice]) -> Incidents:
        """What becomes of incidents; asked when alerts or the journal have news, and once a second."""
        number = reader.journal().last_number()
        rested = 0 <= now_ms - self._kept_ms < KEEP_EVERY_MS
        if rested and not self._folding and not notices and number == self._heard:
            return Incidents(Change(), ())
        self._kept_ms, self._heard = now_ms, number
        return keep(reader, now_ms, self._rules, self._watched, transitions=self._folding)

    def _news(self, transitions: Sequence[Transition]) -> list[Transition]:
        """Without what the desk was told before somebody took over in the middle of a storm."""
        if not transitions:
            return []
        known = {each.key: each for each in self._desk.alerts() if each.firing}
        return [each for each in transitions if not _was_told(known.get(each.key), each)]

    def _deliveries(
        self, notices: Iterable[Notice], incidents: Iterable[Incident], journal: JournalReader, now_ms: int
    ) -> list[Delivery]:
        of_alert = {member.key: each.id for each in incidents for member in each.members}
        return self._planner.deliveries(notices, now_ms, incident_of=_incident_of(of_alert), known=stored_in(journal))


def _was_told(known: Alert | None, transition: Transition) -> bool:
    if known is None or transition.state is not AlertState.FIRING:
        return False
    return (known.since_ms, known.severity) == (transition.at_ms, transition.severity)


def _incident_of(of_alert: dict[AlertKey, str]) -> Callable[[Notice], str]:
    return lambda notice: next((of_alert[m.key] for m in notice.members if m.key in of_alert), "")
