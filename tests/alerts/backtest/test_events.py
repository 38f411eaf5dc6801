"""Files of events: what is read, and one clear line for each defect."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator

import pytest

from alerts.backtest.errors import BacktestError, BadEvents
from alerts.backtest.events import Slot, read_events

HEAD = "time,good,bad\n"


def read(text: str, product: str = "", slot_seconds: int | None = None) -> tuple[int, list[Slot]]:
    """Length of a slot, and all slots."""
    events = read_events(text.splitlines(keepends=True), "e.csv", product=product, slot_seconds=slot_seconds)
    return events.slot_seconds, list(events.slots)


def test_epoch_seconds_and_zones_mean_the_same_instant() -> None:
    """RFC 3339 in any zone, or seconds."""
    text = "2026-11-01T00:00:00Z,9,1\n2026-11-01T08:00:15+08:00,8,2\n1793491230,7,3\n"
    length_s, slots = read(HEAD + text)
    assert length_s == 15
    assert [slot.at_s for slot in slots] == [1793491200, 1793491215, 1793491230]
    assert [slot.parts[""] for slot in slots] == [(9, 1), (8, 2), (7, 3)]


def test_carriage_returns_quotes_spaces_empty_lines_and_other_columns_are_no_matter() -> None:
    """As spreadsheets write."""
    text = 'note,bad,time,good\r\n"a, b",1,"0", 5\r\n\r\n,0,10,6 \r\n'
    assert [slot.parts[""] for slot in read(text)[1]] == [(5, 1), (6, 0)]


def test_rows_of_other_products_do_not_count() -> None:
    """And data centers are kept apart."""
    text = "time,product,data_center,good,bad\n0,a,dc1,1,0\n0,a,dc2,2,0\n0,b,dc1,4,0\n60,a,dc1,8,1\n"
    length_s, slots = read(text, product="a")
    assert length_s == 60
    assert [dict(slot.parts) for slot in slots] == [{"dc1": (1, 0), "dc2": (2, 0)}, {"dc1": (8, 1)}]
    assert read(text)[1][0].parts["dc1"] == (5, 0)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "e.csv: is empty"),
        ("time,good\n0,1\n", "e.csv:1: bad: no such column"),
        ("0,1,0\n15,1,0\n", "e.csv:1: time: no such column"),
        ("time,good,bad,bad\n0,1,0,0\n", "e.csv:1: bad: is named twice"),
        (HEAD, "e.csv: no row below the header"),
        (HEAD + "0,1,0\n15,-2,0\n", "e.csv:3: good: '-2' is negative"),
        (HEAD + "0,1,0\n15,1,0.5\n", "e.csv:3: bad: '0.5' is not a whole number"),
        (HEAD + "0,1,0\n15,1,\n", "e.csv:3: bad: '' is not a whole number"),
        (HEAD + "0,1,0\n15,1,NaN\n", "e.csv:3: bad: 'NaN'"),
        (HEAD + "0,1,0\n15,1e3,0\n", "e.csv:3: good: '1e3'"),
        (HEAD + "0,1,0\n15," + "9" * 30 + ",0\n", "e.csv:3: good: has 30 digits"),
        (HEAD + "0,1,0\n15,1\n", "e.csv:3: has 2 fields"),
        (HEAD + "0,1,0\n15,1,0\n15,1,0\n", "e.csv:4: time: 15 was given before"),
        (HEAD + "15,1,0\n0,1,0\n", "e.csv:3: time: 0 comes after 15; sort"),
        (HEAD + "yesterday,1,0\n", "e.csv:2: time: 'yesterday' is no time; write"),
        (HEAD + "2026-11-01T00:00:00,1,0\n", "e.csv:2: time: '2026-11-01T00:00:00' is no time"),
        (HEAD + "2026-11-01T00:00:00.5Z,1,0\n", "is no time"),
        (HEAD + "1e9,1,0\n", "is no time"),
        (HEAD + "0,1,0\n", "e.csv:2: time: one slot does not tell how long it is; give --slot-seconds"),
        (HEAD + "0,1,0\n15,1,0\n30,1,0\n47,1,0\n", "give --slot-seconds"),
        (HEAD + '0,1,0\n15,"1,0\n', "e.csv"),
    ],
)
def test_each_defect_is_one_line_with_its_place(text: str, said: str) -> None:
    """File, line, field, what, how to mend it."""
    with pytest.raises(BacktestError) as refused:
        read(text)
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_given_length_lies_on_the_grid() -> None:
    """Or it is refused."""
    assert read(HEAD + "0,1,0\n", slot_seconds=5)[0] == 5
    with pytest.raises(BadEvents, match=r"e\.csv:3: time: 15 does not lie a multiple of 10 s"):
        read(HEAD + "0,1,0\n15,1,0\n", slot_seconds=10)


def test_a_long_file_is_never_in_memory_as_a_whole() -> None:
    """50,000 rows, a few hundred kilobytes."""

    def lines() -> Iterator[str]:
        yield HEAD
        for number in range(50_000):
            yield f"{number},100,0\n"

    tracemalloc.start()
    try:
        slots = sum(1 for _ in read_events(lines(), "e.csv").slots)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert slots == 50_000
    assert peak < 1_000_000
