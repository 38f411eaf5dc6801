"""The desk: transitions and what people did in, notices and one change for the journal out.

No clock, no thread, no store: the caller hands in ``now_ms`` and writes what comes out. When the change cannot be
written the desk has gone ahead of the journal: throw it away and ``restore`` another.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from alerts.desk import maintenance as planned
from alerts.desk import silences as quiet
from alerts.desk.acks import ACK, Ack, heard, newest, note_of
from alerts.desk.board import OVER, Board
from alerts.desk.codec import (
    decode_alert,
    decode_group,
    encode_alert,
    encode_group,
    encode_notice,
    encode_transition,
)
from alerts.desk.gathering import gather
from alerts.desk.hushing import hidden_then, hush
from alerts.desk.maintenance import Maintenance
from alerts.desk.missed import part
from alerts.desk.notice import Cause, Notice, NoticeState
from alerts.desk.records import Alert, DeskPolicy, Group
from alerts.desk.silences import Silence
from alerts.desk.speaking import Speaker
from alerts.desk.taking import take
from alerts.model import AlertKey, Level, Severity, Subject, Transition
from store.journal import Change, Document, Entry, JournalReader

ALERT, GROUP, NOTICE, ESCALATION, DESK = "alert", "group", "notice", "escalation", "desk"
LINGER_MS = 7 * 86_400_000
"""So long a silence or window stays at hand after its end: the engine may have been away and replay."""
LOOK_MS = 1000
"""How often groups are looked through for what only time brings: steps of the escalation, ends, updates."""
ALL = 1_000_000
"""More documents than there ever are at once."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What followed. ``change``: to be written before the notices are sent."""

    change: Change
    notices: tuple[Notice, ...]


