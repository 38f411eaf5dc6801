"""Puts what became due into the outbox, makes it and sends it; each attempt is written before it and after it."""

from __future__ import annotations

import logging
import os
import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from outgoing.backoff import backoff_ms
from outgoing.errors import PermanentFault, SendFault, TemporaryFault
from reports.delivery.channels.folder import place
from reports.delivery.channels.hook import hook_body, post_report
from reports.delivery.channels.letter import letter
from reports.delivery.channels.mail import send_mail
from reports.delivery.channels.result import Receipt
from reports.delivery.errors import BadMade, CannotMake, DeliveryError
from reports.delivery.model import Delivery, FolderTo, Made, MailTo, Make, Order, Plan, Target, WebhookTo, order_of
from reports.delivery.outbox import Outbox, OutboxStore, Watermark
from reports.delivery.parcel import Parcel, Status
from reports.delivery.period import Period
from reports.delivery.schedule import Almanac, Calendar, Run, due
from slo.windows import DAY_S
from store.leadership import new_owner

log = logging.getLogger(__name__)
FIRST_WAIT_MS = 60_000
LONGEST_WAIT_MS = 3_600_000
_DOUBT = "its process ended while it was handed over; look whether it arrived, and send it again if it did not"
MOST_ATTEMPTS = 100
"""More than waiting as long as possible makes of any patience: something ends our processes in the middle."""


