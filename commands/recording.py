"""Writes a recorded day as requests per minute, so that a load run can replay it.

A minute that a gap reaches into stays empty: nobody knows what it had. Load-test traffic is not part of it.

  python app.py recording --day 2026-11-11 -o day.csv
  locust -f loadtests/locustfile.py --headless --profile replay --recording day.csv --speed 60 --share 0.00001 ...
"""

from __future__ import annotations

import argparse
import csv
import io
from datetime import UTC, date, datetime
from pathlib import Path

from commands.errors import CommandError, refusing
from commands.options import add_configuration, configuration
from commands.written import written_whole
from slo.errors import SloError
from slo.windows import day_window
from store.errors import StoreError
from store.opening import open_store
from store.port import Reader
from store.records import Level, Scope

MINUTE_S = 60


def configure(parser: argparse.ArgumentParser) -> None:
    """Declares the options."""
    add_configuration(parser)
    parser.add_argument("--day", required=True, metavar="YYYY-MM-DD", help="local day of the store")
    parser.add_argument("--product", default="", metavar="ID", help="one product (default: the whole bank)")
    parser.add_argument("-o", dest="file", type=Path, metavar="FILE", help="where to (default: standard output)")


def run(args: argparse.Namespace) -> int:
    """Writes the day."""
    chosen = configuration(args)
    try:
        day = date.fromisoformat(args.day)
    except ValueError:
        raise CommandError(f"--day {args.day!r}: write a day such as 2026-11-11") from None
    with refusing(StoreError, SloError, OSError):
        window = day_window(day, chosen.catalog.zone)
        store = open_store(chosen.store, chosen.catalog.zone, read_only=True)
        try:
            with store.reading() as reader:
                rows = minutes(reader, args.product, window.from_s, window.to_s)
        finally:
            store.close()
        if not any(count for _, count in rows):
            raise CommandError(
                f"--day {args.day}: the store holds no minutes of it{args.product and ' for '}{args.product}"
            )
        text = as_csv(rows)
        if args.file is None:
            print(text, end="")
            return 0
        written_whole(args.file, text.encode())
    unknown = sum(1 for _, count in rows if count is None)
    print(f"{args.file}: {len(rows)} minutes, {sum(count or 0 for _, count in rows)} requests, {unknown} unknown")
    return 0


def minutes(reader: Reader, product: str, from_s: int, to_s: int) -> list[tuple[int, int | None]]:
    """Begin and events of every minute; None where a gap reaches into it, whose events nobody can place."""
    scope = Scope.PRODUCT if product else Scope.BANK
    counts = {
        begin_s: found.total
        for begin_s, _, found in reader.timeline(Level.MINUTE, scope, from_s, to_s, product=product)
    }
    unknown: set[int] = set()
    for gap in reader.gaps(from_s * 1000, to_s * 1000):
        first_s, last_s = gap.from_ms // 60_000 * MINUTE_S, -(-gap.to_ms // 60_000) * MINUTE_S
        unknown.update(range(max(from_s, first_s), min(to_s, last_s), MINUTE_S))
    return [(each, None if each in unknown else _count(reader, counts, each)) for each in range(from_s, to_s, MINUTE_S)]


def _count(reader: Reader, counts: dict[int, int], begin_s: int) -> int | None:
    """Nothing counted is 0 only where somebody looked."""
    found = counts.get(begin_s)
    return found if found is not None or not reader.observed(begin_s, begin_s + MINUTE_S) else 0


def as_csv(rows: list[tuple[int, int | None]]) -> str:
    """``time,count``; an empty count is unknown."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["time", "count"])
    for begin_s, count in rows:
        writer.writerow([datetime.fromtimestamp(begin_s, UTC).isoformat(), "" if count is None else count])
    return text.getvalue()
