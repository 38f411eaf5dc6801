"""Nobody saw it: no accepted page for three intervals. A page when a whole product is unseen, a ticket for one data
center. It closes on an accepted page and on nothing else, except that a source that left the configuration is over."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from alerts.kinds.sight import PROMETHEUS, Sight, Watched, by_data_center, last_sign_ms, present, seconds_since
from alerts.model import AlertKey, Condition, Evidence, Level, Reading, Severity, Subject
from store import reasons

RULE = "unknown"


def readings(
    sources: Sequence[Watched],
    cells: Mapping[str, Collection[str]],
    products: Iterable[str],
    now_ms: int,
) -> list[Reading]:
    """Of the bank, every product, every data center, and every source of a data center that has several.

    ``cells``: product -> data centers that serve it; a product that is not in it is served by all of them.
    """
    centers = by_data_center(sources)
    if not present(sources):
        return [_center(center, group, now_ms) for center, group in centers.items()]
    said = {center: _condition(group) for center, group in centers.items() if present(group)}
    found = [_whole(Subject(Level.BANK), list(said), said, centers, now_ms)]
    for product in products:
        serving = [center for center in said if center in cells.get(product, said)] or list(said)
        found.append(_whole(Subject(Level.PRODUCT, product), serving, said, centers, now_ms))
    for center, group in centers.items():
        found.append(_center(center, group, now_ms))
        found += _parts(group, now_ms)
    return found


def _condition(group: Sequence[Watched]) -> Condition:
    """Of a data center: seen when any of its sources is, silent when all are."""
    sights = {each.sight for each in present(group)}
    if Sight.SEEN in sights or not sights:
        return Condition.FALSE
    return Condition.TRUE if sights == {Sight.SILENT} else Condition.UNKNOWN


def _whole(
    subject: Subject,
    serving: Sequence[str],
    said: Mapping[str, Condition],
    centers: Mapping[str, Sequence[Watched]],
    now_ms: int,
) -> Reading:
    conditions = {said[center] for center in serving}
    condition = Condition.UNKNOWN
    if Condition.FALSE in conditions:
        condition = Condition.FALSE
    elif conditions == {Condition.TRUE}:
        condition = Condition.TRUE
    concerned = [each for center in serving for each in centers[center]] if condition is Condition.TRUE else []
    values = (("data_centers", ", ".join(serving)),) if concerned else ()
    return Reading(AlertKey(RULE, subject), condition, Severity.PAGE, _evidence(concerned, now_ms, values))


def _center(center: str, group: Sequence[Watched], now_ms: int) -> Reading:
    subject = Subject(Level.DATA_CENTER, data_center=center)
    if not present(group):
        left = Evidence(values=(("left", "no source of it is configured any more"),))
        return Reading(AlertKey(RULE, subject), Condition.FALSE, Severity.TICKET, left)
    condition = _condition(group)
    concerned = group if condition is Condition.TRUE else ()
    return Reading(AlertKey(RULE, subject), condition, Severity.TICKET, _evidence(concerned, now_ms))


def _parts(group: Sequence[Watched], now_ms: int) -> list[Reading]:
    """Sources of a data center that is seen through others."""
    if len(group) == 1 or _condition(group) is not Condition.FALSE:
        return []
    return [_part(each, now_ms) for each in group]


def _part(each: Watched, now_ms: int) -> Reading:
    key = AlertKey(RULE, Subject(Level.SOURCE, data_center=each.status.source.data_center, other=each.id))
    if each.sight is Sight.LEFT:
        return Reading(key, Condition.FALSE, Severity.TICKET, Evidence(values=(("left", "it is gone for good"),)))
    if each.sight is Sight.SEEN:
        return Reading(key, Condition.FALSE, Severity.TICKET)
    if each.sight is Sight.STARTING or _was_taken_down(each):
        return Reading(key, Condition.UNKNOWN, Severity.TICKET)
    return Reading(key, Condition.TRUE, Severity.TICKET, _evidence((each,), now_ms))


def _was_taken_down(each: Watched) -> bool:
    """Whether a server does not know the instance any more: it was replaced or removed, as pods are."""
    read = each.status.last_read
    is_instance = each.status.source.kind == PROMETHEUS and "/" in each.id
    return is_instance and read is not None and reasons.cause(read.reason) == reasons.MISSING


def _evidence(concerned: Iterable[Watched], now_ms: int, values: tuple[tuple[str, str], ...] = ()) -> Evidence:
    silent = present(concerned)
    if not silent:
        return Evidence()
    last = max(silent, key=lambda each: last_sign_ms(each.status))
    since_ms = last_sign_ms(last.status)
    read = last.status.last_read
    reason = read.reason if read is not None and read.reason else "nobody looked"
    told = (*values, ("silent_seconds", seconds_since(since_ms, now_ms)), ("reason", reason))
    return Evidence(bad_from_ms=since_ms, values=told)
