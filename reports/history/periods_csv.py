"""Days (or longer periods) as CSV: counts of events, or seconds and minutes of outage, partial and major apart."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from reports.history import values
from reports.history.errors import BadValue, UnreadableHistory
from reports.history.incidents_csv import SERVICE
from reports.history.model import Counted, Defect, History, PeriodOutage, Reading, Records, Watch
from reports.history.table import Row, Table, chosen, refused
from slo.windows import Window

COUNTS, OUTAGES = "counts", "outage per period"
DAY = "day date datum on day_date report_date month period 日期 日 月份 月"
FROM = "from from_time start start_time begin 开始 开始时间"
TO = "to to_time until end end_time 结束 结束时间"
GOOD = "good ok success successes successful succeeded up good_events good_count 成功 成功数 成功笔数"
BAD = "bad failed failure failures errors error down bad_events bad_count system_error 失败 失败数 失败笔数"
TOTAL = "total count requests events all transactions total_events 总数 总笔数 交易量"
CENTER = "data_center datacenter dc center site 数据中心 机房"
SERVICES = f"{SERVICE} name slug"
UNITS = {"seconds": 1, "minutes": 60, "hours": 3600}
_UNIT_WORDS = {
    **dict.fromkeys(("seconds", "second", "secs", "sec", "s", "秒"), 1),
    **dict.fromkeys(("minutes", "minute", "mins", "min", "m", "分钟", "分"), 60),
    **dict.fromkeys(("hours", "hour", "hrs", "hr", "h", "小时"), 3600),
}
_PARTIAL_WORDS = (frozenset({"partial", "partially", "p", "部分", "部分中断"}), frozenset({"minor"}))
_MAJOR_WORDS = (
    frozenset({"major", "full", "complete", "critical", "m", "重大", "全部"}),
    frozenset({"downtime", "down", "outage", "停机"}),
)
"""Best first: a file with major and all downtime gives its major ones."""
MINUTES_OF_A_DAY = 24 * 60
ENOUGH = 2
"""Of good, bad and total two tell the third."""
_NOT_OUTAGE = frozenset(
    {"percent", "percentage", "pct", "count", "number", "incidents", "share", "ratio", "id", "start", "end"}
)
_CHINESE = re.compile(r"^(部分中断|部分|重大|全部|停机)(?:中断|时长)?_?(秒|分钟|分|小时)?$")


@dataclass(frozen=True, slots=True)
class _Length:
    """A column of outage. ``unit_seconds`` 0: its name has no unit."""

    column: str
    unit_seconds: int


def _words(column: str) -> list[str]:
    match = _CHINESE.match(column)
    return [each for each in match.groups() if each] if match else column.split("_")


def _length(columns: Iterable[str], wanted: tuple[frozenset[str], ...]) -> _Length | None:
    """The column that speaks of such outages: by its words, those with a unit first."""
    known = list(columns)
    for words in wanted:
        found = [_Length(each, _unit(each)) for each in known if _speaks_of(each, words, wanted)]
        if found:
            return max(found, key=lambda each: each.unit_seconds > 0)
    return None


def _speaks_of(column: str, words: frozenset[str], wanted: tuple[frozenset[str], ...]) -> bool:
    said = set(_words(column))
    partial = wanted is not _PARTIAL_WORDS and any(said & each for each in _PARTIAL_WORDS)
    return bool(said & words) and not said & _NOT_OUTAGE and not partial


def _unit(column: str) -> int:
    """Seconds of the unit in a column's name, 0 without one; bare ``p`` and ``m`` are the seconds of status pages."""
    if column in {"p", "m"}:
        return 1
    first, *rest = _words(column)
    # A letter alone at the begin is hardly a unit, and m may be major.
    said = [*reversed(rest), *([first] if len(first) > 1 else [])]
    return next((_UNIT_WORDS[each] for each in said if each in _UNIT_WORDS), 0)


def shape_of(columns: Iterable[str]) -> str:
    """``counts``, ``outage per period`` or nothing."""
    known = list(columns)
    dated = chosen(known, DAY) or (chosen(known, FROM) and chosen(known, TO))
    if not dated:
        return ""
    if sum(bool(chosen(known, aliases)) for aliases in (GOOD, BAD, TOTAL)) > 1:
        return COUNTS
    return OUTAGES if _length(known, _PARTIAL_WORDS) or _length(known, _MAJOR_WORDS) else ""


def tells_both(columns: Iterable[str]) -> bool:
    """Whether partial and major outages have columns of their own: then a row is a period, even with begin and end."""
    known = list(columns)
    return bool(_length(known, _PARTIAL_WORDS) and _length(known, _MAJOR_WORDS))


def read(table: Table, name: str, reading: Reading) -> History:
    """Periods of a table. Raises UnreadableHistory when it has no columns for them."""
    shape = shape_of(table.columns)
    if not shape:
        raise UnreadableHistory(
            name, "needs day (or from, to) with good and bad, or with partial_outage_minutes and major_outage_minutes"
        )
    return _counts(table, name, reading) if shape == COUNTS else _outages(table, name, reading)


def _window(row: Row, columns: Iterable[str], reading: Reading) -> Window:
    """The period of a row. Raises BadValue."""
    day = chosen(columns, DAY)
    if day and row.text(day):
        return values.period(row.text(day), reading)
    begin, end = (row.text(chosen(columns, aliases)) for aliases in (FROM, TO))
    if not begin or not end:
        raise BadValue("no_day", "names no day and no period")
    from_s, to_s = (values.instant(each, reading) for each in (begin, end))
    if from_s.denominator != 1 or to_s.denominator != 1:
        raise BadValue("not_whole", "a period begins and ends at whole seconds")
    if from_s >= to_s:
        rule = "zero_length" if from_s == to_s else "negative_duration"
        raise BadValue(rule, f"the period from {begin} to {end} is empty or runs backwards")
    return Window(int(from_s), int(to_s))


