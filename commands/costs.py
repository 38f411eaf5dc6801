"""Costs into the ledger: bills of providers (FOCUS 1.0 to 1.4) and a bank's own costs.

  import FILE...    FOCUS as CSV, gzip CSV or Parquet, own costs, or what OpenCost says; names every defect, counts
                    every charge once
  collect           metrics of a Prometheus that are prices by the hour (metered in costs.yaml)
  rates show        what currencies are worth in CNY
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

from commands import costs_importing, costs_metered, costs_rates, costs_shown
from commands.errors import CommandError


def configure(parser: argparse.ArgumentParser) -> None:
    """Declares the options of every action."""
    actions = parser.add_subparsers(dest="action", metavar="ACTION", title="actions")
    what = costs_importing.WHAT
    costs_importing.configure(actions.add_parser("import", help=what, description=what))
    what = costs_metered.WHAT
    costs_metered.configure(actions.add_parser("collect", help=what, description=what))
    what = costs_rates.WHAT
    costs_rates.configure(actions.add_parser("rates", help=what, description=what))
    for name, text in costs_shown.ACTIONS.items():
        costs_shown.configure(name, actions.add_parser(name, help=text, description=text))


def run(args: argparse.Namespace) -> int:
    """Runs one action; what is refused becomes one line."""
    if args.action is None:
        known = ", ".join(("import", "collect", "rates", *costs_shown.ACTIONS))
        raise CommandError(f"costs: which one? {known}; python app.py costs --help")
    if args.action == "import":
        return costs_importing.run(args)
    if args.action == "collect":
        return costs_metered.run(args)
    return costs_rates.run(args) if args.action == "rates" else costs_shown.run(args)
