"""From a written delivery to the other side: at once, once, in order, and whatever fails is retried and told."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest

from alerts.desk.notice import NoticeState
from alerts.model import Severity
from alerts.notify import worker
from alerts.notify.delivery import Status
from alerts.notify.dispatcher import NO_CHANNEL, Dispatcher
from alerts.notify.ledger import Ledger
from alerts.notify.outlet import Outlet
from alerts.notify.pacing import RateLimit
from alerts.notify.picking import Manner
from alerts.notify.planning import Planner
from alerts.notify.rendering import Renderer
from outgoing.errors import PermanentFault, TemporaryFault
from store.errors import StoreUnavailable
from store.journal import Change
from store.port import Store
from tests.alerts.notify.parts import (
    T0_MS,
    Tray,
    delivery,
    ledger,
    notice,
    outlet,
    settled,
    statuses,
    stored,
    until,
    write,
)

PLENTY = RateLimit(10_000, 1)


@pytest.fixture(autouse=True)
def quick_retries(monkeypatch: pytest.MonkeyPatch) -> None:
    """A hundredth of the usual waits."""
    usual: Callable[..., int] = worker.backoff_ms
    monkeypatch.setattr(worker, "backoff_ms", lambda *given: usual(*given) // 100)


@contextmanager
def running(store: Store, *outlets: Outlet, owner: str = "me", poll_seconds: float = 0.1) -> Iterator[Dispatcher]:
    """A dispatcher on a store."""
    made = Dispatcher(outlets, ledger(store, owner), poll_seconds=poll_seconds)
    made.start()
    try:
        yield made
    finally:
        assert made.stop()


@pytest.mark.alone  # it measures time
def test_a_message_reaches_the_door_within_50_ms_of_its_write(sqlite: Store, renderer: Renderer) -> None:
    """Woken, over a store in a file: the median of ten."""
    tray = Tray()
    took: list[float] = []
    with running(sqlite, outlet(tray, renderer, limit=PLENTY), poll_seconds=5) as dispatcher:
        for number in range(10):
            write(sqlite, delivery(f"d{number}", group=f"g{number}"))
            began = time.monotonic()
            dispatcher.wake()
            until(lambda wanted=number + 1: len(tray.messages) >= wanted)  # type: ignore[misc]
            took.append(time.monotonic() - began)
    assert sorted(took)[5] < 0.05, took


def test_a_message_that_nobody_woke_us_for_goes_with_the_next_look(store: Store, renderer: Renderer) -> None:
    """Another process wrote it."""
    tray = Tray()
    with running(store, outlet(tray, renderer)):
        write(store, delivery())
        until(lambda: settled(store, "d1"))
    assert stored(store, "d1").status is Status.SENT
    assert stored(store, "d1").receipt == "taken"
    assert tray.closed


def test_a_thousand_alerts_in_one_second_are_one_message_per_group(store: Store, renderer: Renderer) -> None:
    """A thousand notices of ten groups: every one settled in the ledger, none lost, ten told."""
    tray = Tray()
    deliveries = [delivery(f"d{number}", queued_ms=T0_MS + number, group=f"g{number % 10}") for number in range(1_000)]
    write(store, *deliveries)
    with running(store, outlet(tray, renderer, limit=PLENTY)):
        until(lambda: Status.QUEUED not in statuses(store))
    assert statuses(store) == [Status.SENT] * 1_000
    assert len(tray.messages) == 10


def test_what_is_over_the_limit_is_summed_into_one_message(store: Store, renderer: Renderer) -> None:
    """Three at once: two go alone, the last token carries the rest; later ones wait, are told so, and are not lost."""
    tray = Tray()
    write(store, *(delivery(f"d{number}", queued_ms=T0_MS + number, group=f"g{number}") for number in range(20)))
    with running(store, outlet(tray, renderer, limit=RateLimit(3, 300))) as dispatcher:
        until(lambda: len(tray.messages) == 3)
        assert len(tray.messages[2].news) == 18
        assert "18 notices" in tray.messages[2].title
        write(store, *(delivery(f"late{number}", group=f"late{number}") for number in range(5)))
        dispatcher.wake()
        until(lambda: all(status is Status.SENT for status in statuses(store)))
    assert len(tray.messages) == 4
    late = stored(store, "late0")
    assert late.limited
    assert late.summed_in == "late4"
    assert stored(store, "late4").summed_in == ""


def test_the_most_severe_goes_first(store: Store, renderer: Renderer) -> None:
    """Whatever was queued before it."""
    tray = Tray()
    write(
        store,
        delivery("ticket", group="a", severity=Severity.TICKET),
        delivery("call", group="b", queued_ms=T0_MS + 1),
    )
    with running(store, outlet(tray, renderer)):
        until(lambda: len(tray.messages) == 2)
    assert [message.id for message in tray.messages] == ["call", "ticket"]


def test_a_slow_channel_delays_no_other(store: Store, renderer: Renderer) -> None:
    """One hangs; the other's message is there at once."""
    release = threading.Event()
    slow, quick = Tray(hold=release), Tray()
    write(store, delivery("a", channel="slow"), delivery("b", channel="quick"))
    outlets = outlet(slow, renderer, name="slow"), outlet(quick, renderer, name="quick")
    with running(store, *outlets):
        until(lambda: len(quick.messages) == 1)
        assert slow.messages == []
        release.set()
        until(lambda: settled(store, "a"))


