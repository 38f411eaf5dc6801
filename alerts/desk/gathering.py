"""Failures that began apart and turn out to be one: what a wider alert explains before anybody was told of it.

Within a tick narrow alerts are taken in first; products that share nothing open a group each, until the bank's alert
comes and speaks for all of them.
"""

from __future__ import annotations

from dataclasses import replace

from alerts.desk.board import Board
from alerts.desk.places import joined
from alerts.desk.records import Group
from alerts.model import AlertKey


def gather(board: Board) -> None:
    """Moves the members of every group that nobody heard of, and whose firing alerts are all explained, to the group of
    what explains them."""
    for group in list(board.groups.values()):
        into = None if group.notices else _explaining(board, group)
        if into is None:
            continue
        for alert in board.alerts_of(group):
            board.put(replace(alert, group=into.id))
        board.put_group(replace(into, radius=joined(into.radius, group.radius)))
        board.close(group)


def _explaining(board: Board, group: Group) -> Group | None:
    """The group of the same band that speaks for all that fires in this one."""
    firing = [alert for alert in board.alerts_of(group) if alert.firing]
    if not firing or not all(alert.inhibited_by for alert in firing):
        return None
    speaker = board.alerts.get(AlertKey.parse(firing[0].inhibited_by))
    into = None if speaker is None else board.groups.get(speaker.group)
    return into if into is not None and into.id != group.id and into.band is group.band else None
