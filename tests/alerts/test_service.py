"""The service as it runs: its thread, a real store, a real door; pages are committed as a collector does."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from alerts.desk.desk import ALERT
from alerts.desk.maintenance import Maintenance, announce
from alerts.desk.records import DeskPolicy
from alerts.evaluating import memory
from alerts.evaluating.notifying import NotifySetting
from alerts.evaluating.setting import AlertSetting
from alerts.evaluating.unheard import NO_CHANNELS
from alerts.incidents import acts, codec
from alerts.incidents.model import Incident, IncidentState
from alerts.kinds.facts import Estate
from alerts.model import Severity
from alerts.notify.building import ChannelSpec
from alerts.notify.outlet import Wants
from alerts.notify.pacing import RateLimit
from alerts.policy import Policy, Slo
from alerts.service import AlertPace, AlertService
from outgoing.secrets import SecretPlace
from settings import load_catalog
from slo.objective import Objective
from slo.outcomes import Kind
from slo.windows import SHANGHAI
from store.errors import StoreUnavailable
from store.journal import Change, Document, Numbered
from store.leadership import LeaseTiming
from store.leases import Beat
from store.opening import open_store
from store.port import Store
from store.records import CUSTOMER, Batch, Events, Read, Source
from tests.alerts.notify.parts import Door, door

CATALOG = load_catalog(Path(__file__).resolve().parents[2] / "config" / "catalog.yaml")
PER_SECOND = 200
CENTERS = ("dc1", "dc2")
QUICK = LeaseTiming(ttl_ms=1500, renew_ms=200)
PACE = AlertPace(poll_seconds=0.005, coalesce_seconds=0.0, tick_seconds=0.1)


def until(condition: Callable[[], Any], seconds: float = 60.0) -> Any:
    """Waits for something true and returns it."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value or time.monotonic() > deadline:
            assert value, "it never came"
            return value
        time.sleep(0.01)


@dataclass
class Bank:
    """Two data centers, a store, a clock that goes with the pages, and whoever evaluates."""

    store: Store
    policy: Policy
    at_s: int = field(default_factory=lambda: int(time.time()) - 3000)
    url: str = ""
    services: list[AlertService] = field(default_factory=list)
    told: list[list[str]] = field(default_factory=list)
    versions: dict[str, int] = field(default_factory=lambda: dict.fromkeys(CENTERS, 0))

    def evaluate(self, store: Store | None = None) -> AlertService:
        """One more process that evaluates."""
        made = AlertService(
            store or self.store,
            self.setting(),
            self.channels(),
            timing=QUICK,
            pace=PACE,
            told=lambda: self.told.append(self.fired()),
            now_ms=lambda: self.at_s * 1000 + 200,
        )
        self.services.append(made)
        made.start()
        return made

    def setting(self) -> AlertSetting:
        """One product at five nines; only the cliff, so that what is over is over within a minute."""
        cliff = Policy("test", self.policy.tiers[:1], 5)
        slo = Slo("weilidai", "weilidai", Objective.parse("99.999"), 30 * 86400, cliff, {})
        desk = DeskPolicy(tiers=("cliff",), settle_ms=5_000)
        return AlertSetting(CATALOG, cliff, (slo,), Estate(("weilidai",), (slo,)), 7200, desk=desk)

    def channels(self) -> NotifySetting:
        """A webhook, where somebody listens."""
        if not self.url:
            return NotifySetting(CATALOG, {})
        where, secret = f"{self.url}/bus", SecretPlace(env="SECRET")
        wants = Wants(severity=Severity.PAGE)  # what a budget loses by it is told too, as a notice
        spec = ChannelSpec("bus", "webhook", where, secret, "en", wants, RateLimit(100, 1))
        return NotifySetting(CATALOG, {"SECRET": "between us"}, [spec])

    def pages(self, seconds: int, bad: int = 0, where: str = "dc2") -> None:
        """So many seconds of both data centers; in one of them so many requests of each second fail."""
        for _ in range(seconds):
            self.at_s += 1
            for center in CENTERS:
                self._page(center, bad if center == where else 0)
            until(lambda: not self.services or any(map(self._is_through, self.services)))

    def _is_through(self, service: AlertService) -> bool:
        return service.leads and (service.evaluated_ms or 0) >= self.at_s * 1000

    def _page(self, center: str, bad: int) -> None:
        kinds = ((Kind.GOOD, "ok", PER_SECOND - bad), (Kind.BAD, "system_error", bad))
        counted = tuple(
            Events(self.at_s - 1, "weilidai", center, f"{center}-a", "apply", outcome, CUSTOMER, kind, number)
            for kind, outcome, number in kinds
        )
        read = (Read(self.at_s * 1000, True),)
        self.versions[center] = self.store.commit(Batch(center, self.versions[center], read, self.at_s * 1000, counted))

    def refuses(self, center: str) -> None:
        """One read that says that nobody listens there."""
        read = (Read(self.at_s * 1000, False, "refused: 127.0.0.1:8101: Connection refused"),)
        token = self.store.leases()[center].token
        self.versions[center] = self.store.commit(Batch(center, self.versions[center], read, token=token))

    def entries(self, kind: str) -> list[Numbered]:
        """What the journal holds of one kind."""
        with self.store.reading() as reader:
            return reader.journal().entries(kind=kind, most=100_000)

    def fired(self) -> list[str]:
        """State of every transition of the data center's cliff, oldest first."""
        bodies = [json.loads(each.entry.body) for each in self.entries(ALERT)]
        return [body["state"] for body in bodies if body["key"].startswith("cliff:product_data_center:")]

    def documents(self, kind: str) -> list[Document]:
        """Every document of one kind."""
        with self.store.reading() as reader:
            return reader.journal().documents(kind)

    def incidents(self) -> list[Incident]:
        """Every incident."""
        with self.store.reading() as reader:
            return codec.listed(reader.journal(), None, None, 100)

    def end(self) -> None:
        """Nobody evaluates any more."""
        for service in self.services:
            service.stop()


