"""Where a failure reaches that nobody had heard of: a data center, or a product, of which no alert was taken notice of.

Whether an alert speaks for itself says nothing here: while the bank's alert burns it speaks for all of its parts, and
the next data center that fails would be told of with the next update only.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from alerts.desk.places import APART, located
from alerts.desk.records import Alert
from alerts.model import Severity, Subject

_NOTHING = -1
_SEVERAL = 2
"""So many products of a data center are that data center: the others of it are no news."""


@dataclass(slots=True)
class Known:
    """What was taken notice of and stands. ``unfolding``: the failure is so young that a part of what is known is no
    news either."""

    unfolding: bool = False
    subjects: set[Subject] = field(default_factory=set)
    centers: dict[str, int] = field(default_factory=dict)
    products: dict[str, int] = field(default_factory=dict)
    inside: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    @classmethod
    def of(cls, alerts: Iterable[Alert], *, unfolding: bool) -> Known:
        """From alerts that stand."""
        known = cls(unfolding)
        for alert in alerts:
            if alert.shown_as is not None:
                known._add(alert.key.subject, alert.shown_as)
        return known

    def _add(self, subject: Subject, severity: Severity) -> None:
        self.subjects.add(subject)
        center, product = subject.data_center, subject.product
        self.centers[center] = max(severity, self.centers.get(center, _NOTHING))
        self.products[product] = max(severity, self.products.get(product, _NOTHING))
        self.inside[center].add(product)

    def is_new_center(self, alert: Alert) -> bool:
        """Whether nobody knows of its data center, or of nothing as severe there."""
        center = alert.key.subject.data_center
        return bool(center) and self.centers.get(center, _NOTHING) < alert.severity

    def is_new_product(self, alert: Alert) -> bool:
        """The same of its product, unless its data center is known as a whole."""
        _, product, center, *_ = alert.key.subject
        if not product or self.products.get(product, _NOTHING) >= alert.severity:
            return False
        return not center or len(self.inside[center]) < _SEVERAL

    def explains(self, subject: Subject) -> bool:
        """Whether a subject has no place of its own, or unfolds from what is known."""
        return subject.level in APART or (self.unfolding and any(each.holds(subject) for each in self.subjects))


def is_fresh(alert: Alert) -> bool:
    """Whether an alert asks for somebody and was not taken notice of yet, at the severity that it has."""
    if not alert.firing or alert.hidden or alert.severity < Severity.PAGE:
        return False
    return alert.shown_as is None or alert.shown_as < alert.severity


def new_places(fresh: Iterable[Alert], known: Known) -> tuple[tuple[Subject, ...], list[Alert]]:
    """Places that are new, by name, and the alerts that are at none of them."""
    centers: defaultdict[str, set[str]] = defaultdict(set)
    others = []
    for alert in fresh:
        subject = alert.key.subject
        if known.is_new_center(alert) and not known.explains(subject):
            centers[subject.data_center].add(subject.product)
        else:
            others.append(alert)
    in_centers = set().union(*centers.values())
    products: defaultdict[str, set[str]] = defaultdict(set)
    covered = []
    for alert in others:
        subject = alert.key.subject
        if known.is_new_product(alert) and not known.explains(subject):
            if subject.product not in in_centers:
                products[subject.product].add(subject.data_center)
        else:
            covered.append(alert)
    found = [located(_only(inside), center, "") for center, inside in centers.items()]
    found += [located(product, _only(inside), "") for product, inside in products.items()]
    return tuple(sorted(found, key=lambda each: each[1:])), covered


def _only(names: set[str]) -> str:
    """The one name; empty when there are several."""
    return next(iter(names)) if len(names) == 1 else ""