def _dated(columns: Iterable[str]) -> str:
    return chosen(columns, DAY) or chosen(columns, FROM)


def _counts(table: Table, name: str, reading: Reading) -> History:
    good, bad, total, center = (chosen(table.columns, each) for each in (GOOD, BAD, TOTAL, CENTER))
    service = chosen(table.columns, SERVICES)
    counted: list[Counted] = []
    defects = list(table.defects)
    for row in table.rows:
        column = _dated(table.columns)
        try:
            window = _window(row, table.columns, reading)
            column = bad or good
            figures = _good_and_bad(row, good, bad, total)
        except BadValue as error:
            defects.append(refused(row.number, column, error))
            continue
        owner = reading.product or row.text(service)
        counted.append(Counted(row.number, owner, row.text(center), window.from_s, window.to_s, *figures))
    used = {_dated(table.columns), chosen(table.columns, TO), good, bad, total, center, service}
    return _history(table, name, COUNTS, Records(counts=tuple(counted)), (defects, used))


def _good_and_bad(row: Row, good: str, bad: str, total: str) -> tuple[int, int]:
    """Raises BadValue when one is missing, or when good and bad are not the total."""
    found = {
        name: values.count(row.text(column), f"{name} events")
        for name, column in (("good", good), ("bad", bad), ("total", total))
        if column and row.text(column)
    }
    if len(found) < ENOUGH:
        raise BadValue("no_counts", "needs two of good, bad and total")
    whole = found.get("total", found.get("good", 0) + found.get("bad", 0))
    kept, failed = found.get("good", whole - found.get("bad", 0)), found.get("bad", whole - found.get("good", 0))
    if kept < 0 or failed < 0 or kept + failed != whole:
        raise BadValue("counts_disagree", f"good {kept} and bad {failed} do not make a total of {whole}")
    return kept, failed


def _outages(table: Table, name: str, reading: Reading) -> History:
    named = [_length(table.columns, each) for each in (_PARTIAL_WORDS, _MAJOR_WORDS)]
    partial, major = (each and _with_unit(each, table, reading) for each in named)
    defects = [
        *table.defects,
        *(_unit_assumed(table, each, reading) for each in named if each and not each.unit_seconds),
    ]
    service = chosen(table.columns, SERVICES)
    periods: list[PeriodOutage] = []
    unknown: list[Watch] = []
    for row in table.rows:
        column, owner = _dated(table.columns), reading.product or row.text(service)
        window = None
        try:
            window = _window(row, table.columns, reading)
            column = partial.column if partial else column
            partial_s = _seconds(row, partial)
            column = major.column if major else column
            major_s = _seconds(row, major)
        except BadValue as error:
            defects.append(refused(row.number, column, error))
            unknown.extend([Watch(owner, Fraction(window.from_s), Fraction(window.to_s))] if window else [])
            continue
        periods.append(PeriodOutage(row.number, owner, window.from_s, window.to_s, partial_s, major_s))
    lengths = {each.column for each in (partial, major) if each}
    used = {_dated(table.columns), chosen(table.columns, TO), service, *lengths}
    records = Records(periods=tuple(periods), sparse=_sparse(periods), unknown=tuple(unknown))
    return _history(table, name, OUTAGES, records, (defects, used))


def _sparse(periods: list[PeriodOutage]) -> frozenset[str]:
    """Services of a list that names no period without an outage: what it leaves out had none."""
    if any(not each.partial_seconds and not each.major_seconds for each in periods):
        return frozenset()
    return frozenset(each.service for each in periods)


def _with_unit(length: _Length, table: Table, reading: Reading) -> _Length:
    """The same, its unit as asked where its name has none; else minutes, unless a day has not so many."""
    if length.unit_seconds:
        return length
    if reading.unit:
        return _Length(length.column, UNITS[reading.unit])
    found = (values.number(row.text(length.column)) for row in table.rows)
    many = any(each is not None and each > MINUTES_OF_A_DAY for each in found)
    return _Length(length.column, 1 if many else 60)


def _unit_assumed(table: Table, length: _Length, reading: Reading) -> Defect:
    seconds = _with_unit(length, table, reading).unit_seconds
    unit = next(name for name, each in UNITS.items() if each == seconds)
    said = f"its name has no unit; taken as {unit}" + ("" if reading.unit else " (--unit minutes|seconds|hours)")
    return Defect(0, table.columns[length.column], "unit_assumed", said, kept=True)


def _seconds(row: Row, length: _Length | None) -> Fraction:
    """Outage of one cell. Raises BadValue: an empty cell is not nothing."""
    if length is None:
        return Fraction(0)
    text = row.text(length.column)
    if not text:
        raise BadValue("no_value", "is empty; write 0 when there was no outage")
    return values.seconds(text, length.unit_seconds, "length of an outage")


def _history(table: Table, name: str, shape: str, records: Records, rest: tuple[list[Defect], set[str]]) -> History:
    """``rest``: the defects, and the columns that something was taken from."""
    defects, used = rest
    ignored = tuple(written for column, written in table.columns.items() if column not in used)
    return History(name, "availability", shape, table.count, records, tuple(defects), ignored)
