"""Failovers of weeks are found from the newest hour on; what takes long is told, and goes on when asked again."""

from __future__ import annotations

from dataclasses import dataclass, field

from reports.centers.falling import LONGEST_S, SPENT_SECONDS, FailoverBook
from slo.counts import Counts
from slo.windows import HOUR_S, MINUTE_S, Window
from store.records import Level, Scope, Unit

TO_S = 1_795_000_000 // HOUR_S * HOUR_S
CENTERS = ("dc1", "dc2", "dc3")
DAY_S = 24 * HOUR_S
FELL_S = TO_S - 3 * DAY_S + 30 * MINUTE_S


@dataclass
class Slow:
    """A store whose every read takes a second of its own clock; dc1 is away for four minutes three days ago."""

    now_s: float = 0.0
    reads: list[int] = field(default_factory=list)

    def timeline(self, level: Level, scope: Scope, from_s: int, to_s: int) -> list[tuple[int, Unit, Counts]]:
        """Every data center does the same but for those four minutes."""
        del level
        self.now_s += 1
        self.reads.append(from_s)
        return [
            (minute_s, Unit(scope, "weilidai", center), Counts(good=600, transactions=self._share(minute_s, center)))
            for minute_s in range(from_s, to_s, MINUTE_S)
            for center in CENTERS
        ]

    @staticmethod
    def _share(minute_s: int, center: str) -> int:
        away = FELL_S <= minute_s < FELL_S + 4 * MINUTE_S
        return 600 if not away else 0 if center == "dc1" else 900


def test_a_fall_of_days_ago_is_found_once_its_hours_are_read() -> None:
    """A day whatever it takes, then as far as time allows, further with every question; nothing is read twice."""
    store = Slow()
    book = FailoverBook(monotonic=lambda: store.now_s)
    window = Window(TO_S - 4 * DAY_S, TO_S)
    first = book.found(store, window, CENTERS)
    assert (first.complete, first.failovers) == (False, [])
    assert window.from_s < first.window.from_s <= TO_S - DAY_S
    asked = 1
    found = first
    while not found.complete:
        found, before = book.found(store, window, CENTERS), found
        assert found.window.from_s < before.window.from_s
        asked += 1
    assert asked > 2 * 24 / (SPENT_SECONDS + 1)
    (fall,) = found.failovers
    assert (fall.data_center, fall.from_s, fall.to_s) == ("dc1", FELL_S, FELL_S + 4 * MINUTE_S)
    assert (fall.lost, fall.gained) == (2400, 2400)
    assert found.window == window
    again = len(store.reads)
    assert book.found(store, window, CENTERS).complete
    assert len(store.reads) - again <= 24 + 2


def test_no_more_is_looked_through_than_minutes_are_kept() -> None:
    store = Slow()
    book = FailoverBook(monotonic=lambda: 0.0)
    found = book.found(store, Window(TO_S - 2 * LONGEST_S, TO_S), CENTERS)
    assert found.complete
    assert found.window.from_s == TO_S - LONGEST_S
    assert len(store.reads) == LONGEST_S // HOUR_S + 1
