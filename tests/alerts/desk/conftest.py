"""A desk with its journal in memory, and short words for what happens to it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import pytest

from alerts.desk.desk import Desk
from alerts.desk.escalation import Chain, Step
from alerts.desk.notice import Notice
from alerts.desk.records import DeskPolicy
from alerts.model import AlertKey, AlertState, Evidence, Level, Severity, Subject, Transition
from store.journal import Change
from store.memory import MemoryStore
from store.port import Store

BEGIN_MS = 1_795_000_000_000
SEVERITIES = {
    "cliff": Severity.CALL,
    "fast": Severity.PAGE,
    "medium": Severity.PAGE,
    "slow": Severity.TICKET,
    "leak": Severity.TICKET,
    "unknown": Severity.PAGE,
    "budget": Severity.NOTICE,
}
POLICY = DeskPolicy(
    chain=Chain(
        steps=(Step(0, ("on_call",)), Step(300_000, ("second",)), Step(900_000, ("manager",))), repeat_ms=600_000
    )
)


def subject_of(name: str) -> Subject:
    """``bank``, ``p1``, ``dc3``, ``p1/dc3``, ``p1/dc3/n7``, ``pipeline:queue``, ``source:dc3``."""
    if name == "bank":
        return Subject(Level.BANK)
    if name.startswith("pipeline:"):
        return Subject(Level.PIPELINE, other=name.partition(":")[2])
    if name.startswith("source:"):
        return Subject(Level.SOURCE, data_center=name.partition(":")[2], other=name.partition(":")[2])
    if name.startswith("dc"):
        return Subject(Level.DATA_CENTER, data_center=name)
    parts = name.split("/")
    level = (Level.PRODUCT, Level.CELL, Level.DCN)[len(parts) - 1]
    return Subject(level, *parts)


def key_of(text: str) -> AlertKey:
    """``cliff p1/dc3``: rule and subject; the objective is that of the product."""
    rule, name = text.split(" ")
    subject = subject_of(name)
    return AlertKey(rule, subject, subject.product or "bank")


@dataclass
class Room:
    """A desk at work: seconds since it began in, notices out; everything is written as the product writes it."""

    policy: DeskPolicy = POLICY
    store: Store = field(default_factory=MemoryStore)

    def __post_init__(self) -> None:
        self.notices: list[Notice] = []
        self.restart()

    def restart(self) -> None:
        """Another process goes on from the journal."""
        with self.store.reading() as reader:
            self.desk = Desk.restore(self.policy, reader.journal())

    def write(self, change: Change) -> None:
        """What the API does."""
        self.store.write(change)

    def tick(self, at_s: float, *said: str, replayed_at_s: float | None = None) -> list[Notice]:
        """One tick. ``said``: ``fires cliff p1/dc3``, ``ends cliff p1/dc3``, ``pends fast p1``."""
        now_ms = self.ms(at_s)
        with self.store.reading() as reader:
            self.desk.refresh(reader.journal())
        at_ms = now_ms if replayed_at_s is None else self.ms(replayed_at_s)
        found = [transition(text, at_ms, now_ms, replayed=replayed_at_s is not None) for text in said]
        return self.take(found, at_s)

    def take(self, transitions: Iterable[Transition], at_s: float) -> list[Notice]:
        """One tick with transitions of any time; the change is written."""
        outcome = self.desk.apply(transitions, self.ms(at_s))
        self.store.write(outcome.change)
        self.notices += outcome.notices
        return list(outcome.notices)

    @staticmethod
    def ms(at_s: float) -> int:
        """An instant in milliseconds."""
        return BEGIN_MS + round(at_s * 1000)


def transition(
    text: str, at_ms: int, seen_ms: int, *, replayed: bool = False, severity: Severity | None = None
) -> Transition:
    """``fires cliff p1/dc3`` as the engine says it."""
    verb, _, rest = text.partition(" ")
    states = {
        "fires": AlertState.FIRING,
        "ends": AlertState.RESOLVED,
        "pends": AlertState.PENDING,
        "ceases": AlertState.INACTIVE,
    }
    key = key_of(rest)
    return Transition(key, states[verb], severity or SEVERITIES[key.rule], at_ms, seen_ms, Evidence(), replayed)


@pytest.fixture
def room() -> Room:
    """A desk at work."""
    return Room()


def words(notices: Iterable[Notice]) -> list[str]:
    """Notices in short: ``firing/new CALL data_center: dc3``."""
    found = []
    for each in notices:
        where = "/".join(part for part in each.radius[1:4] if part) or each.radius.level.value
        found.append(f"{each.state.value}/{each.cause.value} {each.severity.name} {where}")
    return found
