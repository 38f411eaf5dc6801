"""Contracts against a store: exact where seconds are kept, bounded where they are not."""

from __future__ import annotations

import json
from fractions import Fraction

from reports.sla.assessing import Judging, assess, owed
from reports.sla.model import CONSECUTIVE, REQUESTS, Credit, Tenant
from reports.sla.view import to_json
from slo.availability import Verdict
from slo.objective import Objective
from slo.outcomes import Kind
from slo.windows import Window
from store.memory import MemoryStore
from store.records import Batch, Events, Incarnation, Level, Read, Retention, Source

ZONE = "UTC"
DAY_S = 1_714_521_600
CREDITS = (Credit(Objective.parse("99.99"), Fraction(5)), Credit(Objective.parse("99"), Fraction(50)))
STEP_MS = 1000


def tenant(measure: str = CONSECUTIVE, target: str = "99.9") -> Tenant:
    """A partner bank on the gateway."""
    return Tenant("bank", {"en": "Bank", "zh": "银行"}, "gateway", "", Objective.parse(target), measure, CREDITS)


def store_of(events: dict[int, tuple[int, int]], until_s: int = 86400) -> MemoryStore:
    """A day watched from midnight: second of the day -> good and bad."""
    store = MemoryStore(ZONE)
    begin_ms = DAY_S * 1000
    store.register(Source("dc1", "exposition", "dc1", STEP_MS), begin_ms)
    rows = tuple(
        Events(DAY_S + at, "gateway", "dc1", "", "call", "x", "customer", kind, number)
        for at, pair in events.items()
        for kind, number in zip((Kind.GOOD, Kind.BAD), pair, strict=True)
        if number
    )
    end_ms = begin_ms + until_s * 1000
    store.commit(
        Batch(
            "dc1",
            0,
            (Read(begin_ms, True), Read(end_ms, True)),
            end_ms,
            rows,
            incarnations=(Incarnation("dc1", begin_ms, None, None, begin_ms, end_ms),),
        )
    )
    return store


def judged(store: MemoryStore, whose: Tenant, excluded: tuple[Window, ...] = ()) -> dict[str, object]:
    """The document of a tenant's day, after it has been JSON."""
    judging = Judging(Window(DAY_S, DAY_S + 86400), ZONE, DAY_S + 86400, excluded)
    with store.reading() as reader:
        (found,) = assess(reader, [whose], judging)
    return dict(json.loads(json.dumps(to_json(found))))


def test_seconds_say_within_two_how_long_the_gateway_was_down() -> None:
    store = store_of({0: (100, 0), 3600: (0, 5), 3700: (0, 7), 3800: (50, 0)})
    found = judged(store, tenant())
    rule = found["consecutive"]
    assert isinstance(rule, dict)
    assert (rule["downtime_seconds_least"], rule["downtime_seconds_most"]) == (199, 201)
    assert (rule["low"], rule["high"]) == ("99.76736", "99.76967")
    assert (rule["finest_slice_seconds"], rule["exact"]) == (1, False)
    assert (found["verdict"], found["credit_percent"]) == ("missed", {"least": "5", "most": "5"})
    assert found["requests"] == {
        "good": 150,
        "bad": 12,
        "total": 162,
        "availability": "92.59259",
        "low": "92.59259",
        "high": "92.59259",
    }


def test_minutes_alone_bound_the_rule() -> None:
    store = store_of({0: (100, 0), 3600: (0, 5), 3700: (0, 7), 3800: (50, 0)})
    store.prune(Retention({Level.SLOT: 3600, Level.MINUTE: None, Level.HOUR: None, Level.DAY: None}), DAY_S + 86400)
    rule = judged(store, tenant())["consecutive"]
    assert isinstance(rule, dict)
    assert (rule["finest_slice_seconds"], rule["coarsest_slice_seconds"]) == (60, 60)
    assert rule["downtime_seconds_least"] <= 199
    assert 201 <= rule["downtime_seconds_most"] < 400


def test_without_failures_the_rule_is_decided() -> None:
    found = judged(store_of({0: (100, 0), 500: (100, 4)}), tenant())
    rule = found["consecutive"]
    assert isinstance(rule, dict)
    assert (rule["exact"], rule["low"], found["verdict"]) == (True, "100", "met")


def test_a_contract_by_requests_is_judged_by_them() -> None:
    store = store_of({0: (99_950, 50)})
    found = judged(store, tenant(REQUESTS))
    assert (found["verdict"], found["credit_percent"]) == ("met", {"least": "5", "most": "5"})
    assert judged(store, tenant(REQUESTS, "99.99"))["verdict"] == "missed"


def test_what_nobody_saw_proves_nothing() -> None:
    found = judged(store_of({0: (100, 0)}, until_s=80_000), tenant())
    assert found["unseen_seconds"] == 6400
    assert found["verdict"] == "not proven"
    assert found["credit_percent"] == {"least": "0", "most": "50"}


def test_announced_maintenance_is_neither_down_nor_judged() -> None:
    store = store_of({0: (100, 0), 3600: (0, 5), 3800: (50, 0)})
    rule = judged(store, tenant(), (Window(DAY_S + 3500, DAY_S + 3900),))["consecutive"]
    assert isinstance(rule, dict)
    assert (rule["downtime_seconds_most"], rule["judged_seconds"]) == (0, 86000)


def test_a_credit_begins_below_its_threshold() -> None:
    assert owed(CREDITS, Fraction(9999, 10000)) == 0
    assert owed(CREDITS, Fraction(9998, 10000)) == 5
    assert owed(CREDITS, Fraction(1, 2)) == 50
    assert owed(CREDITS, None) is None


def test_a_tenant_without_any_source_is_unknown() -> None:
    store = MemoryStore(ZONE)
    judging = Judging(Window(DAY_S, DAY_S + 86400), ZONE, DAY_S + 86400)
    with store.reading() as reader:
        (found,) = assess(reader, [tenant(REQUESTS)], judging)
    assert (found.verdict, found.unseen_seconds, found.owed.most_percent) == (Verdict.NOT_PROVEN, 86400, None)
