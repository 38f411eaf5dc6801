"""What kind of day a date is: rules that are data (config/calendar.yaml) over the table of Chinese holidays.

A day may be of several kinds (a payday on a holiday); the first rule that holds is what forecasts learn from.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from reports.workdays import ChineseWorkdays
from slo.forecasting.calendar import Calendar, DayKind
from slo.forecasting.prior import Prior

LAST = -1
"""As a day of a month: the last one."""


class Listed(enum.Enum):
    """Days that are not computed but looked up."""

    HOLIDAY = "holiday"
    MAKEUP_WORKDAY = "makeup_workday"


@dataclass(frozen=True, slots=True)
class Rule:
    """One kind of day. Exactly one of ``dates`` ((month, day), ...), ``month_days`` (of ``months``; empty: of all),
    ``listed`` and ``festival`` (first and last day around the lunar new year) is given.

    ``like_weekday``: 0 (Monday) to 6 (Sunday) that such days count as; None: their own. ``names``: by language.
    ``peak_factor``: what their peak may be beside the greatest of the 28 days before, until one was seen, as
    ``peak_source`` says; None: nobody says.
    """

    id: str
    names: Mapping[str, str]
    dates: tuple[tuple[int, int], ...] = ()
    month_days: tuple[int, ...] = ()
    months: tuple[int, ...] = ()
    listed: Listed | None = None
    festival: tuple[int, int] | None = None
    like_weekday: int | None = None
    peak_factor: Fraction | None = None
    peak_source: str = ""


@dataclass(frozen=True, slots=True)
class Kind:
    """What a day is. ``offset``: days from the first of the lunar year, None for every other kind."""

    rule: Rule
    offset: int | None = None

    @property
    def id(self) -> str:
        """ "payday"; "spring-festival-3" three days before the lunar year begins, "+3" after."""
        return self.rule.id if self.offset is None else f"{self.rule.id}{self.offset:+d}"

    def names(self) -> dict[str, str]:
        """By language, with the offset."""
        more = "" if self.offset is None else f" {self.offset:+d}"
        return {language: f"{name}{more}" for language, name in self.rule.names.items()}


class DayKinds:
    """The calendar of one configuration."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        self._rules = tuple(rules)
        self._table = ChineseWorkdays()

    def kinds(self, day: date) -> tuple[Kind, ...]:
        """Every kind of a day, the one that counts first; empty for an ordinary one."""
        found = (self._kind(rule, day) for rule in self._rules)
        return tuple(each for each in found if each is not None)

    def provisional(self, day: date) -> bool:
        """Whether a day may still become a holiday or a workday: its year's table is not published."""
        return not self._table.official(day.year)

    def calendar(self, first: date, last: date) -> Calendar:
        """The days of a stretch (both ends included) as forecasts take them."""
        days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
        first_kinds = {day.toordinal(): found[0] for day in days if (found := self.kinds(day))}
        kinds = {day: DayKind(kind.id, kind.rule.like_weekday) for day, kind in first_kinds.items()}
        return Calendar(kinds, self._known_until(first, last))

    def expected(self, first: date, last: date) -> dict[int, tuple[Prior, ...]]:
        """What is said in advance of the peaks of a stretch (both ends included), of every kind that a day has."""
        days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
        found = {
            day.toordinal(): tuple(
                Prior(rule.id, rule.peak_factor, rule.peak_source)
                for rule in (kind.rule for kind in self.kinds(day))
                if rule.peak_factor is not None
            )
            for day in days
        }
        return {day: priors for day, priors in found.items() if priors}

    def _known_until(self, first: date, last: date) -> int | None:
        """Last day before the first year that is not published; None when the whole stretch is."""
        unknown = next((year for year in range(first.year, last.year + 1) if self.provisional(date(year, 1, 1))), None)
        return None if unknown is None else date(unknown, 1, 1).toordinal() - 1

    def _kind(self, rule: Rule, day: date) -> Kind | None:
        if rule.festival is not None:
            offset = self._offset(day, rule.festival)
            return None if offset is None else Kind(rule, offset)
        return Kind(rule) if self._holds(rule, day) else None

    def _holds(self, rule: Rule, day: date) -> bool:
        if rule.listed is Listed.HOLIDAY:
            return self._table.holiday(day)
        if rule.listed is Listed.MAKEUP_WORKDAY:
            return self._table.made_up(day)
        if rule.dates:
            return (day.month, day.day) in rule.dates
        if rule.months and day.month not in rule.months:
            return False
        is_last = (day + timedelta(days=1)).day == 1
        return day.day in rule.month_days or (is_last and LAST in rule.month_days)

    def _offset(self, day: date, reach: tuple[int, int]) -> int | None:
        begin = self._table.spring_festival(day.year)
        offset = None if begin is None else (day - begin).days
        return offset if offset is not None and reach[0] <= offset <= reach[1] else None


NO_KINDS = DayKinds(())
