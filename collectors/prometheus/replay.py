"""Pages of the past become a Healing: what they add, and what a page that is already in the store must give up for it.

Pure: no clock, no I/O. Counts follow the rules of ``collectors.tally`` from the first page on, which is a baseline.

Why a healing never counts twice. What a page adds depends on what is remembered when it comes. The page that closed
a hole was counted upon the memory of the hole's first page; with the pages inside the hole counted at their own
places it is counted upon the memory of the last of them. The difference of both is what moves. A series that the
hole's first page does not show counts in neither, unless its birth proves that it began later: then it counts in both.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from collectors.errors import CollectorError
from collectors.mapping import CostLeaf, MetricMap, RequestLeaf, TransactionLeaf
from collectors.page import Page
from collectors.prometheus.stretch import Meant, Stretch
from collectors.tally import Tally, slot_of
from slo.outcomes import OutcomeTable
from store.growth import Growth, GrowthColumn
from store.healing import Healing
from store.records import Batch, Cost, Events, Gap, Incarnation, Read, Resume, Source, Transactions

LOG = logging.getLogger(__name__)
NO_SCRAPE = "no scrape"
_NOTHING = Resume(0, None, (), None, None)


@dataclass(slots=True)
class Found:
    """What pages in a row added: numbers by row of number 0, negative once something was taken back."""

    events: Counter[Events] = field(default_factory=Counter)
    transactions: Counter[Transactions] = field(default_factory=Counter)
    costs: Counter[Cost] = field(default_factory=Counter)
    growth: list[Growth] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    lives: dict[int, Incarnation] = field(default_factory=dict)
    reads: list[Read] = field(default_factory=list)

    def add(self, batch: Batch, sign: int = 1) -> None:
        """Adds the counts of a batch, or takes them back."""
        for event in batch.events:
            self.events[event._replace(events=0)] += sign * event.events
        for transaction in batch.transactions:
            self.transactions[transaction._replace(transactions=0)] += sign * transaction.transactions
        for cost in batch.costs:
            self.costs[cost._replace(fen=0)] += sign * cost.fen

    def add_costs(self, leaf: CostLeaf, slots_s: Iterable[int], increases: Iterable[int]) -> None:
        """Adds what one cost counter grew by, slot by slot."""
        for slot_s, fen in zip(slots_s, increases, strict=True):
            if fen:
                self.costs[Cost(slot_s, *leaf, 0)] += fen

    def learn(self, batch: Batch) -> None:
        """Takes over everything that a batch says."""
        self.add(batch)
        self.gaps += batch.gaps
        self.lives |= {life.born_ms: life for life in batch.incarnations}
        self.reads += batch.reads

    def counted(self) -> tuple[tuple[Events, ...], tuple[Transactions, ...], tuple[Cost, ...]]:
        """Rows of everything that is not zero."""
        return (
            tuple(row._replace(events=number) for row, number in self.events.items() if number),
            tuple(row._replace(transactions=number) for row, number in self.transactions.items() if number),
            tuple(row._replace(fen=fen) for row, fen in self.costs.items() if fen),
        )


class Replay:
    """Counts the pages of one stretch of one source anew."""

    def __init__(self, source: Source, mapping: MetricMap, outcomes: OutcomeTable, meant: Meant) -> None:
        self._source = source
        self._tally = Tally(source, mapping, outcomes, _NOTHING, in_order=False, leaf=meant)
        self.found = Found()

    @property
    def last_page_ms(self) -> int | None:
        """The page that was counted last."""
        return self._tally.last_page_ms

    def begin(self, page: Page) -> None:
        """The baseline: adds nothing. Raises CollectorError when it cannot be counted upon."""
        proposal = self._tally.propose(page)
        self.found.lives |= {life.born_ms: life for life in proposal.batch.incarnations}
        self._tally.accept(proposal, proposal.batch.expected_version + 1)

    def follow(self, stretch: Stretch, position: int, *, needed_ms: int | None = None) -> None:
        """Counts every page from a position on, runs of mere growth in one go; what cannot be counted is left out.

        Raises CollectorError when that is the page of ``needed_ms``.
        """
        while position < len(stretch):
            end = stretch.end_of_run(position - 1)
            if end >= position and self.last_page_ms == stretch.times_ms[position - 1]:
                self._grow(stretch, position - 1, end)
                position = end + 1
                continue
            try:
                self._count(stretch.page(position))
            except CollectorError as fault:
                if stretch.times_ms[position] == needed_ms:
                    raise
                left_out(self._source, fault)
            position += 1

    def would_add(self, page: Page) -> Batch:
        """What a page would add now."""
        return self._tally.propose(page, missed=NO_SCRAPE).batch

    def _count(self, page: Page) -> None:
        """One more page. Raises CollectorError when it cannot be counted; nothing of it is used then."""
        proposal = self._tally.propose(page, missed=NO_SCRAPE)
        self.found.learn(proposal.batch)
        self._tally.accept(proposal, proposal.batch.expected_version + 1)

    def _grow(self, stretch: Stretch, base: int, end: int) -> None:
        """The pages after ``base`` up to ``end``: every counter has its increases, and nothing else happened."""
        times_ms = stretch.times_ms[base + 1 : end + 1]
        slots_s = tuple(map(slot_of, times_ms))
        values: list[tuple[str, int]] = []
        columns: list[GrowthColumn] = []
        for text, increases, value in stretch.grown(base, end):
            values.append((text, value))
            if not any(increases):
                continue
            leaf, kind = self._tally.meaning(text)
            if isinstance(leaf, CostLeaf):
                self.found.add_costs(leaf, slots_s, increases)
            elif isinstance(leaf, RequestLeaf):
                columns.append(GrowthColumn(*leaf, kind, increases))
            elif isinstance(leaf, TransactionLeaf):
                columns.append(
                    GrowthColumn(leaf.product, leaf.data_center, leaf.dcn, "", "", leaf.traffic, None, increases)
                )
        life = self._tally.leap(times_ms[-1], values, stretch.mark(end))
        if life is not None:
            self.found.lives[life.born_ms] = life
        if columns:
            self.found.growth.append(Growth(slots_s, tuple(columns)))
        samples = stretch.samples(end)
        self.found.reads += [Read(at_ms, collected=True, samples=samples) for at_ms in times_ms]


def left_out(source: Source, fault: CollectorError) -> None:
    """Says so in the log."""
    LOG.info("%s: a page of the past is left out: %s", source.id, fault)


def before_first(
    source: Source, stretch: Stretch, first_page_ms: int, mapping: MetricMap, outcomes: OutcomeTable
) -> Healing | None:
    """What pages before the first one add. They end with the first page itself, which shows the last growth.

    None when there are none that can be counted. Raises CollectorError when the first page itself cannot.
    """
    replay = Replay(source, mapping, outcomes, stretch.meant)
    begun = _begun(replay, source, stretch, first_page_ms)
    if begun is None:
        return None
    replay.follow(stretch, begun + 1, needed_ms=first_page_ms)
    found = replay.found
    begun_ms = stretch.times_ms[begun]
    reads = [Read(begun_ms, collected=True), *found.reads]
    events, transactions, costs = found.counted()
    return Healing(
        source=source.id,
        before_ms=first_page_ms,
        first_page_ms=begun_ms,
        reads=tuple(read for read in reads if read.at_ms != first_page_ms),
        events=events,
        transactions=transactions,
        growth=tuple(found.growth),
        costs=costs,
        gaps=tuple(found.gaps),
        incarnations=tuple(found.lives.values()),
    )


def _begun(replay: Replay, source: Source, stretch: Stretch, first_page_ms: int) -> int | None:
    """Begins with the first page that can be counted upon, and returns its position."""
    for position, at_ms in enumerate(stretch.times_ms):
        if at_ms == first_page_ms:
            return None
        try:
            replay.begin(stretch.page(position))
        except CollectorError as fault:
            left_out(source, fault)
        else:
            return position
    return None


def inside_gap(
    source: Source, gap: Gap, stretch: Stretch, *, closing: Page, mapping: MetricMap, outcomes: OutcomeTable
) -> tuple[Healing, Gap | None] | None:
    """What pages inside a gap move out of its closing page, and the gap that is left behind the last of them.

    The stretch begins with the gap's own first page; the closing page is complete. None when none can be counted.
    """
    replay = Replay(source, mapping, outcomes, stretch.meant)
    replay.begin(stretch.page(0))
    booked = replay.would_add(closing)
    replay.follow(stretch, 1)
    if replay.last_page_ms == stretch.times_ms[0]:
        return None
    left = replay.would_add(closing)
    found = replay.found
    found.add(booked, -1)
    found.add(left)
    events, transactions, costs = found.counted()
    healing = Healing(
        source=source.id,
        gap=gap,
        reads=tuple(found.reads),
        events=events,
        transactions=transactions,
        growth=tuple(found.growth),
        costs=costs,
        gaps=(*found.gaps, *left.gaps),
        incarnations=tuple(found.lives.values()),
    )
    return healing, next(iter(left.gaps), None)
