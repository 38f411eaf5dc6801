"""Pages become exact increments: the memory of each counter of one source, and what a new page adds to it.

Pure: no clock, no I/O. A step has two phases, so that nothing is remembered that was not stored: ``propose`` says what
to commit, ``accept`` takes it over once the store has it. Whatever is dropped in between (a store that is locked, a
second collector that was faster) is counted by the next page: counters keep what happened.

When a process was replaced, and what was merely a moved clock
-------------------------------------------------------------
Many exporters derive ``process_start_time_seconds`` from the machine's clock, so it moves when that clock is set. A
birth that moved counts as a restart when the process can have begun after the last page (``RESTART_SLACK_MS`` allows
for clocks that differ), or when any counter fell. Otherwise the process is still the one that we know.

Series that are gone
--------------------
Where labels churn (pods that are replaced) a memory of every series that ever was would grow for ever. A series that
no whole page has shown for ``FORGET_AFTER_MS`` is forgotten, once such series are an eighth of all. Should it come
back, its birth decides as for any other: born after the last page it counts from 0, else it is a new baseline and
the read says so (``unknown_births``).
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from itertools import compress

from collectors import memory
from collectors.absence import Vanished, by_product
from collectors.errors import GarbagePage
from collectors.folding import Folding, Meaning
from collectors.mapping import AccountLeaf, CostLeaf, Leaf, MetricMap, RequestLeaf, TransactionLeaf
from collectors.page import Page, is_value, whole_number
from collectors.quality import told_before, told_now
from collectors.step import Proposal, Step, account_totals
from slo.counters import Increase, IncreaseKind, Reading, accepted, increase
from slo.outcomes import OutcomeTable
from store.records import Accounts, Batch, Incarnation, Read, Resume, Source

RESTART_SLACK_MS = 60_000
ACCOUNTS_EVERY_MS = 900_000
"""Accounts are told at least once per quarter of an hour: every zone's midnight is a multiple of it away."""

FORGET_AFTER_MS = 6 * 3_600_000


def slot_of(at_ms: int) -> int:
    """Second to which a page's increase belongs: what a page shows at k happened in the second before, ``[k-1, k)``."""
    return (at_ms - 1) // 1000


