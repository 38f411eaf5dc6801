"""Which alerts are one failure: a group is found by blast radius, at once, without waiting for the rest of it.

An alert joins an open group of its band when the group's radius holds it (the bank's holds nothing by that alone), when
it holds a member, when it shares the one product or the one data center of the radius, or when a member inhibits it;
and for ``unfold_ms`` after the group began, when it shares a product or a data center with any member. The radius is
that of the narrowest members: when all of one data center fails, the bank's alert and the products' alerts are
explained by the cells, and the radius is that data center.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from alerts.desk.places import APART, Place, above, joined, place_of
from alerts.desk.records import Group
from alerts.model import AlertKey, Level, Subject


class Members:
    """Alerts of one group, counted by place so that no question walks through all of them."""

    def __init__(self) -> None:
        self.keys: set[AlertKey] = set()
        self._within: Counter[Place] = Counter()  # firing members at or below a place

    def add(self, key: AlertKey) -> None:
        """An alert fires."""
        self.keys.add(key)
        self._within.update((place_of(key.subject), *above(key.subject)))

    def resolve(self, key: AlertKey) -> None:
        """An alert of it is over; it stays a member until the group is closed."""
        self._within.subtract((place_of(key.subject), *above(key.subject)))

    def remove(self, key: AlertKey) -> None:
        """A firing alert moves to another group."""
        self.resolve(key)
        self.keys.discard(key)

    def at_or_below(self, place: Place) -> int:
        """Firing members at a place and in it."""
        return self._within[place]

    def radius(self, firing: Iterable[Subject]) -> Subject | None:
        """The narrowest subject that holds those members that hold no other; None without any."""
        subjects = set(firing)
        leaves = {place_of(subject) for subject in subjects}
        for subject in subjects:
            leaves.difference_update(above(subject))
        found: Subject | None = None
        for subject in subjects:
            if place_of(subject) in leaves:
                found = subject if found is None else joined(found, subject)
        return found


def belongs(group: Group, members: Members, subject: Subject, now_ms: int, unfold_ms: int) -> bool:
    """Whether a failure of this subject is part of the one that the group tells of."""
    place = place_of(subject)
    if group.radius == subject or members.at_or_below(place):
        return True
    if subject.level is Level.PIPELINE or group.radius.level in APART:
        return False
    radius = group.radius
    if radius.level is not Level.BANK and radius.holds(subject):
        return True
    if _one_in_common(radius, subject):
        return True
    if now_ms - group.opened_ms > unfold_ms:
        return False
    shared = [Place(subject.product, "", "")] if subject.product else []
    shared += [Place("", subject.data_center, "")] if subject.data_center else []
    return any(members.at_or_below(each) for each in shared)


def widened(radius: Subject, subject: Subject, members: Members) -> Subject:
    """The radius after an alert joined; what holds a member explains nothing new."""
    if members.at_or_below(place_of(subject)):
        return radius
    return joined(radius, subject)


def wider(now: Subject, before: Subject | None) -> bool:
    """Whether a failure reaches further than was told."""
    return before is not None and now != before and joined(now, before) != before


def _one_in_common(radius: Subject, subject: Subject) -> bool:
    same_product = bool(radius.product) and radius.product == subject.product
    return same_product or (bool(radius.data_center) and radius.data_center == subject.data_center)
