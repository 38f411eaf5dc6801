"""What failed and was over while the engine was away, beside a page that still burns, is a failure of its own: in the
group of that page nobody would ever be told of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from alerts.desk.board import Board
from alerts.desk.grouping import Members
from alerts.desk.records import Alert, Group
from alerts.desk.speaking import Speaker
from alerts.desk.taking import free_name, group_name


def part(board: Board, speaker: Speaker, hidden: Callable[[Alert], bool]) -> None:
    """Moves such alerts to groups of their own, whose end is told as that of any other. ``hidden``: whether people had
    asked not to hear of an alert when it fired."""
    for group in list(board.groups.values()):
        missed = [each for each in _missed(board, group, speaker) if not hidden(each)]
        if missed:
            _move(board, group, missed, speaker.now_ms)


def _missed(board: Board, group: Group, speaker: Speaker) -> list[Alert]:
    """Over, found in the past, begun after the newest notice, and louder than what people know."""
    if not group.notices:
        return []
    alerts = board.alerts_of(group)
    if not any(alert.firing for alert in alerts):
        return []
    found = [each for each in alerts if _is_untold(each) and each.since_ms > group.spoke_ms]
    stands = speaker.stands(alerts) if found else 0
    return [each for each in found if each.severity > stands]


def _is_untold(alert: Alert) -> bool:
    unheard = alert.told_as is None and alert.shown_as is None
    return alert.replayed and unheard and not alert.firing and not alert.inhibited_by


def _move(board: Board, group: Group, missed: Sequence[Alert], now_ms: int) -> None:
    first = min(missed, key=lambda each: (each.since_ms, each.key.id))
    radius = Members().radius(each.key.subject for each in missed) or first.key.subject
    own = Group(free_name(board, group_name(first, now_ms)), group.band, first.since_ms, radius)
    board.put_group(own)
    for alert in missed:
        board.put(replace(alert, group=own.id))
