"""Who may speak: what silences and maintenance hide, and what a more telling alert explains."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from alerts.desk.board import Board
from alerts.desk.inhibition import inhibitor
from alerts.desk.maintenance import Maintenance
from alerts.desk.matching import labels_of
from alerts.desk.records import Alert, DeskPolicy
from alerts.desk.silences import Silence, hiding


def hush(board: Board, silences: Sequence[Silence], windows: Sequence[Maintenance], policy: DeskPolicy) -> None:
    """Marks every firing alert with what keeps it quiet now, and unmarks what nothing does. ``silences`` and
    ``windows``: those that are active at this instant."""
    for alert in board.all_firing():
        silence, window = silenced_by(alert, silences), _planned_by(alert, windows)
        if (silence, window) != (alert.silenced_by, alert.maintenance):
            board.put(replace(alert, silenced_by=silence, maintenance=window))
    for alert in board.all_firing():
        speaker = inhibitor(alert, board.firing, board.alerts, policy)
        explained_by = "" if speaker is None else speaker.key.id
        if explained_by != alert.inhibited_by:
            board.put(replace(alert, inhibited_by=explained_by))


def silenced_by(alert: Alert, silences: Sequence[Silence]) -> str:
    """Id of a silence that hides an alert; empty when none does."""
    return hiding(silences, labels_of(alert.key, alert.severity)) if silences else ""


def hidden_then(alert: Alert, at_ms: int, silences: Sequence[Silence], windows: Sequence[Maintenance]) -> bool:
    """Whether people had asked at an instant not to hear of an alert."""
    if _planned_by(alert, [each for each in windows if each.holds(at_ms)]):
        return True
    return bool(silenced_by(alert, [each for each in silences if each.active(at_ms)]))


def _planned_by(alert: Alert, windows: Sequence[Maintenance]) -> str:
    return next((each.id for each in windows if each.covers(alert.key.subject)), "")
