"""Error budgets of objectives by slices of time and of composites: worked out once a minute, for all who ask."""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, TypeAlias

from alerts.desk.maintenance import between
from alerts.incidents.view import utc
from alerts.model import AlertKey
from alerts.sliced.book import Kind, SliceBook
from alerts.sliced.burning import Burn, Cuts, kinds
from alerts.sliced.history import History
from alerts.sliced.model import SlicedRule, SlicedSlo
from slo.budgeting import Method
from slo.formatting import percent, ratio, truncated
from slo.windows import DAY_S, HOUR_S, MINUTE_S, Window
from store.port import Reader

Json: TypeAlias = dict[str, Any]
DECIMALS = 2
LONGEST_BY_HOUR_S = 31 * DAY_S
FAR_S = 36_500 * DAY_S
"""A budget that lasts for another century has no date on which it ends."""


@dataclass(frozen=True, slots=True)
class _Worked:
    """One objective as of the end of its last slice; ``row`` lacks what alerts say."""

    slo: SlicedSlo
    row: Json
    burn_down: Json


class SlicedBudgets:
    """``sources``: ids of the configuration; None for all that are registered. For any number of threads."""

    def __init__(self, slos: Iterable[SlicedSlo] = (), sources: Collection[str] | None = None) -> None:
        self.slos = tuple(slos)
        self._book = SliceBook(sources)
        self._histories = {
            (slo.id, excluding): History(slo, excluding=excluding) for slo in self.slos for excluding in (True, False)
        }
        self._lock = threading.Lock()
        self._known: tuple[int, tuple[_Worked, ...]] | None = None

    def rows(self, reader: Reader, now_ms: int, firing: Collection[AlertKey], wanted: str | None = None) -> list[Json]:
        """Of every objective; or of one, with its burn-down."""
        if not self.slos or (wanted is not None and all(slo.id != wanted for slo in self.slos)):
            return []
        with self._lock:
            worked = self._worked(reader, now_ms)
        chosen = [each for each in worked if wanted in (None, each.slo.id)]
        return [_told(each, firing, with_burn_down=wanted is not None) for each in chosen]

    def _worked(self, reader: Reader, now_ms: int) -> tuple[_Worked, ...]:
        closed_s = self._book.closed_s(reader, now_ms)
        if self._known is None or self._known[0] != closed_s:
            self._known = closed_s, self._work(reader, closed_s)
        return self._known[1]

    def _work(self, reader: Reader, closed_s: int) -> tuple[_Worked, ...]:
        longest_s = max(max(slo.period_seconds, slo.longest_seconds) for slo in self.slos)
        planned = between(reader.journal(), Window(closed_s - longest_s - DAY_S, closed_s))
        wanted: dict[Kind, int] = {}
        for slo in self.slos:
            for excluding in (True, False) if planned else (True,):
                for kind in kinds(slo, excluding=excluding):
                    wanted[kind] = max(wanted.get(kind, 0), slo.period_seconds, slo.longest_seconds)
        cuts = self._book.slices(reader, wanted, closed_s)
        return tuple(self._worked_out(slo, cuts, both=bool(planned)) for slo in self.slos)

    def _worked_out(self, slo: SlicedSlo, cuts: Cuts, *, both: bool) -> _Worked:
        excluding, whole = (self._histories[slo.id, each] for each in (True, not both))
        for history in {id(each): each for each in (excluding, whole)}.values():
            history.update(cuts, max(slo.period_seconds, slo.longest_seconds))
        return _work_out(slo, excluding, whole, both=both)


def _work_out(slo: SlicedSlo, excluding: History, whole: History, *, both: bool) -> _Worked:
    counted = excluding if slo.excludes_maintenance else whole
    burn = counted.burn(slo.period_seconds)
    as_it_was = burn if whole is counted else whole.burn(slo.period_seconds)
    end_s = counted.end_s
    differs = both and _counts(counted, slo.period_seconds, burn) != _counts(whole, slo.period_seconds, as_it_was)
    row: Json = {
        "slo": slo.id,
        "name": dict(slo.names),
        "product": slo.product or None,
        "parts": [_part(slo, place) for place in range(len(slo.parts))],
        "target": slo.objective.text,
        "period_seconds": slo.period_seconds,
        "from": utc((end_s - slo.period_seconds) * 1000),
        "to": utc(end_s * 1000),
        "begins_anew_at": None,
        "method": str(slo.method),
        "slice_seconds": slo.slice_seconds,
        "counted_in": "events" if slo.method is Method.OCCURRENCES else "slices",
        **_spent(counted, burn),
        "missing": truncated(burn.unseen, 0),
        "excluded_slices": burn.excluded,
        "excludes_maintenance": slo.excludes_maintenance and differs,
        "without_exclusions": _spent(whole, as_it_was) if slo.excludes_maintenance and differs else None,
        "exhausted_at": _exhausted_at(excluding, burn, end_s),
        "floor_events": slo.floor_events,
        "tiers": [_tier(excluding, rule) for rule in slo.rules],
        "runbook": slo.runbook or None,
    }
    return _Worked(slo, row, _burn_down(counted))


