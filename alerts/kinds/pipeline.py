"""The control center watches itself: evaluation that lags, nobody who collects, notifications that wait, a store that
nobody prunes. Pure: any thread can ask, best one that is not the one that is watched."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from alerts.kinds.policy import PipelinePolicy
from alerts.kinds.sight import Moment, Sight, Watched, present, seconds_since
from alerts.model import AlertKey, Condition, Evidence, Level, Reading, Severity, Subject

ENGINE = "engine-late"
COLLECTOR = "collector-gone"
NOTIFIER = "notifier-stuck"
PRUNING = "prune-behind"


@dataclass(frozen=True, slots=True)
class Operations:
    """What only those who run know. ``evaluated_ms``: data up to here were judged, None before the first time;
    ``oldest_due_ms``: since when the notification that waits longest is due, None when none waits; ``reading_on``:
    leases of collectors that have been at work since before evaluation began."""

    evaluated_ms: int | None = None
    oldest_due_ms: int | None = None
    reading_on: frozenset[str] = frozenset()


def readings(
    operations: Operations,
    sources: Sequence[Watched],
    slots_overdue: bool | None,
    moment: Moment,
    policy: PipelinePolicy,
) -> list[Reading]:
    """Of every part. ``slots_overdue``: whether slots outlive their retention, None when not known."""
    return [
        _engine(operations, sources, moment, policy),
        _collector(present(sources), moment),
        _notifier(operations, moment.now_ms, policy),
        _pruning(slots_overdue),
    ]


def _key(rule: str, part: str) -> AlertKey:
    return AlertKey(rule, Subject(Level.PIPELINE, other=part))


def _engine(
    operations: Operations,
    sources: Sequence[Watched],
    moment: Moment,
    policy: PipelinePolicy,
) -> Reading:
    """Late against the data that there are, not against the clock: without new pages there is nothing to judge."""
    key = _key(ENGINE, "engine")
    read_ms = max((each.status.watermark_ms or 0 for each in present(sources)), default=0)
    if not read_ms or (operations.evaluated_ms is None and moment.is_young):
        return Reading(key, Condition.UNKNOWN, Severity.PAGE)
    behind_ms = read_ms - (moment.started_ms if operations.evaluated_ms is None else operations.evaluated_ms)
    if behind_ms <= policy.late_ms:
        return Reading(key, Condition.FALSE, Severity.PAGE)
    return Reading(key, Condition.TRUE, Severity.PAGE, Evidence(values=(("behind_seconds", str(behind_ms // 1000)),)))


def _collector(sources: Sequence[Watched], moment: Moment) -> Reading:
    """Gone when no source is even tried; a standby that takes over within its time is no trouble."""
    key = _key(COLLECTOR, "collector")
    if not sources:
        return Reading(key, Condition.UNKNOWN, Severity.PAGE)
    tried_ms = max((each.status.last_read.at_ms for each in sources if each.status.last_read is not None), default=None)
    interval_ms = min(each.status.source.interval_ms for each in sources)
    if tried_ms is not None and moment.is_recent(tried_ms, interval_ms):
        return Reading(key, Condition.FALSE, Severity.PAGE)
    starting = all(each.sight is Sight.STARTING for each in sources)
    if starting or ((tried_ms is None or tried_ms < moment.started_ms) and moment.is_young):
        return Reading(key, Condition.UNKNOWN, Severity.PAGE)
    told = "no source was ever tried" if tried_ms is None else seconds_since(tried_ms, moment.now_ms)
    evidence = Evidence(bad_from_ms=tried_ms, values=(("seconds_since_last_attempt", told),))
    return Reading(key, Condition.TRUE, Severity.PAGE, evidence)


def _notifier(operations: Operations, now_ms: int, policy: PipelinePolicy) -> Reading:
    key = _key(NOTIFIER, "notifier")
    due_ms = operations.oldest_due_ms
    if due_ms is None or now_ms - due_ms <= policy.queue_ms:
        return Reading(key, Condition.FALSE, Severity.PAGE)
    values = (("waiting_seconds", seconds_since(due_ms, now_ms)),)
    return Reading(key, Condition.TRUE, Severity.PAGE, Evidence(bad_from_ms=due_ms, values=values))


def _pruning(slots_overdue: bool | None) -> Reading:
    key = _key(PRUNING, "store")
    if slots_overdue is None:
        return Reading(key, Condition.UNKNOWN, Severity.TICKET)
    condition = Condition.TRUE if slots_overdue else Condition.FALSE
    values = (("slots", "older than their retention"),) if slots_overdue else ()
    return Reading(key, condition, Severity.TICKET, Evidence(values=values))