def test_a_failed_attempt_is_repeated_and_each_is_an_entry(store: Store, renderer: Renderer) -> None:
    """Two temporary faults, then taken."""
    tray = Tray(faults=[TemporaryFault("away"), TemporaryFault("still away")])
    write(store, delivery())
    with running(store, outlet(tray, renderer)):
        until(lambda: settled(store, "d1"))
    assert stored(store, "d1").attempts == 3
    with store.reading() as reader:
        bodies = [numbered.entry.body for numbered in reader.journal().entries(kind="delivery", subject="d1")]
    assert ['"status":"queued"' in body for body in bodies] == [True, True, False]
    assert '"error":"still away"' in bodies[1]


def test_a_refused_message_is_not_repeated(store: Store, renderer: Renderer) -> None:
    """A permanent fault ends it, and says why."""
    tray = Tray(faults=[PermanentFault("HTTP 403")])
    write(store, delivery())
    with running(store, outlet(tray, renderer)) as dispatcher:
        until(lambda: settled(store, "d1"))
        assert dispatcher.status()[0].work.fault == "HTTP 403"
    assert (stored(store, "d1").status, stored(store, "d1").last_error) == (Status.FAILED, "HTTP 403")


def test_an_unexpected_fault_ends_the_message_and_not_the_channel(store: Store, renderer: Renderer) -> None:
    """Its text may hold a secret and is kept out."""
    tray = Tray(faults=[KeyError("token=verysecret")])
    write(store, delivery())
    with running(store, outlet(tray, renderer)) as dispatcher:
        until(lambda: settled(store, "d1"))
        write(store, delivery("d2"))
        dispatcher.wake()
        until(lambda: settled(store, "d2"))
    assert stored(store, "d1").last_error.startswith("unexpected KeyError at parts.py:")
    assert stored(store, "d2").status is Status.SENT


def test_what_could_not_be_sent_for_too_long_is_given_up(store: Store, renderer: Renderer) -> None:
    """Queued in the past, over the age."""
    tray = Tray(faults=[TemporaryFault("away")])
    write(store, delivery(queued_ms=T0_MS))
    with running(store, outlet(tray, renderer, give_up_ms=1)):
        until(lambda: settled(store, "d1"))
    assert stored(store, "d1").last_error == "too old: away"


def test_the_end_overtakes_what_was_not_sent_yet(store: Store, renderer: Renderer) -> None:
    """Nobody reads "fires" after "is over": one message says how long it was down."""
    tray = Tray()
    over = {"state": NoticeState.RESOLVED, "over_ms": T0_MS + 26_000, "firing": 0}
    write(store, delivery("a"), delivery("b", queued_ms=T0_MS + 1, **over))
    with running(store, outlet(tray, renderer)):
        until(lambda: settled(store, "a") and settled(store, "b"))
    assert len(tray.messages) == 1
    assert "Was down 26.0 s" in tray.messages[0].body
    assert stored(store, "a").summed_in == "b"


def test_nothing_is_sent_twice_after_a_restart(sqlite: Store, renderer: Renderer) -> None:
    """A second dispatcher on the same file finds nothing to do."""
    tray = Tray()
    write(sqlite, *(delivery(f"d{number}", group=f"g{number}") for number in range(5)))
    with running(sqlite, outlet(tray, renderer, limit=PLENTY), owner="first"):
        until(lambda: statuses(sqlite) == [Status.SENT] * 5)
    with running(sqlite, outlet(tray, renderer, limit=PLENTY), owner="second"):
        time.sleep(0.3)
    assert tray.attempts == 5


