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
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from collectors.errors import CollectorError
from collectors.mapping import MetricMap
from collectors.page import Page
from collectors.tally import Tally
from slo.outcomes import OutcomeTable
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

    def __init__(self, source: Source, mapping: MetricMap, outcomes: OutcomeTable) -> None:
        self._source = source
        self._tally = Tally(source, mapping, outcomes, _NOTHING, in_order=False)
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

    def count(self, page: Page) -> None:
        """One more page. Raises CollectorError when it cannot be counted; nothing of it is used then."""
        proposal = self._tally.propose(page, missed=NO_SCRAPE)
        self.found.learn(proposal.batch)
        self._tally.accept(proposal, proposal.batch.expected_version + 1)

    def would_add(self, page: Page) -> Batch:
        """What a page would add now."""
        return self._tally.propose(page, missed=NO_SCRAPE).batch


def before_first(
    source: Source, pages: Iterable[Page], first_page_ms: int, mapping: MetricMap, outcomes: OutcomeTable
) -> Healing | None:
    """What pages before the first one add. They end with the first page itself, which shows the last growth.

    None when there are none that can be counted. Raises CollectorError when the first page itself cannot.
    """
    replay = Replay(source, mapping, outcomes)
    begun: list[int] = []
    for page in pages:
        if page.at_ms == first_page_ms and not begun:
            return None
        try:
            if begun:
                replay.count(page)
            else:
                replay.begin(page)
                begun.append(page.at_ms)
        except CollectorError as fault:
            if page.at_ms == first_page_ms:
                raise
            LOG.info("%s: a page of the past is left out: %s", source.id, fault)
    found = replay.found
    reads = [Read(begun[0], collected=True), *found.reads] if begun else []
    events, transactions, costs = found.counted()
    return Healing(
        source=source.id,
        before_ms=first_page_ms,
        first_page_ms=begun[0],
        reads=tuple(read for read in reads if read.at_ms != first_page_ms),
        events=events,
        transactions=transactions,
        costs=costs,
        gaps=tuple(found.gaps),
        incarnations=tuple(found.lives.values()),
    )


def inside_gap(
    source: Source, gap: Gap, pages: Sequence[Page], *, closing: Page, mapping: MetricMap, outcomes: OutcomeTable
) -> tuple[Healing, Gap | None] | None:
    """What pages inside a gap move out of its closing page, and the gap that is left behind the last of them.

    ``pages`` begin with the gap's own first page; the closing page is complete. None when none can be counted.
    """
    replay = Replay(source, mapping, outcomes)
    first, *inside = pages
    replay.begin(first)
    booked = replay.would_add(closing)
    for page in inside:
        try:
            replay.count(page)
        except CollectorError as fault:
            LOG.info("%s: a page of the past is left out: %s", source.id, fault)
    if replay.last_page_ms == first.at_ms:
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
        costs=costs,
        gaps=(*found.gaps, *left.gaps),
        incarnations=tuple(found.lives.values()),
    )
    return healing, next(iter(left.gaps), None)
