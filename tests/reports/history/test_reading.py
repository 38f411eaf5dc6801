"""Every row of a file is kept or named, whatever its maker wrote; the examples are those of docs/history-import.md."""

from __future__ import annotations

import sqlite3
from fractions import Fraction
from pathlib import Path

import pytest

from reports.history.errors import UnreadableHistory
from reports.history.model import MAJOR, Impact, Reading, Severity
from reports.history.reading import read
from tests.reports.history.conftest import NOW_S, UTC, of_file, of_text, relative, rules

HALF_MIDNIGHT_S = 1_714_521_600  # 2024-05-01T00:00:00Z


def test_incidents_are_kept_or_named_by_row_and_rule() -> None:
    found = of_file("incidents.csv")
    assert rules(found) == [
        (3, "overlap", True),
        (4, "duplicate", False),
        (5, "negative_duration", False),
        (6, "zero_length", False),
        (7, "sentinel_date", False),
        (8, "sentinel_date", False),
        (9, "open_ended", False),
        (11, "not_a_time", False),
        (12, "bad_impact", False),
    ]
    assert [each.column for each in found.defects if each.rule in {"negative_duration", "zero_length"}] == [
        "end_time"
    ] * 2
    assert [each.row for each in found.records.outages] == [2, 3, 10]
    assert (found.rows, found.rejected) == (11, 8)


def test_an_open_incident_lasts_until_the_end_of_what_the_file_covers() -> None:
    found = of_file("incidents.csv", Reading("UTC", NOW_S, until_s=Fraction(1_717_200_000)))
    assert {each.row: each.to_s for each in found.records.outages}[9] == 1_717_200_000
    assert (9, "open_ended", True) in rules(found)


def test_days_with_minutes_of_partial_and_major_outage() -> None:
    found = of_file("days.csv")
    assert rules(found) == [
        (5, "negative_duration", False),
        (6, "more_than_period", True),
        (7, "sentinel_date", False),
        (8, "contradiction", False),
    ]
    assert [(each.partial_seconds, each.major_seconds) for each in found.records.periods] == [
        (0, 0),
        (3600, 1800),
        (86400, 0),
        (60000, 60000),
    ]


def test_counts_are_whole_and_never_negative() -> None:
    found = of_file("counts.csv")
    assert [(each.good, each.bad) for each in found.records.counts] == [(999_990, 10), (1_000_000, 0)]
    assert rules(found) == [(4, "not_whole", False), (5, "negative", False)]


def test_incidents_of_a_statuspage() -> None:
    found = of_file("statuspage_incidents.json")
    assert [(each.service, each.impact.severity, each.to_s - each.from_s) for each in found.records.outages] == [
        ("API", Severity.PARTIAL, 3600),
        ("Login, API", Severity.MAJOR, Fraction(1201, 2)),
    ]
    assert rules(found) == [(3, "open_ended", False), (4, "maintenance", False)]


def test_days_of_a_statuspage_begin_with_the_component() -> None:
    found = of_file("statuspage_days.json")
    assert [(each.partial_seconds, each.major_seconds) for each in found.records.periods] == [
        (864, 0),
        (0, 60),
        (100, 90000),
    ]
    assert rules(found) == [(1, "not_watched", False), (4, "more_than_period", True)]


def test_minutes_down_of_upptime_and_since_when_it_watched() -> None:
    found = of_file("upptime_summary.json")
    assert [each.major_seconds for each in found.records.periods] == [720, 86400]
    assert rules(found) == [(0, "no_days", True)]
    (watch,) = of_file("bank.yml").records.watches
    assert (watch.service, watch.from_s, watch.to_s - watch.from_s) == ("bank", HALF_MIDNIGHT_S, 10 * 86400)


def test_issues_of_upptime_are_incidents_when_it_opened_them() -> None:
    found = of_file("upptime_issues.json")
    assert [(each.service, each.impact.severity) for each in found.records.outages] == [
        ("bank", Severity.MAJOR),
        ("bank", Severity.PARTIAL),
    ]
    assert rules(found) == [(3, "not_an_incident", False)]


