"""Fills the simulated past of a demo into its store, newest first; goes on where an earlier run stopped.

Started by the demo. Every stretch is added in one short transaction together with its mark "simulated".
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from pathlib import Path

from commands.auditing import write_act
from commands.errors import CommandError, refusing
from commands.options import ESTATE_CONFIG, add_configuration, configuration
from commands.progress import HISTORY_FILE, report
from lending.errors import EstateError
from lending.estate import load_estate
from lending.history import HistoryChunk as LendingChunk
from lending.history import chunks, history
from lending.history_peaks import BANK, PeakRow
from lending.history_steps import StepRow
from slo.counts import Counts
from slo.windows import day_of
from store.errors import StoreError, StoreUnavailable
from store.opening import open_store
from store.port import Store
from store.records import Accounts, Cost, DayPeak, HistoryChunk, Level, Scope, Span, Unit
from store.slices import slice_start

FIRST_PAGE_WITHIN_S = 60.0
LOCKED_AT_MOST_S = 300.0
_LEVELS = {"minute": (Level.MINUTE, Level.HOUR, Level.DAY), "hour": (Level.HOUR, Level.DAY)}
_STEP_LEVELS = {"minute": (Level.HOUR, Level.DAY), "hour": (Level.DAY,)}


def configure(parser: argparse.ArgumentParser) -> None:
    """Declares the options."""
    add_configuration(parser)
    parser.add_argument("--estate", type=Path, default=ESTATE_CONFIG, help="products and demand")
    parser.add_argument("--days", type=int, required=True, help="how many days back")
    parser.add_argument("--scale", type=int, required=True, help="transactions of an ordinary day")
    parser.add_argument("--seed", type=int, required=True, help="seed of the drawn past")


def run(args: argparse.Namespace) -> int:
    """Adds every stretch that is not there yet."""
    chosen = configuration(args)
    if chosen.settings.history is None:
        raise CommandError(f"{chosen.path}: no history is planned here; the demo plans it")
    with refusing(StoreError, EstateError):
        estate = load_estate(args.estate)
        store = open_store(chosen.store, chosen.catalog.zone)
        try:
            until_s = watched_since_s(store)
            there = _stored_begins(store, until_s, args.days)
            filled, planned = len(there), len(chunks(until_s, args.days))
            if filled < planned:
                write_act(store, "history.simulate", days=args.days, seed=args.seed, scale=args.scale)
            for chunk in history(estate, until_s, args.days, args.seed, args.scale, already=there):
                filled += _added(store, stored_chunk(chunk, chosen.catalog.zone))
                report(chosen.data / HISTORY_FILE, filled, planned, str(day_of(chunk.from_s, chosen.catalog.zone)))
        finally:
            store.close()
    return 0


def watched_since_s(store: Store) -> int:
    """The second of the first page ever read, where the simulated past must end; waits for it, some time."""
    deadline = time.monotonic() + FIRST_PAGE_WITHIN_S
    while True:
        with store.reading() as reader:
            lives = [life for status in reader.sources() for life in reader.incarnations(status.source.id)]
        if lives:
            return min(life.first_read_ms for life in lives) // 1000
        if time.monotonic() > deadline:
            raise CommandError(
                f"no page was read within {FIRST_PAGE_WITHIN_S:.0f} s, so it is not known where the past ends"
            )
        time.sleep(0.1)


def _added(store: Store, chunk: HistoryChunk) -> bool:
    """Adds a stretch; a store that others keep busy is asked again, some time. Raises StoreUnavailable."""
    deadline = time.monotonic() + LOCKED_AT_MOST_S
    while True:
        try:
            return store.add_history(chunk)
        except StoreUnavailable:
            if time.monotonic() > deadline:
                raise
            time.sleep(1)


def _stored_begins(store: Store, until_s: int, days: int) -> frozenset[int]:
    """Where the stretches begin that an earlier run already added."""
    with store.reading() as reader:
        spans = reader.simulated()
    planned = chunks(until_s, days)
    return frozenset(begin for begin, end in planned if any(s.from_s <= begin and end <= s.to_s for s in spans))


def stored_chunk(chunk: LendingChunk, zone: str) -> HistoryChunk:
    """The same stretch as the store takes it: every level above its own, for cells, products and the bank. Steps are
    kept by the hour where the rows are minutes, else by the day."""
    counts: dict[tuple[Level, int, Unit], Counts] = {}
    for row in chunk.rows:
        added = Counts(row.good, row.bad, row.ignored, row.transactions)
        for level in _LEVELS[chunk.level]:
            at_s = slice_start(level, row.at_s, zone)
            for unit in _units(row.product, row.data_center):
                key = (level, at_s, unit)
                counts[key] = counts[key] + added if key in counts else added
    for level in _STEP_LEVELS[chunk.level]:
        at_s = slice_start(level, chunk.from_s, zone)
        counts.update(((level, at_s, unit), of_step) for row in chunk.steps for unit, of_step in _step_counts(row))
    return HistoryChunk(
        span=Span(chunk.from_s, chunk.to_s),
        counts=counts,
        costs=tuple(Cost(chunk.from_s, c.category, c.product, c.data_center, c.fen) for c in chunk.costs),
        accounts=tuple(Accounts(chunk.from_s, a.product, a.state, a.data_center, a.accounts) for a in chunk.accounts),
        peak_minutes=tuple(map(_peak, chunk.peaks.minutes)),
        peak_seconds=tuple(map(_peak, chunk.peaks.seconds)),
    )


def _peak(row: PeakRow) -> DayPeak:
    unit = Unit(Scope.BANK) if row.product == BANK else Unit(Scope.PRODUCT, row.product)
    return DayPeak(row.at_s, unit, row.transactions)


def _step_counts(row: StepRow) -> Iterator[tuple[Unit, Counts]]:
    """Counts of a step by outcome, those without an event left out. Transactions have no step."""
    outcomes = {
        "ok": Counts(good=row.ok),
        "business_reject": Counts(good=row.business_reject),
        "system_error": Counts(bad=row.system_error),
        "client_abort": Counts(ignored=row.client_abort),
    }
    for outcome, counts in outcomes.items():
        if counts != Counts():
            yield Unit(Scope.STEP, row.product, row.data_center, "", row.step, outcome), counts


def _units(product: str, data_center: str) -> Iterator[Unit]:
    yield Unit(Scope.CELL, product, data_center)
    yield Unit(Scope.PRODUCT, product)
    yield Unit(Scope.BANK)
