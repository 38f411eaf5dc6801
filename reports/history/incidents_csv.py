"""Incidents as CSV: one row each, with begin, end (or duration), and how much of what failed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from reports.history import values
from reports.history.errors import BadValue, UnreadableHistory
from reports.history.model import MAJOR, Defect, History, Impact, Outage, Reading, Records
from reports.history.table import Row, Table, chosen, refused

SHAPE = "incidents"
START = (
    "start start_time started_at started started_on start_date start_at begin begin_time began_at begins from from_time"
    " impact_start outage_start incident_start time_start down_at opened_at opened created_at date_start 开始 开始时间"
    " 起始时间 故障开始时间 发生时间"
)
END = (
    "end end_time ended_at ended ended_on end_date end_at to to_time until finish finished_at stop stopped_at"
    " resolved_at restored_at recovered_at impact_end outage_end incident_end time_end up_at closed_at closed date_end"
    " 结束 结束时间 终止时间 故障结束时间 恢复时间"
)
DURATIONS = {
    "duration_seconds": 1,
    "duration_s": 1,
    "duration_sec": 1,
    "downtime_seconds": 1,
    "duration_minutes": 60,
    "duration_min": 60,
    "duration_mins": 60,
    "downtime_minutes": 60,
    "duration_hours": 3600,
    "duration_h": 3600,
    "持续秒数": 1,
    "持续分钟": 60,
    "duration": 0,  # no unit in the name: only H:MM:SS can be read
}
IMPACT = "impact severity weight share impact_share failed_share level status state 影响 影响程度 严重程度 级别 状态"
SERVICE = (
    "product products service services component components system application affected affected_components monitor"
    " service_name component_name 产品 服务 组件 系统"
)
TITLE = "title name summary subject description incident incident_name message reason cause 标题 名称 事件 描述 原因"


@dataclass(frozen=True, slots=True)
class _Columns:
    """Which column plays which part; an empty name: none does."""

    start: str
    end: str
    duration: str
    impact: str
    service: str
    title: str

    @property
    def used(self) -> frozenset[str]:
        return frozenset((self.start, self.end, self.duration, self.impact, self.service, self.title)) - {""}


def fits(columns: Iterable[str]) -> bool:
    """Whether these columns tell of incidents."""
    known = list(columns)
    return bool(chosen(known, START) and (chosen(known, END) or chosen(known, " ".join(DURATIONS))))


def read(table: Table, name: str, reading: Reading) -> History:
    """Incidents of a table. Raises UnreadableHistory when it has no columns for them."""
    columns = _Columns(
        chosen(table.columns, START),
        chosen(table.columns, END),
        chosen(table.columns, " ".join(DURATIONS)),
        chosen(table.columns, IMPACT),
        chosen(table.columns, SERVICE),
        chosen(table.columns, TITLE),
    )
    if not fits(table.columns):
        raise UnreadableHistory(name, "incidents need columns start and end (or duration_seconds, duration_minutes)")
    outages: list[Outage] = []
    defects = list(table.defects)
    for row in table.rows:
        kept, found = _outage(row, columns, reading)
        outages.extend(kept)
        defects.extend(found)
    _refuse_relative(name, outages, defects)
    ignored = tuple(written for column, written in table.columns.items() if column not in columns.used)
    return History(name, "incidents", SHAPE, table.count, Records(outages=tuple(outages)), tuple(defects), ignored)


def _refuse_relative(name: str, outages: list[Outage], defects: list[Defect]) -> None:
    if not outages and any(each.rule == "relative_time" for each in defects):
        raise UnreadableHistory(
            name, "times are seconds since an unknown moment; give it: --epoch 2018-01-01T00:00:00Z"
        )


def _outage(row: Row, columns: _Columns, reading: Reading) -> tuple[list[Outage], list[Defect]]:
    column = columns.start
    try:
        from_s = _begin(row, column, reading)
        column = columns.end or columns.duration
        to_s, defects = _end(row, columns, from_s, reading)
        column = columns.impact
        impact = _impact(row, column, defects)
    except BadValue as error:
        return [], [refused(row.number, column, error)]
    service = reading.product or row.text(columns.service)
    outage = Outage(row.number, service, from_s, to_s, impact, row.text(columns.title))
    return placed(outage, columns.end or columns.duration, defects)


def _begin(row: Row, column: str, reading: Reading) -> Fraction:
    """Raises BadValue."""
    if not row.text(column):
        raise BadValue("no_start", "the incident has no begin")
    return values.instant(row.text(column), reading)


def _end(row: Row, columns: _Columns, from_s: Fraction, reading: Reading) -> tuple[Fraction, list[Defect]]:
    """When it was over, and what was assumed to know it. Raises BadValue."""
    if row.text(columns.end):
        return values.instant(row.text(columns.end), reading), []
    text = row.text(columns.duration)
    if text:
        unit_seconds = DURATIONS[columns.duration]
        if not unit_seconds and ":" not in text:
            raise BadValue("no_unit", f"{values.shown(text)} has no unit; name the column duration_seconds or _minutes")
        return from_s + values.seconds(text, unit_seconds or 1, "duration"), []
    return still_open(row.number, columns.end or columns.duration, from_s, reading)


def still_open(row: int, column: str, from_s: Fraction, reading: Reading) -> tuple[Fraction, list[Defect]]:
    """The end of an incident that names none: that of what the file covers, when it was told. Raises BadValue."""
    if reading.until_s is None or reading.until_s <= from_s:
        raise BadValue("open_ended", "has no end, so how long it lasted is not known; --to TIME counts it until then")
    return reading.until_s, [Defect(row, column, "open_ended", "has no end; counted until --to", kept=True)]


def _impact(row: Row, column: str, defects: list[Defect]) -> Impact:
    """Impact of a row; without a column for it everything is major. Raises BadValue."""
    if not column:
        return MAJOR
    text = row.text(column)
    if not text:
        defects.append(
            Defect(row.number, column, "no_impact", "says nothing of its impact; counted as major", kept=True)
        )
        return MAJOR
    return values.impact(text) or MAJOR


def placed(outage: Outage, column: str, defects: list[Defect]) -> tuple[list[Outage], list[Defect]]:
    """An incident whose end comes after its begin; otherwise it is named and not kept."""
    if outage.to_s > outage.from_s:
        return [outage], defects
    if outage.to_s == outage.from_s:
        text = "begins and ends in the same moment: no downtime"
        return [], [*defects, Defect(outage.row, column, "zero_length", text)]
    text = f"ends {_plain(outage.from_s - outage.to_s)} s before it begins"
    return [], [*defects, Defect(outage.row, column, "negative_duration", text)]


def _plain(seconds: Fraction) -> str:
    return str(seconds.numerator) if seconds.denominator == 1 else f"{float(seconds):.3f}"
