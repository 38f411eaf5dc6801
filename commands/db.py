"""The store as a whole. Collectors and the dashboard may go on meanwhile.

  upgrade          makes the store, or brings one of an older program up to date
  prune            deletes what is past retention; --dry-run only counts it
  backup FILE      one consistent, checked copy of a store that is in use
  restore FILE     makes the store from a backup, where there is none yet
  drill [FILE]     tries a backup: restores it into an empty place and compares both, to the event
  stats            rows, bytes, oldest, newest and completeness of every level

first steps:
  python app.py db stats                                     how much is there, and how complete is it?
  python app.py db backup /backups/store-2026-11-21.sqlite   every night
  python app.py db drill                                     once a month: is a backup good for anything?

docs/operations.md has the drill and the table of retention.
"""

from __future__ import annotations

import argparse
import json
import logging
import time
from collections.abc import Callable
from pathlib import Path

from commands import drilling, holdings
from commands.auditing import acting, write_act
from commands.errors import CommandError, refusing
from commands.logs import add_logs, start_logs
from commands.meter import Meter
from commands.options import Configuration, add_configuration, configuration
from commands.workplace import prepared
from store import maintenance
from store.audit_witness import Witness
from store.errors import StoreError
from store.opening import open_store


def configure(parser: argparse.ArgumentParser) -> None:
    """Declares the options of every action."""
    actions = parser.add_subparsers(dest="action", metavar="ACTION", title="actions")
    for name, (run_action, text) in _ACTIONS.items():
        action = actions.add_parser(
            name, help=text, description=run_action.__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
        )
        add_configuration(action)
        add_logs(action)
    actions.choices["backup"].add_argument("file", type=Path, metavar="FILE", help="where to; must not exist yet")
    drilling.configure(actions.choices["drill"])
    actions.choices["restore"].add_argument("file", type=Path, metavar="FILE", help="a backup, or a store not in use")
    actions.choices["prune"].add_argument(
        "--dry-run", action="store_true", help="counts what would go, level by level; deletes nothing"
    )
    actions.choices["stats"].add_argument(
        "--json", action="store_true", help="the document that scripts rely on, instead of a table"
    )


def run(args: argparse.Namespace) -> int:
    """Runs one action; what the store refuses becomes one line."""
    if args.action is None:
        raise CommandError(f"db: which one? {', '.join(_ACTIONS)}; python app.py db --help tells what each does")
    chosen = configuration(args)
    try:
        with refusing(StoreError, OSError):
            return _ACTIONS[args.action][0](args, chosen) or 0
    except KeyboardInterrupt:
        raise CommandError(f"db {args.action}: stopped before its end; nothing is half-made, run it again") from None


def _upgrade(args: argparse.Namespace, chosen: Configuration) -> None:
    """Makes the store if there is none, or brings one of an older program up to date: whole or not at all.

    Make a backup first. Collectors wait for the end of an upgrade; those of the older program have to be ended.
    """
    chosen.data.mkdir(parents=True, exist_ok=True)
    start_logs(args, logging.WARNING, "%(message)s")
    logging.getLogger("store.upgrade").setLevel(logging.INFO)  # how far a large store is
    done = maintenance.upgrade(chosen.store, chosen.catalog.zone)
    if done.before == done.after:
        print(f"{maintenance.where(chosen.store)}: schema {done.after} is up to date; nothing to do")
    else:
        _write_act(chosen, "db.upgrade", before=done.before, after=done.after)
        print(f"{maintenance.where(chosen.store)}: schema {done.before} -> {done.after}")


def _prune(args: argparse.Namespace, chosen: Configuration) -> None:
    """Deletes what is past retention, in steps of a few milliseconds that no collector waits for.

    A running collector does the same once a minute; this is for after a shortened retention or a long pause. How long
    each level is kept: `retention` in the configuration. Freed pages are used again; the file does not shrink.
    """
    retention, now_s = chosen.settings.kept(), int(time.time())
    expired = maintenance.expired(chosen.store, chosen.catalog.zone, retention, now_s)
    total = sum(expired.values())
    if args.dry_run:
        for name, rows in expired.items():
            print(f"{name:<17}{rows:>15,} rows past retention")
        print(f"{'all':<17}{total:>15,} rows; nothing was deleted")
        return
    meter = Meter("pruning", "rows")
    store = open_store(chosen.store, chosen.catalog.zone)
    try:
        with acting(store, "db.prune", rows_past_retention=total) as told:
            gone = maintenance.prune_all(store, retention, now_s, lambda done: meter.show(done, total))
            told["rows_deleted"] = gone
    finally:
        meter.end()
        store.close()
    print(f"{maintenance.where(chosen.store)}: {gone:,} rows past retention deleted")


def _backup(args: argparse.Namespace, chosen: Configuration) -> None:
    """Copies the store into one new file while it is in use: what it was at one instant, with every page checked.

    Written beside as FILE.partial: a run that was killed leaves no FILE, and the next one overwrites what is left.
    """
    meter = Meter("copying", "bytes")
    try:
        revision = maintenance.backup(chosen.store, args.file, chosen.catalog.zone, meter.show)
    finally:
        meter.end()
    print(f"{args.file}: {args.file.stat().st_size:,} bytes, schema {revision}, checked")


def _restore(args: argparse.Namespace, chosen: Configuration) -> None:
    """Makes the store from a backup. Only where there is none: move the old one away, or choose another --data.

    The backup is checked first and brought up to date if an older program made it. Killed on the way it leaves no
    store; run it again.
    """
    meter = Meter("copying", "bytes")
    with prepared(chosen.data):
        try:
            done = maintenance.restore(args.file, chosen.store, chosen.catalog.zone, meter.show)
        finally:
            meter.end()
        known = Witness(chosen.data).put_away()
        restored = {"before": done.before, "after": done.after, "head_before": known.text()}
        _write_act(chosen, "db.restore", str(args.file), bytes=args.file.stat().st_size, **restored)
    upgraded = "" if done.before == done.after else f" (made by schema {done.before})"
    print(f"{maintenance.where(chosen.store)}: restored from {args.file}, schema {done.after}{upgraded}, checked")


def _write_act(chosen: Configuration, action: str, subject: str = "", **detail: object) -> None:
    store = open_store(chosen.store, chosen.catalog.zone)
    try:
        write_act(store, action, subject, **detail)
    finally:
        store.close()


def _stats(args: argparse.Namespace, chosen: Configuration) -> None:
    """Rows, bytes, oldest and newest slice of every level, and how complete it is.

    The journal's entries and documents too; a document that is open is never past retention.
    Complete: accepted reads of those that were due since the level's oldest retained slice, up to the last whole
    minute, truncated; "-" is unknown. Simulated time is listed apart and is nobody's read.
    """
    held = maintenance.holdings_of(chosen.store, chosen.catalog.zone, int(time.time()))
    where = maintenance.where(chosen.store)
    print(json.dumps(holdings.document(held, where), indent=1) if args.json else holdings.table(held, where))


_Action = Callable[[argparse.Namespace, Configuration], int | None]
_ACTIONS: dict[str, tuple[_Action, str]] = {
    "upgrade": (_upgrade, "makes the store, or brings an older one up to date"),
    "prune": (_prune, "deletes what is past retention, in small steps"),
    "backup": (_backup, "copies a store in use into one checked file"),
    "restore": (_restore, "makes the store from a backup, where there is none yet"),
    "drill": (drilling.drill, "tries a backup: restores it into an empty place and compares the two"),
    "stats": (_stats, "rows, bytes, oldest, newest and completeness per level"),
}
