"""The report of peaks: what it says, that it can be recomputed, and that every format draws it."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from datetime import date

import pytest

from dashboard.reporting.making import drawn, file_name, frozen, frozen_now
from reports.availability.period import month
from reports.load_runs.policy import SHIPPED
from reports.peaks.calendar import NO_KINDS
from reports.peaks.composing import Ground, compose
from reports.peaks.errors import UnknownProduct
from reports.peaks.forecasting import outlook
from reports.peaks.model import PeakReport, document, peak_report_of, sealed
from settings import SHIPPED as CONFIG
from settings import load_catalog
from slo.windows import SHANGHAI, day_window
from store.memory import MemoryStore
from tests.reports.peaks.conftest import tell

GROUND = Ground(load_catalog(CONFIG / "catalog.yaml"), NO_KINDS, SHIPPED, "1.0", demo=True)


def begun(day: date, number: int) -> int:
    """Weeks that repeat, a little more each day."""
    return 600_000 * (9 if day.weekday() > 4 else 10) + 600 * number


@pytest.fixture
def made(store: MemoryStore, told: Callable[..., None], now_ms: int) -> PeakReport:
    """October 2026, of the bank."""
    told(200, begun)
    with store.reading() as reader:
        return compose(reader, GROUND, month("2026-10", SHANGHAI), now_ms)


def test_a_month_has_its_days_and_adds_up(made: PeakReport) -> None:
    assert len(made.days) == 31
    assert made.total == sum(day["transactions"] for day in made.days)
    assert (made.verdict, made.period.provisional) == ("not proven", False)


def test_the_document_is_the_same_when_read_back(made: PeakReport) -> None:
    """And its hash is that of what it says."""
    assert peak_report_of(document(made)) == made
    assert sealed(made).snapshot_sha256 == made.snapshot_sha256


def test_a_month_that_is_over_is_seen_from_its_end(store: MemoryStore, made: PeakReport, now_ms: int) -> None:
    """As it was on its first day of being over. A month that goes on is seen from now."""
    assert (made.forecast["from"], made.period.until) == ("2026-11-01", "2026-10-31T16:00:00.000Z")
    assert made.records["day"]["day"] == "2026-10-30"
    assert made.capacity["peak_today_at"] == "2026-10-31T02:00:00.000Z"
    early = MemoryStore(SHANGHAI)
    tell(early, 179, begun, until=date(2026, 11, 1))
    with early.reading() as reader:
        then = compose(reader, GROUND, month("2026-10", SHANGHAI), day_window(date(2026, 11, 1)).from_s * 1000)
    assert then.snapshot_sha256 == made.snapshot_sha256
    with store.reading() as reader:
        current = compose(reader, GROUND, month("2026-11", SHANGHAI), now_ms)
        loan = compose(reader, GROUND, month("2026-10", SHANGHAI), now_ms, "weilidai")
    assert (current.forecast["from"], current.records["day"]["day"]) == ("2026-11-22", "2026-11-20")
    assert (loan.forecast["from"], loan.records["day"]["day"]) == ("2026-11-01", "2026-10-30")


def test_csv_holds_what_the_forecast_was_made_from(made: PeakReport) -> None:
    """Total, peaks and forecast come out of the rows again."""
    rows = list(csv.DictReader(io.StringIO(drawn(made, "csv", "en").decode("utf-8-sig"))))
    assert sum(int(row["transactions"]) for row in rows if row["record"] == "day") == made.total
    past = {date.fromisoformat(row["day"]).toordinal(): row for row in rows if row["record"] == "past"}
    totals = {day: int(row["transactions"]) for day, row in past.items()}
    peaks = {day: int(row["minute_transactions"]) for day, row in past.items()}
    again = outlook(NO_KINDS, totals, peaks, date(2026, 11, 1))
    assert again.daily.forecast is not None
    said = [int(row["point"]) for row in rows if row["record"] == "forecast"]
    assert said == [day.point for day in again.daily.forecast.days]
    assert again.peak.peak is not None
    p95 = next(row["text"] for row in rows if row["record"] == "capacity" and row["kinds"] == "forecast_p95_per_second")
    assert int(p95) == int(again.peak.peak.value / 60)


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize(("format_", "begin"), [("pdf", b"%PDF"), ("xlsx", b"PK"), ("html", b"<!")])
def test_every_format_is_drawn_the_same_twice(made: PeakReport, format_: str, begin: bytes, language: str) -> None:
    once = drawn(made, format_, language)
    assert once.lower().startswith(begin.lower())
    assert drawn(made, format_, language) == once


def test_the_page_says_figures_doubts_and_why_something_is_unknown(made: PeakReport) -> None:
    text = re.sub(r"<[^>]+>", " ", drawn(made, "html", "en").decode())
    assert "DEMO" in text
    assert "31 days hold simulated figures" in text
    assert "no load run has held a rate for 60 s" in text
    assert "Back-tested WAPE" in text
    assert file_name(made, "pdf", "en") == "peaks-2026-10-en.pdf"


def test_a_frozen_report_is_drawn_again_from_what_was_frozen(store: MemoryStore, made: PeakReport, now_ms: int) -> None:
    """Also after the store has learned more."""
    with store.reading() as reader:
        change, issue = frozen_now(made, (), reader.journal(), now_ms, "Li Wei")
    store.write(change)
    with store.reading() as reader:
        again = frozen(reader.journal(), issue.id)
    assert issue.id == "peaks-2026-10-r1"
    assert (again.report, again.restated) == (made, ())


def test_a_product_has_a_report_and_a_stranger_has_none(store: MemoryStore, made: PeakReport, now_ms: int) -> None:
    with store.reading() as reader:
        loan = compose(reader, GROUND, month("2026-10", SHANGHAI), now_ms, "weilidai")
        assert loan.total == sum(day["transactions"] // 2 for day in made.days)
        with pytest.raises(UnknownProduct, match="no product 'nobody' in the catalog; known: weilidai"):
            compose(reader, GROUND, month("2026-10", SHANGHAI), now_ms, "nobody")


def test_an_empty_store_has_a_report_that_knows_nothing(store: MemoryStore, now_ms: int) -> None:
    """It can be printed and has no figure."""
    with store.reading() as reader:
        found = compose(reader, GROUND, month("2026-10", SHANGHAI), now_ms)
    assert (found.days, found.total, found.records["day"]) == ((), 0, None)
    assert b"no day has transactions" in drawn(found, "html", "en")
    assert "峰值预测需要连续 71 天".encode() in drawn(found, "html", "zh")


def test_why_no_capacity_is_known_is_told_in_the_readers_language(made: PeakReport) -> None:
    """On paper as on the screen: no English sentence in a Chinese report."""
    page = drawn(made, "html", "zh").decode()
    english = set(made.capacity["reasons"].values())
    assert made.capacity["reason_codes"].keys() == made.capacity["reasons"].keys()
    assert english
    assert [why for why in english if why in page] == []