class Desk:
    """State of all alerts between two ticks of the engine. For one thread."""

    def __init__(self, policy: DeskPolicy) -> None:
        self._policy = policy
        self._board = Board()
        self._silences: tuple[Silence, ...] = ()
        self._windows: tuple[Maintenance, ...] = ()
        self._reminded: frozenset[str] = frozenset()
        self._heard = 0
        self._read = -1
        self._waiting: list[Entry] = []
        self._versions: dict[tuple[str, str], int] = {}
        self._hushed: tuple[object, ...] = ()
        self._memory = ""
        self._looked_ms = 0

    @classmethod
    def restore(cls, policy: DeskPolicy, journal: JournalReader) -> Desk:
        """A desk that goes on from what was written."""
        desk = cls(policy)
        alerts = journal.documents(ALERT, most=ALL)
        groups = journal.documents(GROUP, open_only=True, most=ALL)
        desk._board = Board.of(
            (decode_alert(each.body) for each in alerts if each.open),
            (decode_group(each.id, each.body) for each in groups),
        )
        desk._versions = {(each.kind, each.id): each.version for each in (*alerts, *groups)}
        memory = journal.document(DESK, DESK)
        if memory is not None:
            body = json.loads(memory.body)
            desk._heard, desk._reminded, desk._memory = body["heard"], frozenset(body["reminded"]), memory.body
            desk._versions[DESK, DESK] = memory.version
        desk.refresh(journal)
        return desk

    def refresh(self, journal: JournalReader) -> None:
        """Reads what people did since: silences, maintenance, acknowledgements. Has its effect at the next tick."""
        number = journal.last_number()
        if number == self._read:
            return
        self._read = number
        self._silences = tuple(quiet.decode(each) for each in journal.documents(quiet.KIND, open_only=True, most=ALL))
        self._windows = tuple(
            planned.decode(each) for each in journal.documents(planned.KIND, open_only=True, most=ALL)
        )
        entries = heard(journal, self._heard)
        self._waiting += [each.entry for each in entries]
        self._heard = newest(entries, self._heard)

    def apply(self, transitions: Iterable[Transition], now_ms: int) -> Outcome:
        """One tick: everything that happened since the last one."""
        taken = sorted(transitions, key=_narrowest_first)
        notices = self._take(taken, now_ms)
        for entry in self._waiting:
            self._act(entry)
        self._waiting.clear()
        self._hush(now_ms)
        notices += self._groups(now_ms)
        notices += self._reminders(now_ms)
        return Outcome(self._change(taken, notices, now_ms), tuple(notices))

    def alerts(self) -> list[Alert]:
        """Everything that pends, fires or is not settled yet."""
        return list(self._board.alerts.values())

    def resting(self, now_ms: int) -> list[Subject]:
        """What is being worked on now, as announced."""
        return [subject for each in self._windows if each.holds(now_ms) for subject in each.subjects()]

    def groups(self) -> list[Group]:
        """Every group that is not over."""
        return list(self._board.groups.values())

    def _take(self, transitions: Sequence[Transition], now_ms: int) -> list[Notice]:
        notices: list[Notice] = []
        past_ms: int | None = None
        for each in transitions:
            if each.replayed and each.at_ms != past_ms:
                # What was over long before the next thing began is a failure of its own.
                notices += [replace(notice, at_ms=now_ms) for notice in self._ends(each.at_ms)]
                past_ms = each.at_ms
            take(self._board, each, self._policy, each.at_ms if each.replayed else now_ms)
        return notices

    def _hush(self, now_ms: int) -> None:
        silences = [each for each in self._silences if each.active(now_ms)]
        windows = [each for each in self._windows if each.holds(now_ms)]
        stamp = (self._board.revision, *silences, *windows)
        if stamp == self._hushed:
            return
        hush(self._board, silences, windows, self._policy)
        gather(self._board)
        self._hushed = (self._board.revision, *silences, *windows)

    def _groups(self, now_ms: int) -> list[Notice]:
        if not self._board.touched and 0 <= now_ms - self._looked_ms < LOOK_MS:
            return []
        self._looked_ms = now_ms
        speaker = Speaker(self._board, self._policy, now_ms)
        part(self._board, speaker, self._hidden)
        notices = self._ends(now_ms)
        for group in sorted(self._board.groups.values(), key=lambda each: each.notices > 0):  # new pages first
            if any(alert.firing for alert in self._board.alerts_of(group)):
                spoken = speaker.speak(group)
                notices += [spoken] if spoken else []
        self._board.touched = False
        return notices

    def _ends(self, now_ms: int) -> list[Notice]:
        speaker = Speaker(self._board, self._policy, now_ms)
        ended = [speaker.end(group, self._hidden) for group in list(self._board.groups.values())]
        return [notice for notice in ended if notice]

    def _hidden(self, alert: Alert) -> bool:
        return hidden_then(alert, alert.since_ms, self._silences, self._windows)

    def _act(self, entry: Entry) -> None:
        """An acknowledgement, or the end of one; of what is over it has no effect."""
        group = self._board.groups.get(entry.subject)
        if group is not None:
            alerts = [alert for alert in self._board.alerts_of(group) if alert.firing]
        else:
            alerts = self._named(entry.subject)
            group = self._board.groups.get(alerts[0].group) if alerts else None
        if not alerts or group is None:
            return
        severity = max(alert.severity for alert in alerts)
        ack = Ack(entry.actor, entry.at_ms, note_of(entry), severity) if entry.kind == ACK else None
        for alert in alerts:
            self._board.put(replace(alert, ack=ack and replace(ack, severity=alert.severity)))
        if ack:
            self._board.put_group(replace(group, ack=ack))
        else:
            self._board.put_group(replace(group, ack=None, paged_ms=entry.at_ms, step=0, stepped_ms=entry.at_ms))

    def _named(self, id: str) -> list[Alert]:
        try:
            alert = self._board.alerts.get(AlertKey.parse(id))
        except ValueError:
            return []
        return [alert] if alert is not None and alert.firing else []

    def _reminders(self, now_ms: int) -> list[Notice]:
        policy = self._policy.silences
        due = [s for s in self._silences if s.reminder_ms(policy) <= now_ms < s.ends_ms and s.id not in self._reminded]
        known = {each.id for each in self._silences}
        self._reminded = (self._reminded & known) | {each.id for each in due}
        return [_reminder(each, now_ms) for each in due]

    def _change(self, transitions: Sequence[Transition], notices: Sequence[Notice], now_ms: int) -> Change:
        entries = [Entry(each.at_ms, ALERT, each.key.id, "", encode_transition(each)) for each in transitions]
        for notice in notices:
            kind = ESCALATION if notice.state is NoticeState.ESCALATED else NOTICE
            entries.append(Entry(now_ms, kind, notice.group or notice.silence, "", encode_notice(notice)))
        board = self._board
        documents = [
            self._document(ALERT, key.id, alert.since_ms, _is_open(alert, board), encode_alert(alert))
            for key, alert in board.changed_alerts.items()
        ]
        documents += [
            self._document(GROUP, id, group.opened_ms, still_open, encode_group(group))
            for id, (group, still_open) in board.changed_groups.items()
        ]
        documents += self._remembered(now_ms)
        documents += self._past(now_ms)
        board.changed_alerts.clear()
        board.changed_groups.clear()
        return Change(tuple(entries), tuple(documents))

    def _remembered(self, now_ms: int) -> list[Document]:
        memory = json.dumps({"heard": self._heard, "reminded": sorted(self._reminded)})
        if memory == self._memory or (not self._heard and not self._reminded and not self._memory):
            return []
        self._memory = memory
        return [self._document(DESK, DESK, now_ms, True, memory)]

    def _past(self, now_ms: int) -> list[Document]:
        """Closes what has long been over, so that what is open stays a short list."""
        over = [each for each in self._silences if each.ends_ms + LINGER_MS <= now_ms]
        done = [each for each in self._windows if each.to_s * 1000 + LINGER_MS <= now_ms]
        self._silences = tuple(each for each in self._silences if each not in over)
        self._windows = tuple(each for each in self._windows if each not in done)
        closed = [Document(quiet.KIND, s.id, s.version, s.starts_ms, False, quiet.encode(s)) for s in over]
        return closed + [
            Document(planned.KIND, w.id, w.version, w.from_s * 1000, False, planned.encode(w)) for w in done
        ]

    def _document(self, kind: str, id: str, at_ms: int, still_open: bool, body: str) -> Document:
        version = self._versions.get((kind, id), 0)
        self._versions[kind, id] = version + 1
        return Document(kind, id, version, at_ms, still_open, body)


def _is_open(alert: Alert, board: Board) -> bool:
    return alert.key in board.alerts and not (alert.state in OVER and not alert.group)


def _narrowest_first(transition: Transition) -> tuple[int, int, str, str, str]:
    """By time; at one instant what is narrow before what it explains, and neighbours beside each other."""
    _, *parts, _ = transition.key.subject
    product, data_center, dcn = parts
    return transition.at_ms, -sum(bool(part) for part in parts), product, data_center, dcn


def _reminder(silence: Silence, now_ms: int) -> Notice:
    return Notice(
        id=f"silence:{silence.id}/reminder",
        group="",
        state=NoticeState.REMINDER,
        cause=Cause.TIME,
        severity=Severity.NOTICE,
        radius=Subject(Level.BANK),
        at_ms=now_ms,
        since_ms=silence.starts_ms,
        over_ms=silence.ends_ms,
        to=silence.owner,
        silence=silence.id,
    )
