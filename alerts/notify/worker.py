"""Sends what waits for one channel, in a thread of its own: a slow or dead channel delays no other."""

from __future__ import annotations

import logging
import random
import threading
import time
import traceback
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from alerts.notify.delivery import Delivery, Status
from alerts.notify.ledger import Ledger
from alerts.notify.message import Keeper, Receipt
from alerts.notify.outlet import Outlet
from alerts.notify.pacing import TokenBucket
from alerts.notify.picking import Manner, pick, told
from outgoing.backoff import backoff_ms
from outgoing.errors import PermanentFault, SendFault, TemporaryFault
from store.errors import StoreError

log = logging.getLogger(__name__)
LONGEST_WAIT_MS = 60_000
MOST_REMEMBERED = 20_000
STORE_AWAY_MS = 500
"""Wait before a store that could not be read or written is asked again."""
UNKNOWN_FATE = "the process ended during an attempt; whether it arrived is unknown, and an action is not repeated"


@dataclass(slots=True)
class Work:
    """What a channel did since the start. ``fault``: why the last attempt failed, empty after a success."""

    sent: int = 0
    failed: int = 0
    retries: int = 0
    summed: int = 0
    resend_faults: int = 0
    fault: str = ""


class Worker:
    """One channel's queue and thread. ``now_ms`` is the wall clock."""

    def __init__(
        self,
        outlet: Outlet,
        ledger: Ledger,
        *,
        now_ms: Callable[[], int],
        chance: Callable[[], float] = random.random,
    ) -> None:
        self.outlet = outlet
        self.work = Work()
        self._ledger = ledger
        self._now_ms = now_ms
        self._chance = chance
        self._bucket = TokenBucket(outlet.limit, _monotonic_ms())
        self._waiting: dict[str, Delivery] = {}
        self._unwritten: list[Delivery] = []
        self._written: dict[str, int] = {}
        self._failures = 0
        self._pause_until_ms = 0
        self._something = threading.Condition()
        self._stopping = False
        self._offered = False
        self._thread = threading.Thread(target=self._run, name=f"notify {outlet.name}", daemon=True)

    def start(self) -> None:
        """Starts the thread; once."""
        self._thread.start()

    def stop(self) -> None:
        """Ends the thread after the attempt that it is at."""
        with self._something:
            self._stopping = True
            self._something.notify()

    def join(self, seconds: float) -> bool:
        """Waits for the end of the thread; False when it did not come in time."""
        self._thread.join(seconds)
        if self._thread.is_alive():
            return False
        self.outlet.channel.close()
        return True

    def offer(self, deliveries: Iterable[Delivery]) -> None:
        """What the ledger says is waiting; what is known in a newer state is left alone."""
        with self._something:
            fresh = {each.id: each for each in deliveries if self._is_newer(each)}
            if fresh:
                self._waiting |= fresh
                self._offered = True
                self._something.notify()

    def oldest_waiting_ms(self) -> int | None:
        """When the oldest delivery that waits was queued; None when nothing does."""
        with self._something:
            return min((each.queued_ms for each in self._waiting.values()), default=None)

    def waiting(self) -> int:
        """How many deliveries wait."""
        with self._something:
            return len(self._waiting)

    def _is_newer(self, delivery: Delivery) -> bool:
        known = self._waiting.get(delivery.id)
        if known is not None and known.version >= delivery.version:
            return False
        return delivery.version >= self._written.get(delivery.id, 0)

    def _run(self) -> None:
        while not self._stopping:
            wait_ms = self._step()
            with self._something:
                if wait_ms > 0 and not self._stopping and not self._offered:
                    self._something.wait(wait_ms / 1000)
                self._offered = False

    def _step(self) -> int:
        """Does what is due; returns how long there is nothing to do, in milliseconds."""
        try:
            self._write_again()
            kept_ms = self._keep()
            return min(self._send_next(), kept_ms)
        except StoreError as error:
            self.work.fault = str(error)
            log.warning("notify %s: %s", self.outlet.name, error)
            return STORE_AWAY_MS

    def _write_again(self) -> None:
        """What was sent but could not be written comes first, lest it be sent twice. Raises StoreError."""
        if self._unwritten:
            self._note_written(self._ledger.settle(self._unwritten, self._now_ms()))
            self._unwritten = []

    def _keep(self) -> int:
        if not isinstance(self.outlet.channel, Keeper):
            return LONGEST_WAIT_MS
        now_ms = self._now_ms()
        try:
            return max(0, self.outlet.channel.keep(now_ms) - now_ms)
        except SendFault as fault:
            self.work.resend_faults += 1
            self.work.fault = str(fault)
            return LONGEST_WAIT_MS

    def _send_next(self) -> int:
        now_ms, ticks = self._now_ms(), _monotonic_ms()
        if now_ms < self._pause_until_ms:
            return self._pause_until_ms - now_ms
        with self._something:
            waiting = list(self._waiting.values())
        ours = [each for each in waiting if not self._ledger.of_others(each, now_ms)]
        picked = pick(ours, now_ms, self._bucket.tokens(ticks), self.outlet.manner)
        if picked.limited:
            self._hold_back([each for each in picked.limited if each.status is not Status.RATE_LIMITED])
            return self._bucket.wait_ms(ticks)
        if not picked.now:
            ends = [each.claimed_until_ms - now_ms for each in waiting if each.claimed_by]
            return max(1, min(LONGEST_WAIT_MS, *ends, picked.wait_ms or LONGEST_WAIT_MS))
        self._take(picked.now, now_ms, ticks)
        return 0

    def _hold_back(self, deliveries: Sequence[Delivery]) -> None:
        marked = [replace(each, status=Status.RATE_LIMITED, limited=True) for each in deliveries]
        self._replace(deliveries, self._ledger.mark(marked))

    def _take(self, batch: Sequence[Delivery], now_ms: int, ticks: int) -> None:
        """Claims, sends and settles one message. Raises StoreError before anything is sent."""
        lost = [each for each in batch if self.outlet.once and each.claimed_by]
        if lost:
            self._settle(lost, self._failed(lost, UNKNOWN_FATE, now_ms), now_ms)
            return
        claimed = self._ledger.claim(batch, now_ms)
        self._forget(batch)
        if not claimed:
            return
        if self.outlet.manner is Manner.PEOPLE:
            self._bucket.take(ticks)
        self._settle(claimed, self._attempted(claimed, now_ms), self._now_ms())

    def _attempted(self, batch: list[Delivery], now_ms: int) -> list[Delivery]:
        telling = told(batch)
        try:
            message = self.outlet.renderer.message(telling[-1].id, [each.news for each in telling], now_ms)
            receipt = self.outlet.channel.send(message)
        except PermanentFault as fault:
            return self._failed(batch, str(fault), self._now_ms())
        except TemporaryFault as fault:
            return self._retried(batch, fault)
        except Exception as error:
            # The outermost edge: a fault of a library, or of a message, must not end the thread of a channel.
            # Its text may hold an address with a token: only its kind and place are told.
            place = traceback.extract_tb(error.__traceback__)[-1]
            cause = f"unexpected {type(error).__name__} at {Path(place.filename).name}:{place.lineno}"
            return self._failed(batch, cause, self._now_ms())
        return self._sent(batch, receipt, telling[-1].id)

    def _sent(self, batch: list[Delivery], receipt: Receipt, id: str) -> list[Delivery]:
        self._failures = 0
        self.work.fault = ""
        self.work.sent += len(batch)
        self.work.summed += len(batch) - 1
        return [
            replace(
                each,
                status=Status.SUPPRESSED if receipt.dry_run else Status.SENT,
                settled_ms=self._now_ms(),
                claimed_by="",
                last_error="",
                receipt=receipt.text,
                summed_in="" if each.id == id else id,
            )
            for each in batch
        ]

    def _failed(self, batch: Sequence[Delivery], cause: str, now_ms: int) -> list[Delivery]:
        self.work.failed += len(batch)
        self.work.fault = cause
        log.error("notify %s: given up: %s", self.outlet.name, cause)
        return [
            replace(each, status=Status.FAILED, settled_ms=now_ms, claimed_by="", last_error=cause) for each in batch
        ]

    def _retried(self, batch: list[Delivery], fault: TemporaryFault) -> list[Delivery]:
        now_ms = self._now_ms()
        if self.outlet.once and fault.ambiguous:
            return self._failed(batch, f"{fault}; whether it arrived is unknown, and an action is not repeated", now_ms)
        self._failures += 1
        self.work.retries += 1
        self.work.fault = str(fault)
        pause_ms = backoff_ms(self._failures, self._chance(), fault.retry_after_ms)
        self._pause_until_ms = now_ms + pause_ms
        log.warning("notify %s: again in %.1f s: %s", self.outlet.name, pause_ms / 1000, fault)
        old = [each for each in batch if now_ms - each.queued_ms >= self.outlet.give_up_ms]
        again = [each for each in batch if now_ms - each.queued_ms < self.outlet.give_up_ms]
        next_ms = now_ms + max(pause_ms, backoff_ms(max(each.attempts for each in batch), self._chance()))
        later = [replace(each, next_attempt_ms=next_ms, claimed_by="", last_error=str(fault)) for each in again]
        return self._failed(old, f"too old: {fault}", now_ms) + later if old else later

    def _settle(self, before: Sequence[Delivery], after: list[Delivery], now_ms: int) -> None:
        try:
            written = self._ledger.settle(after, now_ms)
        except StoreError:
            self._unwritten += [each for each in after if not each.open]
            self._replace(before, [each for each in after if each.open])
            raise
        self._note_written(written)
        self._replace(before, [each for each in written if each.open])

    def _note_written(self, written: Iterable[Delivery]) -> None:
        """What is offered in an older state than we wrote was read from the ledger before we wrote it."""
        with self._something:
            self._written |= {each.id: each.version for each in written}
            for id in list(self._written)[: max(0, len(self._written) - MOST_REMEMBERED)]:
                del self._written[id]

    def _forget(self, deliveries: Iterable[Delivery]) -> None:
        with self._something:
            for each in deliveries:
                self._waiting.pop(each.id, None)

    def _replace(self, before: Iterable[Delivery], after: Iterable[Delivery]) -> None:
        with self._something:
            for each in before:
                self._waiting.pop(each.id, None)
            self._waiting |= {each.id: each for each in after}


def _monotonic_ms() -> int:
    return time.monotonic_ns() // 1_000_000