@pytest.fixture
def bank(tmp_path: Path, policy: Policy) -> Iterator[Bank]:
    """A store in a file; nobody evaluates yet, nobody listens."""
    store = open_store(tmp_path / "s.sqlite", SHANGHAI, upgrade=True)
    made = Bank(store, policy)
    for name in CENTERS:
        store.register(Source(name, "exposition", name, 1000), made.at_s * 1000)
    yield made
    made.end()
    store.close()


@pytest.fixture
def listening(bank: Bank) -> Iterator[Door]:
    """Somebody who listens at the bank's webhook."""
    with door() as here:
        bank.url = here.url
        yield here
        bank.end()
        bank.services.clear()


def states(door: Door) -> list[str]:
    """What was told, in order."""
    return [news["notice"]["state"] for rung in door.rung for news in rung.json["news"]]


def test_an_outage_is_a_transition_an_incident_and_a_message(bank: Bank, listening: Door) -> None:
    """And one change of the journal: whoever sees the transition sees the incident and the delivery too."""
    bank.evaluate()
    bank.pages(10)
    bank.pages(3, bad=PER_SECOND)
    rung = listening.wait(1)[0]
    (incident,) = bank.incidents()
    assert bank.fired() == ["firing"]
    until(lambda: ["firing"] in bank.told)  # whoever shows alerts is woken when they can be read
    assert incident.impact_start_ms == (bank.at_s - 3) * 1000
    assert incident.figures is not None
    assert incident.figures.data_centers == ("dc2",)
    (news,) = rung.json["news"]
    assert (news["incident"], news["notice"]["radius"]["data_center"]) == (incident.id, "dc2")
    first = min(each.number for each in bank.entries(ALERT))
    page = bank.entries("notice")[0].number
    together = [each for each in bank.entries("") if first <= each.number <= page]
    assert page - first == len(together) - 1
    assert {each.entry.kind for each in together} == {ALERT, "notice"}


