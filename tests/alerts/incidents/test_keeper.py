"""Incidents of a store: heard from its journal, counted from its events, once, whoever restarts."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from fractions import Fraction

import pytest

from alerts.desk.acks import acknowledge, add_note
from alerts.desk.codec import encode_transition
from alerts.desk.desk import Desk
from alerts.desk.maintenance import Maintenance, announce
from alerts.desk.notice import Member
from alerts.desk.records import DeskPolicy
from alerts.incidents.codec import find, incident_of, load_open
from alerts.incidents.facts import FoldingRules
from alerts.incidents.figures import Promise, Watched, figures, spent_seconds, spent_share
from alerts.incidents.keeper import keep
from alerts.incidents.model import Figures, Incident, IncidentState
from alerts.model import Severity, Transition
from alerts.notify.delivery import Delivery, Status
from alerts.notify.news import News
from slo.objective import Objective
from slo.outcomes import Kind
from store.errors import StaleDocument
from store.journal import Change, Document, Entry
from store.memory import MemoryStore
from store.port import Store
from store.records import CUSTOMER, Batch, Events, Gap, Source
from tests.alerts.incidents.conftest import BANK, T0_MS, Story, at, cell, dcn, fires, product, resolves
from tests.alerts.notify.parts import notice

T0_S = T0_MS // 1000
TARGET = Promise(Objective.parse("99.999"), 30 * 86400)
WATCHED = Watched(bank=TARGET, products={"risk": Promise(Objective.parse("99.9"), 86400)}, slots_seconds=7200)
RULES = FoldingRules()
PLACES = ("dc1", "dc2", "dc3")


def fill(store: Store, failing: Iterable[tuple[str, str, str]], seconds: int = 40, watermark: int = 100) -> None:
    """Ten events a second of two products with two DCNs in three data centers; failing ones fail from 1 to 20."""
    bad = set(failing)
    for place in PLACES:
        store.register(Source(place, "exposition", place, 1000), T0_MS)
        events = tuple(
            Events(
                T0_S + s,
                p,
                place,
                d,
                "draw",
                "x",
                CUSTOMER,
                Kind.BAD if (p, place, d) in bad and 1 <= s < 20 else Kind.GOOD,
                10,
            )
            for s in range(seconds)
            for p in ("risk", "weyedai")
            for d in ("d1", "d2")
        )
        store.commit(Batch(place, 0, (), watermark_ms=at(watermark), events=events))


def counted(store: Store, *facts: Transition, now: float = 60) -> Figures:
    """What the store says of the incident that these facts make."""
    incident = Story().tick(now, *facts).only
    with store.reading() as reader:
        return figures(reader, incident, at(now), WATCHED)


ALL = [(p, place, d) for p in ("risk", "weyedai") for place in PLACES for d in ("d1", "d2")]
COUNTS = [
    ("a cell", [fires(cell("risk", "dc3"), 1)], [each for each in ALL if each[:2] == ("risk", "dc3")], 380, {"dc3"}),
    (
        "a cell with its DCNs and parents",
        [fires(cell("risk", "dc3"), 1), fires(dcn("risk", "dc3", "d1"), 1), fires(product("risk"), 1), fires(BANK, 1)],
        [each for each in ALL if each[:2] == ("risk", "dc3")],
        380,
        {"dc3"},
    ),
    ("a DCN", [fires(dcn("risk", "dc3", "d1"), 1)], [("risk", "dc3", "d1")], 190, {"dc3"}),
    (
        "a DCN of two products",
        [fires(dcn("risk", "dc3", "d1"), 1), fires(dcn("weyedai", "dc3", "d1"), 1)],
        [("risk", "dc3", "d1"), ("weyedai", "dc3", "d1")],
        380,
        {"dc3"},
    ),
    (
        "a data center",
        [fires(cell("risk", "dc3"), 1), fires(cell("weyedai", "dc3"), 1)],
        [each for each in ALL if each[1] == "dc3"],
        760,
        {"dc3"},
    ),
    (
        "a product everywhere",
        [fires(cell("risk", each), 1) for each in PLACES],
        [each for each in ALL if each[0] == "risk"],
        1140,
        set(PLACES),
    ),
    ("the bank", [fires(BANK, 1)], ALL, 2280, set(PLACES)),
]


@pytest.mark.parametrize(("what", "facts", "failing", "failed", "places"), COUNTS, ids=[each[0] for each in COUNTS])
def test_every_failed_event_counts_once(
    what: str, facts: list[Transition], failing: list[tuple[str, str, str]], failed: int, places: set[str]
) -> None:
    """Whatever levels the alerts speak of, and nothing of parts that did not fail."""
    store = MemoryStore()
    fill(store, failing)
    found = counted(store, *facts)
    assert (found.failed, set(found.data_centers), found.complete) == (failed, places, True)


def test_only_the_time_of_the_impact_counts() -> None:
    """From the first bad slice to the last one, in whole seconds taken outwards."""
    store = MemoryStore()
    fill(store, [("risk", "dc3", "d1")])
    found = counted(store, fires(cell("risk", "dc3"), 6, bad_from=5.5), resolves(cell("risk", "dc3"), 30, 10.2))
    assert (found.from_s - T0_S, found.to_s - T0_S, found.failed, found.total) == (5, 11, 60, 120)


def test_the_budget_that_was_spent_is_exact() -> None:
    """Events, seconds of full outage and share, of the bank and of the product with its own promise."""
    store = MemoryStore()
    fill(store, [("risk", "dc3", "d1")])
    bank, risk = counted(store, fires(cell("risk", "dc3"), 1)).spent
    assert (bank.product, bank.failed, bank.total_events) == ("", 190, 4800)
    assert spent_seconds(bank) == Fraction(190 * 2_592_000, 4800)
    assert spent_share(bank) == Fraction(190, 4800) * 100_000
    assert (risk.product, risk.target, risk.total_events, spent_share(risk)) == (
        "risk",
        "99.9",
        2400,
        Fraction(190, 2400) * 1000,
    )


def test_without_traffic_nothing_is_spent_and_nothing_is_claimed() -> None:
    """No events in the window: seconds and share are not known, not 0."""
    spent = counted(MemoryStore(), fires(cell("risk", "dc3"), 1)).spent[0]
    assert (spent.failed, spent_seconds(spent), spent_share(spent)) == (0, None, None)


def test_a_silent_source_makes_the_count_a_lower_bound() -> None:
    """Whoever was not read may have failed more; a source elsewhere does not matter."""
    store = MemoryStore()
    fill(store, [("risk", "dc3", "d1")], watermark=50)
    assert not counted(store, fires(cell("risk", "dc3"), 1), now=60).complete
    gap = Gap("dc1", at(10), at(12), exact=False, reason="refused")
    store.commit(Batch("dc1", 1, (), watermark_ms=at(100), gaps=(gap,)))
    store.commit(Batch("dc3", 1, (), watermark_ms=at(100)))
    assert counted(store, fires(cell("risk", "dc3"), 1)).complete
    assert not counted(store, fires(product("risk"), 1)).complete


def test_customers_and_provinces_are_not_known() -> None:
    """Unless a source has them; never 0."""
    found = counted(MemoryStore(), fires(cell("risk", "dc3"), 1))
    assert (found.customers, found.provinces) == (None, None)


def test_what_is_older_than_seconds_is_counted_in_whole_minutes() -> None:
    """And says so."""
    found = counted(MemoryStore(), fires(cell("risk", "dc3"), 1), resolves(cell("risk", "dc3"), 30, 20), now=9000)
    assert found.whole_minutes
    assert (found.from_s % 60, found.to_s % 60) == (0, 0)


def tell(store: Store, *transitions: Transition) -> None:
    """The entries that the desk writes."""
    store.write(Change(tuple(Entry(t.at_ms, "alert", t.key.id, "", encode_transition(t)) for t in transitions)))


def step(store: Store, second: float) -> tuple[Incident, ...]:
    """One step of the keeper, written."""
    with store.reading() as reader:
        kept = keep(reader, at(second), RULES, WATCHED)
    if kept.change != Change():
        store.write(kept.change)
    return kept.open


def delivery(second: float, status: str, *subjects: Transition) -> Change:
    """The entry of a delivery's attempt."""
    body = {"channel": "webhook", "status": status, "state": "firing", "alerts": [each.key.id for each in subjects]}
    return Change((Entry(at(second), "delivery", "d1", "", json.dumps(body)),))


