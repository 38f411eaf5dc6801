"""A process is gone: the machine answers that nobody listens. A statement, not silence, so nobody waits for more.

Only pages that we read ourselves tell this; a Prometheus server says what it saw a scrape ago, and a timeout says
nothing (``alerts.kinds.unknown``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from alerts.kinds.policy import UnreachablePolicy
from alerts.kinds.sight import EXPOSITION, Moment, Sight, Watched, by_data_center, last_sign_ms
from alerts.model import AlertKey, Condition, Evidence, Level, Reading, Severity, Subject
from store import reasons
from store.records import SourceStatus

RULE = "unreachable"


def readings(
    sources: Sequence[Watched], refusals: Mapping[str, int], moment: Moment, policy: UnreachablePolicy
) -> list[Reading]:
    """Of every data center with pages of its own: a page when all of its processes are gone, a ticket when some are.

    ``refusals``: source -> refused reads in a row up to the newest (one, where it is not given).
    """
    found = []
    for center, every in by_data_center(sources).items():
        group = [each for each in every if each.status.source.kind == EXPOSITION]
        active = [each for each in group if each.sight is not Sight.LEFT]
        said = {each.id: _condition(each.status, refusals.get(each.id, 1), moment, policy) for each in active}
        if group:
            found.append(_center(center, active, said))
    return found


def is_refused(status: SourceStatus) -> bool:
    """Whether the newest read says that nobody listens."""
    read = status.last_read
    return read is not None and not read.collected and reasons.cause(read.reason) == reasons.REFUSED


def _condition(status: SourceStatus, refused: int, moment: Moment, policy: UnreachablePolicy) -> Condition:
    """Decision list; a source that was never read cannot have died."""
    read = status.last_read
    if read is None or status.watermark_ms is None:
        return Condition.UNKNOWN
    if not moment.is_recent(read.at_ms, status.source.interval_ms):
        return Condition.UNKNOWN  # nobody looked since
    if read.collected:
        return Condition.FALSE
    if not is_refused(status) or moment.is_starting(status):
        return Condition.UNKNOWN
    return Condition.TRUE if refused >= policy.refused_reads else Condition.UNKNOWN


def _center(center: str, group: Sequence[Watched], said: Mapping[str, Condition]) -> Reading:
    key = AlertKey(RULE, Subject(Level.DATA_CENTER, data_center=center))
    gone = [each for each in group if said[each.id] is Condition.TRUE]
    if not gone:
        condition = Condition.UNKNOWN if Condition.UNKNOWN in said.values() else Condition.FALSE
        return Reading(key, condition, Severity.PAGE)
    severity = Severity.PAGE if len(gone) == len(group) else Severity.TICKET
    read = gone[0].status.last_read
    values = (("sources", ", ".join(each.id for each in gone)), ("reason", "" if read is None else read.reason))
    since_ms = min(last_sign_ms(each.status) for each in gone)
    return Reading(key, Condition.TRUE, severity, Evidence(bad_from_ms=since_ms, values=values))
