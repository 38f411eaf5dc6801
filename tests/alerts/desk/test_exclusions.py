"""Counts inside maintenance, from a real store: out of good and of total."""

from __future__ import annotations

from alerts.desk.exclusions import Both, excluded_counts, less
from alerts.desk.maintenance import Maintenance
from slo.counts import Counts
from slo.outcomes import Kind
from slo.windows import Window
from store.memory import MemoryStore
from store.records import Batch, Events, Read, Source

BEGIN_S = 1_795_000_020 // 60 * 60
PLACES = [("p1", "dc1"), ("p1", "dc2"), ("p2", "dc1"), ("p2", "dc2")]


def planned(from_minute: int, to_minute: int, products: tuple[str, ...], centers: tuple[str, ...]) -> Maintenance:
    """A window by minutes."""
    from_s, to_s = BEGIN_S + 60 * from_minute, BEGIN_S + 60 * to_minute
    return Maintenance(f"m{from_minute}", "t", "r", "o", products, centers, from_s, to_s, 0)


def ten_minutes() -> MemoryStore:
    """Every place: 9 good and 1 bad transaction a minute, in the middle of it."""
    store = MemoryStore()
    store.register(Source("all", "exposition", "dc1", 1000), BEGIN_S * 1000)
    slots = [BEGIN_S + 60 * minute + 30 for minute in range(10)]
    events = tuple(
        Events(slot, product, center, "n1", "pay", kind.value, "customer", kind, count)
        for slot in slots
        for product, center in PLACES
        for kind, count in ((Kind.GOOD, 9), (Kind.BAD, 1))
    )
    read = Read(BEGIN_S * 1000 + 600_000, collected=True)
    store.commit(Batch("all", 0, (read,), watermark_ms=BEGIN_S * 1000 + 600_000, events=events))
    return store


def test_what_several_windows_cover_is_taken_out_once() -> None:
    """dc1 minutes 2 to 5, p1 everywhere minutes 4 to 7: together five minutes of p1 in dc1."""
    windows = [planned(2, 5, (), ("dc1",)), planned(4, 7, ("p1",), ())]
    with ten_minutes().reading() as reader:
        found = excluded_counts(reader, windows, Window(BEGIN_S, BEGIN_S + 600))
    assert found.cells == {
        ("p1", "dc1"): Counts(45, 5),
        ("p2", "dc1"): Counts(27, 3),
        ("p1", "dc2"): Counts(27, 3),
    }
    assert found.of("p1") == Counts(72, 8)
    assert found.of(data_center="dc1") == Counts(72, 8)
    assert found.of() == Counts(99, 11)


def test_figures_come_with_and_without_maintenance() -> None:
    """Both lose it: the good ones as well as the total."""
    with ten_minutes().reading() as reader:
        found = excluded_counts(reader, [planned(0, 5, (), ("dc1",))], Window(BEGIN_S, BEGIN_S + 600))
    assert found.both(Counts(90, 10), "p1", "dc1") == Both(Counts(90, 10), Counts(45, 5))
    assert found.both(Counts(90, 10), "p1", "dc2") == Both(Counts(90, 10), Counts(90, 10))
    assert found.both(Counts(360, 40)) == Both(Counts(360, 40), Counts(270, 30))


def test_a_window_is_cut_at_the_edges_of_what_is_asked() -> None:
    """What lies outside is nobody's."""
    with ten_minutes().reading() as reader:
        asked = Window(BEGIN_S + 60, BEGIN_S + 120)
        assert excluded_counts(reader, [planned(-9, 99, ("p1",), ("dc1",))], asked).of() == Counts(9, 1)
        assert excluded_counts(reader, [planned(5, 6, ("p1",), ("dc1",))], asked).cells == {}
        assert excluded_counts(reader, [], asked).cells == {}


def test_a_part_is_taken_from_every_count() -> None:
    """Ignored events and transactions too."""
    assert less(Counts(9, 8, 7, 6), Counts(1, 2, 3, 4)) == Counts(8, 6, 4, 2)