def test_recovery_closes_everything_and_says_how_long_it_was(bank: Bank, listening: Door) -> None:
    """The last message holds the length of the outage, to the second."""
    bank.evaluate()
    bank.pages(10)
    bank.pages(7, bad=PER_SECOND)
    bank.pages(30)
    until(lambda: "resolved" in states(listening))
    assert states(listening)[0] == "firing"
    (incident,) = bank.incidents()
    assert (incident.state, (incident.restored_ms or 0) - (incident.impact_start_ms or 0)) == (
        IncidentState.RESTORED,
        7_000,
    )
    over = listening.rung[-1].json
    assert over["ended"]
    assert "7" in over["body"]
    assert not [each for each in bank.documents(ALERT) if each.open and each.id.startswith("cliff")]


def test_a_restart_in_an_outage_tells_nothing_twice(bank: Bank, listening: Door) -> None:
    """The next process goes on from the journal: same incident, no second page, and the end is told."""
    first = bank.evaluate()
    bank.pages(10)
    bank.pages(5, bad=PER_SECOND)
    listening.wait(1)
    first.stop()
    bank.services.clear()
    bank.pages(4, bad=PER_SECOND)
    bank.evaluate()
    bank.pages(4, bad=PER_SECOND)
    bank.pages(30)
    until(lambda: "resolved" in states(listening))
    assert states(listening).count("firing") == 1
    assert len(bank.incidents()) == 1
    assert bank.fired() == ["firing", "resolved"]


@pytest.mark.parametrize("reads_on", [True, False], ids=["the same collector", "another collector"])
def test_a_data_center_that_dies_in_the_moment_of_a_restart_is_told_at_once(bank: Bank, reads_on: bool) -> None:
    """When whoever reads it did not start anew as well: then it may be starting, and nobody is told."""
    (first,) = bank.store.acquire(["dc1"], "collector", Beat("clock", 0)).values()
    bank.pages(3)
    service = bank.evaluate()
    if not reads_on:
        bank.store.release({"dc1": first})
        bank.store.acquire(["dc1"], "another", Beat("clock", 1))
    bank.at_s += 1
    bank.refuses("dc1")
    until(lambda: service.work.ticks > 0 and service.evaluated_ms is not None)
    ticks = service.work.ticks
    until(lambda: service.work.ticks >= ticks + 2)
    told = [each.entry.subject for each in bank.entries(ALERT)]
    assert told == (["unreachable:data_center::dc1:::"] if reads_on else [])


def test_what_came_and_went_while_nobody_looked_is_told_as_over(bank: Bank, listening: Door) -> None:
    """An incident is recorded with its true begin and end, and the message says that it was found late."""
    first = bank.evaluate()
    bank.pages(10)
    first.stop()
    bank.services.clear()
    bank.pages(20, bad=PER_SECOND)
    bank.pages(60)
    bank.evaluate()
    bank.pages(1)
    rung = listening.wait(1)[0]
    (news,) = rung.json["news"]
    assert (news["notice"]["state"], news["notice"]["replayed"]) == ("over", True)
    (incident,) = bank.incidents()
    assert (incident.restored_ms or 0) - (incident.impact_start_ms or 0) == 20_000


def test_of_two_services_one_evaluates_and_the_other_takes_over(bank: Bank, listening: Door) -> None:
    """Without a second message."""
    one, two = bank.evaluate(), bank.evaluate()
    until(lambda: one.leads)
    bank.pages(10)
    bank.pages(3, bad=PER_SECOND)
    listening.wait(1)
    assert (one.leads, two.leads, two.work.ticks) == (True, False, 0)
    assert two.holder == one.owner
    bank.services.remove(one)
    one.stop()
    until(lambda: two.leads)
    bank.pages(5, bad=PER_SECOND)
    bank.pages(30)
    until(lambda: "resolved" in states(listening))
    assert states(listening).count("firing") == 1
    assert bank.fired() == ["firing", "resolved"]


@dataclass
class Between:
    """A store before which something happens at a write of what evaluates."""

    store: Store
    happens: Callable[[Change], None]

    def __getattr__(self, name: str) -> Any:
        return getattr(self.store, name)

    def write(self, change: Change) -> int:
        """First what happens, then the write."""
        self.happens(change)
        return self.store.write(change)


