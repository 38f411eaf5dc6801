"""`report send`: what is due goes out; one delivery now, again, or to a file; and what became of all of them.

The command `report` declares the options (``configure``) and brings what makes a report; `check`, `serve` and `alert`
ask here what is configured.
"""

from __future__ import annotations

import argparse
import logging
import os
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from commands.auditing import actor
from commands.errors import CommandError, refusing
from commands.options import Configuration
from outgoing.errors import BadSecret, SendFault
from outgoing.secrets import SecretPlace
from reports.delivery.errors import BadMade, DeliveryError, NotInOutbox
from reports.delivery.model import Delivery, FolderTo, Made, Make, Order, Plan, WebhookTo
from reports.delivery.outbox import Outbox
from reports.delivery.parcel import OPEN, Parcel, Status
from reports.delivery.period import Period, Unit, period_named
from reports.delivery.reporter import Reporter
from reports.delivery.schedule import LONGEST_SLEEP_DAYS, Almanac, Calendar, Run, next_run, period_now
from reports.delivery.sending import Sender, clock_from, dry_run, send_due
from slo.windows import day_of, zone_rules
from store.errors import StoreError
from store.leadership import new_owner
from store.port import Store

_CALENDAR = {Unit.MONTH: "month", Unit.QUARTER: "quarter", Unit.YEAR: "year"}


def configure(parser: argparse.ArgumentParser) -> None:
    """Declares the options of ``report send``, beside those of the configuration."""
    parser.add_argument("delivery", nargs="?", metavar="ID", help="one delivery (default: all that is due)")
    parser.add_argument(
        "--period", metavar="NAME", help="2026-10, 2026-Q3, 2026, 2026-W44 or a day (default: the last)"
    )
    parser.add_argument("--again", action="store_true", help="send once more what was sent, has failed or is in doubt")
    parser.add_argument(
        "--dry-run", type=Path, metavar="PATH", help="send nothing: write FILE.eml, or a folder of files"
    )
    parser.add_argument("--list", action="store_true", help="what is in the outbox, newest first, and what comes next")


def send(args: argparse.Namespace, chosen: Configuration, store: Store, make: Make) -> int:
    """Runs ``report send``. Exit code 0: all of it is sent, 1: something is not. Raises CommandError."""
    plan, now_ms, make = plan_of(chosen), time.time_ns() // 1_000_000, known(make)
    logging.getLogger("reports").addHandler(logging.NullHandler())  # what becomes of a parcel is printed, once
    with refusing(DeliveryError, SendFault, StoreError, OSError):
        if args.list:
            return _list(plan, store, now_ms)
        if args.delivery is None:
            _refuse_without_delivery(args)
            return _send_due(plan, store, make, now_ms)
        name, channel = _named(args)
        delivery = _delivery(plan, name)
        period = _period(args, plan, delivery, now_ms)
        if args.dry_run is not None:
            for path in dry_run(plan, delivery, period, make, to=args.dry_run, now_ms=now_ms):
                print(path)
            return 0
        _refuse_unfinished(period, plan, now_ms)
        sender = Sender(plan, Outbox(store, new_owner()), make, workdays(), clock_from(now_ms))
        return _send_one(sender, delivery, period, channel, again=args.again)


def plan_of(chosen: Configuration) -> Plan:
    """Section ``reports`` of a configuration."""
    return chosen.settings.reports.plan(chosen.path.parent, chosen.catalog.zone)


def workdays() -> Calendar:
    """The Chinese calendar, loaded when somebody asks for it: 0.15 s and 13 MB."""
    from reports.workdays import ChineseWorkdays

    return ChineseWorkdays()


def quiet_libraries() -> None:
    """What draws a PDF tells of every step; a log wants what went wrong."""
    for chatty in ("weasyprint", "weasyprint.progress", "fontTools"):
        logging.getLogger(chatty).setLevel(logging.WARNING)