class Tally:
    """Memory of one source. ``in_order``: the pages are read one after the other by their own collector, so that an
    earlier time means a clock that was set back; otherwise a page not later than the last one is late and adds nothing.
    """

    def __init__(
        self,
        source: Source,
        mapping: MetricMap,
        outcomes: OutcomeTable,
        resume: Resume,
        *,
        in_order: bool,
        leaf: Callable[[str], Leaf | None] | None = None,
    ) -> None:
        """Goes on where ``resume`` ends. ``leaf`` remembers answers of the map. Raises MemoryDamaged."""
        self._leaf_of = leaf or (lambda series: mapping.leaf(series, source.data_center))
        self._source = source
        self._mapping = mapping
        self._outcomes = outcomes
        self._in_order = in_order
        self._version = resume.version
        self._last_ms = resume.watermark_ms
        self._incarnation = resume.incarnation
        remembered = memory.decoded(resume.state, len(resume.series))
        at_ms = resume.watermark_ms or 0
        self._process_born_ms = remembered.process_born_ms
        self._positions = {series: position for position, series in enumerate(resume.series)}
        self._readings = [
            Reading(at_ms, value, born_ms)
            for value, born_ms in zip(remembered.values, remembered.births_ms, strict=True)
        ]
        self._values = array("q", remembered.values)
        self._births = array("q", map(memory.birth_number, remembered.births_ms))
        self._births_column = memory.column(self._births)
        known = {"outcome": frozenset(outcomes.kinds), "product": mapping.products}
        self._folding = Folding(source.id, mapping.limits, known)
        self._meanings: dict[str, Meaning] = {}
        self._metrics = {series.partition("{")[0] for series in resume.series}
        self._absent: dict[str, int] = {}
        self._told = told_before(resume.state)
        self._recognise(resume.series)
        self._shown: dict[str, str] = {}
        self._told_accounts: dict[AccountLeaf, int] = {}
        self._told_accounts_ms = 0

    def _recognise(self, series: Sequence[str]) -> None:
        """Folds in the order of first sight, as before, when so much is remembered that something may be folded."""
        limits = self._mapping.limits
        if len(series) <= min(limits.values_per_dimension, limits.series_per_metric):
            return
        for one in series:
            with suppress(GarbagePage):  # a series that fits the map no more is named when a page shows it
                self.meaning(one)

    @classmethod
    def resumed(
        cls, resume: Resume, source: Source, mapping: MetricMap, outcomes: OutcomeTable, *, in_order: bool = False
    ) -> Tally:
        """A tally that goes on where the store's last commit ended. Raises MemoryDamaged."""
        return cls(source, mapping, outcomes, resume, in_order=in_order)

    @property
    def version(self) -> int:
        """The store's version of this source that the next commit expects."""
        return self._version

    @property
    def last_page_ms(self) -> int | None:
        """Time of the last accepted page, also of one that an earlier collector accepted."""
        return self._last_ms

    def propose(
        self, page: Page, read: Read | None = None, *, earlier: Sequence[Read] = (), missed: str = ""
    ) -> Proposal:
        """What a page adds. ``read`` is the attempt that brought it (by default one at the page's own time),
        ``earlier`` attempts that are not stored yet, ``missed`` says why pages are missing since the last one.

        Raises GarbagePage for a counter that cannot be counted exactly; nothing of the page is used then.
        """
        if not self._in_order and self._last_ms is not None and page.at_ms <= self._last_ms:
            return self.propose_reads(earlier if read is None else (*earlier, read))
        read = read or Read(page.at_ms, collected=True)
        step = self._begun(page)
        self._count(page, step)
        read = replace(read, samples=page.samples, resets=step.resets, unknown_births=step.unknown_births)
        return Proposal(self._batch(page, step, (*earlier, read), missed), step)

    def propose_reads(self, reads: Sequence[Read]) -> Proposal:
        """Attempts that brought no page."""
        return Proposal(Batch(self._source.id, self._version, tuple(reads)), None)

    def accept(self, proposal: Proposal, version: int) -> None:
        """Remembers a proposal that the store has taken, with the version that it gave."""
        self._version = version
        step = proposal.step
        if step is None:
            return
        for series in step.new_series:
            self._positions[series] = len(self._positions)
            self._metrics.add(series.partition("{")[0])
        self._readings.extend(step.new_readings)
        for position, reading in step.moved.items():
            self._readings[position] = reading
        self._values = step.values
        if step.births is not self._births:
            self._births, self._births_column = step.births, step.births_column
        self._last_ms, self._process_born_ms = step.at_ms, step.process_born_ms
        self._incarnation = step.incarnation
        self._shown = step.shown
        self._told_accounts, self._told_accounts_ms = step.told_accounts, step.told_accounts_ms
        self._absent, self._told = step.absent, step.told
        if step.forgotten:
            self._forget(step.forgotten)

    def leap(self, at_ms: int, values: Iterable[tuple[str, int]], mark: int | None) -> Incarnation | None:
        """Takes over pages that only grew (``prometheus.stretch``), by the counters of the last; returns the life."""
        for series, value in values:
            position = self._positions[series]
            self._readings[position] = Reading(at_ms, value, self._readings[position].born_ms)
            self._values[position] = value
        self._last_ms = at_ms
        if life := self._incarnation:
            last_mark = life.last_mark if mark is None else mark
            self._incarnation = replace(life, last_mark=last_mark, last_read_ms=at_ms)
        return self._incarnation

    def sighted(self, page: Page, proposal: Proposal) -> tuple[frozenset[str] | None, int] | None:
        """Counters on a page that is proposed (None: those of the page before) and their sum; None when not known."""
        step = proposal.step
        if step is None or step.forgotten:
            return None
        series = (self._positions.keys() & page.changed.keys()).union(step.new_series) if page.complete else None
        return (None if series is None else frozenset(series)), step.total(self._positions)

    def _forget(self, gone: frozenset[str]) -> None:
        """Closes the ranks of what is left; values and births of the step have done so already."""
        left = [(series, at) for series, at in self._positions.items() if series not in gone]
        self._readings = [self._readings[at] for _, at in left]
        self._positions = {series: position for position, (series, _) in enumerate(left)}
        self._absent = {series: since for series, since in self._absent.items() if series not in gone}
        alive = self._positions.keys() | self._shown.keys()
        self._meanings = {series: meaning for series, meaning in self._meanings.items() if series in alive}
        self._folding.keep_only(meaning.leaf for meaning in self._meanings.values() if meaning.leaf is not None)

    def _begun(self, page: Page) -> Step:
        """Decides whether the process is a new one, before any counter is looked at."""
        restarted = self._restarted(page)
        born_ms = page.process_born_ms if restarted or self._process_born_ms is None else self._process_born_ms
        target_read_ms = self._last_ms
        if restarted and target_read_ms is not None and born_ms is not None:
            # whatever a new process counts began after the last page, also when its clock says otherwise
            target_read_ms = min(target_read_ms, born_ms - 1)
        return Step(
            at_ms=page.at_ms,
            restarted=restarted,
            process_born_ms=born_ms,
            target_read_ms=target_read_ms,
            shown={} if page.complete else self._shown,
            told_accounts=self._told_accounts,
            told_accounts_ms=self._told_accounts_ms,
        )

    def _restarted(self, page: Page) -> bool:
        born_ms, known_ms = page.process_born_ms, self._process_born_ms
        if born_ms is None or known_ms is None or self._last_ms is None or born_ms == known_ms:
            return False
        if born_ms > known_ms and born_ms > self._last_ms - RESTART_SLACK_MS:
            return True
        return any(map(self._fell, page.changed.items()))

    def _fell(self, shown: tuple[str, str]) -> bool:
        position = self._positions.get(shown[0])
        if position is None:
            return False
        value = whole_number(shown[1])
        return value is not None and value < self._readings[position].value

    def _count(self, page: Page, step: Step) -> None:
        """Goes through the series that may have changed."""
        shown: dict[str, str] = {}
        step.absent = self._absent_from(page) if page.complete else self._absent
        step.forgotten = self._past_remembering(step)
        for series, text in page.changed.items():
            position = self._positions.get(series)
            if position is not None:
                previous = self._readings[position]
                reading = step.reading(series, text, page, previous)
                if reading.value != previous.value or reading.born_ms != previous.born_ms:
                    self._counted(series, position, previous, reading, step)
                continue
            leaf = self._leaf(series)
            if isinstance(leaf, RequestLeaf | TransactionLeaf | CostLeaf):
                self._first_seen(series, step.reading(series, text, page, None), step)
            elif leaf is not None:
                shown[series] = text
        self._look_at_gauges(shown, step)

    def _absent_from(self, page: Page) -> dict[str, int]:
        """Series that a whole page does not show -> since when."""
        return {series: self._absent.get(series, page.at_ms) for series in self._positions.keys() - page.changed.keys()}

    def _past_remembering(self, step: Step) -> frozenset[str]:
        """Series to forget with this page; looked for once a minute."""
        if not step.absent or self._last_ms is None or step.at_ms // 60_000 == self._last_ms // 60_000:
            return frozenset()
        since_ms = step.at_ms - FORGET_AFTER_MS
        long_absent = (series for series, absent_ms in step.absent.items() if absent_ms <= since_ms)
        gone = frozenset(series for series in long_absent if self._may_forget(series, step))
        return gone if 8 * len(gone) >= len(self._positions) else frozenset()

    def _may_forget(self, series: str, step: Step) -> bool:
        """A series that would be counted from 0 when it came back is kept as long as its process may live."""
        if not self._mapping.from_zero(series):
            return True
        born_ms = self._readings[self._positions[series]].born_ms
        return born_ms is not None and step.process_born_ms is not None and born_ms < step.process_born_ms

    def _counted(self, series: str, position: int, previous: Reading, reading: Reading, step: Step) -> None:
        before = self._before(previous, reading, step)
        grown = increase(before, reading, step.target_read_ms)
        step.moved[position] = accepted(before, reading)
        if grown.kind is IncreaseKind.RESET:
            step.resets += 1
            step.lossy = step.lossy or not self._of_an_earlier_life(previous)
        if grown.events:
            step.grown.append((self.meaning(series), grown.events))

    def _of_an_earlier_life(self, previous: Reading) -> bool:
        """Whether a series was last seen in a process whose end is known already."""
        if previous.born_ms is None or self._process_born_ms is None:
            return False
        return previous.born_ms < self._process_born_ms

    def _before(self, previous: Reading, reading: Reading, step: Step) -> Reading:
        """The previous reading as the rules must see it: earlier than this one, and of an earlier life if it was."""
        if not step.restarted and previous.at_ms < reading.at_ms:
            return previous
        at_ms = min(previous.at_ms, reading.at_ms - 1) if self._in_order else previous.at_ms
        born_ms = previous.born_ms
        if step.restarted and born_ms is not None and reading.born_ms is not None and born_ms > reading.born_ms:
            born_ms = reading.born_ms - 1
        if at_ms == previous.at_ms and born_ms == previous.born_ms:
            return previous
        return Reading(at_ms, previous.value, born_ms)

    def _first_seen(self, series: str, reading: Reading, step: Step) -> None:
        begun = increase(None, reading, step.target_read_ms)
        if begun.kind is IncreaseKind.UNKNOWN_BIRTH and self._appeared(series):
            begun = Increase(reading.value, IncreaseKind.BORN)
        step.new_series.append(series)
        step.new_readings.append(accepted(None, reading))
        if begun.kind is IncreaseKind.UNKNOWN_BIRTH:
            step.unknown_births += 1
            step.unknown_events = step.unknown_events or reading.value > 0
        elif begun.events:
            step.grown.append((self.meaning(series), begun.events))

    def _appeared(self, series: str) -> bool:
        """Whether a series that the last page did not show must have begun since (see ``Rule.from_zero``).

        Not when no page of ours had its metric: then it is the operator who only mapped it now.
        """
        was_read = self._last_ms is not None and series.partition("{")[0] in self._metrics
        return was_read and self._mapping.from_zero(series)

    def _look_at_gauges(self, shown: Mapping[str, str], step: Step) -> None:
        """Gauges that show something new, and accounts: those that changed, all of them every quarter of an hour."""
        step.new_gauges = [series for series, text in shown.items() if self._shown.get(series) != text]
        for series in step.new_gauges:
            if not is_value(shown[series]):
                raise GarbagePage(f"gauge {series} shows {shown[series]}, which is not a number")
        if shown:
            step.shown = {**step.shown, **shown}
        due = step.at_ms // ACCOUNTS_EVERY_MS != self._told_accounts_ms // ACCOUNTS_EVERY_MS
        if not due and not any(isinstance(self._leaf(series), AccountLeaf) for series in step.new_gauges):
            return
        totals = account_totals(step.shown, self._leaf)
        before = {} if due else self._told_accounts
        step.accounts = [(leaf, number) for leaf, number in totals.items() if before.get(leaf) != number]
        step.told_accounts = totals
        step.told_accounts_ms = step.at_ms

    def _leaf(self, series: str) -> Leaf | None:
        return self.meaning(series).leaf

    def meaning(self, series: str) -> Meaning:
        """What a series counts, as it is stored. Raises GarbagePage for one that cannot be counted."""
        meaning = self._meanings.get(series)
        if meaning is None:
            meaning = self._meanings[series] = self._first_meaning(series)
        return meaning

    def _first_meaning(self, series: str) -> Meaning:
        if (leaf := self._leaf_of(series)) is None:
            return Meaning(None)
        kind = self._outcomes.kind(leaf.outcome) if isinstance(leaf, RequestLeaf) else None
        return Meaning(self._folding.stored(leaf), kind)

    def _batch(self, page: Page, step: Step, reads: tuple[Read, ...], missed: str) -> Batch:
        step.incarnation = step.lived(self._source.id, page, self._incarnation)
        step.values, step.births = self._columns(step)
        shared = step.births is self._births
        step.births_column = self._births_column if shared else memory.column(step.births)
        events, transactions, costs = step.rows(slot_of(step.at_ms))
        values = memory.column(step.values)
        folded = self._folding.folded.total()
        step.told, quality = told_now(self._told, self._source.id, page, folded, self._vanished(step))
        return Batch(
            source=self._source.id,
            expected_version=self._version,
            reads=reads,
            watermark_ms=page.at_ms,
            events=tuple(events),
            transactions=tuple(transactions),
            costs=tuple(costs),
            accounts=tuple(Accounts(slot_of(page.at_ms), *leaf, number) for leaf, number in step.accounts),
            gauges=(*step.gauges(self._source.id, self._leaf), *quality),
            gaps=step.gaps(self._source, self._last_ms, missed),
            incarnations=() if step.incarnation is None else (step.incarnation,),
            replaces_series=bool(step.forgotten),
            new_series=step.series_to_store(self._positions),
            state=memory.encoded(len(step.values), values, step.births_column, step.process_born_ms),
        )

    def _vanished(self, step: Step) -> tuple[Vanished, ...] | None:
        if self._told.vanished is not None and step.absent.keys() == self._absent.keys():
            return None
        return by_product(self._positions, step.absent, self._leaf)

    def _columns(self, step: Step) -> tuple[array[int], array[int]]:
        """Values and births with the step in them; the births, which hardly ever move, are shared until they do."""
        values, births = self._values[:], self._births
        if step.new_readings or any(reading.born_ms != births[at] for at, reading in step.moved.items()):
            births = births[:]
        for position, reading in step.moved.items():
            values[position] = reading.value
            if births is not self._births:
                births[position] = memory.birth_number(reading.born_ms)
        values.extend(reading.value for reading in step.new_readings)
        if step.new_readings:
            births.extend(memory.birth_number(reading.born_ms) for reading in step.new_readings)
        if step.forgotten:
            kept = [series not in step.forgotten for series in (*self._positions, *step.new_series)]
            values, births = array("q", compress(values, kept)), array("q", compress(births, kept))
        return values, births
