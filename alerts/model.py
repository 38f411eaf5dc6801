"""The words of alerting: what is watched, what a rule said of it, and each change of an alert's state as a row."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from typing import NamedTuple

from slo.counts import Counts


class Level(enum.Enum):
    """How much of the bank an alert speaks of; a parent's alert inhibits those of its children."""

    BANK = "bank"
    PRODUCT = "product"
    DATA_CENTER = "data_center"  # every product of one data center
    CELL = "product_data_center"
    DCN = "dcn"
    SOURCE = "source"  # where counts come from
    PROBE = "probe"
    PIPELINE = "pipeline"  # the control center itself

    __hash__ = object.__hash__  # an Enum's own is written in Python, and subjects are looked up by the thousand


class Severity(enum.IntEnum):
    """What an alert asks of people, least first."""

    NOTICE = 0
    TICKET = 1
    PAGE = 2
    CALL = 3


class Condition(enum.Enum):
    """What a rule says at one instant. Unknown is neither: an alert that fires goes on firing."""

    TRUE = "true"
    FALSE = "false"
    UNKNOWN = "unknown"


class AlertState(enum.Enum):
    """Life of an alert: inactive -> pending -> firing -> resolved."""

    INACTIVE = "inactive"
    PENDING = "pending"
    FIRING = "firing"
    RESOLVED = "resolved"


class Subject(NamedTuple):
    """What an alert speaks of; what does not apply is empty. ``other``: a source, probe or part of the pipeline."""

    level: Level
    product: str = ""
    data_center: str = ""
    dcn: str = ""
    other: str = ""

    def holds(self, child: Subject) -> bool:
        """Whether ``child`` is a part of this: the bank holds everything but itself."""
        if self == child or self.level in (Level.SOURCE, Level.PROBE, Level.PIPELINE):
            return False
        if self.level is Level.BANK:
            return True
        if self.product and self.product != child.product:
            return False
        if self.data_center and self.data_center != child.data_center:
            return False
        return not self.dcn or self.dcn == child.dcn


class AlertKey(NamedTuple):
    """Identity of an alert. ``slo``: of which objective, empty for rules without one; ``rule``: tier or kind."""

    rule: str
    subject: Subject
    slo: str = ""

    @property
    def id(self) -> str:
        """The same as stable text that fits into an address: ``cliff:product_data_center:weilidai:dc3::``."""
        subject = self.subject
        parts = (self.rule, subject.level.value, subject.product, subject.data_center, subject.dcn, subject.other)
        return ":".join((*parts, self.slo))

    @classmethod
    def parse(cls, text: str) -> AlertKey:
        """The reverse of ``id``. Raises ValueError."""
        rule, level, product, data_center, dcn, rest = text.split(":", 5)
        other, _, slo = rest.rpartition(":")
        return cls(rule, Subject(Level(level), product, data_center, dcn, other), slo)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a rule saw. ``values``: what else explains it, as text, in the order in which screens print it.

    ``bad_from_ms``: begin of the first slice with bad events of the stretch that made the rule true; impact begins
    there. ``bad_to_ms``: end of the last one. ``budget_spent``: bad events of the long window by those that the
    objective's whole window allows, truncated ("0.0213").
    """

    long: Counts = field(default_factory=Counts)
    short: Counts = field(default_factory=Counts)
    budget_spent: str = ""
    bad_from_ms: int | None = None
    bad_to_ms: int | None = None
    values: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Reading:
    """What one rule says of one subject at one instant of the data."""

    key: AlertKey
    condition: Condition
    severity: Severity
    evidence: Evidence = field(default_factory=Evidence)


@dataclass(frozen=True, slots=True)
class Transition:
    """One change of one alert's state; stored, and everything else follows from these.

    ``at_ms``: instant of the data at which the rule said so; ``seen_ms``: when it was evaluated. ``replayed``: found
    in the past after the engine was away.
    """

    key: AlertKey
    state: AlertState
    severity: Severity
    at_ms: int
    seen_ms: int
    evidence: Evidence
    replayed: bool = False