def test_heartbeats_tell_what_was_down_what_was_watched_and_what_nobody_saw() -> None:
    """Pending turns into down; maintenance and the hole of two hours are not watched."""
    found = of_file("uptime_kuma.json")
    (outage,) = found.records.outages
    assert (outage.service, outage.from_s - HALF_MIDNIGHT_S, outage.to_s - HALF_MIDNIGHT_S) == ("bank", 120, 300)
    watched = [(each.from_s - HALF_MIDNIGHT_S, each.to_s - HALF_MIDNIGHT_S) for each in found.records.watches]
    assert watched == [(0, 120), (120, 300), (300, 360), (420, 480), (7200, 7260)]
    assert rules(found) == [(11, "bad_status", False)]


def test_a_copy_of_the_database_of_uptime_kuma_is_read_even_in_its_journal_mode(tmp_path: Path) -> None:
    file = tmp_path / "kuma.db"
    database = sqlite3.connect(file)
    database.execute("PRAGMA journal_mode = WAL")
    database.execute("CREATE TABLE monitor (id INTEGER PRIMARY KEY, name TEXT)")
    database.execute("CREATE TABLE heartbeat (id INTEGER PRIMARY KEY, monitor_id INTEGER, status INTEGER, time TEXT)")
    database.execute("INSERT INTO monitor VALUES (1, 'bank')")
    beats = [(1, state, f"2024-05-01 00:0{minute}:00.000") for minute, state in enumerate((1, 0, 1, 1))]
    database.executemany("INSERT INTO heartbeat (monitor_id, status, time) VALUES (?, ?, ?)", beats)
    database.commit()
    database.close()
    (outage,) = read(file.read_bytes(), "kuma.db", "auto", UTC).records.outages
    assert (outage.service, outage.to_s - outage.from_s) == ("bank", 60)
    with pytest.raises(UnreadableHistory, match=r"kuma\.db: no database of Uptime Kuma"):
        read(file.read_bytes()[:200], "kuma.db", "auto", UTC)


def test_heartbeats_as_csv() -> None:
    text = "monitor_id,time,status\n" + "".join(f"1,2024-05-01 00:0{m}:00,{s}\n" for m, s in enumerate((1, 0, 1)))
    (outage,) = of_text(text).records.outages
    assert (outage.row, outage.to_s - outage.from_s) == (3, 60)


@pytest.mark.parametrize(
    ("written", "seconds"),
    [
        ("2024-05-01T00:00:00Z", 0),
        ("2024-05-01 00:00:00 UTC", 0),
        ("2024-05-01T08:00:00.250+08:00", Fraction(1, 4)),
        ("2024-05-01 08:00:00 +0800", 0),
        ("2024/5/1 1:02", 3720),
        ("20240501", 0),
        ("2024年5月1日 01:00", 3600),
        ("1714521600", 0),
        ("1714521600.5", Fraction(1, 2)),
        ("1714521600500", Fraction(1, 2)),
        ("1714521600000000", 0),
        ("1.7145216e9", 0),
    ],
)
def test_a_moment_may_be_written_in_many_ways(written: str, seconds: Fraction) -> None:
    text = f"started_at,duration_minutes\n{written},5\n"
    (outage,) = of_text(text).records.outages
    assert (outage.from_s - HALF_MIDNIGHT_S, outage.to_s - outage.from_s) == (seconds, 300)


