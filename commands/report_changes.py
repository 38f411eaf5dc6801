"""`report change`: records what somebody changed in the bank's systems, so that reports of that time list it."""

from __future__ import annotations

import argparse
import secrets
import time

from commands.auditing import with_act
from commands.errors import CommandError, refusing
from commands.options import Configuration
from dashboard.api.instants import instant_ms
from reports.changes.errors import ChangeRefused
from reports.changes.recording import ChangeKind, RecordedChange, record
from store.port import Store


def configure(parser: argparse.ArgumentParser) -> None:
    """Declares the options of ``report change``, beside those of the configuration."""
    parser.add_argument("--title", required=True, help="what was changed, in one line")
    parser.add_argument("--by", required=True, metavar="NAME", help="who changed it")
    parser.add_argument("--at", metavar="INSTANT", help="when: 2026-10-12T14:30:00+08:00 (default: now)")
    kinds = [each.value for each in ChangeKind]
    parser.add_argument("--kind", choices=kinds, default="change", help="what sort (default: change)")
    parser.add_argument("--products", metavar="ID,ID", default="", help="which it concerns (default: all)")
    parser.add_argument("--data-centers", metavar="ID,ID", default="", help="where (default: everywhere)")


def change(args: argparse.Namespace, chosen: Configuration, store: Store) -> int:
    """Records one. Raises CommandError with what is wrong."""
    now_ms = time.time_ns() // 1_000_000
    made = RecordedChange(
        f"c-{secrets.token_hex(8)}",
        args.title.strip(),
        args.by.strip(),
        _at_ms(args.at, now_ms),
        _ids(args.products),
        _ids(args.data_centers),
        now_ms,
        ChangeKind(args.kind),
    )
    catalog = chosen.catalog
    with refusing(ChangeRefused):
        written = record(
            made, [each.id for each in catalog.products], [each.id for each in catalog.data_centers], now_ms
        )
    store.write(with_act(written, "change.record", made.id, by=made.actor, title=made.title))
    print(f"{made.id}: recorded")
    return 0


def _at_ms(text: str | None, now_ms: int) -> int:
    if text is None:
        return now_ms
    try:
        return instant_ms(text)
    except ValueError as error:
        raise CommandError(f"report change: --at {error}") from error


def _ids(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(each.strip() for each in text.split(",") if each.strip()))
