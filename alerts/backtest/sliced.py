"""An objective by slices of time, or a composite, over the past: the live judge's conditions at the end of each slice,
and the lifecycle in between."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from alerts.backtest.replay import Parts
from alerts.lifecycle import Instant, Lifecycle
from alerts.model import AlertState, Condition, Transition
from alerts.sliced.history import History
from alerts.sliced.judging import Judgement, judgements
from slo.budgeting import SHARES_OF


class SlicedReplay:
    """``history``: the slices to be replayed; nothing was before the first. ``step_seconds``: between two looks at
    what waits for its time, as the live engine has its ticks."""

    def __init__(self, history: History, step_seconds: int) -> None:
        self._history = history
        self._slice_s = history.slo.slice_seconds
        self._step_s = step_seconds
        self._lifecycle = Lifecycle(history.slo.timings())

    def run(self) -> Iterator[Transition]:
        """All transitions, oldest first."""
        for number in range(len(self._history)):
            now = self._history.through(number)
            said = list(judgements(now, now.first_s))
            for at_s in range(now.end_s, now.end_s + self._slice_s, self._step_s):
                yield from self._step(said, at_s)
                if number + 1 == len(self._history) or not any(map(self._waits, said)):
                    break

    def columns(self) -> Iterator[tuple[int, Parts]]:
        """Begin of each slice and, where it was judged, how much of it was good and bad, in whole ``SHARES_OF``: bad as
        that share which burns as fast."""
        allowed = 1 - self._history.slo.objective.target
        for number in range(len(self._history)):
            now = self._history.through(number)
            burn = now.burn(self._slice_s).burn_rate
            bad = int((burn or 0) * allowed * SHARES_OF)
            yield now.end_s - self._slice_s, {} if burn is None else {"": (SHARES_OF - bad, bad)}

    def _step(self, said: Iterable[Judgement], at_s: int) -> Iterator[Transition]:
        instant = Instant(at_s * 1000, at_s * 1000)
        for key, condition, severity, evidence in said:
            change = self._lifecycle.step(key, condition, severity, evidence, instant)
            if change is not None:
                yield change

    def _waits(self, said: Judgement) -> bool:
        """Whether an alert fires or closes once the same was said for long enough."""
        alert = self._lifecycle.get(said.key)
        if alert is None or alert.state is AlertState.RESOLVED:
            return False
        wanted = Condition.TRUE if alert.state is AlertState.PENDING else Condition.FALSE
        return said.condition is wanted