def test_two_processes_on_one_store_send_each_message_once(sqlite: Store, renderer: Renderer) -> None:
    """Claims by version decide."""
    first, second = Tray(), Tray()
    here = running(sqlite, outlet(first, renderer, limit=PLENTY), owner="first")
    there = running(sqlite, outlet(second, renderer, limit=PLENTY), owner="second")
    with here as one, there as two:
        write(sqlite, *(delivery(f"d{number}", group=f"g{number}") for number in range(30)))
        one.wake()
        two.wake()
        until(lambda: statuses(sqlite) == [Status.SENT] * 30)
    told = [message.id for message in (*first.messages, *second.messages)]
    assert len(told) == len(set(told)) == 30


def test_what_a_dead_process_had_in_hand_is_sent_when_its_claim_ends(store: Store, renderer: Renderer) -> None:
    """At least once at the network's edge."""
    tray = Tray()
    write(store, delivery())
    now_ms = time.time_ns() // 1_000_000
    Ledger(store, "dead", claim_ms=400).claim([replace(delivery(), version=1)], now_ms)
    with running(store, outlet(tray, renderer)):
        until(lambda: settled(store, "d1"))
    assert time.time_ns() // 1_000_000 >= now_ms + 400
    assert stored(store, "d1").attempts == 2


def test_an_action_that_a_dead_process_had_in_hand_is_not_repeated(store: Store, renderer: Renderer) -> None:
    """At most once: people must look."""
    tray = Tray()
    write(store, delivery())
    Ledger(store, "dead", claim_ms=1).claim([replace(delivery(), version=1)], T0_MS)
    with running(store, outlet(tray, renderer, once=True, manner=Manner.SINGLE)):
        until(lambda: settled(store, "d1"))
    assert tray.attempts == 0
    assert "whether it arrived is unknown" in stored(store, "d1").last_error


@pytest.mark.parametrize(("ambiguous", "attempts"), [(True, 1), (False, 2)])
def test_an_action_is_tried_again_only_when_it_surely_did_not_arrive(
    store: Store, renderer: Renderer, ambiguous: bool, attempts: int
) -> None:
    """A lost answer is no reason to drain twice; a refused connection is."""
    tray = Tray(faults=[TemporaryFault("away", ambiguous=ambiguous)])
    write(store, delivery())
    with running(store, outlet(tray, renderer, once=True, manner=Manner.SINGLE)):
        until(lambda: settled(store, "d1"))
    assert tray.attempts == attempts


def test_what_was_queued_for_a_channel_that_is_gone_is_put_away(store: Store, renderer: Renderer) -> None:
    """Suppressed, with the reason, rather than waiting for ever."""
    write(store, delivery(channel="gone"))
    with running(store, outlet(Tray(), renderer)):
        until(lambda: settled(store, "d1"))
    assert (stored(store, "d1").status, stored(store, "d1").last_error) == (Status.SUPPRESSED, NO_CHANNEL)


class AwayStore:
    """A real store that cannot be written for a while."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.away = False

    def write(self, change: Change) -> int:
        """Refuses while it is away."""
        if self.away:
            raise StoreUnavailable("test", "full")
        return self.store.write(change)

    def reading(self):  # type: ignore[no-untyped-def]
        """As the store does."""
        return self.store.reading()


def test_a_store_that_fails_after_the_sending_makes_no_second_message(store: Store, renderer: Renderer) -> None:
    """What was sent is remembered until it can be written."""
    frail, release = AwayStore(store), threading.Event()
    tray = Tray(hold=release)
    write(store, delivery())
    made = Dispatcher([outlet(tray, renderer)], Ledger(frail, "me"), poll_seconds=0.05)
    made.start()
    until(lambda: tray.attempts == 1)
    frail.away = True
    release.set()
    time.sleep(0.2)
    frail.away = False
    until(lambda: settled(store, "d1"))
    assert made.stop()
    assert tray.attempts == 1


def test_a_planned_notice_becomes_one_delivery_per_channel_that_wants_it(store: Store, renderer: Renderer) -> None:
    """Planned again, after a restart, it has the same ids."""
    outlets = [outlet(Tray(), renderer, name="a"), outlet(Tray(), renderer, name="b")]
    planned = Planner(outlets).deliveries([notice("n1"), notice("n1")], T0_MS)
    assert [each.id for each in planned] == ["a/n1", "b/n1"]
    assert Planner(outlets).deliveries([notice("n1")], T0_MS, known=lambda id: id == "a/n1") == planned[1:]
