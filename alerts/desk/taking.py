"""A transition taken in: the alert's record as it is now, in the group that it belongs to."""

from __future__ import annotations

from dataclasses import replace

from alerts.desk.acks import Ack
from alerts.desk.board import Board
from alerts.desk.grouping import belongs, widened
from alerts.desk.inhibition import inhibitor
from alerts.desk.records import Alert, DeskPolicy, Group, band_of
from alerts.model import AlertState, Evidence, Transition


def take(board: Board, transition: Transition, policy: DeskPolicy, now_ms: int) -> None:
    """Lets one transition have its effect on the board; ``now_ms``: of the desk, or of the data when it is replayed."""
    known = board.alerts.get(transition.key)
    if transition.state is AlertState.FIRING:
        _fire(board, known, transition, policy, now_ms)
    elif known is None or not known.firing:
        _note(board, known, transition)
    elif transition.state is AlertState.RESOLVED:
        _end(board, known, transition, now_ms)


def _fire(board: Board, known: Alert | None, transition: Transition, policy: DeskPolicy, now_ms: int) -> None:
    if known is not None and known.firing:
        alert = _still_firing(known, transition)
    else:
        alert = _begun(known, transition, policy, now_ms)
    if known is not None and known.group and band_of(known.severity) is band_of(alert.severity):
        board.put(replace(alert, group=known.group))
        return
    group = _group_for(board, alert, policy, now_ms)
    board.put_group(group)
    board.put(replace(alert, group=group.id, told_as=None, shown_as=None))


def _still_firing(known: Alert, transition: Transition) -> Alert:
    return replace(
        known,
        severity=transition.severity,
        evidence=_widest(known.evidence, transition.evidence),
        ack=known.ack if _holds(known.ack, transition) else None,
    )


def _begun(known: Alert | None, transition: Transition, policy: DeskPolicy, now_ms: int) -> Alert:
    """An alert that begins to fire; within the time to settle it is the one that people were told of."""
    again = known is not None and known.ended_ms is not None and now_ms - known.ended_ms < policy.settle_ms
    return Alert(
        key=transition.key,
        state=AlertState.FIRING,
        severity=transition.severity,
        since_ms=transition.at_ms,
        evidence=transition.evidence,
        told_as=known.told_as if again and known is not None else None,
        shown_as=known.shown_as if again and known is not None else None,
        replayed=transition.replayed,
        ack=known.ack if again and known is not None and _holds(known.ack, transition) else None,
    )


def _note(board: Board, known: Alert | None, transition: Transition) -> None:
    """What does not fire and did not: it pends, or ceased to."""
    if known is not None and known.group:
        pending = transition.state is AlertState.PENDING
        board.put(replace(known, state=AlertState.PENDING if pending else AlertState.RESOLVED))
        return
    board.put(
        Alert(
            transition.key,
            transition.state,
            transition.severity,
            transition.at_ms,
            transition.evidence,
            replayed=transition.replayed,
        )
    )


def _end(board: Board, known: Alert, transition: Transition, now_ms: int) -> None:
    board.put(
        replace(
            known,
            state=AlertState.RESOLVED,
            over_ms=transition.at_ms,
            ended_ms=now_ms,
            inhibited_by="" if known.told else known.inhibited_by,
            evidence=_widest(known.evidence, transition.evidence),
        )
    )


def _group_for(board: Board, alert: Alert, policy: DeskPolicy, now_ms: int) -> Group:
    band = band_of(alert.severity)
    speaker = inhibitor(alert, board.firing, board.alerts, policy)
    if speaker is not None and speaker.group in board.groups and band_of(speaker.severity) is band:
        return _joined(board, board.groups[speaker.group], alert)
    subject = alert.key.subject
    for group in board.groups_of(band):
        if belongs(group, board.members[group.id], subject, now_ms, policy.unfold_ms):
            return _joined(board, group, alert)
    return Group(free_name(board, group_name(alert, now_ms)), band, now_ms, subject)


def _joined(board: Board, group: Group, alert: Alert) -> Group:
    return replace(group, radius=widened(group.radius, alert.key.subject, board.members[group.id]))


def group_name(alert: Alert, now_ms: int) -> str:
    """Id of the group that an alert opens: what it began with, and when."""
    subject = alert.key.subject
    parts = (subject.level.value, subject.product, subject.data_center, subject.dcn, subject.other)
    return f"{band_of(alert.severity).name.lower()}:{':'.join(parts)}@{now_ms}"


def free_name(board: Board, wanted: str) -> str:
    """The id that a group is wanted to have, or with a number the next that no group has."""
    number, name = 1, wanted
    while name in board.groups or name in board.changed_groups:
        number += 1
        name = f"{wanted}.{number}"
    return name


def _holds(ack: Ack | None, transition: Transition) -> bool:
    return ack is not None and ack.severity >= transition.severity


def _widest(before: Evidence, after: Evidence) -> Evidence:
    """Newer counts, the impact from the first bad slice to the last."""
    begins = [each for each in (before.bad_from_ms, after.bad_from_ms) if each is not None]
    ends = [each for each in (before.bad_to_ms, after.bad_to_ms) if each is not None]
    counted = after if after.long.total else before
    return replace(counted, bad_from_ms=min(begins, default=None), bad_to_ms=max(ends, default=None))
