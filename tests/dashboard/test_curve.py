"""The curve: minutes that were watched, and no others."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from dashboard.curve import as_bytes, closed_until_s, known_minutes, rates, read_curve
from slo.counts import Counts
from slo.windows import DAY_S, SHANGHAI, Window
from store.coverage import Interval
from store.records import Gap, HistoryChunk, Level, Read, Scope, Source, SourceStatus, Span, Unit

Bank = Any
WHOLE = Window(0, 600)


def gap(from_s: int, to_s: int, *, exact: bool = True) -> Gap:
    """A gap in seconds."""
    return Gap("s", from_s * 1000, to_s * 1000, exact, "")


def watched(*parts: tuple[int, int]) -> list[Interval]:
    """One watcher's time in seconds."""
    return [Interval(a * 1000, b * 1000) for a, b in parts]


TABLE = [
    ("a minute that was watched from end to end is known", [watched((60, 180))], [], [60, 120]),
    ("a minute that was watched in part is not", [watched((61, 180))], [], [120]),
    ("two halves by the same watcher make a whole", [watched((60, 90), (90, 120))], [], [60]),
    ("two halves by different watchers do not", [watched((60, 90)), watched((90, 120))], [], []),
    ("one watcher is enough", [watched((60, 120)), watched((70, 120))], [], [60]),
    ("an exact gap within a minute hides nothing", [watched((0, 120))], [gap(61, 63)], [0, 60]),
    ("an exact gap over a minute's end hides both minutes", [watched((0, 180))], [gap(59, 61)], [120]),
    ("a long exact gap hides up to its catch-up", [watched((0, 360))], [gap(70, 250)], [0, 300]),
    ("a catch-up at a minute's end is booked before it", [watched((0, 240))], [gap(110, 180)], [0, 180]),
    ("a lossy gap hides only what its watcher did not see", [watched((0, 60))], [gap(60, 130, exact=False)], [0]),
]


@pytest.mark.parametrize(("sentence", "watchers", "gaps", "minutes"), TABLE, ids=[row[0] for row in TABLE])
def test_known(sentence: str, watchers: list[list[Interval]], gaps: list[Gap], minutes: list[int]) -> None:
    """Each row of the table."""
    assert sorted(known_minutes(watchers, gaps, [], [WHOLE])) == minutes, sentence


def test_simulated_minutes_are_known() -> None:
    """They have a watcher of their own."""
    assert sorted(known_minutes([], [], [Span(120, 240)], [WHOLE])) == [120, 180]


def test_rates_are_truncated_zero_when_watched_and_unknown_otherwise() -> None:
    """A minute without a watcher is never 0."""
    assert rates({0: 119, 60: 120, 180: 7}, Window(0, 240), {0, 60, 120}) == (1, 2, 0, None)


def status(watermark_ms: int | None, now_ms: int, *, collected: bool = True) -> SourceStatus:
    """A source whose last read was a moment ago."""
    read = Read(now_ms - 100, collected, "" if collected else "refused: x")
    return SourceStatus(Source("s", "exposition", "dc1", 1000), 0, 1, watermark_ms, read)


def test_a_minute_closes_when_every_source_has_passed_it() -> None:
    """Not before, unless a source is missing or five seconds went by."""
    now_ms = 120_800
    behind, past = status(119_000, now_ms), status(120_000, now_ms)
    assert closed_until_s([past, behind], now_ms) == 60
    assert closed_until_s([past, past], now_ms) == 120
    assert closed_until_s([past, status(100_000, now_ms, collected=False)], now_ms) == 120
    assert closed_until_s([status(122_500, 125_100), status(119_900, 125_100)], 125_100) == 120
    assert closed_until_s([], now_ms) == 120


def test_today_holds_closed_minutes_only_and_the_first_partial_minute_is_unknown(bank: Bank, noon_s: int) -> None:
    """Collection began ten seconds into a minute; 60 transactions per second and source."""
    bank.live(noon_s + 10, noon_s + 185)
    with bank.store.reading() as reader:
        curve = read_curve(reader, (noon_s + 185) * 1000, SHANGHAI)
    assert len(curve.today) == 12 * 60 + 3
    assert curve.today[-4:] == (None, None, 120, 120)
    assert set(curve.today[:-3]) == {None}
    assert set(curve.yesterday) == set(curve.last_week) == {None}
    assert len(curve.yesterday) == len(curve.last_week) == 1440
    assert curve.simulated_until == 0


def test_a_lost_data_center_lowers_the_line_and_a_lost_collector_breaks_it(bank: Bank, noon_s: int) -> None:
    """What one source still sees is shown; what nobody sees is unknown."""
    bank.live(noon_s, noon_s + 60)
    for second in range(61, 121):
        bank.page(noon_s + second, "dc1", good=100, begun=30)
    bank.page(noon_s + 200, "dc1", good=100, begun=30)
    bank.gap(noon_s + 120, noon_s + 200, "dc1", exact=False)
    with bank.store.reading() as reader:
        curve = read_curve(reader, (noon_s + 240) * 1000, SHANGHAI)
    assert curve.today[-4:] == (120, 60, None, None)


def test_history_is_drawn_and_told(bank: Bank, noon_s: int) -> None:
    """Yesterday, a week ago, and today up to the first page."""
    midnight = noon_s - 12 * 3600
    for begin, end in ((midnight, noon_s), (midnight - DAY_S, midnight), (midnight - 7 * DAY_S, midnight - 6 * DAY_S)):
        counts = {(Level.MINUTE, at, Unit(Scope.BANK)): Counts(transactions=659) for at in range(begin, end, 60)}
        bank.store.add_history(HistoryChunk(Span(begin, end), counts))
    bank.live(noon_s, noon_s + 65)
    with bank.store.reading() as reader:
        curve = read_curve(reader, (noon_s + 65) * 1000, SHANGHAI)
    assert curve.today[:720] == curve.yesterday[:720] == curve.last_week[:720] == (10,) * 720
    assert (curve.simulated_until, curve.today[720:]) == (720, (120,))


def test_the_document_has_the_described_fields(bank: Bank, noon_s: int) -> None:
    """As docs/snapshot.md says."""
    with bank.store.reading() as reader:
        parsed = orjson.loads(as_bytes(read_curve(reader, noon_s * 1000, SHANGHAI)))
    lines = {"today", "yesterday", "last_week"}
    assert set(parsed) == {"day", "step_seconds", "simulated_until", "load_runs", "marks", *lines}
    assert (parsed["day"], parsed["step_seconds"], parsed["simulated_until"]) == ("2026-11-21", 60, 0)
    assert parsed["today"] == [None] * 720


def test_at_midnight_today_is_empty(bank: Bank, noon_s: int) -> None:
    """The last minute of yesterday may still be open."""
    midnight = noon_s + 12 * 3600
    bank.live(midnight - 70, midnight - 1)
    with bank.store.reading() as reader:
        curve = read_curve(reader, midnight * 1000 + 300, SHANGHAI)
    assert curve.today == ()
