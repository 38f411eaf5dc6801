"""What every store promises about condensing: no answer changes, whatever is written before and after."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from slo.counts import Counts
from slo.outcomes import Kind
from slo.windows import DAY_S, SHANGHAI, month_window
from store.growth import Growth, GrowthColumn
from store.healing import Healing
from store.memory import MemoryStore
from store.port import Store
from store.records import Batch, Events, Gap, HistoryChunk, Level, Retention, Scope, Source, Span, Unit

DC1 = Source("dc1", "exposition", "dc1", 1000)
JULY, AUGUST, SEPTEMBER, OCTOBER = (month_window(2026, month, SHANGHAI) for month in (7, 8, 9, 10))
NOW_S = OCTOBER.to_s + 5 * DAY_S
"""In November."""
GAP = Gap("dc1", (AUGUST.from_s + 60) * 1000, (AUGUST.from_s + 600) * 1000, True, "no answer")
WINDOWS = (
    (JULY.from_s, NOW_S),
    (JULY.from_s, OCTOBER.to_s),
    (AUGUST.from_s, SEPTEMBER.to_s),
    (SEPTEMBER.from_s, SEPTEMBER.to_s),
    (JULY.from_s + 5 * DAY_S, OCTOBER.from_s + 7 * DAY_S),
    (AUGUST.from_s, SEPTEMBER.to_s - 90),
    (OCTOBER.from_s, NOW_S - 1),
)
Answers = dict[tuple[int, int, Scope, str], dict[Unit, Counts]]


def events(
    slot_s: int, number: int, kind: Kind = Kind.GOOD, *, product: str = "weilidai", traffic: str = "customer"
) -> Events:
    """Requests of one leaf."""
    return Events(slot_s, product, "dc1", "n1", "apply", kind.name.lower(), traffic, kind, number)


def commit(store: Store, *found: Events, gaps: tuple[Gap, ...] = ()) -> None:
    """Commits as the present writer."""
    store.commit(Batch("dc1", store.resume("dc1").version, (), events=found, gaps=gaps))


def observe(store: Store) -> None:
    """Four months, the first and the last of their days among them, and the present one."""
    store.register(DC1, 1000)
    edges = (JULY.from_s, JULY.to_s - 1, AUGUST.from_s + 60, SEPTEMBER.to_s - 1, OCTOBER.from_s, OCTOBER.to_s)
    commit(store, *(events(at_s, 1000 + n) for n, at_s in enumerate(edges)), gaps=(GAP,))
    commit(store, *(events(at_s, 3, Kind.BAD, product="weyedai", traffic="load_test") for at_s in edges))


def come_late(store: Store) -> None:
    """A day of a month that is over is added to."""
    commit(store, events(SEPTEMBER.from_s + 9 * DAY_S, 7, Kind.BAD), events(NOW_S - 5, 11))


def draw(store: Store) -> None:
    """A simulated day of a month that is over."""
    day_s = JULY.from_s + 3 * DAY_S
    cell = Unit(Scope.CELL, "weyedai", "dc2")
    counts = {
        (Level.DAY, day_s, replace_scope(cell, scope)): Counts(50, 1, 0, 9) for scope in (Scope.BANK, Scope.PRODUCT)
    }
    store.add_history(
        HistoryChunk(Span(day_s, day_s + DAY_S), {**counts, (Level.DAY, day_s, cell): Counts(50, 1, 0, 9)})
    )


def replace_scope(cell: Unit, scope: Scope) -> Unit:
    """What a cell belongs to."""
    return Unit(scope, cell.product if scope is Scope.PRODUCT else "")


def heal(store: Store) -> None:
    """A gap in a month that is over turns out to hold more."""
    more = events(AUGUST.from_s + 120, 30)
    assert store.heal(Healing(source="dc1", gap=GAP, reads=(), events=(more,)), Retention({}), NOW_S)


def prune(store: Store) -> None:
    """Days of July go, one by one."""
    keep = Retention({Level.DAY: NOW_S - JULY.from_s - 20 * DAY_S})
    while store.prune(keep, NOW_S, most_rows=2):
        pass


CHANGES: Mapping[str, Callable[[Store], None]] = MappingProxyType(
    {each.__name__: each for each in (observe, come_late, draw, heal, prune)}
)


def answers(store: Store) -> Answers:
    """Totals of every window, scope and traffic."""
    with store.reading() as reader:
        return {
            (from_s, to_s, scope, traffic): reader.totals(scope, from_s, to_s, traffic=traffic)
            for from_s, to_s in WINDOWS
            for scope in (Scope.BANK, Scope.PRODUCT, Scope.CELL, Scope.DCN)
            for traffic in ("customer", "load_test")
        }


def condense_all(store: Store) -> int:
    """Until nothing is left to do; returns how much that was."""
    done = 0
    while more := store.condense(NOW_S):
        done += more
    return done


def test_no_answer_changes_whatever_is_written(store: Store) -> None:
    """Beside a twin that is never condensed: late samples, a simulated day, a healing, pruning of days."""
    twin = MemoryStore()
    for name, change in CHANGES.items():
        for each in (store, twin):
            change(each)
        expected = answers(twin)
        assert answers(store) == expected, name
        condense_all(store)
        assert answers(store) == expected, name


def test_what_is_written_down_is_not_written_again(store: Store) -> None:
    """A month that is not over is left alone, and so is a store without a past."""
    assert condense_all(store) == 0
    observe(store)
    before = answers(store)
    condense_all(store)
    assert store.condense(NOW_S) == 0
    with store.reading() as reader:
        version = reader.version()
    condense_all(store)
    with store.reading() as reader:
        assert reader.version() == version, "answers are the same, and nobody need look again"
    assert answers(store) == before


def test_a_healing_by_columns_restates_its_month(store: Store) -> None:
    """Growth that a second look found counts as what a batch brings."""
    observe(store)
    condense_all(store)
    at_s = AUGUST.from_s + 120
    column = GrowthColumn("weilidai", "dc1", "n1", "apply", "good", "customer", Kind.GOOD, (40,))
    growth = Growth((at_s,), (column,))
    assert store.heal(Healing(source="dc1", gap=GAP, reads=(), growth=(growth,)), Retention({}), NOW_S)
    with store.reading() as reader:
        totals = reader.totals(Scope.BANK, AUGUST.from_s, AUGUST.to_s)
    assert totals == {Unit(Scope.BANK): Counts(1002 + 40)}