class Reports:
    """Sends reports beside alerting or the dashboard while inside, if any are configured."""

    def __init__(self, chosen: Configuration, store: Store, owner: str = "") -> None:
        self._chosen = chosen
        self._store = store
        self._owner = owner or new_owner()
        self._reporter: Reporter | None = None

    def __enter__(self) -> Reports:
        """Begins."""
        self.change(self._chosen)
        return self

    def __exit__(self, *_: object) -> None:
        """Ends after what is being sent."""
        if self._reporter is not None:
            self._reporter.stop()

    def change(self, chosen: Configuration) -> None:
        """From now on sends what this configuration says."""
        self._chosen = chosen
        running, wanted = self._reporter, bool(chosen.settings.reports.deliveries)
        if not wanted:
            self._reporter = None
            if running is not None:
                running.stop()
        elif running is not None:
            running.change(self._look())
        else:
            timing = chosen.settings.lease.timing()
            self._reporter = Reporter(self._store, self._look(), owner=self._owner, timing=timing)
            self._reporter.start()

    def _look(self) -> Callable[[int], None]:
        from commands.report_files import maker  # paper and figures, only for who sends them

        quiet_libraries()
        return looking(self._chosen, self._store, maker(self._chosen, self._store), self._owner)


def known(make: Make) -> Make:
    """The same, for what kinds of reports can be about. What it makes raises BadMade for the rest: trying again would
    not help."""

    def make_known(order: Order) -> Made:
        fault = _unfit(order.kind, order.period.unit, order.products)
        if fault:
            raise BadMade(f"delivery {order.delivery!r}", fault)
        return make(order)

    return make_known


def looking(chosen: Configuration, store: Store, make: Make, owner: str) -> Callable[[int], None]:
    """Sends what is due at an instant (epoch milliseconds)."""
    plan, made, calendar = plan_of(chosen), known(make), workdays()

    def look(now_ms: int) -> None:
        send_due(plan, store, now_ms, made, calendar, owner=owner)

    return look


def delivery_faults(chosen: Configuration) -> list[str]:
    """Why deliveries cannot be sent as they are configured, one line for each."""
    plan = plan_of(chosen)
    faults = [f"reports delivery {each.id!r}: {fault}" for each in plan.deliveries for fault in _faults(each)]
    if plan.smtp is not None:
        faults += [f"reports smtp: {fault}" for fault in _unreadable(plan.smtp.password)]
        if plan.smtp.ca_file is not None and not plan.smtp.ca_file.is_file():
            faults.append(f"reports smtp: ca_file {plan.smtp.ca_file}: no such file")
    return faults


def upcoming(chosen: Configuration, now_ms: int) -> list[str]:
    """One line for each delivery: its next run and what that is about."""
    plan = plan_of(chosen)
    return [_coming(plan, each, now_ms) for each in plan.deliveries]


def _faults(delivery: Delivery) -> Iterator[str]:
    fault = _unfit(delivery.kind, delivery.schedule.about, delivery.products)
    if fault:
        yield fault
    for target in delivery.targets:
        if isinstance(target, WebhookTo):
            yield from _unreadable(target.secret)
        elif isinstance(target, FolderTo) and not target.path.is_dir():
            yield f"folder {target.path}: is not there; mount or create it"
        elif isinstance(target, FolderTo) and not os.access(target.path, os.W_OK | os.X_OK):
            yield f"folder {target.path}: nothing may be written there"


def _unfit(kind: str, unit: Unit, products: Sequence[str]) -> str:
    from dashboard.reporting.kinds import unfit  # paper and figures, only for who sends them

    return unfit(kind, _CALENDAR.get(unit, "range"), products)


def _unreadable(place: SecretPlace | None) -> Iterator[str]:
    try:
        if place is not None:
            place.read(os.environ)
    except BadSecret as fault:
        yield str(fault)


def _refuse_without_delivery(args: argparse.Namespace) -> None:
    for option, given in (("--again", args.again), ("--period", args.period), ("--dry-run", args.dry_run)):
        if given:
            raise CommandError(f"report send {option}: of which delivery? report send ID {option}; --list shows them")