def _part(slo: SlicedSlo, place: int) -> Json:
    part = slo.parts[place]
    return {
        "product": part.product or None,
        "target": part.objective.text,
        "slice_target": ratio(part.slice_target) if slo.method is Method.TIMESLICES else None,
        "weight": ratio(part.weight),
    }


def _told(worked: _Worked, firing: Collection[AlertKey], *, with_burn_down: bool) -> Json:
    """With what alerts say now."""
    slo = worked.slo
    fires = {key.rule for key in firing if (key.slo, key.subject) == (slo.id, slo.subject)}
    tiers = [
        {**tier, "state": "firing" if slo.alert_name(tier["tier"]) in fires else "inactive"}
        for tier in worked.row["tiers"]
    ]
    row = {**worked.row, "tiers": tiers}
    return {**row, "burn_down": worked.burn_down} if with_burn_down else row


def _counts(history: History, seconds: int, burn: Burn) -> tuple[int, int]:
    """Bad and judged, whole: events, or slices of which ``bad`` missed something."""
    if history.slo.method is not Method.RATIO_TIMESLICES:
        return int(burn.bad), int(burn.total)
    return len(history.bad_begins(seconds)), int(burn.total)


def _spent(history: History, burn: Burn) -> Json:
    slo = history.slo
    bad, total = _counts(history, slo.period_seconds, burn)
    allowed = sum((each.allowed for each in burn.spendings), Fraction(0))
    seconds = slo.period_seconds * (1 - slo.objective.target)
    share = None if burn.burn_rate is None else 1 - burn.burn_rate
    return {
        "good": total - bad,
        "bad": bad,
        "total": total,
        "availability": percent(1 - burn.bad / burn.total) if burn.total else None,
        "allowed_events": truncated(allowed, DECIMALS) if total else None,
        "spent_events": truncated(burn.bad, DECIMALS) if total else None,
        "remaining_events": truncated(allowed - burn.bad, DECIMALS) if total else None,
        "allowed_seconds": truncated(seconds, DECIMALS),
        "spent_seconds": None if share is None else truncated(seconds * (1 - share), DECIMALS),
        "remaining_seconds": None if share is None else truncated(seconds * share, DECIMALS),
        "spent_percent": None if share is None else truncated((1 - share) * 100, DECIMALS),
        "remaining_percent": None if share is None else truncated(share * 100, DECIMALS),
    }


def _tier(history: History, rule: SlicedRule) -> Json:
    tier, slo = rule.tier, history.slo
    factor = tier.factor(slo.period_seconds)
    return {
        "tier": tier.name,
        "severity": tier.severity.name.lower(),
        "factor": ratio(factor, 3),
        "budget_share": ratio(tier.budget_share, 4),
        "after_seconds": tier.after_seconds,
        "when_no_data": rule.no_data,
        "long": _window(history, tier.long_seconds, rule, factor),
        "short": _window(history, tier.short_seconds, rule, factor),
    }


def _window(history: History, seconds: int, rule: SlicedRule, factor: Fraction) -> Json:
    burn = history.burn(seconds)
    bad, total = _counts(history, seconds, burn)
    return {
        "seconds": seconds,
        "bad": bad,
        "total": total,
        "missing": truncated(burn.unseen, 0),
        "burn_rate": None if burn.burn_rate is None else truncated(burn.burn_rate, DECIMALS),
        "above": None if burn.burn_rate is None else rule.exceeded(burn.burn_rate, factor),
    }


def _exhausted_at(history: History, burn: Burn, end_s: int) -> str | None:
    """At the burn rate of the shortest long window; null while it burns no faster than allowed."""
    slo = history.slo
    seconds = min((rule.tier.long_seconds for rule in slo.rules), default=MINUTE_S)
    rate = history.burn(seconds).burn_rate
    if rate is None or rate <= 1 or burn.burn_rate is None:
        return None
    left_s = max(Fraction(0), (1 - burn.burn_rate) * slo.period_seconds / rate)
    return None if left_s > FAR_S else utc(end_s * 1000 + int(left_s * 1000))


def _burn_down(history: History) -> Json:
    """Bad and judged of each step, and what is spent so far; steps in which nothing was judged are left out."""
    slo = history.slo
    step_s = max(slo.slice_seconds, HOUR_S if slo.period_seconds <= LONGEST_BY_HOUR_S else DAY_S)
    spent, rows = Fraction(0), []
    for at_s, burn, bad in history.steps(slo.period_seconds, step_s):
        spent += burn.bad
        if burn.total:
            whole_bad = bad if slo.method is Method.RATIO_TIMESLICES else int(burn.bad)
            told = {"bad": whole_bad, "total": int(burn.total), "spent_events": truncated(spent, 4)}
            rows.append({"from": utc(at_s * 1000), **told})
    return {"step_seconds": step_s, "rows": rows}
