"""`costs import`: bills, own costs and what OpenCost says into the ledger, every defect named."""

from __future__ import annotations

import argparse
import gc
import json
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager, nullcontext
from dataclasses import asdict
from pathlib import Path

from collectors.costs.errors import BadInvoice, CostFileError
from collectors.costs.importing import FileRead, Reading, read_file
from collectors.costs.invoices import invoice_of, read_invoices
from collectors.costs.opening import How
from collectors.costs.rates import read_rates
from collectors.costs.report import import_json, import_lines, is_sound, whole
from collectors.costs.sources import UTF_8
from commands.auditing import acting
from commands.errors import CommandError, refusing
from commands.meter import Meter
from commands.options import Configuration, add_configuration, configuration
from store.costs import LedgerLine, Rate
from store.errors import StoreError
from store.invoices import Invoice, bills, kept, reconcile
from store.opening import open_store
from store.port import Store
from store.rates import Rates

METERED_BYTES = 20_000_000
"""Smaller files are read before anybody wonders."""
WHAT = "bills and own costs into the ledger; names every defect"
_ALWAYS = 2**62


def configure(parser: argparse.ArgumentParser) -> None:
    """Declares the options."""
    add_configuration(parser)
    formats = "FOCUS (CSV, gzip, Parquet), own costs, or what OpenCost says (JSON)"
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help=formats)
    parser.add_argument("--json", action="store_true", help="the document that scripts rely on")
    parser.add_argument("--dry-run", action="store_true", help="only reads; nothing is kept")
    parser.add_argument("--invoice", metavar="TOTAL", help="payable amount, when FILEs are one account's one period")
    parser.add_argument("--invoices", type=Path, metavar="CSV", help="account,period,currency,total of each invoice")
    parser.add_argument(
        "--replace-month", action="store_true", help="FILE stands for its accounts' whole months: the rest of them goes"
    )
    parser.add_argument("--rates", type=Path, metavar="CSV", help="date,currency,cny: kept, and used from then on")
    parser.add_argument("--encoding", default=UTF_8, help="of text files (default: utf-8; Chinese: gb18030)")
    parser.add_argument("--charge-id", default="", metavar="COLUMN", help="names charges (default: x_ChargeId)")
    parser.add_argument("--revision", default="", metavar="COLUMN", help="numbers revisions (default: x_Revision)")
    parser.add_argument("--currency", default="", metavar="CODE", help="of OpenCost's prices, which name none")


def run(args: argparse.Namespace) -> int:
    """Reads every file to its end, then sets invoices beside them, then posts; what is refused becomes one line."""
    chosen = configuration(args)
    how = How(chosen.catalog.zone, args.encoding, args.charge_id, args.revision, args.currency)
    with refusing(StoreError, CostFileError, OSError), ExitStack() as open_files:
        invoices = read_invoices(args.invoices) if args.invoices else []
        rates = read_rates(args.rates) if args.rates else []
        files, errors = _read(args.files, how, open_files)
        for error in errors:
            print(f"error: {error}", file=sys.stderr)
        if args.invoice is not None:
            invoices = [*invoices, _invoice(args.invoice, files, errors)]
        if args.replace_month and len(files) + len(errors) > 1:
            raise CommandError("costs import --replace-month takes one FILE, which is the whole bill")
        with _store(args, chosen) as store, _audited(args, store) as told:
            readings = _post(files, store, whole_months=args.replace_month)
            _keep(rates, invoices, store)
            told |= {"posted": [asdict(each.posted) for each in readings], "errors": len(errors) or None}
            sound = not readings or _show(args, readings, (invoices, rates), store, how.zone)
    return 2 if errors else int(not sound)


def _read(paths: Sequence[Path], how: How, open_files: ExitStack) -> tuple[list[FileRead], list[str]]:
    """What could be read, and one line for each file that could not."""
    files, errors = [], []
    with _no_collections():
        for path in paths:
            meter = Meter(f"reading {path.name}", "bytes")
            try:
                large = path.stat().st_size >= METERED_BYTES
                file = read_file(path, how, meter.show if large else lambda *_: None)
                files.append(open_files.enter_context(closing(file)))
            except CostFileError as error:
                errors.append(str(error))
            except OSError as error:
                errors.append(f"{path}: {error.strerror or error}")
            finally:
                meter.end()
    return files, errors


def _invoice(said: str, files: Sequence[FileRead], errors: Sequence[str]) -> Invoice:
    """The invoice of the files; nothing was posted yet. Raises BadInvoice."""
    if errors:
        raise BadInvoice("--invoice: a file could not be read, so that nothing was posted; mend or leave it out")
    return invoice_of(said, bills(line for file in files for line in file.reading.lines))


def _post(files: Sequence[FileRead], store: Store | None, *, whole_months: bool) -> list[Reading]:
    with _no_collections():
        if store is None:
            return [file.reading for file in files]
        for file in files if not whole_months else ():
            file.refuse_other_names(store)
        return [file.restate(store) if whole_months else file.post(store) for file in files]


def _keep(rates: Sequence[Rate], invoices: Sequence[Invoice], store: Store | None) -> None:
    """Reports set what is billed beside each invoice."""
    if store is None:
        return
    store.put_rates(rates)
    with store.reading() as reader:
        change = kept(invoices, reader.journal(), time.time_ns() // 1_000_000)
    if change.documents:
        store.write(change)


def _audited(args: argparse.Namespace, store: Store | None) -> AbstractContextManager[dict[str, object]]:
    """Rows of the audit log around what is kept; none around a trial."""
    if store is None:
        return nullcontext({})
    beside = {"rates": args.rates and args.rates.name, "invoices": args.invoices and args.invoices.name}
    names = [file.name for file in args.files]
    return acting(store, "costs.import", ", ".join(names), replace_month=args.replace_month, **beside)


@contextmanager
def _no_collections() -> Iterator[None]:
    """A million charges hold no cycles; looking for some takes a quarter of the time."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


@contextmanager
def _store(args: argparse.Namespace, chosen: Configuration) -> Iterator[Store | None]:
    """The store; None when nothing is to be kept."""
    if args.dry_run:
        yield None
        return
    chosen.data.mkdir(parents=True, exist_ok=True)
    store = open_store(chosen.store, chosen.catalog.zone, create=True)
    try:
        yield store
    finally:
        store.close()


def _show(
    args: argparse.Namespace,
    readings: Sequence[Reading],
    given: tuple[Sequence[Invoice], Sequence[Rate]],
    store: Store | None,
    zone: str,
) -> bool:
    """Prints what came of it; whether all is sound."""
    invoices, known = given
    ledger: Sequence[LedgerLine] = [each for reading in readings for each in reading.lines]
    if store is not None:
        with store.reading() as reader:
            known = reader.rates()
            ledger = reader.ledger(-_ALWAYS, _ALWAYS) if invoices else ()
    result = whole(readings, reconcile(invoices, ledger), Rates(known), zone, kept=store is not None)
    shown = json.dumps(import_json(result), indent=2, ensure_ascii=False) if args.json else None
    print(shown or "\n".join(import_lines(result)))
    return is_sound(result)
