"""Daily and monthly availability, against an oracle that counts second by second."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.history.arithmetic import Range, account, assumed
from reports.history.model import Impact, Outage, Records, Severity, Watch, Weighing
from tests.reports.history.conftest import NOW_S, of_file, of_text

COVERED = Range("UTC", NOW_S)
WEIGHTS = [Fraction(1), Fraction(1, 2), Fraction(3, 10), Fraction(0)]
LATE_S = 1_717_199_990  # ten seconds before June 2024


def months(records: Records, weight: Fraction | None = None, covered: Range = COVERED) -> dict[str, Fraction | None]:
    """Availability by month."""
    weighing = Weighing() if weight is None else Weighing(weight, measured=False)
    return {each.key: each.availability for each in account(records, weighing, assumed(records, covered)).months}


@st.composite
def outages(draw: st.DrawFn) -> Outage:
    """A short incident around the end of a month, of any impact."""
    begin = draw(st.integers(0, 40))
    share = draw(st.sampled_from([None, Fraction(1, 4), Fraction(9, 10)]))
    severity = draw(st.sampled_from(list(Severity))) if share is None else Severity.PARTIAL
    end = begin + draw(st.integers(1, 20))
    return Outage(1, "api", Fraction(LATE_S + begin), Fraction(LATE_S + end), Impact(severity, share))


@given(st.lists(outages(), max_size=6), st.sampled_from([None, *WEIGHTS]))
def test_each_second_counts_once_with_the_greatest_impact(drawn: list[Outage], weight: Fraction | None) -> None:
    weighing = Weighing() if weight is None else Weighing(weight, measured=False)
    down: dict[str, Fraction] = defaultdict(Fraction)
    for second in range(LATE_S, LATE_S + 61):
        here = [each.impact.weight(weighing) for each in drawn if each.from_s <= second < each.to_s]
        down[datetime.fromtimestamp(second, UTC).strftime("%Y-%m-%d")] += max(here, default=Fraction(0))
    records = Records(outages=tuple(drawn), watches=(Watch("api", Fraction(LATE_S), Fraction(LATE_S + 61)),))
    found = {each.key: each.down_seconds for each in account(records, weighing, COVERED).days}
    assert found == dict(down)


@pytest.mark.parametrize("weight", WEIGHTS)
def test_a_day_is_down_for_major_plus_weight_times_partial(weight: Fraction) -> None:
    found = months(of_file("days.csv").records, weight)
    assert found["2024-05"] == 1 - (1800 + weight * 3600) / (2 * 86400)
    assert found["2024-06"] == 1 - (weight * 86400 + min(Fraction(86400), 60000 + weight * 60000)) / (2 * 86400)


def test_a_share_that_was_measured_counts_as_it_is_unless_a_weight_was_asked_for() -> None:
    records = of_text("start,end,share\n2024-05-01T00:00:00Z,2024-05-01T01:00:00Z,0.25\n").records
    whole = 31 * 86400
    assert months(records)["2024-05"] == 1 - Fraction(900, whole)
    assert months(records, Fraction(1, 2))["2024-05"] == 1 - Fraction(1800, whole)
    assert months(records, Fraction(0))["2024-05"] == 1


def test_what_a_list_of_bad_days_leaves_out_was_good_unless_its_row_was_not_kept() -> None:
    text = "date,down_minutes\n2024-05-02,1440\n2024-05-04,-1\n2024-05-31,1440\n"
    found = account(of_text(text).records, Weighing(), COVERED)
    assert [each.key for each in found.days] == [f"2024-05-{day:02}" for day in range(1, 32) if day != 4]
    assert found.months[0].availability == Fraction(28, 30)
    strict = Range("UTC", NOW_S, unlisted_good=False)
    assert account(of_text(text).records, Weighing(), strict).months[0].watched_seconds == 2 * 86400


def test_days_that_a_whole_list_leaves_out_are_unknown() -> None:
    found = account(of_text("date,down_minutes\n2024-05-02,1440\n2024-05-04,0\n").records, Weighing(), COVERED)
    assert [each.key for each in found.days] == ["2024-05-02", "2024-05-04"]
    assert found.months[0].availability == Fraction(1, 2)


def test_a_month_of_outage_has_no_days() -> None:
    found = account(of_text("month,downtime_minutes\n2024-05,44.64\n").records, Weighing(), COVERED)
    assert found.days == ()
    assert [each.availability for each in found.months] == [Fraction(999, 1000)]


def test_nothing_outside_of_watched_time_is_downtime() -> None:
    found = account(of_file("uptime_kuma.json").records, Weighing(), COVERED)
    assert [(each.down_seconds, each.watched_seconds) for each in found.months] == [(180, 480)]


def test_a_service_whose_days_are_listed_is_not_counted_again_by_its_incidents() -> None:
    records = of_file("upptime_summary.json").records + of_file("upptime_issues.json").records
    assert months(records) == months(of_file("upptime_summary.json").records)


def test_a_service_was_watched_as_long_as_its_site_says() -> None:
    records = of_file("upptime_summary.json").records + of_file("bank.yml").records
    assert months(records)["2024-05"] == 1 - Fraction(720 + 86400, 10 * 86400)


def test_events_are_pooled_and_apart_from_time() -> None:
    (found,) = account(of_file("counts.csv").records, Weighing(), COVERED).months
    assert (found.basis, found.availability) == ("events", Fraction(1_999_990, 2_000_000))


def test_days_and_months_are_those_of_the_zone() -> None:
    records = of_text("start,end\n2024-05-31T23:30:00Z,2024-06-01T00:30:00Z\n").records
    assert set(months(records)) == {"2024-05", "2024-06"}
    assert set(months(records, covered=Range("Asia/Shanghai", NOW_S))) == {"2024-06"}


def test_incidents_of_a_known_period_are_judged_by_that() -> None:
    records = of_text("start,end\n2024-05-02T00:00:00Z,2024-05-03T12:00:00Z\n").records
    known = Range("UTC", NOW_S, 1_714_694_400, 1_714_780_800)  # 3 May
    (found,) = account(records, Weighing(), assumed(records, known)).months
    assert (found.down_seconds, found.watched_seconds) == (43200, 86400)
