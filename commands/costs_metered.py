"""`costs collect`: what metrics of Prometheus sources say that something costs by the hour, into the ledger."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import asdict, dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Any

from collectors.costs.hourly import HourlyRate
from collectors.costs.metered import MeteredDay, days_of, read_day, rows_of
from collectors.errors import CollectorError
from collectors.prometheus.config import PrometheusConfig
from commands.auditing import write_act
from commands.backfill import asked_range
from commands.errors import CommandError, refusing
from commands.interrupt import stop_event
from commands.options import Configuration, add_configuration, configuration
from commands.prometheus import prometheus_sources
from settings import SettingsError, costs_path, load_metered
from slo.formatting import percent
from slo.windows import DAY_S, day_of
from store.costs import Posted
from store.errors import StoreError
from store.opening import open_store
from store.port import Store

WHAT = "metrics that are prices by the hour, as charges of each day; again as often as you like"
PATIENCE_S = 10.0
LEAST_EVERY_S = 10


@dataclass(frozen=True, slots=True)
class Collected:
    """``troubles``: one line for each metric and day that could not be read."""

    days: list[MeteredDay]
    troubles: list[str]
    posted: Posted = field(default=Posted())

    @property
    def sound(self) -> bool:
        """Whether everything was read, and something was there."""
        return not (self.troubles or self.posted.contradicted) and all(each.charges for each in self.days)


def configure(parser: argparse.ArgumentParser) -> None:
    """Declares the options."""
    add_configuration(parser)
    parser.add_argument("--from", dest="begin", metavar="DAY", help="first local day (default: yesterday)")
    parser.add_argument("--to", dest="end", metavar="DAY", help="day after the last (default: today so far as well)")
    parser.add_argument("--metric", default="", metavar="ID", help="only this one of metered in costs.yaml")
    parser.add_argument("--every", type=int, metavar="SECONDS", help="goes on, and reads yesterday and today so often")
    parser.add_argument("--dry-run", action="store_true", help="only reads; nothing is kept")
    parser.add_argument("--json", action="store_true", help="the document that scripts rely on")


def run(args: argparse.Namespace) -> int:
    """Reads and posts, once or again and again. Exit code 1 when a day could not be read or had no sample."""
    if args.every is not None and (args.every < LEAST_EVERY_S or args.begin or args.end):
        raise CommandError(f"costs collect: --every takes {LEAST_EVERY_S} seconds or more, without --from and --to")
    chosen = configuration(args)
    rates = _rates(chosen, args.metric)
    if args.every is None:
        return _once(args, chosen, rates)
    stop = stop_event()
    while True:
        _once(args, chosen, rates)
        sys.stdout.flush()
        if stop.wait(args.every):
            return 0


def metered_rates(chosen: Configuration) -> list[tuple[HourlyRate, PrometheusConfig]]:
    """Every metric that is a price by the hour, with the server that has it. Raises CommandError."""
    servers = {server.name: server for server in prometheus_sources(chosen)}
    with refusing(SettingsError):
        found = load_metered(costs_path(chosen.path, chosen.settings), servers)
    return [(each, servers[each.source]) for each in found]


def _rates(chosen: Configuration, only: str) -> list[tuple[HourlyRate, PrometheusConfig]]:
    found = metered_rates(chosen)
    path = costs_path(chosen.path, chosen.settings)
    if not found:
        raise CommandError(f"{path}: metered is empty; name the metrics that are prices by the hour (docs/costs.md)")
    wanted = [(each, server) for each, server in found if only in ("", each.id)]
    if not wanted:
        raise CommandError(f"--metric {only}: not in {path}; known: {', '.join(each.id for each, _ in found)}")
    return wanted


def _once(args: argparse.Namespace, chosen: Configuration, rates: list[tuple[HourlyRate, PrometheusConfig]]) -> int:
    found = read_days(rates, chosen.catalog.zone, time.time_ns() // 1_000_000, args.begin, args.end)
    with refusing(StoreError, OSError):
        if not args.dry_run:
            chosen.data.mkdir(parents=True, exist_ok=True)
            with closing(open_store(chosen.store, chosen.catalog.zone, create=True)) as store:
                found = kept(store, chosen.catalog.zone, found, again=args.every is not None)
    for trouble in found.troubles:
        print(f"error: {trouble}", file=sys.stderr)
    print(json.dumps(_document(found), indent=2) if args.json else "\n".join(_lines(found, kept=not args.dry_run)))
    return int(not found.sound)


def read_days(
    rates: Sequence[tuple[HourlyRate, PrometheusConfig]],
    zone: str,
    now_ms: int,
    begin: str | None = None,
    end: str | None = None,
) -> Collected:
    """What metrics said of yesterday and today so far, or of the local days that are asked for."""
    first = begin or day_of(now_ms // 1000 - DAY_S, zone).isoformat()
    return _read(rates, asked_range(first, end, zone, now_ms), now_ms, zone)


def _read(
    rates: Sequence[tuple[HourlyRate, PrometheusConfig]], asked_ms: tuple[int, int], now_ms: int, zone: str
) -> Collected:
    """Every metric on every day, as far as its server has it; one that fails keeps no other from being read."""
    days, troubles = [], []
    for rate, server in rates:
        until_s = min(asked_ms[1], now_ms - server.lag_ms) // 1000
        try:
            with closing(server.client(patience_s=PATIENCE_S)) as client:
                for day in days_of(asked_ms[0] // 1000, until_s, zone):
                    days.append(read_day(client, rate, day, zone))
        except CollectorError as fault:
            troubles.append(f"{rate.id}: {fault}")
    return Collected(days, troubles)


def kept(store: Store, zone: str, found: Collected, *, again: bool) -> Collected:
    """``again``: it goes on, and that a day was observed for longer is nothing that the audit log should hear of."""
    rows, lines = rows_of(found.days, zone)
    posted = store.post(rows, lines) if rows else Posted()
    if posted.new or (posted.replaced and not again):
        write_act(store, "costs.collect", days=sorted({each.day for each in found.days}), posted=asdict(posted))
    return Collected(found.days, found.troubles, posted)


def _document(found: Collected) -> dict[str, Any]:
    days = [
        {
            "metric": each.rate.id,
            "day": each.day,
            "series": len(each.charges),
            "cost": format(each.cost, "f"),
            "currency": each.rate.currency,
            "observed_seconds": each.observed_ms // 1000,
            "asked_seconds": each.asked_ms // 1000,
            "refused_samples": each.refused,
            "refused_example": each.example or None,
        }
        for each in found.days
    ]
    posted = {name: getattr(found.posted, name) for name in ("new", "unchanged", "replaced", "older", "contradicted")}
    return {"days": days, "posted": posted, "troubles": found.troubles}


def _lines(found: Collected, *, kept: bool) -> list[str]:
    lines = [_line(each) for each in found.days]
    posted = found.posted
    if posted.contradicted:
        lines.append(f"{posted.contradicted} contradict what is kept of the same time; nothing of them was changed")
    counts = f"{posted.new} new, {posted.replaced} observed for longer, {posted.unchanged + posted.older} as they were"
    return [*lines, f"charges: {counts}" if kept else "nothing was kept (--dry-run)"]


def _line(day: MeteredDay) -> str:
    share = percent(Fraction(day.observed_ms, day.asked_ms), 2) if day.asked_ms else "0"
    said = f"{day.day}  {day.rate.id}  {day.cost.quantize(Decimal('0.000001')):f} {day.rate.currency}"
    if not day.charges:
        return f"{day.day}  {day.rate.id}  no sample of {day.rate.metric}: what it cost is not known"
    refused = f", {day.refused} samples refused ({day.example})" if day.refused else ""
    return f"{said}, {len(day.charges)} series, observed {share} % of the time{refused}"