@dataclass(slots=True)
class Sender:
    """One process's hand in the outbox. ``now_ms``: the wall clock, asked before and after whatever takes long.

    A report that goes several ways is made once.
    """

    plan: Plan
    outbox: Outbox
    make: Make
    calendar: Calendar
    now_ms: Callable[[], int]
    environment: Mapping[str, str] = field(default_factory=lambda: os.environ)
    _made: dict[Order, Made] = field(default_factory=dict)

    def send_due(self) -> list[Parcel]:
        """Everything that is due now; what became of each parcel that was taken in hand."""
        for delivery in self.plan.deliveries:
            self.enqueue(delivery)
        return [told for parcel in self.outbox.waiting(self.now_ms()) if (told := self.deliver(parcel))]

    def enqueue(self, delivery: Delivery) -> list[Parcel]:
        """Parcels for the runs since somebody last looked. A delivery that is new begins now: its past is not sent."""
        now_ms = self.now_ms()
        now_s = now_ms // 1000
        seen = self.outbox.watermark(delivery.id)
        if seen is None:
            return self.outbox.put(delivery, (), Watermark(delivery.id, now_s), now_ms)
        if now_s <= seen.until_s <= now_s + DAY_S:
            return []
        if seen.until_s > now_s:  # a clock was ahead and has been put right: what was sent then is known by its period
            return self.outbox.put(delivery, (), replace(seen, until_s=now_s), now_ms)
        almanac = Almanac(self.plan.zone, self.calendar)
        runs = due(delivery.schedule, seen.until_s, now_s, almanac, self.plan.catch_up_days)
        if not runs and not _worth_noting(seen, now_s):
            return []
        return self.outbox.put(delivery, runs, replace(seen, until_s=now_s), now_ms)

    def order(self, delivery: Delivery, period: Period) -> list[Parcel]:
        """Parcels of one period now, whatever the schedule says; none that were ever in the outbox."""
        now_ms = self.now_ms()
        seen = self.outbox.watermark(delivery.id) or Watermark(delivery.id, now_ms // 1000)
        return self.outbox.put(delivery, [Run(now_ms // 1000, period)], seen, now_ms)

    def again(self, parcel: Parcel, actor: str = "") -> Parcel | None:
        """Lets a settled parcel wait anew. One that was sent gets a new key, so that nobody drops it as seen."""
        now_ms = self.now_ms()
        sent = parcel.status is Status.SENT
        anew = replace(
            parcel,
            status=Status.PENDING,
            since_ms=now_ms,
            next_attempt_ms=0,
            last_error="",
            settled_ms=None,
            attempts=0,
            round=parcel.round + 1 if sent else parcel.round,
            reached=() if sent else parcel.reached,
        )
        return self.outbox.settle(anew, now_ms, actor)

    def deliver(self, parcel: Parcel) -> Parcel | None:
        """One attempt, and what became of it; None when it is somebody else's. A mail that a process had in hand when
        it ended is not sent: only people can tell whether it arrived."""
        if parcel.status is Status.SENDING and parcel.channel == MailTo.name:
            return self._settled(parcel, Status.IN_DOUBT, _DOUBT)
        taken = self.outbox.take(parcel, self.now_ms())
        if taken is None:
            return None
        if taken.attempts > MOST_ATTEMPTS:
            return self._settled(taken, Status.FAILED, f"given up after {MOST_ATTEMPTS} attempts; look at the log")
        try:
            delivery, target = self._target(taken)
            order = order_of(delivery, taken.about)
            made = self._report(order)
        except CannotMake as fault:
            return self._put_off(taken, fault)
        except (DeliveryError, PermanentFault) as fault:
            return self._settled(taken, Status.FAILED, str(fault))
        begun = self.outbox.begin(taken, made.digest, self.now_ms())
        return None if begun is None else self._handed_over(begun, target, order, made)

    def _handed_over(self, parcel: Parcel, target: Target, order: Order, made: Made) -> Parcel | None:
        """Asks the other side, and writes what it said."""
        try:
            receipt = self._sent(target, order, parcel, made)
        except TemporaryFault as fault:
            return self._put_off(parcel, fault)
        except PermanentFault as fault:
            return self._settled(parcel, Status.FAILED, str(fault))
        return self._taken(parcel, receipt)

    def _target(self, parcel: Parcel) -> tuple[Delivery, Target]:
        delivery = self.plan.delivery(parcel.delivery)
        target = None if delivery is None else delivery.target(parcel.channel)
        if delivery is None or target is None:
            raise PermanentFault(f"{parcel.id}: is not configured any more")
        return delivery, target

    def _report(self, order: Order) -> Made:
        if order not in self._made:
            self._made[order] = checked(self.make(order))
        return self._made[order]

    def _sent(self, target: Target, order: Order, parcel: Parcel, made: Made) -> Receipt:
        if isinstance(target, FolderTo):
            return place(target.path, folder_names(parcel), made)
        if isinstance(target, WebhookTo):
            return post_report(target, hook_body(order, parcel, made), parcel.key, self.now_ms(), self.environment)
        if self.plan.smtp is None:
            raise PermanentFault("no mail server is configured; add smtp to the section reports")
        mail = letter(self.plan.smtp, target, parcel, made, parcel.queued_ms)
        if not mail.recipients:
            return Receipt("everybody who is to have it has it")
        return send_mail(self.plan.smtp, mail, self.environment)

    def _taken(self, parcel: Parcel, receipt: Receipt) -> Parcel | None:
        reached = (*parcel.reached, *receipt.reached)
        if receipt.later:
            return self._put_off(replace(parcel, reached=reached), TemporaryFault(receipt.later))
        return self._settled(replace(parcel, reached=reached, receipt=receipt.text), Status.SENT, receipt.refused)

    def _put_off(self, parcel: Parcel, fault: SendFault | CannotMake) -> Parcel | None:
        now_ms = self.now_ms()
        if isinstance(fault, SendFault) and fault.ambiguous and parcel.channel == MailTo.name:
            return self._settled(parcel, Status.IN_DOUBT, f"{fault}; look whether it arrived")
        if now_ms - parcel.since_ms >= self.plan.give_up_ms:
            return self._settled(parcel, Status.FAILED, f"given up: {fault}")
        asked_ms = fault.retry_after_ms if isinstance(fault, TemporaryFault) else None
        wait_ms = backoff_ms(
            parcel.attempts,
            random.random(),  # noqa: S311  # spreads attempts, keeps no secret
            asked_ms,
            first_ms=FIRST_WAIT_MS,
            longest_ms=LONGEST_WAIT_MS,
        )
        log.warning("report %s is not sent yet: %s; next attempt in %d s", parcel.id, fault, wait_ms // 1000)
        later = replace(parcel, status=Status.PENDING, last_error=str(fault), next_attempt_ms=now_ms + wait_ms)
        return self.outbox.settle(later, now_ms)

    def _settled(self, parcel: Parcel, status: Status, error: str) -> Parcel | None:
        now_ms = self.now_ms()
        level = logging.INFO if status is Status.SENT else logging.ERROR
        log.log(level, "report %s: %s%s", parcel.id, status.value, f": {error}" if error else "")
        return self.outbox.settle(replace(parcel, status=status, last_error=error, settled_ms=now_ms), now_ms)


def send_due(
    plan: Plan,
    store: OutboxStore,
    now_ms: int,
    make: Make,
    calendar: Calendar,
    *,
    owner: str = "",
    environment: Mapping[str, str] | None = None,
) -> list[Parcel]:
    """Sends everything that is due at an instant and returns what became of it. Raises StoreError."""
    around = os.environ if environment is None else environment
    sender = Sender(plan, Outbox(store, owner or new_owner()), make, calendar, clock_from(now_ms), around)
    return sender.send_due()


def clock_from(now_ms: int) -> Callable[[], int]:
    """A clock that shows an instant now and goes on from there: sending takes time, and no step of the wall clock may
    end a claim."""
    began = time.monotonic_ns()
    return lambda: now_ms + (time.monotonic_ns() - began) // 1_000_000


def dry_run(plan: Plan, delivery: Delivery, period: Period, make: Make, *, to: Path, now_ms: int) -> list[Path]:
    """Writes what would be sent and sends nothing: the mail when ``to`` ends with .eml, else the files into a folder.

    Raises DeliveryError, SendFault, OSError.
    """
    made = checked(make(order_of(delivery, period)))
    if to.suffix.lower() == ".eml":
        target = delivery.target(MailTo.name)
        if plan.smtp is None or not isinstance(target, MailTo):
            raise BadMade(delivery.id, "goes by no mail; dry-run into a folder instead")
        parcel = Parcel(delivery.id, period.name, MailTo.name, now_ms, now_ms)
        to.write_bytes(letter(plan.smtp, target, parcel, made, now_ms).content)
        return [to]
    to.mkdir(parents=True, exist_ok=True)
    place(to, (delivery.id, period.name), made)
    return [to / delivery.id / period.name / name for name, _ in made.files]


def folder_names(parcel: Parcel) -> tuple[str, ...]:
    """Where a parcel stands below its folder; another place for each time that people send it again."""
    return (parcel.delivery, parcel.period if parcel.round == 0 else f"{parcel.period}.{parcel.round + 1}")


def checked(made: Made) -> Made:
    """Refuses names that are none. Raises BadMade."""
    names = [name for name, _ in made.files]
    for name in names:
        if not name.isprintable() or name != name.strip() or set(name) & set("/\\:") or name[:1] in {"", "."}:
            raise BadMade(f"file {name!r}", "is no plain name of a file")
    if len(set(names)) != len(names):
        raise BadMade("files", "have a name twice")
    return made


def _worth_noting(seen: Watermark, now_s: int) -> bool:
    """The watermark moves with runs; between them once a day is enough for what reads it."""
    return now_s - seen.until_s >= DAY_S
