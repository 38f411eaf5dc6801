"""Half-open windows of time in one time zone (Asia/Shanghai unless configured), as epoch seconds.

Days are local: 23 to 25 hours where clocks change. Hours and minutes are those of the epoch (multiples of 3600 and 60
seconds), the same in every zone, so that a rollup of them never depends on the zone.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from slo.errors import BadPeriod, UnknownZone

SHANGHAI = "Asia/Shanghai"
MINUTE_S = 60
HOUR_S = 3600
DAY_S = 86400

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SECOND = timedelta(seconds=1)
_DAY = timedelta(days=1)
_MONTHS = 12
_QUARTERS = 4
# One year from either end of what ``date`` can hold, so that the midnight after a window and the local date of any
# instant in it exist in every zone.
_FIRST_YEAR, _LAST_YEAR = date.min.year + 1, date.max.year - 1


@dataclass(frozen=True, slots=True)
class Window:
    """``[from_s, to_s)`` in seconds since the epoch."""

    from_s: int
    to_s: int


@dataclass(frozen=True, slots=True)
class Pieces:
    """A window cut into the coarsest whole slices: windows per level, each possibly empty, none overlapping.

    Each window is a run of whole slices of its level (``days`` holds at most one run), oldest first.
    """

    days: tuple[Window, ...]
    hours: tuple[Window, ...]
    minutes: tuple[Window, ...]
    slots: tuple[Window, ...]


def day_start(at_s: int, zone: str = SHANGHAI) -> int:
    """Midnight that begins the local day of an instant, in epoch seconds (the first instant of a day that has no
    midnight because clocks sprang over it). Raises UnknownZone."""
    return _midnight_s(day_of(at_s, zone), zone)


def day_of(at_s: int, zone: str = SHANGHAI) -> date:
    """Local calendar date of an instant: the day whose ``day_window`` holds it. Raises UnknownZone."""
    day = _shown_date(at_s, zone_rules(zone))
    # Where clocks once fell back across midnight, the calendar showed the old date again after the new day had begun.
    return day + _DAY if at_s >= _midnight_s(day + _DAY, zone) else day


def day_window(day: date, zone: str = SHANGHAI) -> Window:
    """One local day; empty if the zone skipped that date. Raises UnknownZone, BadPeriod."""
    _within("year", day.year, _FIRST_YEAR, _LAST_YEAR)
    return Window(_midnight_s(day, zone), _midnight_s(day + _DAY, zone))


def month_window(year: int, month: int, zone: str = SHANGHAI) -> Window:
    """One local calendar month. Raises UnknownZone, BadPeriod."""
    _within("month", month, 1, _MONTHS)
    return _months(year, month, 1, zone)


def quarter_window(year: int, quarter: int, zone: str = SHANGHAI) -> Window:
    """One local calendar quarter (1 to 4). Raises UnknownZone, BadPeriod."""
    _within("quarter", quarter, 1, _QUARTERS)
    return _months(year, 3 * quarter - 2, 3, zone)


def year_window(year: int, zone: str = SHANGHAI) -> Window:
    """One local calendar year. Raises UnknownZone, BadPeriod."""
    return _months(year, 1, _MONTHS, zone)


def closed_months(at_s: int, months: int, zone: str = SHANGHAI) -> Window:
    """The last ``months`` whole calendar months before the month of an instant. Raises UnknownZone, BadPeriod."""
    today = day_of(at_s, zone)
    past = _MONTHS * (today.year - _FIRST_YEAR) + today.month - 1
    _within("number of months", months, 1, past)
    year, month = divmod(past - months, _MONTHS)
    return _months(year + _FIRST_YEAR, month + 1, months, zone)


def rolling(at_s: int, seconds: int) -> Window:
    """The ``seconds`` before an instant."""
    return Window(at_s - seconds, at_s)


def pieces(window: Window, zone: str = SHANGHAI) -> Pieces:
    """Cuts a window into whole local days, then whole hours, minutes and seconds at its edges.

    Disjoint, and together exactly the window, in every zone: where a local midnight is not on an epoch hour
    (Asia/Kolkata), the rest of that hour is covered by minutes, never by an hour that reaches into the day.
    An empty or inverted window has no pieces. Raises UnknownZone.
    """
    if window.from_s >= window.to_s:
        return Pieces((), (), (), ())
    days, edges = _split(window, _next_midnight_s(window.from_s, zone), day_start(window.to_s, zone))
    hours, edges = _aligned(edges, HOUR_S)
    minutes, slots = _aligned(edges, MINUTE_S)
    return Pieces(days, hours, minutes, slots)


def _split(window: Window, first_s: int, last_s: int) -> tuple[tuple[Window, ...], tuple[Window, ...]]:
    """The run between two boundaries inside a window, and what stays at its edges."""
    if first_s >= last_s:
        return (), (window,)
    edges = (Window(window.from_s, first_s), Window(last_s, window.to_s))
    return (Window(first_s, last_s),), tuple(edge for edge in edges if edge.from_s < edge.to_s)


def _aligned(windows: tuple[Window, ...], step_s: int) -> tuple[tuple[Window, ...], tuple[Window, ...]]:
    """Runs of whole multiples of ``step_s`` inside windows, and what stays at their edges."""
    runs: list[Window] = []
    rest: list[Window] = []
    for window in windows:
        whole, edges = _split(window, -(-window.from_s // step_s) * step_s, window.to_s // step_s * step_s)
        runs.extend(whole)
        rest.extend(edges)
    return tuple(runs), tuple(rest)


def _next_midnight_s(at_s: int, zone: str) -> int:
    """The first beginning of a local day at or after an instant."""
    day = day_of(at_s, zone)
    start_s = _midnight_s(day, zone)
    return start_s if start_s == at_s else _midnight_s(day + _DAY, zone)


def _months(year: int, month: int, months: int, zone: str) -> Window:
    """``months`` calendar months from the first of one."""
    _within("year", year, _FIRST_YEAR, _LAST_YEAR)
    years, index = divmod(month - 1 + months, _MONTHS)
    first, after = date(year, month, 1), date(year + years, index + 1, 1)
    return Window(_midnight_s(first, zone), _midnight_s(after, zone))


@lru_cache(maxsize=4096)
def _midnight_s(day: date, zone: str) -> int:
    """First instant of a local day, also where clocks sprang over its midnight or showed it twice."""
    rules = zone_rules(zone)
    midnight = datetime(day.year, day.month, day.day, tzinfo=rules)
    first_s = (midnight - _EPOCH) // _SECOND
    second_s = (midnight.replace(fold=1) - _EPOCH) // _SECOND
    if second_s >= first_s:
        return first_s
    # Sprung over: the two readings of a time that never was enclose the moment of the spring, which began the day.
    return second_s + bisect_left(range(second_s, first_s), day, key=lambda at_s: _shown_date(at_s, rules))


def _shown_date(at_s: int, rules: ZoneInfo) -> date:
    """The date that local calendars show at an instant."""
    return (_EPOCH + at_s * _SECOND).astimezone(rules).date()


def zone_rules(zone: str) -> ZoneInfo:
    """Rules of a time zone of the IANA database. Raises UnknownZone."""
    try:
        return ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        # ValueError: not a relative name; OSError: a folder of zones, or a name too long for the file system.
        raise UnknownZone(zone) from error


def _within(what: str, found: int, least: int, most: int) -> None:
    """Raises BadPeriod outside ``[least, most]``."""
    if not least <= found <= most:
        raise BadPeriod(what, found, least, most)
