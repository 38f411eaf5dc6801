"""Costs into the ledger: bills of providers (FOCUS 1.0 to 1.4) and a bank's own costs.

  import FILE...    FOCUS as CSV, gzip CSV or Parquet, or own costs; names every defect, counts every charge once
  show              what an account costs, in a month and in a year
  bridge            why it moved between two months
  what-if           other accounts, data centers, prices of servers
  export            the bank's own allocation as FOCUS

A file that was imported before changes nothing; a later revision of a charge replaces the earlier one. Exit code 1 when
rows had to be left out, a revision contradicts, or an invoice does not agree; 2 when a file cannot be read: then
nothing of it is kept. docs/costs.md has the formats and the rules.

first steps:
  python app.py costs import --dry-run bill.csv.gz
  python app.py costs import bill.csv.gz --invoices invoices.csv --rates rates.csv
  python app.py costs show --month 2026-10
  python app.py costs bridge --from 2026-09 --to 2026-10
  python app.py costs what-if --accounts +10% --data-centers +1 --servers -10%
  python app.py costs export --focus 1.4 --month 2026-10 -o allocation.csv
"""

from __future__ import annotations

import argparse
import gc
import json
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from collectors.costs.errors import CostFileError
from collectors.costs.importing import How, Reading, import_file
from collectors.costs.invoices import invoice_of, read_invoices
from collectors.costs.rates import read_rates
from collectors.costs.report import import_json, import_lines, is_sound, whole
from collectors.costs.sources import UTF_8
from commands import costs_shown
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
_ALWAYS = 2**62


def configure(parser: argparse.ArgumentParser) -> None:
    """Declares the options of every action."""
    actions = parser.add_subparsers(dest="action", metavar="ACTION", title="actions")
    text = "bills and own costs into the ledger; names every defect"
    bringing = actions.add_parser("import", help=text, description=text)
    add_configuration(bringing)
    bringing.add_argument("files", nargs="+", type=Path, metavar="FILE", help="FOCUS (CSV, gzip, Parquet) or own costs")
    bringing.add_argument("--json", action="store_true", help="the document that scripts rely on")
    bringing.add_argument("--dry-run", action="store_true", help="only reads; nothing is kept")
    bringing.add_argument("--invoice", metavar="TOTAL", help="payable amount, when FILEs are one account's one period")
    bringing.add_argument("--invoices", type=Path, metavar="CSV", help="account,period,currency,total of each invoice")
    bringing.add_argument("--rates", type=Path, metavar="CSV", help="date,currency,cny: kept, and used from then on")
    bringing.add_argument("--encoding", default=UTF_8, help="of text files (default: utf-8; Chinese: gb18030)")
    bringing.add_argument("--charge-id", default="", metavar="COLUMN", help="names charges (default: x_ChargeId)")
    for name, what in costs_shown.ACTIONS.items():
        costs_shown.configure(name, actions.add_parser(name, help=what, description=what))
    bringing.add_argument("--revision", default="", metavar="COLUMN", help="numbers revisions (default: x_Revision)")


def run(args: argparse.Namespace) -> int:
    """Runs one action; what is refused becomes one line."""
    if args.action is None:
        known = ", ".join(("import", *costs_shown.ACTIONS))
        raise CommandError(f"costs: which one? {known}; python app.py costs --help")
    if args.action in costs_shown.ACTIONS:
        return costs_shown.run(args)
    chosen = configuration(args)
    how = How(chosen.catalog.zone, args.encoding, args.charge_id, args.revision)
    with refusing(StoreError, CostFileError, OSError), _store(args, chosen) as store:
        invoices = read_invoices(args.invoices) if args.invoices else []
        rates = read_rates(args.rates) if args.rates else []
        if store is not None:
            store.put_rates(rates)
            _keep(invoices, store)
        readings, errors = _import(args.files, how, store)
        for error in errors:
            print(f"error: {error}", file=sys.stderr)
        return max(
            2 if errors else 0, _show(args, readings, invoices, rates, store=store, zone=how.zone) if readings else 0
        )


def _keep(invoices: Sequence[Invoice], store: Store) -> None:
    """Reports set what is billed beside each."""
    with store.reading() as reader:
        change = kept(invoices, reader.journal(), time.time_ns() // 1_000_000)
    if change.documents:
        store.write(change)


@contextmanager
def _store(args: argparse.Namespace, chosen: Configuration) -> Iterator[Store | None]:
    """The store; None when nothing is to be kept."""
    if args.dry_run:
        yield None
        return
    chosen.data.mkdir(parents=True, exist_ok=True)
    store = open_store(chosen.store, chosen.catalog.zone, upgrade=True)
    try:
        yield store
    finally:
        store.close()


def _import(files: Sequence[Path], how: How, store: Store | None) -> tuple[list[Reading], list[str]]:
    """What could be read, and one line for each file that could not."""
    readings, errors = [], []
    gc.disable()  # a million charges hold no cycles; looking for some takes a quarter of the time
    for file in files:
        meter = Meter(f"reading {file.name}", "bytes")
        try:
            large = file.stat().st_size >= METERED_BYTES
            readings.append(import_file(file, how, store, meter.show if large else lambda *_: None))
        except CostFileError as error:
            errors.append(str(error))
        except OSError as error:
            errors.append(f"{file}: {error.strerror or error}")
        finally:
            meter.end()
    gc.enable()
    return readings, errors


def _show(
    args: argparse.Namespace,
    readings: Sequence[Reading],
    invoices: Sequence[Invoice],
    rates: Sequence[Rate],
    *,
    store: Store | None,
    zone: str,
) -> int:
    lines, known = [each for reading in readings for each in reading.lines], list(rates)
    if args.invoice is not None:
        invoices = [*invoices, invoice_of(args.invoice, bills(lines))]
    ledger: Sequence[LedgerLine] = lines
    if store is not None:
        with store.reading() as reader:
            known = reader.rates()
            ledger = reader.ledger(-_ALWAYS, _ALWAYS) if invoices else ()
    result = whole(readings, reconcile(invoices, ledger), Rates(known), zone, kept=store is not None)
    print(
        json.dumps(import_json(result), indent=2, ensure_ascii=False) if args.json else "\n".join(import_lines(result))
    )
    return 0 if is_sound(result) else 1
