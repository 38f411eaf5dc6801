"""What the desk has before it: alerts and groups by name, who fires where, and what changed since it was written."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace

from alerts.desk.grouping import Members
from alerts.desk.places import Place, place_of
from alerts.desk.records import Alert, Group
from alerts.model import AlertKey, AlertState, Severity

OVER = (AlertState.RESOLVED, AlertState.INACTIVE)


class Board:
    """The only thing of the desk that changes in place.

    ``revision`` grows when anything begins or ceases to fire. ``touched``: since the groups were looked through.
    """

    def __init__(self) -> None:
        self.alerts: dict[AlertKey, Alert] = {}
        self.groups: dict[str, Group] = {}
        self.members: dict[str, Members] = {}
        self.firing: defaultdict[Place, dict[AlertKey, None]] = defaultdict(dict)
        self.revision = 0
        self.touched = False
        self.changed_alerts: dict[AlertKey, Alert] = {}
        self.changed_groups: dict[str, tuple[Group, bool]] = {}  # and whether it is still open

    @classmethod
    def of(cls, alerts: Iterable[Alert], groups: Iterable[Group]) -> Board:
        """A board as it was written."""
        board = cls()
        for group in groups:
            board.put_group(group)
        for alert in alerts:
            board.put(alert if alert.group in board.groups or not alert.group else _without_group(alert))
        board.changed_alerts.clear()
        board.changed_groups.clear()
        return board

    def put(self, alert: Alert) -> None:
        """Sets an alert as it is now, in the group that it names."""
        before = self.alerts.get(alert.key)
        if before == alert:
            return
        self.touched = True
        self._count(before, alert)
        self.alerts[alert.key] = alert
        self.changed_alerts[alert.key] = alert
        if alert.state in OVER and not alert.group:
            del self.alerts[alert.key]

    def put_group(self, group: Group) -> None:
        """Sets a group as it is now."""
        if self.groups.get(group.id) == group:
            return
        self.touched = True
        self.groups[group.id] = group
        self.members.setdefault(group.id, Members())
        self.changed_groups[group.id] = (group, True)

    def close(self, group: Group) -> None:
        """Ends a group whose members are all over; they are forgotten with it."""
        self.changed_groups[group.id] = (group, False)
        del self.groups[group.id]
        for key in self.members.pop(group.id).keys:
            alert = self.alerts.get(key)
            if alert is None or alert.group != group.id:
                continue
            pending = alert.state is AlertState.PENDING
            self.changed_alerts[key] = _without_group(alert) if pending else alert
            if pending:
                self.alerts[key] = _without_group(alert)
            else:
                del self.alerts[key]

    def alerts_of(self, group: Group) -> list[Alert]:
        """Members of a group, over or not."""
        known = (self.alerts.get(key) for key in self.members[group.id].keys)
        return [alert for alert in known if alert is not None and alert.group == group.id]

    def groups_of(self, band: Severity) -> list[Group]:
        """Open groups of a band, oldest first."""
        return sorted((g for g in self.groups.values() if g.band is band), key=lambda g: (g.opened_ms, g.id))

    def all_firing(self) -> list[Alert]:
        """Everything that fires."""
        return [self.alerts[key] for keys in self.firing.values() for key in keys]

    def _count(self, before: Alert | None, after: Alert) -> None:
        if before is not None and before.firing:
            if after.firing and before.group == after.group and before.severity == after.severity:
                return
            self._leave(before, for_good=before.group != after.group)
        if after.group:
            self.members[after.group].keys.add(after.key)
        if after.firing:
            self.firing[place_of(after.key.subject)][after.key] = None
            self.revision += 1
            if after.group:
                self.members[after.group].add(after.key)

    def _leave(self, alert: Alert, *, for_good: bool) -> None:
        place = place_of(alert.key.subject)
        self.firing[place].pop(alert.key)
        if not self.firing[place]:
            del self.firing[place]
        self.revision += 1
        members = self.members.get(alert.group)
        if members is None:
            return
        if for_good:
            members.remove(alert.key)
        else:
            members.resolve(alert.key)


def _without_group(alert: Alert) -> Alert:
    return replace(alert, group="", told_as=None, shown_as=None)
