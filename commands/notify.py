"""Channels of the section notify: tries each with a message that says that nothing happened.

  test [CHANNEL]   sends a test message through one channel, or through each, and prints what became of it

first steps:
  python app.py notify test            does every channel work?
  python app.py notify test oncall     does this one?

Exit code 0: every message was taken, 1: one was not, 2: the configuration is broken. docs/notifications.md has an
example of every kind of channel.
"""

from __future__ import annotations

import argparse
import os
import time

from alerts.desk.notice import Cause, Notice, NoticeState
from alerts.model import Level, Severity, Subject
from alerts.notify.building import Surroundings, outlets_of
from alerts.notify.news import News
from alerts.notify.outlet import Outlet
from commands.errors import CommandError
from commands.options import Configuration, add_configuration, configuration
from outgoing.errors import SendFault
from slo.windows import SHANGHAI
from store.memory import MemoryStore


def configure(parser: argparse.ArgumentParser) -> None:
    """Declares the options."""
    actions = parser.add_subparsers(dest="action", metavar="ACTION", title="actions")
    test = actions.add_parser("test", help="sends a test message and prints what became of it")
    add_configuration(test)
    test.add_argument("channel", nargs="?", metavar="CHANNEL", help="id of one channel (default: each)")


def run(args: argparse.Namespace) -> int:
    """Tries channels, one line for each."""
    if args.action is None:
        raise CommandError("notify: which one? test; python app.py notify --help tells what it does")
    chosen = configuration(args)
    made, faults = channels(chosen, args.channel)
    for fault in faults:
        print(f"failed  {fault}")
    taken = [_tried(outlet) for outlet in made]
    if not made and not faults:
        print(f"nothing to try: {chosen.path} has no channels in its section notify")
    return 0 if all(taken) and not faults else 1


def channels(chosen: Configuration, only: str | None) -> tuple[list[Outlet], list[Exception]]:
    """The channels of a configuration, or one of them, and why others cannot be made. Raises CommandError."""
    specs = chosen.settings.notify.specs(chosen.path.parent)
    if only is not None:
        known = ", ".join(spec.name for spec in specs) or "none"
        specs = [spec for spec in specs if spec.name == only]
        if not specs:
            raise CommandError(f"notify test: no channel {only!r} in {chosen.path}; known: {known}")
    # What a test tells is kept nowhere: an Alertmanager's channel needs a store for what fires.
    around = Surroundings(os.environ, chosen.catalog, MemoryStore(SHANGHAI), chosen.settings.notify.links())
    made, faults = outlets_of(specs, around)
    return made, list(faults)


def _tried(outlet: Outlet) -> bool:
    now_ms = time.time_ns() // 1_000_000
    message = outlet.renderer.message(f"test/{outlet.name}/{now_ms}", [test_news(now_ms)], now_ms)
    name = f"{outlet.name} ({outlet.kind})"
    began = time.monotonic()
    try:
        receipt = outlet.channel.send(message)
    except SendFault as fault:
        print(f"failed  {name}: {fault}")
        return False
    finally:
        outlet.channel.close()
    took_ms = int((time.monotonic() - began) * 1000)
    said = f": {receipt.text}" if receipt.text else ""
    print(f"ok      {name}: {'not sent' if receipt.dry_run else 'taken'} in {took_ms} ms{said}")
    return True


def test_news(now_ms: int) -> News:
    """News of nothing."""
    return News(
        Notice(
            id=f"test-{now_ms}",
            group="",
            state=NoticeState.FIRING,
            cause=Cause.NEW,
            severity=Severity.NOTICE,
            radius=Subject(Level.PIPELINE, other="notify"),
            at_ms=now_ms,
            since_ms=now_ms,
        ),
        test=True,
    )
