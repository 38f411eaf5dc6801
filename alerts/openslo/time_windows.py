"""``timeWindow``: exactly one item, rolling or aligned to a calendar."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from zoneinfo import available_timezones

from alerts.openslo.durations import Duration
from alerts.openslo.fields import Section
from alerts.openslo.model import Calendar, TimeWindow
from alerts.openslo.tree import Scalar
from slo.windows import DAY_S

_START_FORMAT = "%Y-%m-%d %H:%M:%S"
_EARLIEST, _LATEST = 1970, 2900


def read_window(spec: Section) -> TimeWindow | None:
    """The window of an SLO; None when it cannot be used; why is named."""
    sections = spec.sections("timeWindow", required=True)
    read = [_window(section) for section in sections]
    if len(sections) > 1:
        spec.error("timeWindow", f"has {len(sections)} items; exactly one window is allowed")
        return None
    return read[0] if read else None


def _window(section: Section) -> TimeWindow | None:
    duration = section.duration("duration", required=True)
    rolling = section.flag("isRolling")
    inner = section.section("calendar")
    calendar = _calendar(inner) if inner else None
    fits = _fits(section, rolling, section.has("calendar"))
    section.close()
    if duration is None or not fits or (inner is not None and calendar is None):
        return None
    _warn(section, duration, calendar)
    return TimeWindow(duration, calendar)


def _fits(section: Section, rolling: bool | None, has_calendar: bool) -> bool:
    if rolling and has_calendar:
        section.error("calendar", "cannot be given when isRolling is true; take one of the two away")
        return False
    if not rolling and not has_calendar:
        if section.written("isRolling"):
            section.error("calendar", "is missing; a window with isRolling: false needs startTime and timeZone")
        else:
            section.error("isRolling", "is missing; write isRolling: true, or a calendar")
        return False
    return True


def _warn(section: Section, duration: Duration, calendar: Calendar | None) -> None:
    if calendar and duration.seconds < DAY_S:
        meant = f"; did you mean {duration.count}M (months)? m is minutes" if duration.unit == "m" else ""
        section.warning("duration", f"{duration} makes a calendar window shorter than a day{meant}")
    if calendar is None and not duration.fixed:
        section.warning(
            "duration", f"a rolling window of {duration} is taken as {duration.seconds // DAY_S}d; write that"
        )


def _calendar(section: Section) -> Calendar | None:
    start = _start(section)
    zone = section.text("timeZone", required=True)
    if zone is not None and zone not in _zones():
        section.error("timeZone", f"{zone[:40]!r} is not a time zone of the IANA database; write Asia/Shanghai")
        zone = None
    section.close()
    return Calendar(start, zone) if start and zone else None


def _start(section: Section) -> datetime | None:
    node = section.node("startTime", required=True)
    if node is None:
        return None
    text = node.text if isinstance(node, Scalar) else ""
    try:
        start = datetime.strptime(text, _START_FORMAT)  # noqa: DTZ007 (local time of the zone beside it)
    except ValueError:
        start = None
    if start is None or not _EARLIEST <= start.year <= _LATEST:
        section.error("startTime", f"{text[:40]!r} is not a moment; write YYYY-MM-DD HH:MM:SS without a time zone")
        return None
    return start


@lru_cache(maxsize=1)
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())
