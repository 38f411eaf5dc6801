"""Replays the past through the alert policy: what would have paged, when, and with how much of the budget spent?

Over a file of events (time,good,bad per slot; product and data_center if there are parts), with the objective of an
OpenSLO file; or over the store, from --from to --to. docs/backtest.md tells what the columns and tiers mean.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import sys
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, TypeAlias
from zoneinfo import ZoneInfo

from alerts.backtest.errors import BacktestError
from alerts.backtest.events import LONGEST_SLOT_SECONDS, Events, read_events, tells_products
from alerts.backtest.past import retained, slices_of_store, slots_of_store
from alerts.backtest.picture import picture
from alerts.backtest.replay import Parts, Replay
from alerts.backtest.result import Result, as_json, left_out_note, table
from alerts.backtest.sliced import SlicedReplay
from alerts.backtest.slices import Cutter, cuts_of
from alerts.backtest.trace import Trace
from alerts.policy import Policy, Slo
from alerts.sliced.book import SliceBook
from alerts.sliced.burning import Cuts
from alerts.sliced.history import History
from alerts.sliced.model import SlicedRule, SlicedSlo
from commands.errors import CommandError, refusing
from commands.objectives import objectives, sliced_objectives
from commands.one_objective import chosen_slo
from commands.options import add_configuration, configuration
from settings import SettingsError, load_policy
from slo.windows import Window
from store.errors import StoreError
from store.opening import open_store
from store.port import Reader
from store.records import Level
from store.slices import STEP_S

Found: TypeAlias = tuple[Result, Trace]

PROGRESS_SLOTS = 100_000
_LEVELS = {"slot": Level.SLOT, "minute": Level.MINUTE, "hour": Level.HOUR}


def configure(parser: argparse.ArgumentParser) -> None:
    """Declares the options."""
    parser.add_argument("--slo", type=Path, metavar="FILE", help="OpenSLO file with the objective")
    parser.add_argument("--name", help="which SLO of the file, when it holds several")
    parser.add_argument("--events", type=Path, metavar="CSV", help="time,good,bad per slot, sorted by time")
    parser.add_argument("--slot-seconds", type=int, metavar="N", help="length of a slot, when the file does not tell")
    parser.add_argument("--from", dest="begin", metavar="TIME", help="over the store: begin (2026-11-01, or with time)")
    parser.add_argument("--to", dest="end", metavar="TIME", help="over the store: end (not included)")
    parser.add_argument("--product", help="only this product (default: with --events all rows, else bank and products)")
    parser.add_argument("--level", choices=list(_LEVELS), help="over the store: slices to replay (default: the finest)")
    parser.add_argument("--policy", type=Path, metavar="FILE", help="another alert policy (like config/alerts.yaml)")
    parser.add_argument("--picture", type=Path, metavar="FILE.svg", help="burn, budget and firing tiers over time")
    parser.add_argument("--json", action="store_true", help="the document that scripts rely on, instead of tables")
    add_configuration(parser)


def run(args: argparse.Namespace) -> int:
    """Prints what would have fired."""
    if (args.events is None) == (args.begin is None or args.end is None):
        raise CommandError("backtest needs either --slo FILE --events CSV, or --from and --to for the store")
    with refusing(BacktestError, StoreError, OSError):
        found = _over_events(args) if args.events is not None else _over_store(args)
        results = [result for result, _ in found]
        if args.picture is not None:
            args.picture.write_text(picture(*found[0]), encoding="utf-8")
    if note := left_out_note(results[0]):
        print(note, file=sys.stderr)
    print(json.dumps(as_json(results), indent=1) if args.json else table(results))
    return 0


def _under(policy: Policy | None, slo: Slo) -> Slo:
    """The objective under the policy that --policy names; its own annotations speak of the configured one."""
    return slo if policy is None else replace(slo, policy=policy)


def _slices_under(policy: Policy | None, slo: SlicedSlo) -> SlicedSlo:
    """The same; windows shorter than a slice say nothing."""
    if policy is None:
        return slo
    rules = tuple(SlicedRule(tier) for tier in policy.tiers if tier.short_seconds >= slo.slice_seconds)
    return replace(slo, rules=rules, floor_events=policy.floor_events)


def _policy(args: argparse.Namespace) -> Policy | None:
    if args.policy is None:
        return None
    with refusing(SettingsError):
        return load_policy(args.policy)


def _over_events(args: argparse.Namespace) -> list[Found]:
    if args.slo is None:
        raise CommandError("--events needs --slo FILE: the objective that the events are judged by")
    if args.slot_seconds is not None and not 1 <= args.slot_seconds <= LONGEST_SLOT_SECONDS:
        raise CommandError(f"--slot-seconds {args.slot_seconds}: must be 1 to {LONGEST_SLOT_SECONDS}")
    chosen = chosen_slo(args.slo, args.name, configuration(args).policy)
    policy = _policy(args)
    return [
        _of_events(_under(policy, slo), args, own=chosen.own)
        if isinstance(slo, Slo)
        else _slices_of_events(_slices_under(policy, slo), args, own=chosen.own)
        for slo in chosen.objectives
    ]


def _of_events(slo: Slo, args: argparse.Namespace, *, own: bool) -> Found:
    with _lines(args.events) as (lines, binary):
        product = args.product or (slo.product if own else "")
        events = read_events(lines, str(args.events), product=product, slot_seconds=args.slot_seconds)
        return _replayed(slo, events.slot_seconds, _shown(events, binary, args.events))


def _slices_of_events(slo: SlicedSlo, args: argparse.Namespace, *, own: bool) -> Found:
    """The file is read once for each product that the objective speaks of."""
    products = list(dict.fromkeys(part.product for part in slo.parts))
    if len(products) > 1 and args.product:
        raise CommandError(f"--product {args.product}: {slo.id} is made of several; leave it out")
    with _lines(args.events) as (lines, _):
        if len(products) > 1 and not tells_products(lines.readline()):
            raise CommandError(f"{args.events}:1: product: {slo.id} is made of several; add a column that names them")
        lines.seek(0)
        slot_s = args.slot_seconds or read_events(lines, str(args.events)).slot_seconds
    cutters = {product: Cutter(slo.slice_seconds, slot_s) for product in products}
    for product, cutter in cutters.items():
        rows_of = args.product or (product if own or len(products) > 1 else "")
        with _lines(args.events) as (lines, binary):
            events = read_events(lines, str(args.events), product=rows_of, slot_seconds=slot_s)
            cutter.take(_shown(events, binary, args.events))
    return _replayed_slices(slo, slot_s, cuts_of(cutters, slo.slice_seconds))


def _over_store(args: argparse.Namespace) -> list[Found]:
    chosen = configuration(args)
    from_s, to_s = (_instant(text, option, chosen.catalog.zone) for text, option in _ends(args))
    if from_s >= to_s:
        raise CommandError(f"--to {args.end}: must be later than --from {args.begin}")
    policy = _policy(args)
    slos = [_under(policy, slo) for slo in objectives(chosen) if args.product in (None, slo.product)]
    every = sliced_objectives(chosen)
    sliced = [_slices_under(policy, slo) for slo in every if args.product in (None, *slo.products)]
    if not slos and not sliced:
        known = ", ".join(product.id for product in chosen.catalog.products)
        raise CommandError(f"--product {args.product}: no such product in the catalog; known: {known}")
    store = open_store(chosen.store, chosen.catalog.zone, read_only=True)
    try:
        with store.reading() as reader:
            level = _LEVELS[args.level] if args.level else retained(reader, args.product or "", from_s, to_s)
            book = SliceBook(frozenset(source.id for source in chosen.settings.sources))
            found = [each for slo in slos if (each := _of_store(reader, slo, level, from_s, to_s))]
            found += [each for slo in sliced if (each := _slices_of_store(reader, slo, book, Window(from_s, to_s)))]
    finally:
        store.close()
    if not found:
        raise CommandError(f"the store holds nothing from {args.begin} to {args.end}; db stats tells what it holds")
    return found


def _of_store(reader: Reader, slo: Slo, level: Level, from_s: int, to_s: int) -> Found | None:
    result, trace = _replayed(slo, STEP_S[level], slots_of_store(reader, slo.product, level, from_s, to_s))
    return (result, trace) if trace.columns else None


def _slices_of_store(reader: Reader, slo: SlicedSlo, book: SliceBook, window: Window) -> Found | None:
    cuts = slices_of_store(reader, slo, book, window, int(time.time()))
    return _replayed_slices(slo, 1, cuts) if cuts else None


def _replayed(slo: Slo, slot_seconds: int, slots: Iterator[tuple[int, Parts]]) -> Found:
    replay, trace = Replay(slo, slot_seconds), Trace(slot_seconds)
    changes = tuple(replay.run(trace.watch(slots)))
    return Result(slo, slot_seconds, trace.from_s or 0, trace.to_s, changes, replay.left_out), trace


def _replayed_slices(slo: SlicedSlo, step_seconds: int, cuts: Cuts) -> Found:
    history, trace = History.of(slo, cuts), Trace(slo.slice_seconds)
    replay = SlicedReplay(history, step_seconds)
    deque(trace.watch(replay.columns()), maxlen=0)
    return Result(slo, slo.slice_seconds, history.first_s, history.end_s, tuple(replay.run())), trace


def _ends(args: argparse.Namespace) -> tuple[tuple[str, str], tuple[str, str]]:
    return (args.begin, "--from"), (args.end, "--to")


def _instant(text: str, option: str, zone: str) -> int:
    """Epoch seconds of a date or time; without a zone it is the catalog's."""
    try:
        instant = datetime.fromisoformat(text)
    except ValueError as error:
        raise CommandError(f"{option} {text!r}: write a day like 2026-11-01 or a time like 2026-11-01T08:00") from error
    return int((instant if instant.tzinfo else instant.replace(tzinfo=ZoneInfo(zone))).timestamp())


@contextmanager
def _lines(path: Path) -> Iterator[tuple[io.TextIOWrapper, BinaryIO]]:
    """Lines of a UTF-8 file, with or without a byte order mark. Raises CommandError."""
    if not path.exists():
        raise CommandError(f"{path}: no such file; --events names a CSV file of time,good,bad")
    with path.open("rb") as binary, io.TextIOWrapper(binary, encoding="utf-8-sig", newline="") as lines:
        yield lines, binary


def _shown(events: Events, binary: BinaryIO, path: Path) -> Iterator[tuple[int, Parts]]:
    """Slots; how far the file is read is shown to whoever sits before a terminal."""
    watched = sys.stderr.isatty()
    size = os.stat(path).st_size or 1
    for number, slot in enumerate(events.slots):
        if watched and number % PROGRESS_SLOTS == 0:
            print(f"\r{binary.tell() * 100 // size:3d} %", end="", file=sys.stderr, flush=True)
        yield slot.at_s, slot.parts
    if watched:
        print("\r     \r", end="", file=sys.stderr)