def test_a_drain_that_the_hook_took_mitigates_and_tells_nobody() -> None:
    """As the ledger writes it; one that failed did nothing."""
    store = MemoryStore()
    fired = fires(cell("risk", "dc3"), 1)
    tell(store, fired)
    seen = Member(fired.key, fired.state, fired.severity, fired.at_ms, None, fired.evidence)
    asked = notice(members=(seen,), radius=fired.key.subject)
    hook = Delivery("drain/dc3/g", "drain", News(asked), at(1), status=Status.FAILED, drains="dc3")
    store.write(Change((hook.entry(at(2)),)))
    assert [each.state for each in step(store, 3)] == [IncidentState.ONGOING]
    store.write(Change((replace(hook, status=Status.SENT).entry(at(4)),)))
    (incident,) = step(store, 5)
    assert (incident.state, incident.mitigated_ms, incident.notified_ms) == (IncidentState.MITIGATED, at(4), None)


def test_the_journal_tells_it_all() -> None:
    """Firing, sent (a failed attempt tells nobody), taken up, noted, resolved."""
    store = MemoryStore()
    fill(store, [("risk", "dc3", "d1")])
    fired = fires(cell("risk", "dc3"), 1)
    tell(store, fired)
    store.write(delivery(1.5, "failed", fired))
    store.write(delivery(2, "sent", fired))
    (opened,) = step(store, 3)
    store.write(acknowledge(fired.key.id, "li.wei", "on it", at(9)))
    store.write(add_note(fired.key.id, "li.wei", "switched over", at(10)))
    step(store, 11)
    tell(store, resolves(cell("risk", "dc3"), 25, 20))
    step(store, 26)
    with store.reading() as reader:
        incident = find(reader.journal(), opened.id)
    assert incident is not None
    assert (incident.notified_ms, incident.acknowledged_ms, incident.owner) == (at(2), at(9), "li.wei")
    assert incident.restored_ms == at(20)
    assert incident.figures is not None
    assert incident.figures.failed == 190
    assert [line.text for line in incident.happenings if line.actor] == ["on it", "switched over"]


