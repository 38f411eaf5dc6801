"""Calendar windows that repeat from a local moment: every 4 weeks, 1 month, 1 quarter or 1 year of a zone's clock."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from slo.errors import PeriodTooFar
from slo.windows import Window, zone_rules

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SECOND = timedelta(seconds=1)
_MONTHS_OF = {"M": 1, "Q": 3, "Y": 12}
_LENGTHS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}
_MONTHS_A_YEAR = 12


@dataclass(frozen=True, slots=True)
class CalendarPeriod:
    """``count`` of ``unit`` (m h d w M Q Y), one after the other, before and after ``start`` (local, without zone).

    Months from the 29th to 31st begin on the last day of a month that is shorter. Days and longer are of the local
    clock (23 or 25 hours where it changes); hours and minutes are always equally long.
    """

    start: datetime
    zone: str
    count: int
    unit: str

    def window(self, at_s: int) -> Window:
        """The window that holds an instant, in epoch seconds. Raises UnknownZone, PeriodTooFar."""
        step = self._guess(at_s)
        while self._boundary_s(step) > at_s:
            step -= 1
        while self._boundary_s(step + 1) <= at_s:
            step += 1
        return Window(self._boundary_s(step), self._boundary_s(step + 1))

    def _guess(self, at_s: int) -> int:
        """Near the right step: off by one at most, whatever the clocks did."""
        if self.unit in ("m", "h"):
            return (at_s - self._start_s()) // (self.count * (_LENGTHS[self.unit] // _SECOND))
        shown = (_EPOCH + at_s * _SECOND).astimezone(zone_rules(self.zone)).replace(tzinfo=None)
        if self.unit in _MONTHS_OF:
            months = _MONTHS_A_YEAR * (shown.year - self.start.year) + shown.month - self.start.month
            return months // (self.count * _MONTHS_OF[self.unit])
        return (shown - self.start) // (self.count * _LENGTHS[self.unit])

    def _boundary_s(self, step: int) -> int:
        """When window number ``step`` begins."""
        if self.unit in ("m", "h"):
            return self._start_s() + step * self.count * (_LENGTHS[self.unit] // _SECOND)
        try:
            if self.unit in _MONTHS_OF:
                return self._epoch_s(_months_later(self.start, step * self.count * _MONTHS_OF[self.unit]))
            return self._epoch_s(self.start + step * self.count * _LENGTHS[self.unit])
        except (ValueError, OverflowError) as error:
            raise PeriodTooFar(f"{self.count}{self.unit}", self.start) from error

    def _start_s(self) -> int:
        return self._epoch_s(self.start)

    def _epoch_s(self, local: datetime) -> int:
        return (local.replace(tzinfo=zone_rules(self.zone)) - _EPOCH) // _SECOND


def _months_later(start: datetime, months: int) -> datetime:
    years, index = divmod(start.month - 1 + months, _MONTHS_A_YEAR)
    year, month = start.year + years, index + 1
    return start.replace(year=year, month=month, day=min(start.day, monthrange(year, month)[1]))
