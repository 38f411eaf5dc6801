"""Compares what the store counted with what the reference estate really did, to the event.

The window begins with the first page that was read and ends with the last. What a data center counted after its last
page and before it was killed was never seen by anybody: it is reported as unobserved, never guessed. Exit code 1 when
the difference is not 0.
"""

from __future__ import annotations

import argparse
import json

from collectors.reconcile import NothingCollected, Reconciliation, reconcile
from collectors.truth import TruthClient, TruthError
from commands.errors import CommandError, refusing
from commands.options import add_configuration, configuration
from store.errors import StoreError
from store.opening import open_store

PATIENCE_S = 15.0


def configure(parser: argparse.ArgumentParser) -> None:
    """Declares the options."""
    add_configuration(parser)
    parser.add_argument("--json", action="store_true", help="the document that scripts rely on, instead of a table")


def run(args: argparse.Namespace) -> int:
    """Prints the comparison."""
    chosen = configuration(args)
    truth = chosen.settings.truth
    if not truth:
        raise CommandError(
            f"{chosen.path}: truth: no address of an estate is given, so there is nothing to compare with"
        )
    clients = {name: TruthClient(name, url, patience_s=PATIENCE_S) for name, url in truth.items()}
    with refusing(StoreError, TruthError, NothingCollected):
        store = open_store(chosen.store, chosen.catalog.zone, read_only=True)
        try:
            found = reconcile(store, clients)
        finally:
            store.close()
    print(json.dumps(found.as_json(), indent=1) if args.json else table(found))
    return 0 if found.difference == 0 else 1


def table(found: Reconciliation) -> str:
    """The comparison for people: every row that differs, and the sums."""
    window = found.as_json()["window"]
    lines = [f"window      {window}"]
    for row in found.rows:
        if row.difference:
            where = " ".join((row.key.product, row.key.data_center, row.key.outcome, row.key.traffic))
            lines.append(f"  {where}: truth {row.truth:,}, stored {row.stored:,}, difference {row.difference:,}")
    lines.append(f"events      {sum(row.truth for row in found.rows):,} in {len(found.rows)} rows")
    lines.append(f"difference  {found.difference:,}")
    lines.append(f"unobserved  {found.unobserved:,}")
    return "\n".join(lines)
