"""A whole data center goes: from a thousand transitions in one second, through the desk, to one page at the door."""

from __future__ import annotations

import time
from dataclasses import replace

from alerts.desk.desk import Desk
from alerts.desk.records import DeskPolicy
from alerts.model import AlertKey, AlertState, Evidence, Level, Severity, Subject, Transition
from alerts.notify.channels.automation import AutomationChannel
from alerts.notify.channels.webhook import WebhookChannel
from alerts.notify.delivery import Status
from alerts.notify.dispatcher import Dispatcher
from alerts.notify.picking import Manner
from alerts.notify.planning import Planner, stored_in
from alerts.notify.rendering import Renderer
from outgoing.posting import Poster
from outgoing.redaction import Redactor
from slo.counts import Counts
from store.port import Store
from tests.alerts.notify.parts import Door, ledger, outlet, statuses, until

DCNS = 100
PRODUCTS = 10


def transitions(state: AlertState, at_ms: int) -> list[Transition]:
    """Every product of every DCN of one data center, at the same instant."""
    evidence = Evidence(long=Counts(10, 90), budget_spent="0.02", bad_from_ms=at_ms - 2_000, bad_to_ms=at_ms)
    subjects = [Subject(Level.DCN, f"p{p}", "dc3", f"n{n}") for p in range(PRODUCTS) for n in range(DCNS)]
    keys = [AlertKey("cliff", subject, subject.product) for subject in subjects]
    return [Transition(key, state, Severity.CALL, at_ms, at_ms, evidence) for key in keys]


def test_a_thousand_alerts_of_one_data_center_are_one_page_and_one_drain(
    sqlite: Store, at_the_door: Door, chinese: Renderer
) -> None:
    """And one message when it is over; every transition, delivery and attempt is written."""
    people = outlet(WebhookChannel(Poster(f"{at_the_door.url}/page", Redactor()), "s"), chinese, name="people")
    hook = AutomationChannel(Poster(f"{at_the_door.url}/drain", Redactor(), reuse=False), "s", dry_run=False)
    drain = outlet(hook, chinese, name="drain", automation=True, once=True, manner=Manner.SINGLE)
    planner = Planner([people, drain], frozenset({"cliff"}))
    desk = Desk(DeskPolicy())
    dispatcher = Dispatcher([people, drain], ledger(sqlite))
    dispatcher.start()
    try:
        now_ms = time.time_ns() // 1_000_000 - 130_000
        for state, at_ms in (
            (AlertState.FIRING, now_ms),
            (AlertState.RESOLVED, now_ms + 26_000),
            (None, now_ms + 120_000),
        ):
            tick(sqlite, desk, planner, [] if state is None else transitions(state, at_ms), at_ms)
            dispatcher.wake()
            until(lambda: Status.QUEUED not in statuses(sqlite))
    finally:
        assert dispatcher.stop()
    pages = [ring.json for ring in at_the_door.rung if ring.path == "/page"]
    drains = [ring.json for ring in at_the_door.rung if ring.path == "/drain"]
    assert [page["news"][0]["notice"]["state"] for page in pages] == ["firing", "resolved"]
    assert pages[0]["news"][0]["notice"]["total"] == DCNS * PRODUCTS
    assert "曾中断 28.0 秒" in pages[1]["body"]
    assert [each["data_center"] for each in drains] == ["dc3"]
    with sqlite.reading() as reader:
        assert len(reader.journal().entries(kind="alert", most=10_000)) == 2 * DCNS * PRODUCTS
        assert len(reader.journal().entries(kind="delivery")) == 3


def tick(store: Store, desk: Desk, planner: Planner, taken: list[Transition], now_ms: int) -> None:
    """What the service does each second: everything that follows in one change."""
    outcome = desk.apply(taken, now_ms)
    with store.reading() as reader:
        planned = planner.deliveries(outcome.notices, now_ms, known=stored_in(reader.journal()))
    documents = (*outcome.change.documents, *(each.document() for each in planned))
    store.write(replace(outcome.change, documents=documents))
