"""Which alert explains which: a parent its children, a higher tier of the same objective the lower."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from alerts.desk.places import Place, above, place_of
from alerts.desk.records import Alert, DeskPolicy
from alerts.model import AlertKey

Index = Mapping[Place, Iterable[AlertKey]]
"""Firing alerts by place."""


def inhibitor(alert: Alert, firing: Index, alerts: Mapping[AlertKey, Alert], policy: DeskPolicy) -> Alert | None:
    """The widest alert that speaks for this one; None when it speaks for itself.

    What is hidden itself speaks for nobody, and nothing speaks for what is more urgent than itself.
    """
    for place in (*above(alert.key.subject), place_of(alert.key.subject)):
        for key in firing.get(place, ()):
            other = alerts[key]
            if not other.hidden and outranks(other, alert, policy):
                return other
    return None


def outranks(one: Alert, other: Alert, policy: DeskPolicy) -> bool:
    """Whether ``one`` makes it needless to hear of ``other``. Never true both ways."""
    if one.severity < other.severity:
        return False
    mine, theirs = policy.rank(one.key.rule), policy.rank(other.key.rule)
    if one.key.subject == other.key.subject:
        same_slo = one.key.slo == other.key.slo
        return mine is not None and theirs is not None and same_slo and mine < theirs
    if not one.key.subject.holds(other.key.subject):
        return False
    if mine is None or theirs is None:
        return one.key.rule == other.key.rule
    return mine <= theirs
