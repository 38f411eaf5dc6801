"""The memory of a source's counters as bytes."""

from __future__ import annotations

from array import array

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.errors import MemoryDamaged
from collectors.memory import NOTHING, SeriesMemory, birth_number, column, decoded, encoded

BIRTHS = st.none() | st.integers(0, 2**62)
COUNTERS = st.lists(st.tuples(st.integers(0, 2**63 - 1), BIRTHS), max_size=50)


def state_of(counters: list[tuple[int, int | None]], born_ms: int | None) -> bytes:
    values = column(array("q", [value for value, _ in counters]))
    births = column(array("q", [birth_number(birth) for _, birth in counters]))
    return encoded(len(counters), values, births, born_ms)


@given(counters=COUNTERS, born_ms=BIRTHS)
def test_what_is_stored_is_remembered(counters: list[tuple[int, int | None]], born_ms: int | None) -> None:
    """Values to 2**63-1, births known or not."""
    values, births = tuple(value for value, _ in counters), tuple(birth for _, birth in counters)
    assert decoded(state_of(counters, born_ms), len(counters)) == SeriesMemory(values, births, born_ms)


def test_a_source_that_was_never_read_remembers_nothing() -> None:
    """No state and no series."""
    assert decoded(None, 0) == NOTHING


@pytest.mark.parametrize(
    ("state", "series"),
    [
        (None, 3),
        (b"", 0),
        (b"LCM1", 0),
        (state_of([(1, 2)], 3)[:-4], 1),
        (state_of([(1, 2)], 3), 2),
        (b"XXXX" + state_of([(1, 2)], 3)[4:], 1),
    ],
)
def test_a_damaged_memory_is_refused(state: bytes | None, series: int) -> None:
    """Counting on from a wrong value would invent or lose events."""
    with pytest.raises(MemoryDamaged):
        decoded(state, series)


def test_five_thousand_quiet_series_take_little_room() -> None:
    """The state is written with every page."""
    assert len(state_of([(0, 1_795_000_000_000)] * 5000, 1_795_000_000_000)) < 1000
