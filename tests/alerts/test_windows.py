"""Sliding sums: the same as adding up every slot of the window anew, whatever was told when."""

from __future__ import annotations

import random

import pytest

from alerts.windows import LATE_S, LEAST_STEPS, Sum, Windows, sliding_step

LENGTHS = (10, 60, 300, 1800, 3600)


class Naive:
    """Every slot that was ever told, added up anew for each question."""

    def __init__(self) -> None:
        self.slots: dict[tuple[int, str], tuple[int, int]] = {}

    def sum(self, unit: str, from_s: int, to_s: int) -> Sum:
        """Events of the slots that begin in ``[from_s, to_s)``."""
        inside = [c for (at, name), c in self.slots.items() if name == unit and from_s <= at < to_s]
        return Sum(sum(total for total, _ in inside), sum(bad for _, bad in inside))


def old_edge(length_s: int, now_s: int, step_s: int) -> int:
    """The least multiple of the step inside the window."""
    return -((length_s - now_s) // step_s) * step_s


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("slot_s", [0, 15])
def test_sums_are_those_of_the_slots(seed: int, slot_s: int) -> None:
    """Units that come later, jumps, empty slots, and slots told again with other counts, higher or lower."""
    draw = random.Random(seed)
    windows: Windows[str] = Windows((*LENGTHS, 7200), exact_step_s=slot_s)
    naive = Naive()
    step = slot_s or 1
    begin_s = 1_700_000_000 - 1_700_000_000 % 900
    windows.begin(begin_s)
    for _ in range(250):
        windows.advance(windows.now_s + step * draw.choice((1, 1, 1, 2, 7, 40)))
        newest = windows.now_s - step
        for _ in range(draw.randrange(6)):
            unit = draw.choice("abcdefgh")
            at_s = max(begin_s, newest - step * draw.choice((0, 0, 1, 3)))
            bad = draw.choice((0, 0, 0, 2))
            total = bad + draw.randrange(50)
            if windows.tell(at_s, unit, total, bad):
                naive.slots[at_s, unit] = (total, bad)
            else:
                assert at_s < windows.now_s - LATE_S
        for unit, number in windows.numbers.items():
            for length in (*LENGTHS, 7200):
                edge_s = old_edge(length, windows.now_s, slot_s or sliding_step(length))
                assert windows.sum(length, number) == naive.sum(unit, edge_s, windows.now_s), (unit, length)


def test_telling_a_slot_again_replaces_what_was_told() -> None:
    """Not added: sources of one second commit at different instants."""
    windows: Windows[str] = Windows([10])
    windows.begin(1000)
    windows.advance(1005)
    windows.tell(1003, "a", 10, 1)
    windows.tell(1003, "a", 12, 1)
    windows.tell(1004, "a", 5, 0)
    windows.tell(1003, "a", 11, 0)
    assert windows.sum(10, 0) == Sum(16, 0)


def test_a_slot_that_is_too_old_is_refused() -> None:
    """Its window has marks that cannot be altered any more: sums must be built anew."""
    windows: Windows[str] = Windows([10, 3600])
    windows.begin(1_000)
    windows.advance(1_000 + LATE_S + 20)
    assert not windows.tell(1_000, "a", 1, 0)
    assert windows.tell(1_000 + 20, "a", 1, 0)


@pytest.mark.parametrize("length_s", [10, 60, 300, 1800, 3600, 7200, 21600, 86400, 259200, 100, 5000])
def test_the_old_edge_is_late_by_little(length_s: int) -> None:
    """Exact to the second up to a minute, else at most 1/24."""
    step = sliding_step(length_s)
    assert step == 1 or step * LEAST_STEPS <= length_s
    assert length_s > 60 or step <= 2


def test_marks_do_not_pile_up() -> None:
    """Memory is that of the windows, not of the time that passed."""
    windows: Windows[str] = Windows((10, 60, 300, 3600, 7200))
    windows.begin(0)
    windows.tell(0, "a", 1, 0)
    held = []
    for _ in range(4):
        windows.advance(windows.now_s + 4 * 3600)
        held.append(len(windows._marks))
    assert len(set(held)) == 1
    assert held[0] < 300


def test_the_past_is_filled_in_by_pieces() -> None:
    """What a warm start adds lies in the right windows, and leaves them in time."""
    windows: Windows[str] = Windows((60, 3600))
    windows.begin(7200)
    for to_s, bad in ((7260, 5), (10_740, 0), (10_800, 2)):
        windows.leap(to_s)
        windows.add("a", 100, bad)
    windows.settle()
    assert windows.sum(3600, 0) == Sum(300, 7)
    assert windows.sum(60, 0) == Sum(100, 2)
    windows.advance(10_860)
    assert windows.sum(3600, 0) == Sum(200, 2)
    assert windows.sum(60, 0) == Sum(0, 0)
