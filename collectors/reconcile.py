"""Does the store hold exactly what happened? The store's counts beside the estate's truth, to the event.

The truth numbers its records and every page carries the number of the last record it holds (a mark). What the store
must hold is therefore known exactly: the records between a process's first and last collected mark. What a process
counted after its last page and before its death nobody could read: it is reported as unobserved, never guessed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple

from collectors.truth import Life, Truth, TruthMismatch, TruthSource, TruthUnavailable
from slo.windows import MINUTE_S, Window
from store.port import Reader, Store
from store.records import CUSTOMER, Incarnation, Scope

LOAD_TEST = "load_test"
TRANSACTIONS = "transactions"
"""Name under which transactions stand among the outcomes."""


class NothingCollected(Exception):
    """There is nothing to compare: no page of any watched process was accepted yet."""

    def __init__(self) -> None:
        super().__init__("nothing to reconcile: no page of any data center was collected yet")


class Key(NamedTuple):
    """What is compared."""

    product: str
    data_center: str
    outcome: str
    traffic: str


@dataclass(frozen=True, slots=True)
class Question:
    """Records ``after < sequence <= through`` of the truth; ``observed``: the store must hold them."""

    after: int
    through: int
    observed: bool


@dataclass(frozen=True, slots=True)
class Row:
    """One compared count. ``unobserved`` events are in the truth, beyond what any page ever showed."""

    key: Key
    truth: int
    stored: int
    unobserved: int

    @property
    def difference(self) -> int:
        """What the store holds too little (positive) or too much (negative)."""
        return self.truth - self.stored


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """The comparison over one window; ``difference`` 0 means the store is exact."""

    window: Window
    rows: tuple[Row, ...]

    @property
    def difference(self) -> int:
        """Sum of the absolute differences: opposite errors do not cancel."""
        return sum(abs(row.difference) for row in self.rows)

    @property
    def unobserved(self) -> int:
        """Request events that no page ever showed (transactions are the same requests, so they are not added)."""
        return sum(row.unobserved for row in self.rows if row.key.outcome != TRANSACTIONS)

    def as_json(self) -> dict[str, object]:
        """The document that scripts rely on."""
        return {
            "difference": self.difference,
            "unobserved": self.unobserved,
            "window": {"from": rfc3339(self.window.from_s), "to": rfc3339(self.window.to_s)},
            "rows": [
                {**row.key._asdict(), "truth": row.truth, "stored": row.stored, "unobserved": row.unobserved}
                for row in self.rows
            ],
        }


@dataclass(frozen=True, slots=True)
class Stored:
    """What the store said, all of it true of one instant: lives per data center (one sequence per source), counts."""

    window: Window
    lives: Mapping[str, Sequence[Sequence[Incarnation]]]
    counts: Counter[Key]


def reconcile(store: Store, truths: Mapping[str, TruthSource]) -> Reconciliation:
    """Compares the store with the truth of every watched data center.

    Raises NothingCollected, and TruthError when a truth does not answer or does not fit.
    """
    with store.reading() as reader:
        stored = stored_counts(reader)
    observed: Counter[Key] = Counter()
    unobserved: Counter[Key] = Counter()
    for data_center, sources in stored.lives.items():
        truth = truths.get(data_center)
        if truth is None:
            raise TruthUnavailable(data_center, "no address is known")
        lives = truth.everything().lives
        for seen in sources:
            for question in questions(data_center, seen, lives):
                answer = counted(truth.between(question.after, question.through), data_center)
                (observed if question.observed else unobserved).update(answer)
    return Reconciliation(stored.window, compared(observed, stored.counts, unobserved))


def questions(data_center: str, seen: Sequence[Incarnation], lives: Iterable[Life]) -> list[Question]:
    """Which records the store must hold and which nobody could see, for one source.

    Lives before the first one that was seen are before our time. A life is over when the truth knows a newer one.
    """
    ordered = sorted(lives, key=lambda life: life.born_ms)
    by_birth = {one.born_ms: one for one in seen}
    if strangers := by_birth.keys() - {life.born_ms for life in ordered}:
        raise TruthMismatch(data_center, f"it knows no process born at {min(strangers)} ms, the store does")
    begun = [life for life in ordered if life.born_ms >= min(by_birth)]
    asked: list[Question] = []
    for life in begun:
        first, over = life is begun[0], life is not begun[-1]
        asked += _of_life(data_center, life, by_birth.get(life.born_ms), first=first, over=over)
    return [question for question in asked if question.through > question.after]


def _of_life(data_center: str, life: Life, seen: Incarnation | None, *, first: bool, over: bool) -> list[Question]:
    before = life.first_sequence - 1
    if seen is None:
        return [Question(before, life.last_sequence, observed=False)] if over else []
    if seen.last_mark is None:
        raise TruthMismatch(data_center, f"the pages of the process born at {life.born_ms} ms carried no mark")
    if seen.last_mark > life.last_sequence:
        raise TruthMismatch(data_center, f"mark {seen.last_mark} was read, its last record is {life.last_sequence}")
    begin = before if seen.first_mark is None else seen.first_mark
    asked = [Question(begin, seen.last_mark, observed=True)]
    if not first:
        asked.append(Question(before, begin, observed=False))
    if over:
        asked.append(Question(seen.last_mark, life.last_sequence, observed=False))
    return asked


def counted(truth: Truth, data_center: str) -> Counter[Key]:
    """A truth summed over steps and DCNs."""
    sums: Counter[Key] = Counter()
    for one in truth.counts:
        sums[Key(one.product, data_center, one.outcome, one.traffic)] += one.events
    for begun in truth.transactions:
        sums[Key(begun.product, data_center, TRANSACTIONS, begun.traffic)] += begun.transactions
    return sums


def compared(truth: Counter[Key], stored: Counter[Key], unobserved: Counter[Key]) -> tuple[Row, ...]:
    """One row per product, data center, outcome and traffic of which anybody knows an event."""
    keys = sorted(truth.keys() | stored.keys() | unobserved.keys())
    rows = (Row(key, truth[key], stored[key], unobserved[key]) for key in keys)
    return tuple(row for row in rows if row.truth or row.stored or row.unobserved)


def stored_counts(reader: Reader) -> Stored:
    """Lives and counts of every watched data center over the whole time that was really observed."""
    lives: dict[str, list[list[Incarnation]]] = {}
    ends_ms: list[int] = []
    for status in reader.sources():
        seen = reader.incarnations(status.source.id)
        if not seen or status.watermark_ms is None:
            continue
        lives.setdefault(status.source.data_center, []).append(seen)
        ends_ms.append(status.watermark_ms)
    if not lives:
        raise NothingCollected
    begin_ms = min(one.first_read_ms for sources in lives.values() for seen in sources for one in seen)
    window = observed_window(begin_ms, max(ends_ms))
    return Stored(window, lives, _counts(reader, window))


def observed_window(first_read_ms: int, watermark_ms: int) -> Window:
    """Whole minutes from the first real read through the last watermark."""
    from_s = first_read_ms // 1000 // MINUTE_S * MINUTE_S
    to_s = -(-watermark_ms // (MINUTE_S * 1000)) * MINUTE_S
    return Window(from_s, to_s)


def _counts(reader: Reader, window: Window) -> Counter[Key]:
    """Of steps and DCNs, the finest scopes. Simulated history has no DCNs, and steps in hours and days alone that begin
    before the window, so that it cannot be taken for observed."""
    sums: Counter[Key] = Counter()
    for traffic in (CUSTOMER, LOAD_TEST):
        for unit, counts in reader.totals(Scope.STEP, window.from_s, window.to_s, traffic=traffic).items():
            events = counts.good + counts.bad + counts.ignored
            sums[Key(unit.product, unit.data_center, unit.outcome, traffic)] += events
        for unit, counts in reader.totals(Scope.DCN, window.from_s, window.to_s, traffic=traffic).items():
            sums[Key(unit.product, unit.data_center, TRANSACTIONS, traffic)] += counts.transactions
    return sums


def rfc3339(at_s: int) -> str:
    """An instant in UTC, to the second."""
    return datetime.fromtimestamp(at_s, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
