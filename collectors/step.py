"""What a tally learns from one page, before and until it is stored."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from collectors.errors import GarbagePage
from collectors.folding import Meaning
from collectors.mapping import AccountLeaf, CostLeaf, GaugeLeaf, Leaf, RequestLeaf, TransactionLeaf
from collectors.page import Page, whole_number
from collectors.quality import NOTHING_TOLD, Told
from slo.counters import Reading
from store.records import Batch, Cost, Events, Gap, Gauge, Incarnation, Source, Transactions

LeafOf: TypeAlias = Callable[[str], Leaf | None]


@dataclass(slots=True)
class Step:
    """One page being counted: filled by ``propose``, taken over by ``accept``."""

    at_ms: int
    restarted: bool
    process_born_ms: int | None
    target_read_ms: int | None
    shown: dict[str, str]
    told_accounts: dict[AccountLeaf, int]
    told_accounts_ms: int
    moved: dict[int, Reading] = field(default_factory=dict)
    new_series: list[str] = field(default_factory=list)
    new_readings: list[Reading] = field(default_factory=list)
    grown: list[tuple[Meaning, int]] = field(default_factory=list)
    new_gauges: list[str] = field(default_factory=list)
    accounts: Iterable[tuple[AccountLeaf, int]] = ()
    values: array[int] = field(default_factory=lambda: array("q"))
    births: array[int] = field(default_factory=lambda: array("q"))
    births_column: bytes = b""
    incarnation: Incarnation | None = None
    absent: dict[str, int] = field(default_factory=dict)
    forgotten: frozenset[str] = frozenset()
    told: Told = NOTHING_TOLD
    resets: int = 0
    unknown_births: int = 0
    lossy: bool = False
    unknown_events: bool = False

    def rows(self, slot_s: int) -> tuple[list[Events], list[Transactions], list[Cost]]:
        """What grew, as the store takes it."""
        events: list[Events] = []
        transactions: list[Transactions] = []
        costs: list[Cost] = []
        for (leaf, kind), number in self.grown:
            if isinstance(leaf, RequestLeaf) and kind is not None:
                events.append(Events(slot_s, *leaf, kind, number))
            elif isinstance(leaf, TransactionLeaf):
                transactions.append(Transactions(slot_s, *leaf, number))
            elif isinstance(leaf, CostLeaf):
                costs.append(Cost(slot_s, *leaf, number))
        return events, transactions, costs

    def gaps(self, source: Source, last_ms: int | None, missed: str) -> tuple[Gap, ...]:
        """The time since the last page, when pages are missing in it or a process ended in it."""
        if last_ms is None:
            return ()
        lossy = self.restarted or self.lossy
        late = 2 * (self.at_ms - last_ms) > 3 * source.interval_ms
        if not lossy and not late:
            return ()
        reasons = ["process restarted"] * lossy + [missed or "no page"] * late
        from_ms = min(last_ms, self.at_ms - 1)
        exact = not lossy and not self.unknown_events
        return (Gap(source.id, from_ms, self.at_ms, exact, "; ".join(reasons)),)

    def gauges(self, source: str, leaf_of: LeafOf) -> tuple[Gauge, ...]:
        """Gauges that show something new."""
        leaves = ((series, leaf_of(series)) for series in self.new_gauges)
        return tuple(
            Gauge(source, leaf.name, leaf.labels, self.at_ms, self.shown[series])
            for series, leaf in leaves
            if isinstance(leaf, GaugeLeaf)
        )

    def reading(self, series: str, text: str, page: Page, previous: Reading | None) -> Reading:
        """A counter's new reading; its birth is its own, else its process's, and stays on a page that tells changes,
        except of a series that was away: a process that began meanwhile made it anew."""
        value = whole_number(text)
        if value is None:
            raise GarbagePage(f"counter {series} shows {text}, which is not a whole number from 0 to 2**63-1")
        if page.complete or previous is None or series in self.absent:
            return Reading(page.at_ms, value, page.born.get(series, self.process_born_ms))
        return Reading(page.at_ms, value, previous.born_ms)

    def series_to_store(self, positions: Iterable[str]) -> tuple[str, ...]:
        """What is new, or everything that is left when something is forgotten."""
        if not self.forgotten:
            return tuple(self.new_series)
        return (*(series for series in positions if series not in self.forgotten), *self.new_series)

    def total(self, positions: Mapping[str, int]) -> int:
        """Sum of all counters on the page; ``positions`` are those of the tally before this step."""
        return sum(self.values) - sum(self.values[positions[series]] for series in self.absent)

    def lived(self, source: str, page: Page, known: Incarnation | None) -> Incarnation | None:
        """The life that the page belongs to; None while the target does not tell its birth."""
        born_ms = self.process_born_ms
        if born_ms is None:
            return None
        if known is None or known.born_ms != born_ms:
            first_mark = None if self.restarted else page.mark
            return Incarnation(source, born_ms, first_mark, page.mark, page.at_ms, page.at_ms)
        last_mark = known.last_mark if page.mark is None else page.mark
        return replace(known, last_mark=last_mark, last_read_ms=page.at_ms)


@dataclass(frozen=True, slots=True)
class Proposal:
    """What one step adds: the batch to commit, and what the tally remembers once that is done."""

    batch: Batch
    step: Step | None


def account_totals(shown: Mapping[str, str], leaf_of: LeafOf) -> dict[AccountLeaf, int]:
    """Accounts that a page shows. Raises GarbagePage for a number that is none."""
    totals: dict[AccountLeaf, int] = {}
    for series, text in shown.items():
        leaf = leaf_of(series)
        if not isinstance(leaf, AccountLeaf):
            continue
        number = whole_number(text)
        if number is None:
            raise GarbagePage(f"{series} shows {text} accounts, which is not a whole number")
        totals[leaf] = totals.get(leaf, 0) + number
    return totals
