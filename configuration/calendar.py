"""config/calendar.yaml: days that are not like their weekday."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from typing import Annotated, Literal

from pydantic import Field, model_validator

from configuration.catalog import Names
from configuration.types import Identifier, Strict
from reports.peaks.calendar import DayKinds, Listed, Rule

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_LONGEST_MONTHS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_FARTHEST_DAYS = 45

MonthDay = Annotated[str, Field(pattern=r"^(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$")]
Offset = Annotated[int, Field(ge=-_FARTHEST_DAYS, le=_FARTHEST_DAYS)]
DayOfMonth = Annotated[int, Field(ge=-1, le=31)]
Month = Annotated[int, Field(ge=1, le=12)]


class SaidInAdvance(Strict):
    """How high such a day's peak may be beside the greatest of the 28 days before, until one was seen; who says so."""

    factor: float = Field(ge=1, le=100, allow_inf_nan=False)
    source: str = Field(min_length=1, max_length=300, pattern=r"\S")


class KindOfDay(Strict):
    """One kind of day: when it is, and what it is like."""

    id: Identifier
    names: Names
    dates: tuple[MonthDay, ...] = ()
    month_days: tuple[DayOfMonth, ...] = ()
    months: tuple[Month, ...] = ()
    library: Literal["holiday", "makeup_workday"] | None = None
    festival: tuple[Offset, Offset] | None = None
    like: Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"] | None = None
    peak: SaidInAdvance | None = None

    @model_validator(mode="after")
    def _says_when_once(self) -> KindOfDay:
        ways = {
            "dates": self.dates,
            "month_days": self.month_days,
            "library": self.library,
            "festival": self.festival,
        }
        given = [name for name, value in ways.items() if value]
        if len(given) != 1:
            raise ValueError(
                f"{self.id}: says when by {' and '.join(given) or 'nothing'}; give one of {', '.join(ways)}"
            )
        if self.months and not self.month_days:
            raise ValueError(f"{self.id}: months go with month_days")
        return self

    @model_validator(mode="after")
    def _days_exist(self) -> KindOfDay:
        for text in self.dates:
            month, day = map(int, text.split("-"))
            if day > _LONGEST_MONTHS[month - 1]:
                raise ValueError(f"{self.id}: there is no day {text}")
        if 0 in self.month_days:
            raise ValueError(f"{self.id}: month_days: 0 is no day; write 1 to 31, or -1 for the last")
        if self.festival is not None and self.festival[0] > self.festival[1]:
            raise ValueError(f"{self.id}: festival: {self.festival[0]} comes after {self.festival[1]}")
        return self

    def value(self) -> Rule:
        """The same as the calendar uses it."""
        return Rule(
            id=self.id,
            names=self.names.model_dump(),
            dates=tuple((int(text[:2]), int(text[3:])) for text in self.dates),
            month_days=self.month_days,
            months=self.months,
            listed=None if self.library is None else Listed(self.library),
            festival=self.festival,
            like_weekday=None if self.like is None else WEEKDAYS.index(self.like),
            peak_factor=None if self.peak is None else Fraction(str(self.peak.factor)),
            peak_source="" if self.peak is None else self.peak.source,
        )


class CalendarSettings(Strict):
    """The whole file."""

    version: str = Field(min_length=1)
    kinds: tuple[KindOfDay, ...] = ()

    @model_validator(mode="after")
    def _kinds_are_told_apart(self) -> CalendarSettings:
        for name, seen in Counter(each.id for each in self.kinds).items():
            if seen > 1:
                raise ValueError(f"kind of day {name!r} is there {seen} times")
        return self

    def value(self) -> DayKinds:
        """The same as forecasts and reports use it."""
        return DayKinds([each.value() for each in self.kinds])
