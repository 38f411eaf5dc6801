"""Cells of foreign files: instants, days, numbers and impacts, with what is wrong by name.

Liberal in how a value is written, strict in what it may mean.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

from reports.history.errors import BadValue
from reports.history.model import MAJOR, ONE, Impact, Reading, Severity
from slo.windows import Window, day_of, day_window, month_window, zone_rules

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
FIRST_S = 631_152_000  # 1990-01-01: before it nobody kept the history of a service on line
AFTER_LAST_S = 2_145_916_800  # 2038-01-01: "for ever" in many systems (2038, 2099, 9999)
RELATIVE_BELOW_S = 315_532_800  # 1980-01-01: smaller numbers are no instants but seconds since some begin
SCALES = ((Decimal("1e17"), 10**9), (Decimal("1e14"), 10**6), (Decimal("1e11"), 1000))  # nano-, micro-, milliseconds
LONGEST_SHOWN = 60

_NUMBER = re.compile(r"[+-]?(\d{1,30}(\.\d{0,30})?|\.\d{1,30})([eE][+-]?\d{1,2})?")
_DAY = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(.*)", re.DOTALL)
_MONTH = re.compile(r"(\d{4})-(\d{1,2})")
_COMPACT = re.compile(r"(19|20)\d{6}")
_UTC = re.compile(r"\s*(?:UTC|GMT|Z)$", re.IGNORECASE)
_CLOCK = re.compile(r"(-?)(\d{1,6}):([0-5]\d):([0-5]\d(?:\.\d{1,9})?)")

_WORDS = {
    Severity.NONE: "none no operational up ok info informational maintenance under_maintenance scheduled 无 正常 维护",
    Severity.PARTIAL: "partial partial_outage partially minor minor_outage degraded degraded_performance warning"
    " medium moderate low sev2 sev3 sev4 sev5 p2 p3 p4 p5 部分 部分中断 轻微 一般 降级 中 低",
    Severity.MAJOR: "major major_outage critical full full_outage complete total outage down high fatal disaster"
    " sev0 sev1 p0 p1 重大 特别重大 较大 严重 全部 中断 高",
}
SEVERITY_OF = {word: severity for severity, words in _WORDS.items() for word in words.split()}
LIFECYCLE = frozenset(
    {
        *("open", "opened", "closed", "resolved", "completed", "done", "fixed", "in_progress"),
        *("investigating", "identified", "monitoring", "verifying", "postmortem"),
        *("已解决", "已关闭", "处理中"),
    }
)
"""States of a ticket: they say nothing about how much failed."""


def shown(text: str) -> str:
    """A cell as a defect shows it: one line, not too long."""
    one_line = " ".join(text.split())
    return repr(one_line if len(one_line) <= LONGEST_SHOWN else f"{one_line[:LONGEST_SHOWN]}...")


def number(text: str) -> Fraction | None:
    """An exact number, None when the text is none."""
    return Fraction(Decimal(text)) if _NUMBER.fullmatch(text) else None


def amount(text: str, what: str) -> Fraction:
    """A number that must not be negative. Raises BadValue."""
    plain = (
        text.strip().replace(",", "") if re.fullmatch(r"\s*[+-]?\d{1,3}(,\d{3})+(\.\d+)?\s*", text) else text.strip()
    )
    found = number(plain)
    if found is None:
        raise BadValue("not_a_number", f"{shown(text)} is no {what}")
    if found < 0:
        raise BadValue("negative", f"{shown(text)}: {what} cannot be negative")
    return found


def count(text: str, what: str) -> int:
    """A whole number of events. Raises BadValue."""
    found = amount(text, what)
    if found.denominator != 1:
        raise BadValue("not_whole", f"{shown(text)}: {what} are counted in whole events")
    return int(found)


def seconds(text: str, unit_seconds: int, what: str) -> Fraction:
    """A duration: a number in a unit, or H:MM:SS. Raises BadValue; a negative one is ``negative_duration``."""
    clock = _CLOCK.fullmatch(text.strip())
    if clock:
        sign, hours, minutes, rest = clock.groups()
        found = int(hours) * 3600 + int(minutes) * 60 + Fraction(Decimal(rest))
        found, unit_seconds = (-found if sign else found), 1
    else:
        plain = number(text.strip())
        if plain is None:
            raise BadValue("not_a_number", f"{shown(text)} is no {what}")
        found = plain
    if found < 0:
        raise BadValue("negative_duration", f"{shown(text)}: {what} cannot be negative")
    return found * unit_seconds


def instant(text: str, reading: Reading) -> Fraction:
    """Seconds since the epoch of ISO 8601 text (in the reading's zone unless it names one) or of a number: seconds,
    milliseconds, micro- or nanoseconds since 1970, or since the reading's epoch. Raises BadValue."""
    plain = text.strip()
    digits = number(plain)
    if digits is not None and not (reading.epoch_s is None and _COMPACT.fullmatch(plain)):
        return _plausible(_of_number(digits, plain, reading), plain, reading)
    return _plausible(_of_text(plain, reading.zone), plain, reading)


def _of_number(digits: Fraction, text: str, reading: Reading) -> Fraction:
    if reading.epoch_s is not None:
        if digits < 0:
            raise BadValue("before_epoch", f"{shown(text)} lies before the given epoch")
        return reading.epoch_s + digits
    for least, scale in SCALES:
        if digits >= least:
            return digits / scale
    if 0 < digits < RELATIVE_BELOW_S:
        raise BadValue("relative_time", f"{shown(text)} are seconds since an unknown moment; give --epoch")
    return digits


def _of_text(text: str, zone: str) -> Fraction:
    try:
        found = datetime.fromisoformat(_iso(text))
    except ValueError as error:
        raise BadValue("not_a_time", f"{shown(text)} is no time; write 2024-05-01T08:30:00+08:00") from error
    if not found.tzinfo:
        found = found.replace(tzinfo=zone_rules(zone))
    return Fraction((found - EPOCH) // timedelta(microseconds=1), 10**6)


def _iso(text: str) -> str:
    """The same as ISO 8601: zones by name, slashes, dots, Chinese dates, days and months of one digit."""
    plain = re.sub(r"(\d)\s*[年月]\s*(?=\d)", r"\1-", text).replace("日", "", 1)
    plain = re.sub(r"^(\d{4})[/.](\d{1,2})[/.](\d{1,2})", r"\1-\2-\3", plain)
    plain = _UTC.sub("+00:00", plain) if _UTC.search(plain) and len(plain) > len("2024-05-01") else plain
    match = _DAY.fullmatch(plain)
    if match is None:
        return plain
    year, month, day, rest = match.groups()
    rest = re.sub(r"\s+([+-]\d{2}:?\d{2})$", r"\1", rest)
    return f"{year}-{int(month):02}-{int(day):02}{re.sub(r'^[T ]+(?=[0-9]:)', 'T0', rest)}"


def _plausible(at_s: Fraction, text: str, reading: Reading) -> Fraction:
    if reading.any_year:
        return at_s
    first_s = FIRST_S if reading.epoch_s is None else min(Fraction(FIRST_S), reading.epoch_s)
    if not first_s <= at_s < AFTER_LAST_S:
        raise BadValue("sentinel_date", f"{shown(text)} stands for no moment (before 1990, or never)")
    if at_s > reading.now_s:
        raise BadValue("future_date", f"{shown(text)} has not come yet")
    return at_s


def period(text: str, reading: Reading) -> Window:
    """A day as it is written, whatever time stands behind it, or a month (2024-05), in the reading's zone.
    Raises BadValue."""
    plain = _iso(text.strip())
    if number(plain) is not None and not _COMPACT.fullmatch(plain):
        return day_window(day_of(int(instant(plain, reading) // 1), reading.zone), reading.zone)
    try:
        month = _MONTH.fullmatch(plain)
        if month:
            found = _within_years(date(int(month[1]), int(month[2]), 1), text)
            return _past(month_window(found.year, found.month, reading.zone), text, reading)
        day = _within_years(datetime.fromisoformat(plain).date(), text)
    except ValueError as error:
        raise BadValue("not_a_day", f"{shown(text)} is no day; write 2024-05-01") from error
    return _past(day_window(day, reading.zone), text, reading)


def _within_years(day: date, text: str) -> date:
    if not date(1990, 1, 1) <= day < date(2038, 1, 1):
        raise BadValue("sentinel_date", f"{shown(text)} stands for no day (before 1990, or never)")
    return day


def _past(window: Window, text: str, reading: Reading) -> Window:
    if window.from_s > reading.now_s:
        raise BadValue("future_date", f"{shown(text)} has not come yet")
    return window


def impact(text: str) -> Impact | None:
    """A share (0 to 1, or per cent with its sign) or a word; None for a ticket's state. Raises BadValue."""
    plain = re.sub(r"[\s-]+", "_", text.strip().lower())
    if plain in LIFECYCLE:
        return None
    severity = SEVERITY_OF.get(plain) or SEVERITY_OF.get(re.sub(r"[_-]", "", plain))
    if severity is not None:
        return Impact(severity)
    share = number(plain.removesuffix("%").rstrip("_"))
    if share is None:
        raise BadValue("bad_impact", f"{shown(text)} is no impact; write a share from 0 to 1, none, partial or major")
    return measured(share / 100 if plain.endswith("%") else share, text)


def measured(share: Fraction, text: str) -> Impact:
    """A share as an impact. Raises BadValue outside 0 to 1."""
    if not 0 <= share <= 1:
        raise BadValue("bad_impact", f"{shown(text)} is no share; it lies between 0 and 1")
    if share == ONE:
        return MAJOR
    return Impact(Severity.PARTIAL if share else Severity.NONE, share)
