"""Brings the past of a bank in from files: what `python app.py history import` does (docs/history-import.md)."""

from __future__ import annotations

import argparse
import json
import sys
import time
from fractions import Fraction
from hashlib import sha256
from pathlib import Path

from commands.auditing import with_act
from commands.errors import CommandError, refusing
from commands.options import Configuration, add_configuration, configuration
from reports.history.arithmetic import Range
from reports.history.errors import BadValue, HistoryError
from reports.history.keeping import Origin, changes
from reports.history.model import PARTIAL_WEIGHT, History, Reading, Weighing
from reports.history.periods_csv import UNITS
from reports.history.reading import AUTO, KINDS, read
from reports.history.values import instant, number
from reports.history.view import Asked, document, lines
from slo.errors import UnknownZone
from slo.windows import zone_rules
from store.errors import StaleDocument, StoreError
from store.opening import open_store
from store.port import Store

SENDER = "history import"
_FAR_S = 4_102_444_800  # 2100-01-01: an option may name a moment to come


def configure(parser: argparse.ArgumentParser) -> None:
    """Declares the options."""
    add_configuration(parser)
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help="CSV, JSON, YAML or a copy of kuma.db")
    parser.add_argument(
        "--kind", choices=(AUTO, *KINDS), default=AUTO, help="what the files are (default: look inside)"
    )
    parser.add_argument("--product", metavar="ID", help="the product of the catalog that all rows belong to")
    parser.add_argument(
        "--partial-weight",
        metavar="W",
        help="what a partial outage counts, 0 to 1 (default 0.3); when given, measured shares below 1 are partial too",
    )
    parser.add_argument("--zone", help="zone of days, and of times without one (default: the catalog's)")
    parser.add_argument(
        "--epoch", metavar="TIME", help="the moment from which numbers in columns of time count seconds"
    )
    parser.add_argument("--unit", choices=list(UNITS), help="unit of outage columns whose name has none")
    parser.add_argument("--from", dest="begin", metavar="TIME", help="begin of what the files cover")
    parser.add_argument("--to", dest="end", metavar="TIME", help="its end; incidents without an end last until then")
    parser.add_argument(
        "--unlisted-days",
        choices=("good", "unknown"),
        help="days that a list of days leaves out (default: good when it lists only days with an outage)",
    )
    parser.add_argument("--dry-run", action="store_true", help="reads and prints, keeps nothing")
    parser.add_argument("--json", action="store_true", help="the document that scripts rely on")


def run(args: argparse.Namespace) -> int:
    """Prints months and defects; exit code 2 when a file could not be read, or nothing in it be kept."""
    chosen = configuration(args)
    reading, asked = _asked(args, chosen)
    products = frozenset(each.id for each in chosen.catalog.products)
    histories: list[History] = []
    origins: list[Origin] = []
    refused: list[str] = []
    for file in args.files:
        try:
            content = file.read_bytes()
            histories.append(read(content, str(file), args.kind, reading))
        except HistoryError as error:
            refused.append(" ".join(str(error).split()))
            continue
        except OSError as error:
            refused.append(f"{file}: {error.strerror or error}")
            continue
        settings = f"{args.kind} {reading.zone} {reading.epoch_s} {reading.until_s} {reading.unit} {reading.product}"
        origins.append(Origin(file.name, sha256(content).hexdigest(), settings, reading.zone, products))
        if not len(histories[-1].records) and not histories[-1].records.watches:
            refused.append(f"{file}: nothing in it could be kept; see its defects")
    kept = [] if args.dry_run else _keep(chosen, histories, origins)
    _show(args, histories, asked, kept, refused)
    return 2 if refused else 0


def _show(
    args: argparse.Namespace, histories: list[History], asked: Asked, kept: list[str], refused: list[str]
) -> None:
    if args.json:
        shown = {**document(histories, asked), "stored": kept, "refused": refused}
        print(json.dumps(shown, ensure_ascii=False, indent=1))
    else:
        for line in lines(histories, asked):
            print(line)
        for line in kept:
            print(line)
    for line in refused:
        print(f"error: {line}", file=sys.stderr)


def _asked(args: argparse.Namespace, chosen: Configuration) -> tuple[Reading, Asked]:
    """What the options say. Raises CommandError."""
    zone = args.zone or chosen.catalog.zone
    with refusing(UnknownZone):
        zone_rules(zone)
    _refuse_unknown_product(args.product, chosen)
    weighing = Weighing() if args.partial_weight is None else Weighing(_weight(args.partial_weight), measured=False)
    now_s = int(time.time())
    epoch_s, from_s, to_s = (
        None if text is None else _instant(option, text, zone)
        for option, text in (("--epoch", args.epoch), ("--from", args.begin), ("--to", args.end))
    )
    if from_s is not None and to_s is not None and from_s >= to_s:
        raise CommandError(f"--to {args.end}: must be later than --from {args.begin}")
    reading = Reading(zone, now_s, epoch_s, to_s, args.unit or "", args.product or "")
    unlisted = None if args.unlisted_days is None else args.unlisted_days == "good"
    covered = Range(zone, now_s, _whole(from_s), _whole(to_s), unlisted)
    return reading, Asked(weighing, covered)


def _refuse_unknown_product(product: str | None, chosen: Configuration) -> None:
    known = [each.id for each in chosen.catalog.products]
    if product is not None and product not in known:
        raise CommandError(f"--product {product}: no such product in the catalog; known: {', '.join(known)}")


def _weight(text: str) -> Fraction:
    found = number(text.strip())
    if found is None or not 0 <= found <= 1:
        raise CommandError(f"--partial-weight {text}: write a number from 0 to 1, such as {float(PARTIAL_WEIGHT)}")
    return found


def _instant(option: str, text: str, zone: str) -> Fraction:
    """A moment that an option names, even one before 1990. Raises CommandError."""
    counted = number(text) is not None and len(text) != len("20240501")
    try:
        return instant(text, Reading(zone, _FAR_S, Fraction(0) if counted else None, any_year=True))
    except BadValue as error:
        raise CommandError(f"{option} {text}: {error}") from error


def _whole(at_s: Fraction | None) -> int | None:
    return None if at_s is None else int(at_s // 1)


def _keep(chosen: Configuration, histories: list[History], origins: list[Origin]) -> list[str]:
    """Writes what is not known yet; a line a file."""
    with refusing(StoreError, OSError):
        chosen.data.mkdir(parents=True, exist_ok=True)
        store = open_store(chosen.store, chosen.catalog.zone, create=True)
        try:
            return [
                f"{history.name}: {_kept(store, history, origin)}"
                for history, origin in zip(histories, origins, strict=True)
            ]
        finally:
            store.close()


def _kept(store: Store, history: History, origin: Origin) -> str:
    if not len(history.records) and not history.records.watches:
        return "nothing to store"
    with store.reading() as reader:
        change = changes(history, origin, reader.journal(), time.time_ns() // 1_000_000, SENDER)
    if not change.documents:
        return "was known; nothing was changed"
    try:
        store.write(with_act(change, "history.import", origin.id, file=origin.file, sha256=origin.digest))
    except StaleDocument:
        return "was brought by somebody else in this moment; nothing was changed"
    return f"stored as imported from {origin.file} ({origin.id})"
