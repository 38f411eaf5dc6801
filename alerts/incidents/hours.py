"""Clocks that run only in certain hours of the local day: service hours, peak business hours."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from slo.windows import Window, day_of, day_window

DAY_MINUTES = 1440
LOOK_AHEAD_DAYS = 400


@dataclass(frozen=True, slots=True)
class Hours:
    """Local times of day, as half-open pairs of minutes since midnight; empty: round the clock."""

    zone: str
    spans: tuple[tuple[int, int], ...] = ()

    def windows(self, from_s: int) -> Iterator[Window]:
        """The hours of every local day from that of an instant on, for as long as anybody looks."""
        day = day_of(from_s, self.zone)
        for _ in range(LOOK_AHEAD_DAYS):
            yield from self._of_day(day)
            day += timedelta(days=1)

    def _of_day(self, day: date) -> Iterator[Window]:
        if not self.spans:
            yield day_window(day, self.zone)
        for begin, end in self.spans:
            yield Window(self._instant_s(day, begin), self._instant_s(day, end))

    def _instant_s(self, day: date, minutes: int) -> int:
        """A local time of day; where clocks spring over it the moment of the spring, where they show it twice the
        first time."""
        if minutes == DAY_MINUTES:
            return day_window(day, self.zone).to_s
        local = datetime(day.year, day.month, day.day, minutes // 60, minutes % 60, tzinfo=ZoneInfo(self.zone))
        return int(local.astimezone(UTC).timestamp())

    def within_ms(self, from_ms: int, to_ms: int) -> int:
        """Milliseconds of ``[from_ms, to_ms)`` that lie in these hours."""
        passed = 0
        for window in self.windows(from_ms // 1000):
            begin_ms, end_ms = max(window.from_s * 1000, from_ms), min(window.to_s * 1000, to_ms)
            passed += max(0, end_ms - begin_ms)
            if window.from_s * 1000 >= to_ms:
                break
        return passed

    def reached_ms(self, from_ms: int, length_ms: int) -> int | None:
        """When so many milliseconds of these hours have passed since an instant; None within a year of them."""
        left = length_ms
        for window in self.windows(from_ms // 1000):
            begin_ms = max(window.from_s * 1000, from_ms)
            inside = max(0, window.to_s * 1000 - begin_ms)
            if left <= inside and inside:
                return begin_ms + left
            left -= inside
        return None