def test_a_step_without_news_writes_nothing() -> None:
    """Nothing is written for the sake of writing."""
    store = MemoryStore()
    step(store, 1)
    tell(store, fires(cell("risk", "dc3"), 1), fires(product("risk"), 1, "unknown", Severity.TICKET))
    step(store, 2)
    with store.reading() as reader:
        number = reader.journal().last_number()
        assert keep(reader, at(3), RULES, WATCHED).change == Change()
    assert step(store, 4)[0].version == 1
    with store.reading() as reader:
        assert reader.journal().last_number() == number


def test_two_keepers_cannot_both_write() -> None:
    """The second one's change is stale, and its next step finds nothing left to do."""
    store = MemoryStore()
    tell(store, fires(cell("risk", "dc3"), 1))
    with store.reading() as reader:
        one, two = (keep(reader, at(2), RULES, WATCHED) for _ in range(2))
    store.write(one.change)
    with pytest.raises(StaleDocument):
        store.write(two.change)
    with store.reading() as reader:
        assert keep(reader, at(2), RULES, WATCHED).change == Change()
        assert len(load_open(reader.journal())) == 1


class Tick:
    """Desk and keeper over one store, as the service runs them."""

    def __init__(self) -> None:
        self.store = MemoryStore()
        self.desk = Desk(DeskPolicy())

    def __call__(self, second: float, *transitions: Transition) -> list[Incident]:
        """One tick; returns the incidents whose data are bad."""
        with self.store.reading() as reader:
            self.desk.refresh(reader.journal())
        self.store.write(self.desk.apply(transitions, at(second)).change)
        return [each for each in step(self.store, second) if each.firing]


def test_the_desk_and_the_keeper_agree_on_one_failure() -> None:
    """A data center dies: one group, one incident; taking the group takes the incident."""
    tick = Tick()
    dead = [fires(cell(name, "dc3"), 1) for name in ("risk", "weyedai", "identity")]
    (incident,) = tick(2, *dead, fires(BANK, 1))
    (group,) = tick.desk.groups()
    tick.store.write(acknowledge(group.id, "li.wei", "", at(5)))
    (taken,) = tick(6)
    assert (taken.id, taken.owner, taken.acknowledged_ms) == (incident.id, "li.wei", at(5))
    assert tick(400, *(resolves(each.key.subject, 399, 30) for each in dead), resolves(BANK, 399, 30)) == []


MINUTE = 60 - T0_S % 60
"""Second of a story at which a window of ten minutes may begin."""
PLANNED = [
    ("over in time", 400, 390, False),
    ("resolved later, but bad in time only", 640, 598, False),
    ("still bad after the end", None, None, True),
    ("bad after the end, resolved before anybody looked", 640, 610, True),
]


@pytest.mark.parametrize(("what", "resolved", "bad_to", "opened"), PLANNED, ids=[each[0] for each in PLANNED])
@pytest.mark.parametrize("away", [False, True], ids=["live", "replayed"])
def test_announced_maintenance(what: str, resolved: int | None, bad_to: int | None, opened: bool, away: bool) -> None:
    """Opens nothing unless it overruns; then impact begins with the end of the window."""
    tick = Tick()
    window = Maintenance("m1", "x", "x", "wang", ("risk",), ("dc3",), T0_S + MINUTE, T0_S + MINUTE + 600, at(0))
    tick.store.write(announce(window, at(0)))
    story = [fires(cell("risk", "dc3"), MINUTE + 5)]
    if resolved is not None and bad_to is not None:
        story.append(resolves(cell("risk", "dc3"), MINUTE + resolved, MINUTE + bad_to))
    for each in () if away else story:
        tick((each.at_ms - T0_MS) / 1000, each)
    tick(MINUTE + 700, *(story if away else ()))
    with tick.store.reading() as reader:
        found = [incident_of(each) for each in reader.journal().documents("incident")]
    assert [each.impact_start_ms for each in found] == [at(MINUTE + 600)] * opened


def test_what_another_version_wrote_holds_up_nothing(caplog: pytest.LogCaptureFixture) -> None:
    """An entry and a document that cannot be read are logged once and passed over."""
    store = MemoryStore()
    foreign = tuple(Entry(at(1), kind, "x", "", "{}") for kind in ("alert", "delivery"))
    store.write(Change(foreign, (Document("incident", "strange", 0, at(0), True, "{}"),)))
    tell(store, fires(cell("risk", "dc3"), 1))
    (incident,) = step(store, 2)
    assert incident.areas == (cell("risk", "dc3"),)
    assert [record.levelname for record in caplog.records] == ["WARNING"] * 3
