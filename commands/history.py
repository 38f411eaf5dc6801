"""The past that a bank brings along, so that its reports do not begin today.

  import FILE...    availability and incidents from CSV, Uptime Kuma, Upptime, Statuspage; names what it leaves out
  list              what was imported, from which file, and how many rows were not kept

first steps:
  python app.py history import incidents.csv --dry-run
  python app.py history import days.csv --product weilidai --partial-weight 0.3 --zone UTC

docs/history-import.md tells the columns and has an example of each kind.
"""

from __future__ import annotations

import argparse
import json

from commands import history_import
from commands.errors import CommandError, refusing
from commands.options import add_configuration, configuration
from reports.history.keeping import listed_files
from store.errors import StoreError
from store.opening import open_store


def configure(parser: argparse.ArgumentParser) -> None:
    """Declares the options of every action."""
    actions = parser.add_subparsers(dest="action", metavar="ACTION", title="actions")
    history_import.configure(actions.add_parser("import", help="reads files, keeps what can be believed"))
    listing = actions.add_parser("list", help="what was imported")
    add_configuration(listing)
    listing.add_argument("--json", action="store_true", help="the document that scripts rely on")


def run(args: argparse.Namespace) -> int:
    """Runs one action."""
    if args.action is None:
        raise CommandError("history: which one? import, list; python app.py history --help")
    return history_import.run(args) if args.action == "import" else _list(args)


def _list(args: argparse.Namespace) -> int:
    chosen = configuration(args)
    with refusing(StoreError, OSError):
        store = open_store(chosen.store, chosen.catalog.zone, read_only=True)
        try:
            with store.reading() as reader:
                files = listed_files(reader.journal())
        finally:
            store.close()
    if args.json:
        print(json.dumps({"files": files}, ensure_ascii=False, indent=1))
        return 0
    for each in files:
        rows = f"{each['kept']:,} of {each['rows']:,} rows, {len(each['defects'])} defects"
        print(f"{each['import']}  imported from {each['file']}  {each['kind']}  {rows}")
    if not files:
        print("nothing was imported yet; python app.py history import FILE... --dry-run")
    return 0
