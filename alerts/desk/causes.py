"""What an alert speaks for: the places where it really fails, which is what people want to read first."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from alerts.desk.places import above, located, place_of
from alerts.desk.records import Alert
from alerts.model import Subject


@dataclass(frozen=True, slots=True)
class Cause:
    """``places``: the narrowest of the most severe, one per data center, then products; empty when it speaks for itself
    alone. ``data_centers`` and ``products``: of everything that it speaks for."""

    places: tuple[Subject, ...] = ()
    data_centers: tuple[str, ...] = ()
    products: tuple[str, ...] = ()


def causes(alerts: Iterable[Alert]) -> Mapping[str, Cause]:
    """Id of an alert -> what it speaks for; without those that speak for nothing. ``alerts``: all that are open."""
    by_id = {alert.key.id: alert for alert in alerts}
    spoken: defaultdict[str, list[Alert]] = defaultdict(list)
    for alert in by_id.values():
        if alert.firing and alert.inhibited_by:
            spoken[_speaker(alert, by_id)].append(alert)
    return {id: _cause(by_id[id], explained) for id, explained in spoken.items() if id in by_id}


def _speaker(alert: Alert, by_id: Mapping[str, Alert]) -> str:
    """Who speaks in the end: what speaks for it may be spoken for too, but never in a circle."""
    id, steps = alert.inhibited_by, len(by_id)
    while steps and id in by_id and by_id[id].inhibited_by:
        id, steps = by_id[id].inhibited_by, steps - 1
    return id


def _cause(speaker: Alert, explained: list[Alert]) -> Cause:
    loudest = max(alert.severity for alert in explained)
    subjects = {alert.key.subject for alert in explained if alert.severity == loudest}
    mine = speaker.key.subject
    places = _gathered(_narrowest(subjects - {mine}))
    return Cause(
        places=() if places == (mine,) else places,
        data_centers=_names([mine.data_center, *(alert.key.subject.data_center for alert in explained)]),
        products=_names([mine.product, *(alert.key.subject.product for alert in explained)]),
    )


def _narrowest(subjects: set[Subject]) -> list[Subject]:
    """Without those of which a part is there too."""
    wider = {place for subject in subjects for place in above(subject)}
    return [subject for subject in subjects if place_of(subject) not in wider]


def _gathered(subjects: Iterable[Subject]) -> tuple[Subject, ...]:
    """One place per data center, and products that fail in none that is known."""
    centers: defaultdict[str, set[tuple[str, str]]] = defaultdict(set)
    for subject in subjects:
        centers[subject.data_center].add((subject.product, subject.dcn))
    products = sorted(product for product, _ in centers.pop("", set()))
    found = []
    for center in sorted(centers):
        inside = centers[center]
        named = {product for product, _ in inside}
        product = named.pop() if len(named) == 1 else ""
        found.append(located(product, center, next(iter(inside))[1] if len(inside) == 1 else ""))
    return tuple(found + [located(product, "", "") for product in products])


def _names(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted({name for name in names if name}))
