"""Words to tell stories of failures with: a second of data after the other, folded as the engine does."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from alerts.incidents.facts import Fact, FoldingRules
from alerts.incidents.folding import Folded, fold
from alerts.incidents.model import Incident
from alerts.model import AlertKey, AlertState, Evidence, Level, Severity, Subject, Transition

T0_MS = 1_795_000_000_000
"""2026-11-18 11:06:40 UTC; a story's seconds are counted from here."""


def at(second: float) -> int:
    """A second of a story as an instant."""
    return T0_MS + int(second * 1000)


def cell(product: str, data_center: str) -> Subject:
    """One product in one data center."""
    return Subject(Level.CELL, product, data_center)


def dcn(product: str, data_center: str, name: str) -> Subject:
    """One DCN of a cell."""
    return Subject(Level.DCN, product, data_center, name)


def product(name: str) -> Subject:
    """A product as a whole."""
    return Subject(Level.PRODUCT, name)


BANK = Subject(Level.BANK)


def key(subject: Subject, rule: str = "cliff") -> AlertKey:
    """An alert's identity."""
    return AlertKey(rule, subject, f"{subject.product or 'bank'}-availability")


def fires(
    subject: Subject,
    second: float,
    rule: str = "cliff",
    severity: Severity = Severity.CALL,
    bad_from: float | None = None,
) -> Transition:
    """An alert that fires at a second of the data; impact began half a second before unless told."""
    began = second - 0.5 if bad_from is None else bad_from
    seen = Evidence(bad_from_ms=at(began), bad_to_ms=at(second))
    return Transition(key(subject, rule), AlertState.FIRING, severity, at(second), at(second) + 300, seen)


def resolves(
    subject: Subject, second: float, bad_to: float, rule: str = "cliff", severity: Severity = Severity.CALL
) -> Transition:
    """An alert that good data resolve."""
    seen = Evidence(bad_to_ms=at(bad_to))
    return Transition(key(subject, rule), AlertState.RESOLVED, severity, at(second), at(second) + 300, seen)


class Story:
    """Incidents as ticks change them; ``all`` has every incident by id as it was last written."""

    def __init__(self, rules: FoldingRules | None = None) -> None:
        self.rules = FoldingRules() if rules is None else rules
        self.open: tuple[Incident, ...] = ()
        self.all: dict[str, Incident] = {}
        self.last = Folded((), (), ())

    def tick(self, second: float, *facts: Fact) -> Story:
        """One tick of the engine, at a second of the clock."""
        self.last = fold(self.open, facts, at(second), self.rules)
        self.open = self.last.open
        self.all |= {each.id: each for each in self.last.changed}
        return self

    @property
    def ongoing(self) -> list[Incident]:
        """Incidents whose data are bad."""
        return [each for each in self.open if each.firing]

    @property
    def only(self) -> Incident:
        """The one incident that there ever was."""
        (incident,) = self.all.values()
        return incident


@pytest.fixture
def story() -> Story:
    """A calm bank."""
    return Story()


@pytest.fixture
def story_with() -> Callable[[FoldingRules], Story]:
    """A calm bank under other rules."""
    return Story
