"""Steps of time that a grid is made of, what was counted in each, and whether that is still kept so finely."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from reports.availability.period import months_of
from slo.counts import Counts
from slo.windows import HOUR_S, MINUTE_S, Window, day_of, day_start, day_window, month_window
from store.port import Reader
from store.records import Level, Scope, Unit

Counted = Mapping[tuple[str, str, str], Counts]
"""Counts by product, data center and DCN, empty where a scope has none."""

LEVELS = MappingProxyType({"minute": Level.MINUTE, "hour": Level.HOUR, "day": Level.DAY, "month": Level.DAY})
LENGTHS_S = MappingProxyType({"minute": MINUTE_S, "hour": HOUR_S})
_COARSER = MappingProxyType({Level.MINUTE: Level.HOUR, Level.HOUR: Level.DAY})


@dataclass(frozen=True, slots=True)
class Chosen:
    """Of which units counts are wanted; an empty product or data center means all."""

    scope: Scope
    product: str = ""
    data_center: str = ""

    def timeline(self, reader: Reader, level: Level, window: Window) -> list[tuple[int, Unit, Counts]]:
        """Slices of a level that begin in a window."""
        return reader.timeline(
            level, self.scope, window.from_s, window.to_s, product=self.product, data_center=self.data_center
        )

    def totals(self, reader: Reader, from_s: int, to_s: int) -> Counted:
        """Sums over a window."""
        return {
            (unit.product, unit.data_center, unit.dcn): counts
            for unit, counts in reader.totals(self.scope, from_s, to_s).items()
            if self.product in ("", unit.product) and self.data_center in ("", unit.data_center)
        }


@dataclass(frozen=True, slots=True)
class Steps:
    """``name``: month, day, hour or minute; ``window``: taken outwards to whole steps by ``steps_of``."""

    name: str
    window: Window
    zone: str

    @property
    def level(self) -> Level:
        """Of which slices they are made."""
        return LEVELS[self.name]

    def windows(self) -> list[Window]:
        """Oldest first."""
        if self.name == "month":
            return [each for _, each in months_of(self.window, self.zone)]
        if self.name == "day":
            return _days(self.window, self.zone)
        step_s = LENGTHS_S[self.name]
        return [Window(at_s, at_s + step_s) for at_s in range(self.window.from_s, self.window.to_s, step_s)]


def steps_of(name: str, window: Window, zone: str) -> Steps:
    """Whole steps that a window touches."""
    if name in LENGTHS_S:
        step_s = LENGTHS_S[name]
        return Steps(name, Window(window.from_s // step_s * step_s, -(-window.to_s // step_s) * step_s), zone)
    days = Window(day_start(window.from_s, zone), day_window(day_of(window.to_s - 1, zone), zone).to_s)
    if name == "day":
        return Steps(name, days, zone)
    first, last = day_of(days.from_s, zone), day_of(days.to_s - 1, zone)
    end = month_window(last.year, last.month, zone).to_s
    return Steps(name, Window(month_window(first.year, first.month, zone).from_s, end), zone)


def counted_by_step(reader: Reader, steps: Steps, chosen: Chosen, until_s: int) -> dict[int, Counted]:
    """Counts by begin of the step, up to ``until_s``; every step has an entry, without events an empty one."""
    if steps.name == "month" and chosen.product:
        return _by_month(reader, steps, chosen, until_s)
    found: dict[int, dict[tuple[str, str, str], Counts]] = defaultdict(dict)
    windows = [each for each in steps.windows() if each.from_s < until_s]
    whole = [] if steps.name == "month" else [each for each in windows if each.to_s <= until_s]
    if whole:
        for at_s, unit, counts in chosen.timeline(reader, steps.level, Window(whole[0].from_s, whole[-1].to_s)):
            found[at_s][unit.product, unit.data_center, unit.dcn] = counts
    rest = windows[len(whole) :]
    sums = {each.from_s: chosen.totals(reader, each.from_s, min(each.to_s, until_s)) for each in rest}
    return {each.from_s: sums.get(each.from_s) or found.get(each.from_s, {}) for each in steps.windows()}


def _by_month(reader: Reader, steps: Steps, chosen: Chosen, until_s: int) -> dict[int, Counted]:
    """Of one product the sums of its days: reading all products to keep one would cost more."""
    by_day = counted_by_step(reader, steps_of("day", steps.window, steps.zone), chosen, until_s)
    months: dict[int, Counted] = {}
    for month in steps.windows():
        sums: defaultdict[tuple[str, str, str], Counts] = defaultdict(Counts)
        for day_s, cells in by_day.items():
            if month.from_s <= day_s < month.to_s:
                for unit, counts in cells.items():
                    sums[unit] += counts
        months[month.from_s] = sums
    return months


def kept_steps(reader: Reader, steps: Steps, chosen: Chosen) -> frozenset[int]:
    """Begins of the steps whose counts are kept: those of a coarser slice that its parts no longer add up to are not.

    Nothing needs to know what was pruned, or simulated by the day.
    """
    begins = frozenset(window.from_s for window in steps.windows())
    level = steps.level
    while level in _COARSER and begins:
        torn = _torn(reader, level, steps, chosen)
        begins -= frozenset(at_s for at_s in begins if any(each.from_s <= at_s < each.to_s for each in torn))
        level = _COARSER[level]
    return begins


def _torn(reader: Reader, level: Level, steps: Steps, chosen: Chosen) -> list[Window]:
    """Hours or days whose finer slices do not add up to them. A day that begins inside an hour has no whole hours."""
    name = "day" if _COARSER[level] is Level.DAY else "hour"
    parents = steps_of(name, steps.window, steps.zone).windows()
    return [
        each
        for each in parents
        if each.from_s % HOUR_S == 0
        and _events(chosen.timeline(reader, level, each)) != _events(chosen.timeline(reader, _COARSER[level], each))
    ]


def events_of(counted: Counted) -> int:
    """All of a step."""
    return sum(counts.total + counts.ignored for counts in counted.values())


def _events(slices: Iterable[tuple[int, Unit, Counts]]) -> int:
    return sum(counts.total + counts.ignored for _, _, counts in slices)


def _days(window: Window, zone: str) -> list[Window]:
    found, at_s = [], window.from_s
    while at_s < window.to_s:
        day = day_window(day_of(at_s, zone), zone)
        found.append(day)
        at_s = day.to_s
    return found
