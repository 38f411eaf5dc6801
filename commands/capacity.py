"""What the estate is proven to carry, beside today's peak and the forecast of the next one, as JSON.

Proven capacity is the highest rate that a load run held for 60 s with its objectives proven; it belongs to a build, a
deadline and a number of data centers, and expires after 90 days (capacity.held_seconds and expires_days in the
configuration). headroom = proven capacity / P95 of the peak - 1; headroom_n_1 is the same with one data center lost.
What is not known is null, and "reasons" says why.
"""

from __future__ import annotations

import argparse
import json
import time

from commands.errors import refusing
from commands.options import add_configuration, configuration
from reports.peaks.capacity import capacity_json, read_capacity
from store.errors import StoreError
from store.opening import open_store


def configure(parser: argparse.ArgumentParser) -> None:
    """Declares the options."""
    add_configuration(parser)


def run(args: argparse.Namespace) -> int:
    """Prints the document."""
    chosen = configuration(args)
    catalog, policy = chosen.catalog, chosen.settings.capacity.policy()
    with refusing(StoreError, OSError):
        store = open_store(chosen.store, catalog.zone, read_only=True)
        try:
            with store.reading() as reader:
                now_ms = time.time_ns() // 1_000_000
                view = read_capacity(
                    reader, now_ms, catalog.zone, len(catalog.data_centers), policy, kinds=chosen.kinds
                )
        finally:
            store.close()
    print(json.dumps(capacity_json(view), indent=2, ensure_ascii=False))
    return 0
