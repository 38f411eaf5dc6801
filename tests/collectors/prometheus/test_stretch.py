"""Counting the past by columns gives exactly what counting it page by page gives."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collectors.errors import CollectorError
from collectors.mapping import MetricMap
from collectors.page import whole_number
from collectors.prometheus.client import Series
from collectors.prometheus.replay import before_first, inside_gap
from collectors.prometheus.stretch import Column, Stretch, plain_numbers
from slo.outcomes import Kind, OutcomeTable
from store.healing import Healing
from store.records import Cost, Gap, Source

T0 = 1_795_000_000_000
INTERVAL_MS = 1000
SOURCE = Source("prom/a", "prometheus", "dc1", INTERVAL_MS)
MAPPING = MetricMap()
OUTCOMES = OutcomeTable("1", {"ok": Kind.GOOD, "late": Kind.BAD, "gone": Kind.IGNORED})
NAMES = (
    'lending_requests_total{outcome="ok",product="p",step="s"}',
    'lending_requests_total{dcn="n1",outcome="late",product="p",step="s"}',
    'lending_requests_total{dcn="n1",outcome="gone",product="q",step="s"}',
    'lending_transactions_total{product="p"}',
    'lending_it_cost_fen_total{category="compute",product="p"}',
)


def stretch(named: Sequence[tuple[str, Series]], times_ms: Sequence[int]) -> Stretch:
    return Stretch(named, times_ms, MAPPING, lambda text: MAPPING.leaf(text, "dc1"), INTERVAL_MS)


def page_by_page(named: Sequence[tuple[str, Series]], times_ms: Sequence[int]) -> Stretch:
    """The same pages, each of them a break: the tally counts every sample by itself."""
    made = stretch(named, times_ms)
    made.breaks = set(range(len(made)))
    return made


def counted(healing: Healing | None) -> object:
    """All that a healing says; its counts sample by sample, whichever way they came."""
    if healing is None:
        return None
    numbers: Counter[tuple[object, ...]] = Counter()
    for event in healing.events:
        numbers[event[:-1]] += event.events
    for moved in healing.transactions:
        numbers[moved.slot_s, moved.product, moved.data_center, moved.dcn, "", "", moved.traffic, None] += moved[-1]
    for growth in healing.growth:
        for column in growth.columns:
            for slot_s, number in zip(growth.slots_s, column.increases, strict=True):
                numbers[slot_s, *column[:-1]] += number
    costs: Counter[Cost] = Counter()
    for cost in healing.costs:
        costs[cost._replace(fen=0)] += cost.fen
    kept = {key: number for key, number in numbers.items() if number}
    lives = sorted(healing.incarnations, key=lambda life: life.born_ms)
    return kept, costs, healing.reads, healing.gaps, lives, healing.first_page_ms


class Past(NamedTuple):
    """Times of scrapes, and series with their texts."""

    times_ms: list[int]
    named: list[tuple[str, Series]]


@st.composite
def pasts(draw: st.DrawFn) -> Past:
    """Scrapes with holes and doubles; series that are born, reset, absent, garbled or still; processes that restart."""
    steps = draw(
        st.lists(st.sampled_from([0, 300, 1000, 1000, 1000, 1000, 1400, 5000, 90_000]), min_size=2, max_size=14)
    )
    times = [T0 + sum(steps[: at + 1]) for at in range(len(steps))]
    distinct = sorted(set(times))
    restarts = draw(st.lists(st.sampled_from(["same"] * 9 + ["new", "moved"]), min_size=14, max_size=14))
    born, starts = T0 - 5000, []
    for at_ms, restart in zip(distinct, restarts, strict=False):
        born = {"same": born, "new": at_ms - 200, "moved": born - 3}[restart]
        starts.append(f"{born / 1000:.3f}")
    named = [("process_start_time_seconds", Series({}, tuple(distinct), tuple(starts)))]
    for name in NAMES:
        named += draw(counters(name, distinct, restarts))
    if draw(st.booleans()):
        marks = tuple(str(at * 3) for at in range(len(distinct)))
        named.append((MAPPING.mark, Series({}, tuple(distinct), marks)))
    return Past(times, named)


@st.composite
def counters(draw: st.DrawFn, name: str, times: list[int], restarts: list[str]) -> list[tuple[str, Series]]:
    """One counter and, sometimes, its births."""
    growth = draw(st.lists(st.sampled_from([0, 0, 0, 1, 7, -1, -2, -3]), min_size=len(times), max_size=len(times)))
    still = draw(st.booleans())
    value, shown, births, born = draw(st.integers(0, 50)), [], [], T0 - 4000
    for at_ms, grown, restart in zip(times, growth, restarts, strict=False):
        if restart == "new" or grown == -1:
            value, born = draw(st.integers(0, 60)), at_ms - 100
        value += 0 if still else max(0, grown)
        garbled = grown == -3 and not still and draw(st.booleans())
        if grown != -2 or still:
            shown.append((at_ms, "1.5" if garbled else draw(st.sampled_from([str(value), f"{value}.0"]))))
            births.append((at_ms, f"{born / 1000:.3f}"))
    found = [(name, series(shown))]
    if draw(st.integers(0, 3)) == 0:
        found.append((name.replace("_total", "_created"), series(births)))
    return found


def series(samples: list[tuple[int, str]]) -> Series:
    return Series({}, tuple(at_ms for at_ms, _ in samples), tuple(value for _, value in samples))


Made = Callable[[Sequence[tuple[str, Series]], Sequence[int]], Stretch]


def before(past: Past, made: Made) -> object:
    """What a healing before the last page says, or why there is none."""
    try:
        return counted(before_first(SOURCE, made(past.named, past.times_ms), past.times_ms[-1], MAPPING, OUTCOMES))
    except CollectorError as fault:
        return str(fault)


def inside(past: Past, made: Made) -> object:
    """What a healing inside a gap that the last page closed says."""
    closing = page_by_page(past.named, past.times_ms[-1:])
    gap = Gap(SOURCE.id, past.times_ms[0], past.times_ms[-1] + 1, True, "no scrape")
    pages = made(past.named, past.times_ms[:-1])
    try:
        healed = inside_gap(SOURCE, gap, pages, closing=closing.page(0), mapping=MAPPING, outcomes=OUTCOMES)
    except CollectorError as fault:
        return str(fault)
    return None if healed is None else (counted(healed[0]), healed[1])


@settings(max_examples=150, deadline=None)
@given(past=pasts())
def test_columns_count_what_pages_count(past: Past) -> None:
    """With births, resets, restarts, absences, gaps, doubled times and garbled values."""
    assert before(past, stretch) == before(past, page_by_page)
    assert inside(past, stretch) == inside(past, page_by_page)


def grown(*values: tuple[str, ...]) -> tuple[list[tuple[str, Series]], list[int]]:
    """One series for each tuple of values, a second apart; an empty value is an absence."""
    times = [T0 + at * INTERVAL_MS for at in range(len(values[0]))]
    shown = [[(at_ms, value) for at_ms, value in zip(times, each, strict=True) if value] for each in values]
    return [(name, series(samples)) for name, samples in zip(NAMES, shown, strict=False)], times


def test_mere_growth_is_counted_in_one_run() -> None:
    """Only the baseline is looked at by itself; nothing is said of each sample."""
    made = stretch(*grown(("1", "2", "2", "9"), ("5", "5", "5", "5")))
    assert made.breaks == {0}
    healing = before_first(SOURCE, made, made.times_ms[-1], MAPPING, OUTCOMES)
    assert healing is not None
    assert not healing.events
    ((slots_s, (column,)),) = [(each.slots_s, each.columns) for each in healing.growth]
    assert list(slots_s) == [T0 // 1000, T0 // 1000 + 1, T0 // 1000 + 2]
    assert list(column.increases) == [1, 0, 7]


@pytest.mark.parametrize(
    ("values", "breaks"),
    [
        (("5", "6", "2", "3"), {0, 2}),
        (("", "", "2", "3"), {0, 2}),
        (("5", "6", "", ""), {0, 2}),
        (("5", "", "7", "8"), {0, 1, 2}),
        (("5", "6", "6.5", "8"), {0, 2}),
    ],
    ids=["falls", "appears", "goes", "is away", "is no whole number"],
)
def test_a_page_is_looked_at_by_itself_where_a_series(values: tuple[str, ...], breaks: set[int]) -> None:
    made = stretch(*grown(values, ("1", "1", "1", "1")))
    assert made.breaks == breaks


def test_two_series_of_one_name_are_looked_at_page_by_page() -> None:
    """Which of them counts is for the page to say."""
    named, times = grown(("1", "2", "3"))
    assert stretch([*named, *named], times).breaks == {0, 1, 2}


@pytest.mark.parametrize(
    "value", ["7", "7.0", "1e3", "0", str(2**63 - 1), str(2**63), "-1", "NaN", "", "\u00b2", "9" * 5000]
)
def test_numbers_of_a_column_are_those_of_its_values(value: str) -> None:
    """Whatever the fast way is taken for, it never reads a value another way."""
    wanted = [3, whole_number(value), 4]
    assert plain_numbers(["3", value, "4"]) in (None, wanted)
    column = Column("text", ["3", value, "4", "4"], range(4))
    wrong = column.count()
    assert [None if at in wrong else number for at, number in enumerate(column.numbers)] == [*wanted, 4]
    still = Column("text", [value, value], range(2))
    assert (still.count(), still.numbers) == (
        ([], [whole_number(value)] * 2) if whole_number(value) is not None else ([0, 1], [0, 0])
    )