def test_what_a_person_does_in_the_same_instant_is_not_lost(bank: Bank) -> None:
    """A note is written between reading and writing; the tick is folded again over it."""
    noted = threading.Event()

    def note(change: Change) -> None:
        if noted.is_set() or not any(each.kind == codec.KIND and each.version for each in change.documents):
            return
        noted.set()
        (incident,) = bank.incidents()
        told, entry = acts.add_note(incident, bank.at_s * 1000, "wang", "the switch in hall 2")
        bank.store.write(Change((entry,), (codec.document_of(told),)))

    service = bank.evaluate(Between(bank.store, note))  # type: ignore[arg-type]  # a store in all that is asked of it
    bank.pages(10)
    bank.pages(6, bad=PER_SECOND)
    bank.pages(30)
    until(noted.is_set)
    (incident,) = bank.incidents()
    assert service.work.folds_again >= 1
    assert [each.text for each in incident.happenings if each.actor == "wang"] == ["the switch in hall 2"]
    assert bank.fired() == ["firing", "resolved"]
    assert incident.state is IncidentState.RESTORED


def test_a_store_that_cannot_be_written_delays_and_loses_nothing(bank: Bank) -> None:
    """The fault is said while it lasts; afterwards everything is there once."""
    broken = threading.Event()

    def refuse(change: Change) -> None:
        if broken.is_set() and change.lease:
            raise StoreUnavailable("s.sqlite", "disk is full")

    service = bank.evaluate(Between(bank.store, refuse))  # type: ignore[arg-type]  # a store in all that is asked of it
    bank.pages(10)
    broken.set()
    bank.services.clear()  # nobody waits for ticks that fail
    bank.pages(3, bad=PER_SECOND)
    until(lambda: "disk is full" in service.fault)
    assert bank.fired() == []
    broken.clear()
    bank.services.append(service)
    until(lambda: bank.fired() == ["firing"])
    until(lambda: not service.fault)
    assert len(bank.incidents()) == 1


def test_without_a_channel_the_ledger_says_that_nobody_was_told(bank: Bank) -> None:
    """A page that nobody got must not look like one that was sent."""
    bank.evaluate()
    bank.pages(10)
    bank.pages(3, bad=PER_SECOND)
    (first, *_) = until(lambda: bank.documents("delivery"))
    body = json.loads(first.body)
    assert (body["channel"], body["status"], body["last_error"]) == ("nobody", "suppressed", NO_CHANNELS)


def test_a_state_that_cannot_be_read_leaves_no_alert_open_for_ever(bank: Bank) -> None:
    """What the desk has firing is taken over, so that good data close it."""
    first = bank.evaluate()
    bank.pages(10)
    bank.pages(5, bad=PER_SECOND)
    first.stop()
    bank.services.clear()
    with bank.store.reading() as reader:
        kept = memory.read(reader.journal())
    bank.store.write(Change((), (Document(memory.KIND, memory.KIND, kept.version, 0, True, '{"version": 99}'),)))
    bank.evaluate()
    bank.pages(30)
    assert bank.fired() == ["firing", "resolved"]


def test_a_quiet_evaluation_shows_that_it_lives(bank: Bank) -> None:
    """The engine's document is written every few seconds, whatever happens: screens and standbys read it."""
    service = bank.evaluate()
    bank.pages(12)
    with bank.store.reading() as reader:
        kept = memory.read(reader.journal())
    assert kept.evaluated_ms is not None
    assert bank.at_s * 1000 - kept.evaluated_ms <= 6_000
    assert (service.fault, service.work.failures) == ("", 0)
    assert service.tick_age_seconds() is not None


def test_maintenance_is_booked_a_day_after_it_ended(bank: Bank) -> None:
    """Once, with the failures that it took out."""
    begin_s = -(-(bank.at_s + 1) // 60) * 60
    window = Maintenance("w1", "switch", "new switch", "wang", ("weilidai",), ("dc2",), begin_s, begin_s + 60, 0)
    bank.store.write(announce(window, bank.at_s * 1000))
    bank.at_s = begin_s
    bank.pages(3, bad=50)
    bank.at_s += 2 * 86_400
    bank.evaluate()
    (booked,) = until(lambda: bank.documents("excluded"))
    ((_, product, center, _, bad, *_),) = json.loads(booked.body)
    assert (product, center, bad) == ("weilidai", "dc2", 150)
