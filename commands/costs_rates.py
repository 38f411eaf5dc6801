"""`costs rates show`: what currencies are worth in CNY, from the rates that imports kept."""

from __future__ import annotations

import argparse
import json
from datetime import datetime
from zoneinfo import ZoneInfo

from commands.errors import CommandError, refusing
from commands.options import add_configuration, configuration
from store.costs import Rate
from store.errors import StoreError
from store.opening import open_store
from store.rates import OLDEST

WHAT = "rates of currencies that are kept"


def configure(parser: argparse.ArgumentParser) -> None:
    """Declares the options."""
    parser.add_argument("what", choices=("show",), help="lists every rate, oldest day first")
    add_configuration(parser)
    parser.add_argument("--currency", default="", metavar="CODE", help="only this one, such as USD")
    parser.add_argument("--json", action="store_true", help="the document that scripts rely on")


def run(args: argparse.Namespace) -> int:
    """Lists rates."""
    chosen = configuration(args)
    with refusing(StoreError):
        store = open_store(chosen.store, chosen.catalog.zone, read_only=True)
        try:
            with store.reading() as reader:
                rates = [each for each in reader.rates() if args.currency.upper() in ("", each.currency)]
        finally:
            store.close()
    if args.json:
        print(json.dumps({"rates": [_document(rate) for rate in rates]}, indent=2))
        return 0
    if not rates:
        code = f" of {args.currency.upper()}" if args.currency else ""
        raise CommandError(f"costs rates: none{code} is kept; run: costs import FILE... --rates rates.csv")
    today = datetime.now(ZoneInfo(chosen.catalog.zone)).date()
    for rate in rates:
        print(f"{rate.day}  {rate.currency}  {rate.cny:f}")
    newest = {rate.currency: rate for rate in rates}
    for code, rate in sorted(newest.items()):
        if today - rate.day > OLDEST:
            print(f"{code}: no rate within {OLDEST.days} days; what it costs today is not known in CNY")
    return 0


def _document(rate: Rate) -> dict[str, str]:
    return {"date": rate.day.isoformat(), "currency": rate.currency, "cny": format(rate.cny, "f")}
