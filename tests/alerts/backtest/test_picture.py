"""The picture, as text."""

from __future__ import annotations

from collections.abc import Callable

from alerts.backtest.picture import picture
from alerts.backtest.replay import Parts, Replay
from alerts.backtest.result import Result
from alerts.backtest.trace import MOST_COLUMNS, Trace
from alerts.policy import Slo


def drawn(slo: Slo, slots: list[tuple[int, Parts]]) -> str:
    """What a replay of these slots looks like."""
    trace = Trace(1)
    changes = tuple(Replay(slo, 1).run(trace.watch(slots)))
    return picture(Result(slo, 1, slots[0][0], trace.to_s, changes), trace)


def test_time_that_nobody_saw_is_grey(slo: Callable[..., Slo]) -> None:
    """As many columns as seconds without a row."""
    seen: list[tuple[int, Parts]] = [(at, {"": (100, 0)}) for at in (*range(50), *range(57, 100))]
    assert drawn(slo(), seen).count("fill-opacity") == 7


def test_names_cannot_break_it(slo: Callable[..., Slo]) -> None:
    """Whatever a data center is called."""
    text = drawn(slo(), [(at, {'<a">&': (0, 100)}) for at in range(20)])
    assert '<a">&' not in text
    assert "&lt;a&quot;&gt;&amp;" in text


def test_a_long_past_becomes_few_columns() -> None:
    """And no event is lost on the way."""
    trace = Trace(1)
    slots: list[tuple[int, Parts]] = [(at, {"": (2, 1)}) for at in range(10_001)]
    assert len(list(trace.watch(slots))) == 10_001
    assert len(trace.columns) <= MOST_COLUMNS
    assert sum(column.bad for column in trace.columns) == 10_001
    assert sum(column.total for column in trace.columns) == 30_003
