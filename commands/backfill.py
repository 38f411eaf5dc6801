"""Reads a range of the past from the configured Prometheus servers again and mends what the store holds of it.

  python app.py backfill --from 2026-11-14                      from a local midnight until now
  python app.py backfill --from 2026-11-14T08:00:00Z --to 2026-11-14T09:30:00Z --source prom-dc1

It counts what was before a source was first read, and moves what happened inside a gap from the page that closed the
gap to where raw samples say that it happened (totals stay, completeness grows). It may run beside `collect`, be broken
off and run again: what is done already is found done. A second one of the same server says who is at work, and takes
over when that is gone. What comes after the newest page is read by `collect`.
"""

from __future__ import annotations

import argparse
import logging
import sys
import time
from datetime import UTC, date, datetime

from collectors.errors import CollectorError
from collectors.prometheus.backfill import Backfill, Outcome, Step
from collectors.prometheus.config import PrometheusConfig
from commands.auditing import acting
from commands.errors import CommandError, refusing
from commands.logs import add_logs, hide_configured, start_logs
from commands.options import Configuration, add_configuration, configuration
from commands.prometheus import prometheus_sources
from slo.errors import BadPeriod
from slo.windows import day_window
from store.errors import StoreError
from store.leadership import Leadership, Work, new_owner
from store.leases import healing_lease
from store.opening import open_store
from store.port import Store

REPORT_EVERY_S = 2.0
MENDING = Work("backfill", "mends", "mended")


def configure(parser: argparse.ArgumentParser) -> None:
    """Declares the options."""
    add_configuration(parser)
    add_logs(parser)
    parser.add_argument("--from", dest="begin", required=True, help="RFC 3339 instant, or a local date: its midnight")
    parser.add_argument("--to", dest="end", help="the same; this instant is not part of the range (default: now)")
    parser.add_argument("--source", default="", help="one Prometheus (its id), or one of its targets (id/target)")


def run(args: argparse.Namespace) -> int:
    """Prints one line per target; 1 when one of them could not be read."""
    start_logs(args, logging.WARNING, "%(levelname)s %(message)s")
    chosen = configuration(args)
    hide_configured(chosen.settings.model_dump())
    now_ms = time.time_ns() // 1_000_000
    from_ms, to_ms = asked_range(args.begin, args.end, chosen.catalog.zone, now_ms)
    servers = _servers(chosen, args.source)
    with refusing(StoreError, OSError):
        chosen.data.mkdir(parents=True, exist_ok=True)
        store = open_store(chosen.store, chosen.catalog.zone, create=True)
        try:
            asked = (from_ms, to_ms)
            with acting(store, "backfill", args.source, from_ms=from_ms, to_ms=to_ms) as told:
                outcomes = [one for server in servers for one in _backfilled(server, chosen, store, args, asked)]
                told["pages"] = {one.source: one.trouble or one.pages for one in outcomes}
        finally:
            store.close()
    for outcome in outcomes:
        print(f"{outcome.source}  {outcome.trouble or f'{outcome.pages} pages, {outcome.samples} samples'}")
    return int(any(outcome.trouble for outcome in outcomes))


def asked_range(begin: str, end: str | None, zone: str, now_ms: int) -> tuple[int, int]:
    """The range in milliseconds, ending now at the latest. Raises CommandError."""
    from_ms = instant_ms("--from", begin, zone)
    to_ms = now_ms if end is None else min(now_ms, instant_ms("--to", end, zone))
    if from_ms >= to_ms:
        raise CommandError(f"--from {begin} is not before --to {end or 'now'}; the past is what can be read again")
    return from_ms, to_ms


def instant_ms(option: str, text: str, zone: str) -> int:
    """Milliseconds of an RFC 3339 instant, or of the midnight that begins a local date. Raises CommandError."""
    try:
        return day_window(date.fromisoformat(text), zone).from_s * 1000
    except BadPeriod as error:
        raise CommandError(f"{option} {text}: {error}") from error
    except ValueError:
        pass
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        instant = None
    if instant is None or instant.tzinfo is None:
        raise CommandError(f"{option} {text!r}: write 2026-11-14 or 2026-11-14T08:00:00+08:00 (with its zone)")
    return round((instant - datetime.fromtimestamp(0, UTC)).total_seconds() * 1000)


def _servers(chosen: Configuration, source: str) -> list[PrometheusConfig]:
    servers = prometheus_sources(chosen)
    if not servers:
        raise CommandError(f"{chosen.path}: no source is of kind prometheus; pages read directly keep no past")
    wanted = [server for server in servers if source.partition("/")[0] in ("", server.name)]
    if not wanted:
        known = ", ".join(server.name for server in servers)
        raise CommandError(f"--source {source}: no such source in {chosen.path}; known: {known}")
    return wanted


def _backfilled(
    server: PrometheusConfig, chosen: Configuration, store: Store, args: argparse.Namespace, asked: tuple[int, int]
) -> list[Outcome]:
    """What became of one server's targets; one backfill of it at a time."""
    lease, timing = healing_lease(server.name), chosen.settings.lease.timing()
    leadership = Leadership(store, [lease], new_owner(), timing, work=MENDING)
    leadership.start()
    try:
        leadership.wait_for_all((timing.ttl_ms + 2 * timing.renew_ms) / 1000)
        token = leadership.token(lease)
        if token is None:
            other = leadership.holder(lease) or "of an unknown process"
            trouble = f"busy: another backfill ({other}) is at work; run again when it is done"
            return [Outcome(server.name, trouble=trouble)]
        meter, meaning = Meter(asked), (chosen.mapping, chosen.catalog.outcomes, chosen.settings.kept())
        backfill = Backfill(server, store, *meaning, report=meter.note, token=token)
        return _mended(backfill, server, args.source, asked)
    except CollectorError as fault:
        return [Outcome(server.name, trouble=str(fault))]
    finally:
        leadership.stop()


def _mended(backfill: Backfill, server: PrometheusConfig, source: str, asked: tuple[int, int]) -> list[Outcome]:
    missing = Outcome(server.name, trouble=f"missing: no target of {server.job!r} then")
    try:
        return backfill.run(*asked, source if "/" in source else "") or [missing]
    finally:
        backfill.close()


class Meter:
    """Progress on standard error: where each target is, and how fast."""

    def __init__(self, asked: tuple[int, int]) -> None:
        self._asked = asked
        self._samples = 0
        self._began = self._told = time.monotonic()

    def note(self, step: Step) -> None:
        """One more bite; tells at most every two seconds."""
        self._samples += step.samples
        now = time.monotonic()
        if now - self._told < REPORT_EVERY_S:
            return
        self._told = now
        rate = self._samples / (now - self._began)
        at = datetime.fromtimestamp(step.from_ms / 1000, UTC).isoformat(timespec="seconds")
        from_ms, to_ms = self._asked
        done = min(100, max(0, 100 * (to_ms - step.from_ms) // (to_ms - from_ms)))
        print(f"{step.source}  back to {at} ({done} %), {rate:,.0f} samples/s", file=sys.stderr, flush=True)
