"""Fills the simulated past of a demo into its store, newest first; goes on where an earlier run stopped.

Started by the demo. Every stretch is added in one short transaction together with its mark "simulated".
"""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from commands.errors import CommandError, refusing
from commands.options import ESTATE_CONFIG, add_configuration, configuration
from lending.errors import EstateError
from lending.estate import load_estate
from lending.history import HistoryChunk as LendingChunk
from lending.history import chunks, history
from slo.counts import Counts
from slo.windows import day_of
from store.errors import StoreError
from store.opening import open_store
from store.records import Accounts, Cost, HistoryChunk, Level, Scope, Span, Unit
from store.slices import slice_start

HISTORY_FILE = "history.json"
_LEVELS = {"minute": (Level.MINUTE, Level.HOUR, Level.DAY), "hour": (Level.HOUR, Level.DAY)}


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the past is filled, in tenths, and the local day that was reached."""

    tenth: int
    day: str


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
        store = open_store(chosen.store_path, chosen.catalog.zone)
    until_s = chosen.settings.history.until_s
    planned = len(chunks(until_s, args.days))
    try:
        with refusing(StoreError):
            for filled, chunk in enumerate(history(estate, until_s, args.days, args.seed, args.scale), 1):
                store.add_history(stored_chunk(chunk, chosen.catalog.zone))
                _report(chosen.data / HISTORY_FILE, filled, planned, str(day_of(chunk.from_s, chosen.catalog.zone)))
    finally:
        store.close()
    return 0


def stored_chunk(chunk: LendingChunk, zone: str) -> HistoryChunk:
    """The same stretch as the store takes it: every level above its own, for cells, products and the bank."""
    counts: dict[tuple[Level, int, Unit], Counts] = {}
    for row in chunk.rows:
        added = Counts(row.good, row.bad, row.ignored, row.transactions)
        for level in _LEVELS[chunk.level]:
            at_s = slice_start(level, row.at_s, zone)
            for unit in _units(row.product, row.data_center):
                key = (level, at_s, unit)
                counts[key] = counts[key] + added if key in counts else added
    return HistoryChunk(
        span=Span(chunk.from_s, chunk.to_s),
        counts=counts,
        costs=tuple(Cost(chunk.from_s, c.category, c.product, c.data_center, c.fen) for c in chunk.costs),
        accounts=tuple(Accounts(chunk.from_s, a.product, a.state, a.data_center, a.accounts) for a in chunk.accounts),
    )


def progress(path: Path) -> Progress | None:
    """What the filling process last reported; None before it did."""
    try:
        state = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return Progress(state["filled"] * 10 // state["planned"], state["day"])


def _units(product: str, data_center: str) -> Iterator[Unit]:
    yield Unit(Scope.CELL, product, data_center)
    yield Unit(Scope.PRODUCT, product)
    yield Unit(Scope.BANK)


def _report(path: Path, filled: int, planned: int, day: str) -> None:
    draft = path.with_suffix(".new")
    draft.write_text(json.dumps({"filled": filled, "planned": planned, "day": day}), encoding="utf-8")
    os.replace(draft, path)