@pytest.mark.parametrize(
    ("written", "impact"),
    [
        ("0.05", Impact(Severity.PARTIAL, Fraction(1, 20))),
        ("35 %", Impact(Severity.PARTIAL, Fraction(7, 20))),
        ("1.0", MAJOR),
        ("0", Impact(Severity.NONE, Fraction(0))),
        ("Partial Outage", Impact(Severity.PARTIAL)),
        ("CRITICAL", MAJOR),
        ("none", Impact(Severity.NONE)),
        ("SEV-1", MAJOR),
        ("部分", Impact(Severity.PARTIAL)),
        ("resolved", MAJOR),
    ],
)
def test_an_impact_may_be_a_share_or_a_word(written: str, impact: Impact) -> None:
    text = f"start,end,status\n2024-05-01,2024-05-02,{written}\n"
    assert [each.impact for each in of_text(text).records.outages] == [impact]


@pytest.mark.parametrize("written", ["1.5", "-0.1", "terrible", "nan", "1e99"])
def test_what_is_no_impact_is_named(written: str) -> None:
    assert rules(of_text(f"start,end,status\n2024-05-01,2024-05-02,{written}\n")) == [(2, "bad_impact", False)]


def test_relative_seconds_need_the_moment_from_which_they_count() -> None:
    text = "start_time,end_time,status,service\n0.0,4042.0,0.025000000000000022,page\n7927346.0,7930823.0,0.05,page\n"
    with pytest.raises(UnreadableHistory, match="--epoch"):
        of_text(text)
    first, second = of_text(text, relative(HALF_MIDNIGHT_S)).records.outages
    assert (first.from_s, first.to_s - first.from_s) == (HALF_MIDNIGHT_S, 4042)
    assert first.impact.share == Fraction(25000000000000022, 10**18)
    assert second.from_s == HALF_MIDNIGHT_S + 7927346


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("date,partial_outage_minutes,major_outage_minutes", (60, 120)),
        ("Day;Partial Outage (s);Major Outage (s)", (1, 2)),
        ("date,partialOutageSeconds,majorOutageSeconds", (1, 2)),
        ("date,minor_min,major_min", (60, 120)),
        ("date,p,m", (1, 2)),
        ("date,minutes_partial,minutes_major,minutes_degraded", (60, 120)),
        ("日期,部分中断分钟,重大中断分钟", (60, 120)),
    ],
)
def test_columns_of_outage_are_known_by_their_words(header: str, seconds: tuple[int, int]) -> None:
    delimiter = ";" if ";" in header else ","
    cells = ("2024-05-01", "1", "2", "7")[: header.count(delimiter) + 1]
    found = of_text(f"{header}\n{delimiter.join(cells)}\n")
    assert [(each.partial_seconds, each.major_seconds) for each in found.records.periods] == [seconds]
    assert not found.defects


def test_a_unit_that_a_name_does_not_tell_is_said_to_be_assumed() -> None:
    found = of_text("date,partial,major\n2024-05-01,1,2\n")
    assert rules(found) == [(0, "unit_assumed", True)] * 2
    assert found.records.periods[0].major_seconds == 120
    many = of_text("date,major\n2024-05-01,3000\n")
    assert many.records.periods[0].major_seconds == 3000


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is empty"),
        ("a,b\n1,2\n", "tell neither incidents"),
        ("start,end,start\n1,2,3\n", "given twice"),
        ("{", "not JSON"),
        ('{"x": NaN}', "not JSON"),
        ("[" * 100_000, "not JSON"),
        ('{"x": 1}', "no JSON that is known here"),
        ('start,end\n"2024-05-01,2', "not CSV"),
    ],
)
def test_a_file_that_is_nothing_known_is_refused_in_one_line(text: str, said: str) -> None:
    with pytest.raises(UnreadableHistory, match=said) as caught:
        of_text(text)
    assert "\n" not in str(caught.value)


def test_text_of_old_spreadsheets_is_read() -> None:
    text = "开始时间,结束时间,标题\n2024-05-01 00:00,2024-05-01 00:10,放款失败\n"
    (outage,) = read(text.encode("gb18030"), "a.csv", "auto", UTC).records.outages
    assert outage.title == "放款失败"
    (other,) = read(text.encode("utf-16"), "a.csv", "auto", UTC).records.outages
    assert other == outage
