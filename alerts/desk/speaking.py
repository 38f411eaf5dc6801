"""When a group speaks, and what it says.

What people were told *stands* while it fires and for ``settle_ms`` after. Whatever fires, may speak and is more severe
than what stands, is a page: a new failure, a rise, a child whose parent is over. Everything else that is new is an
update of the page they have, at most every ``update_ms``; but a place that nobody had heard of (``spreading``) is
told of at once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from alerts.desk.board import Board
from alerts.desk.grouping import wider
from alerts.desk.notice import MOST_MEMBERS, Cause, Member, Notice, NoticeState
from alerts.desk.places import Place, above, place_of
from alerts.desk.records import Alert, DeskPolicy, Group
from alerts.desk.spreading import Known, is_fresh, new_places
from alerts.impact import Telling, impact_start_ms
from alerts.model import Severity, Subject

NOTHING = -1
"""Below every severity: nothing stands."""


class Occasion(NamedTuple):
    """Why, how loud, and where it is new."""

    state: NoticeState
    cause: Cause
    severity: Severity
    also: tuple[Subject, ...] = ()


@dataclass(frozen=True, slots=True)
class Speaker:
    """Speaks for groups at one instant; what was said is on the board."""

    board: Board
    policy: DeskPolicy
    now_ms: int

    def speak(self, group: Group) -> Notice | None:
        """What a group with firing members has to say now."""
        self._absorb(self.board.alerts_of(group))
        also = self._spread(group)
        alerts = self.board.alerts_of(group)
        seen = [alert.key.subject for alert in alerts if alert.firing and not alert.hidden]
        radius = self.board.members[group.id].radius(seen)
        if radius is None:
            return None
        group = replace(group, radius=radius)
        self.board.put_group(group)
        untold = [alert for alert in alerts if alert.audible and not alert.told]
        stands = self.stands(alerts)
        loudest = max((alert.severity for alert in untold), default=NOTHING)
        if loudest > stands:
            return self._page(
                group, Occasion(NoticeState.FIRING, _cause(group, stands, alerts), Severity(loudest), also)
            )
        if group.severity is not None and NOTHING < stands < group.severity:
            eased = replace(group, severity=Severity(stands))
            return self._say(eased, Occasion(NoticeState.UPDATED, Cause.EASED, Severity(stands), also))
        if self._has_spread(group, also):
            return self._update(group, alerts, also)
        if any(alert.audible for alert in alerts) and self._has_news(group, bool(untold)):
            return self._update(group, alerts, also)
        return self._escalate(group, alerts)

    def end(self, group: Group, hidden: Callable[[Alert], bool]) -> Notice | None:
        """Closes a group when all of it has been over for long enough: tells those who were told, or that it was down
        before anybody could be told; not of what another alert spoke for until its end. ``hidden``: whether an alert
        was not to be heard of when it fired."""
        alerts = self.board.alerts_of(group)
        if any(alert.firing or not self._settled(alert) for alert in alerts):
            return None
        heard = [each for each in alerts if each.told_as is not None or not (each.inhibited_by or hidden(each))]
        heard = heard or (alerts if group.notices else [])
        self.board.close(group)
        if not heard:
            return None
        severity = max(alert.severity for alert in heard)
        if group.notices:
            whole = replace(group, radius=group.told_radius or group.radius)
            return self._notice(whole, heard, Occasion(NoticeState.RESOLVED, Cause.ENDED, severity))
        told = replace(group, roles=self._first_roles(severity))
        return self._notice(told, heard, Occasion(NoticeState.OVER, Cause.ENDED, severity))

    def _spread(self, group: Group) -> tuple[Subject, ...]:
        """Where it fails that nobody had heard of, by this page or another; what fires elsewhere is taken notice of."""
        alerts = self.board.alerts_of(group)
        fresh = [alert for alert in alerts if is_fresh(alert)] if group.notices else []
        if not fresh:
            return ()
        unfolding = group.paged_ms is not None and self.now_ms - group.paged_ms <= self.policy.unfold_ms
        known = Known.of(filter(self._is_standing, self.board.alerts.values()), unfolding=unfolding)
        also, covered = new_places(fresh, known)
        homes = self._homes(group, covered)
        if all(home != group.id for home in homes) and len(homes) == len(alerts):
            homes = [group.id] * len(homes)  # whoever heard of this page waits for its end
        for alert, home in zip(covered, homes, strict=True):
            self.board.put(replace(alert, shown_as=alert.severity, group=home))
        return also

    def _homes(self, group: Group, alerts: Sequence[Alert]) -> list[str]:
        """The page that tells of the place of each alert."""
        elsewhere = self._paged_elsewhere(group)
        return [elsewhere.get(alert.key.subject.data_center, group.id) for alert in alerts]

    def _paged_elsewhere(self, group: Group) -> dict[str, str]:
        """Data centers that another group alone tells of -> that group: what fails there belongs to its page."""
        told = [
            alert for alert in self.board.alerts.values() if alert.shown_as is not None and self._is_standing(alert)
        ]
        homes = {each.key.subject.data_center: each.group for each in told if each.group != group.id}
        mine = {each.key.subject.data_center for each in told if each.group == group.id}
        open_groups = self.board.groups
        return {
            center: home
            for center, home in homes.items()
            if center and center not in mine and home in open_groups and open_groups[home].band is group.band
        }

    def _has_spread(self, group: Group, also: Sequence[Subject]) -> bool:
        wait_ms = min(self.policy.spread_ms * group.notices, self.policy.update_ms)
        return bool(also) and self.now_ms - group.spoke_ms >= wait_ms

    def _absorb(self, alerts: Sequence[Alert]) -> None:
        """A lower tier that fires while a higher one of the same place, of a part or of the whole of it stands is the
        same burn, seen through a longer window: it is no news when the higher one is over."""
        untold = [alert for alert in alerts if alert.firing and not alert.told and not alert.hidden]
        if not untold:
            return
        at, within = self._highest_told(alerts)
        for alert in untold:
            rank = self.policy.rank(alert.key.rule)
            if rank is None:
                continue
            place = place_of(alert.key.subject)
            holding = min(at.get(each, rank) for each in (place, *above(alert.key.subject)))
            if min(holding, within.get(place, rank)) < rank:
                self.board.put(replace(alert, told_as=alert.severity))

    def _highest_told(self, alerts: Sequence[Alert]) -> tuple[dict[Place, int], dict[Place, int]]:
        """Highest tier that stands at a place, and inside it."""
        at: dict[Place, int] = {}
        within: dict[Place, int] = {}
        for alert in alerts:
            rank = self.policy.rank(alert.key.rule)
            if rank is None or not alert.told or not self._is_standing(alert):
                continue
            place = place_of(alert.key.subject)
            at[place] = min(rank, at.get(place, rank))
            for each in above(alert.key.subject):
                within[each] = min(rank, within.get(each, rank))
        return at, within

    def _is_standing(self, alert: Alert) -> bool:
        return alert.firing or not self._settled(alert)

    def stands(self, alerts: Sequence[Alert]) -> int:
        """The highest severity that people were told of and that is not long over; NOTHING when there is none."""
        told = [alert.told_as for alert in alerts if alert.told_as is not None and self._is_standing(alert)]
        return max(told, default=NOTHING)

    def _settled(self, alert: Alert) -> bool:
        return alert.ended_ms is None or self.now_ms - alert.ended_ms >= self.policy.settle_ms

    def _page(self, group: Group, occasion: Occasion) -> Notice:
        severity = occasion.severity
        kept = group.ack if group.ack is not None and group.ack.severity >= severity else None
        paged = replace(
            group,
            severity=severity,
            roles=_with(group.roles, self._first_roles(severity)),
            paged_ms=self.now_ms,
            step=0,
            stepped_ms=self.now_ms,
            ack=kept,
            told_radius=None,
        )
        return self._say(paged, occasion)

    def _has_news(self, group: Group, untold: bool) -> bool:
        if not group.notices:
            return False
        quiet_ms = self.now_ms - group.spoke_ms
        if wider(group.radius, group.told_radius) and quiet_ms >= self.policy.widen_ms:
            return True
        return untold and quiet_ms >= self.policy.update_ms

    def _update(self, group: Group, alerts: Sequence[Alert], also: tuple[Subject, ...]) -> Notice:
        cause = Cause.SPREAD if also else Cause.MEMBERS
        cause = Cause.WIDENED if wider(group.radius, group.told_radius) else cause
        severity = max((each.severity for each in alerts if each.firing and not each.hidden), default=group.band)
        return self._say(group, Occasion(NoticeState.UPDATED, cause, severity, also))

    def _escalate(self, group: Group, alerts: Sequence[Alert]) -> Notice | None:
        severity = max((each.severity for each in alerts if each.audible), default=NOTHING)
        if group.paged_ms is None or severity == NOTHING:
            return None
        if group.ack is not None and group.ack.severity >= severity:
            return None
        chain, loud = self.policy.chain, Severity(severity)
        step = chain.due(group.step, group.paged_ms, group.stepped_ms, loud, self.now_ms)
        if step is None:
            return None
        named = chain.roles(min(group.step, step - 1), step)
        stepped = replace(group, roles=_with(group.roles, named), step=step, stepped_ms=self.now_ms)
        notice = self._say(stepped, Occasion(NoticeState.ESCALATED, Cause.TIME, loud))
        return replace(notice, roles=named)

    def _say(self, group: Group, occasion: Occasion) -> Notice:
        """The notice, after which all that may speak has spoken."""
        for alert in self.board.alerts_of(group):
            if alert.firing and not alert.hidden:
                told_as = alert.severity if alert.audible and not alert.told else alert.told_as
                self.board.put(replace(alert, told_as=told_as, shown_as=alert.severity))
        further = group.told_radius is None or wider(group.radius, group.told_radius)
        told = group.radius if further else group.told_radius
        said = replace(group, told_radius=told, spoke_ms=self.now_ms, notices=group.notices + 1)
        self.board.put_group(said)
        return self._notice(group, [each for each in self.board.alerts_of(said) if not each.hidden], occasion)

    def _notice(self, group: Group, alerts: Sequence[Alert], occasion: Occasion) -> Notice:
        over = occasion.state in (NoticeState.RESOLVED, NoticeState.OVER)
        firing = [alert for alert in alerts if alert.firing]
        return Notice(
            id=f"{group.id}/{group.notices + 1}",
            group=group.id,
            state=occasion.state,
            cause=occasion.cause,
            severity=occasion.severity,
            radius=group.radius,
            at_ms=self.now_ms,
            since_ms=_since_ms(alerts),
            over_ms=max(_end(alert) for alert in alerts) if over else None,
            members=tuple(_member(alert) for alert in self._ordered(alerts, occasion.also)[:MOST_MEMBERS]),
            also=occasion.also,
            firing=len(firing),
            total=len(alerts),
            roles=group.roles,
            step=group.step,
            replayed=all(alert.replayed for alert in (firing or alerts)),
        )

    def _ordered(self, alerts: Sequence[Alert], also: Sequence[Subject]) -> list[Alert]:
        """What is new first: the cause of this notice."""
        found = sorted(alerts, key=self._order)
        if not also:
            return found
        return sorted(found, key=lambda each: not each.firing or not _is_at(each.key.subject, also))

    def _order(self, alert: Alert) -> tuple[bool, bool, int, int, int, str]:
        """Firing before over, speaking for itself before explained, most severe, highest tier, longest."""
        rank = self.policy.rank(alert.key.rule)
        tier = len(self.policy.tiers) if rank is None else rank
        return (not alert.firing, not alert.audible, -alert.severity, tier, alert.since_ms, alert.key.id)

    def _first_roles(self, severity: Severity) -> tuple[str, ...]:
        return self.policy.chain.roles(NOTHING, 0) if severity >= self.policy.chain.least else ()


def _is_at(subject: Subject, places: Sequence[Subject]) -> bool:
    return any(place == subject or place.holds(subject) for place in places)


def _cause(group: Group, stands: int, alerts: Sequence[Alert]) -> Cause:
    if not group.notices:
        return Cause.NEW
    if stands > NOTHING:
        return Cause.RISE
    ended = max((alert.over_ms or 0 for alert in alerts if alert.told_as is not None), default=0)
    covered = any(alert.audible and not alert.told and alert.since_ms <= ended for alert in alerts)
    return Cause.UNCOVERED if covered else Cause.AGAIN


def _member(alert: Alert) -> Member:
    acked_by = alert.ack.by if alert.ack else ""
    return Member(alert.key, alert.state, alert.severity, alert.since_ms, alert.over_ms, alert.evidence, acked_by)


def _since_ms(alerts: Sequence[Alert]) -> int:
    """Begin of the first bad slice, else the instant at which the first alert fired."""
    begun = impact_start_ms(Telling(alert.since_ms, alert.severity, _begin(alert)) for alert in alerts)
    return min(alert.since_ms for alert in alerts) if begun is None else begun


def _begin(alert: Alert) -> int:
    return alert.since_ms if alert.evidence.bad_from_ms is None else alert.evidence.bad_from_ms


def _end(alert: Alert) -> int:
    """End of the last bad slice, else the instant at which the alert was over."""
    told = alert.evidence.bad_to_ms
    return told if told is not None else alert.over_ms or alert.since_ms


def _with(roles: tuple[str, ...], more: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*roles, *more)))
