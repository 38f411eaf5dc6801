"""What maintenance took out is written down before the store forgets its minutes."""

from __future__ import annotations

from alerts.desk.booking import BOOK_AFTER_S, book, booked, due
from alerts.desk.exclusions import excluded_counts
from alerts.desk.maintenance import Maintenance
from slo.counts import Counts
from slo.outcomes import Kind
from slo.windows import SHANGHAI, Window, day_start
from store.memory import MemoryStore
from store.records import Batch, Events, Read, Source

DAY_S = day_start(1_795_000_000)
MIDNIGHT_S = DAY_S + 86_400


def planned(id: str, from_s: int, to_s: int, centers: tuple[str, ...]) -> Maintenance:
    """A window around midnight."""
    return Maintenance(id, "t", "r", "o", ("p1",), centers, MIDNIGHT_S + from_s, MIDNIGHT_S + to_s, 0)


def around_midnight() -> MemoryStore:
    """A good and a bad event each minute in both data centers, an hour to each side of midnight."""
    store = MemoryStore()
    store.register(Source("all", "exposition", "dc1", 1000), 0)
    events = tuple(
        Events(slot, "p1", center, "n1", "pay", kind.value, "customer", kind, 1)
        for slot in range(MIDNIGHT_S - 3600, MIDNIGHT_S + 3600, 60)
        for center in ("dc1", "dc2")
        for kind in (Kind.GOOD, Kind.BAD)
    )
    read = Read((MIDNIGHT_S + 3600) * 1000, collected=True)
    store.commit(Batch("all", 0, (read,), watermark_ms=(MIDNIGHT_S + 3600) * 1000, events=events))
    return store


def test_days_of_overlapping_windows_hold_each_event_once() -> None:
    """What was booked of both days is what the store says while it still knows."""
    store = around_midnight()
    windows = [
        planned("a", -600, 600, ("dc1",)),
        planned("b", -300, 1200, ()),
        planned("c", -300, 60, ("dc1", "dc2")),
    ]
    both = Window(DAY_S, MIDNIGHT_S + 86_400)
    with store.reading() as reader:
        wanted = excluded_counts(reader, windows, both)
        first = excluded_counts(reader, windows, Window(DAY_S, MIDNIGHT_S))
        changes = [book(reader, window, windows, SHANGHAI, 0) for window in windows]
    for change in changes:
        store.write(change)
    with store.reading() as reader:
        assert booked(reader.journal(), both) == wanted
        assert booked(reader.journal(), Window(DAY_S, MIDNIGHT_S)) == first
    assert first.of("p1", "dc1") == Counts(10, 10)
    assert wanted.of() == Counts(30 + 25, 30 + 25)


def test_a_window_is_booked_once_and_a_day_after_its_end() -> None:
    """One that was called off never."""
    store = around_midnight()
    window, off = planned("a", -600, 600, ("dc1",)), planned("off", 600, 600, ("dc1",))
    with store.reading() as reader:
        assert due(reader.journal(), [window, off], window.to_s + BOOK_AFTER_S - 1) == []
        assert due(reader.journal(), [window, off], window.to_s + BOOK_AFTER_S) == [window]
        store.write(book(reader, window, [window], SHANGHAI, 0))
    with store.reading() as reader:
        assert due(reader.journal(), [window, off], window.to_s + BOOK_AFTER_S) == []