def _refuse_unfinished(period: Period, plan: Plan, now_ms: int) -> None:
    """What is sent once is not sent when it is whole."""
    if period.last >= day_of(now_ms // 1000, plan.zone):
        raise CommandError(f"report send: {period.name} is not over yet; --dry-run PATH shows what there is so far")


def _send_due(plan: Plan, store: Store, make: Make, now_ms: int) -> int:
    parcels = send_due(plan, store, now_ms, make, workdays())
    for parcel in parcels:
        print(_told(parcel, plan.zone))
    if not parcels:
        print("nothing is due")
        _show_coming(plan, now_ms)
    return 0 if all(parcel.status is Status.SENT for parcel in parcels) else 1


def _send_one(sender: Sender, delivery: Delivery, period: Period, channel: str, *, again: bool) -> int:
    """One period through every channel or through one."""
    sender.order(delivery, period)
    names = [channel] if channel else [target.name for target in delivery.targets]
    return max(_send_through(sender, f"{delivery.id}/{period.name}/{name}", again=again) for name in names)


def _send_through(sender: Sender, id_: str, *, again: bool) -> int:
    parcel: Parcel | None = sender.outbox.find(id_)
    if parcel is None:
        raise NotInOutbox(id_)
    zone = sender.plan.zone
    if parcel.status not in OPEN:
        if not again:
            print(f"{_told(parcel, zone)}; --again sends it once more")
            return 0 if parcel.status is Status.SENT else 1
        parcel = sender.again(parcel, actor())
    done = sender.deliver(parcel) if parcel is not None and not _in_other_hands(parcel, sender) else None
    if done is None:
        print(f"{id_}: another process has it in hand; report send --list shows what comes of it")
        return 1
    print(_told(done, zone))
    return 0 if done.status is Status.SENT else 1


def _in_other_hands(parcel: Parcel, sender: Sender) -> bool:
    return bool(parcel.claimed_by) and sender.now_ms() < parcel.claimed_until_ms


def _list(plan: Plan, store: Store, now_ms: int) -> int:
    for parcel in Outbox(store, "").listed():
        print(_told(parcel, plan.zone))
    _show_coming(plan, now_ms)
    return 0


def _show_coming(plan: Plan, now_ms: int) -> None:
    for delivery in plan.deliveries:
        print(_coming(plan, delivery, now_ms))
    if not plan.deliveries:
        print("no deliveries in the section reports; docs/reports-delivery.md shows how")


def _told(parcel: Parcel, zone: str) -> str:
    at_ms = parcel.settled_ms or parcel.since_ms
    said = parcel.last_error or parcel.receipt
    next_ms = parcel.next_attempt_ms
    waits = f"; next attempt {_local(next_ms, zone)}" if parcel.status is Status.PENDING and next_ms else ""
    notes = f", {parcel.attempts} attempts" if parcel.attempts > 1 else ""
    notes += ", on a provisional business day" if parcel.provisional else ""
    return f"{parcel.status.value:<8} {parcel.id} {_local(at_ms, zone)}{notes}{': ' + said if said else ''}{waits}"


def _coming(plan: Plan, delivery: Delivery, now_ms: int) -> str:
    run = next_run(delivery.schedule, now_ms // 1000, Almanac(plan.zone, workdays()))
    if run is None:
        return f"next     {delivery.id}: no run within {LONGEST_SLEEP_DAYS} days"
    ways = ", ".join(target.name for target in delivery.targets)
    return f"next     {delivery.id} {_when(run, delivery.schedule.zone)} about {run.period.name} by {ways}"


def _when(run: Run, zone: str) -> str:
    guess = " (provisional: the holidays of that year are not published)" if run.provisional else ""
    return f"{_local(run.at_s * 1000, zone)} {zone}{guess}"


def _local(at_ms: int, zone: str) -> str:
    return f"{datetime.fromtimestamp(at_ms // 1000, UTC).astimezone(zone_rules(zone)):%Y-%m-%d %H:%M}"


def _named(args: argparse.Namespace) -> tuple[str, str]:
    """Delivery and channel (maybe empty) of ``board`` or ``board/2026-10/smtp``; the latter names its period too."""
    name, _, rest = str(args.delivery).partition("/")
    period, _, channel = rest.partition("/")
    if period and args.period and period != args.period:
        raise CommandError(f"report send {args.delivery}: names period {period}, --period another: {args.period}")
    args.period = args.period or period or None
    return name, channel


def _delivery(plan: Plan, name: str) -> Delivery:
    delivery = plan.delivery(name)
    if delivery is None:
        known = ", ".join(each.id for each in plan.deliveries) or "none"
        raise CommandError(f"report send: no delivery {name!r} in the section reports; known: {known}")
    return delivery


def _period(args: argparse.Namespace, plan: Plan, delivery: Delivery, now_ms: int) -> Period:
    if args.period:
        return period_named(args.period)
    return period_now(delivery.schedule, now_ms // 1000, Almanac(plan.zone, workdays()))
