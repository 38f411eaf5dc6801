"""One process of all sends; a fault or a defect ends no thread; nobody waits for it."""

from __future__ import annotations

import logging
import threading
import time

import pytest

from reports.delivery.reporter import Reporter
from store.errors import StoreUnavailable
from store.leadership import LeaseTiming
from store.port import Store
from tests.alerts.notify.parts import until

QUICK = LeaseTiming(300, 100)


def test_of_two_processes_one_looks_and_the_other_takes_over(store: Store) -> None:
    """Once the first one stops."""
    looks: list[str] = []
    first = Reporter(store, lambda _: looks.append("first"), owner="first", timing=QUICK, every_seconds=0.01)
    second = Reporter(store, lambda _: looks.append("second"), owner="second", timing=QUICK, every_seconds=0.01)
    first.start()
    second.start()
    try:
        until(lambda: len(looks) >= 3)
        assert (first.leads, second.leads, set(looks)) == (True, False, {"first"})
        first.stop()
        until(lambda: "second" in looks)
    finally:
        first.stop()
        second.stop()


def test_faults_and_defects_are_said_once_and_tried_again(store: Store, caplog: pytest.LogCaptureFixture) -> None:
    """A store that is away, then a defect, each several times."""
    faults: list[Exception] = [StoreUnavailable("x", "locked")] * 3 + [ZeroDivisionError("defect")] * 3
    looks: list[int] = []

    def send(now_ms: int) -> None:
        looks.append(now_ms)
        if faults:
            raise faults.pop(0)

    reporter = Reporter(store, send, timing=QUICK, every_seconds=0.01)
    with caplog.at_level(logging.WARNING):
        reporter.start()
        try:
            until(lambda: len(looks) >= 8)
        finally:
            reporter.stop()
    told = [record.getMessage() for record in caplog.records if record.name.endswith("reporter")]
    assert told == ["reports cannot be sent: store x: locked", "reports could not be sent by a defect"]


def test_starting_and_looking_on_waits_for_no_report(store: Store) -> None:
    """A report that takes for ever holds up its own thread alone."""
    hold = threading.Event()
    began = time.monotonic()
    reporter = Reporter(store, lambda _: hold.wait(120), timing=QUICK, every_seconds=0.01)
    reporter.start()
    try:
        until(lambda: reporter.leads)
        assert time.monotonic() - began < 100
    finally:
        hold.set()
        reporter.stop()


def test_who_does_not_lead_sends_nothing(store: Store) -> None:
    """A tick without the lease."""
    Reporter(store, lambda _: pytest.fail("sent")).tick(0)
