"""Minutes to the next escalation, as the desk itself would take the step."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import orjson
import pytest

from alerts.desk.acks import acknowledge
from alerts.desk.desk import Desk
from alerts.desk.escalation import Chain, Step
from alerts.desk.records import DeskPolicy
from alerts.incidents.facts import FoldingRules
from alerts.incidents.figures import Promise, Watched
from alerts.incidents.keeper import keep
from alerts.model import AlertKey, AlertState, Evidence, Level, Severity, Subject, Transition
from dashboard.render import as_bytes
from slo.counts import Counts
from slo.objective import Objective

Bank = Any
CHAIN = Chain((Step(0, ("on_call",)), Step(300_000, ("lead",)), Step(900_000, ("manager",))), repeat_ms=600_000)


def tick(bank: Bank, at_ms: int, chain: Chain, *transitions: Transition) -> None:
    """What the engine's service writes, with a desk of this chain."""
    with bank.store.reading() as reader:
        desk = Desk.restore(DeskPolicy(chain=chain), reader.journal())
        desk.refresh(reader.journal())
    bank.store.write(desk.apply(transitions, at_ms).change)
    watched = Watched(Promise(Objective.parse("99.999"), 30 * 86400), {}, 7200)
    with bank.store.reading() as reader:
        bank.store.write(keep(reader, at_ms, FoldingRules(), watched).change)


def fire(bank: Bank, at_ms: int, chain: Chain, severity: Severity) -> str:
    """One failure of a product; the id of its alert."""
    key = AlertKey("cliff", Subject(Level.PRODUCT, "micro"), "micro-availability")
    seen = Evidence(Counts(good=10, bad=90), Counts(bad=9), "0.02", at_ms - 500, at_ms)
    tick(bank, at_ms, chain, Transition(key, AlertState.FIRING, severity, at_ms, at_ms + 100, seen))
    return key.id


def next_step(bank: Bank, chain: Chain, now_s: int) -> Any:
    setting = replace(bank.setting, chain=chain)
    (incident,) = orjson.loads(as_bytes(bank.snapshot(now_s), setting))["incidents"]
    return incident["escalation"]


@pytest.mark.parametrize(
    ("chain", "severity", "expected"),
    [
        (CHAIN, Severity.CALL, {"at": "2026-11-21T04:05:00.000Z", "roles": ["lead"]}),
        (Chain(), Severity.CALL, None),  # nobody else is named
        (CHAIN, Severity.TICKET, None),  # a ticket escalates to nobody, and opens no incident
    ],
)
def test_an_incident_says_when_the_next_people_are_told(
    bank: Bank, noon_s: int, chain: Chain, severity: Severity, expected: object
) -> None:
    """Of the shipped shape: five minutes to the lead."""
    fire(bank, noon_s * 1000, chain, severity)
    found = orjson.loads(as_bytes(bank.snapshot(noon_s + 2), replace(bank.setting, chain=chain)))["incidents"]
    assert [each["escalation"] for each in found] == ([] if severity is Severity.TICKET else [expected])


def test_an_acknowledgement_ends_the_countdown(bank: Bank, noon_s: int) -> None:
    alert = fire(bank, noon_s * 1000, CHAIN, Severity.CALL)
    assert next_step(bank, CHAIN, noon_s + 2) is not None
    bank.store.write(acknowledge(alert, "li", "", noon_s * 1000 + 3000))
    tick(bank, noon_s * 1000 + 3500, CHAIN)
    assert next_step(bank, CHAIN, noon_s + 4) is None
