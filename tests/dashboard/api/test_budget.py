"""Budgets over HTTP: exact, without maintenance, burned down by the hour."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from alerts.desk.maintenance import Maintenance, announce
from slo.outcomes import Kind
from store.port import Store
from store.records import Batch, Events, Read, Source, Transactions

Get = Callable[..., Any]


def page(store: Store, at_s: int, good: int, bad: int, center: str = "dc3") -> None:
    """One accepted page of one data center."""
    store.register(Source(center, "exposition", center, 1000), at_s * 1000)
    slot = at_s - 1
    kinds = ((Kind.GOOD, "ok", good), (Kind.BAD, "error", bad))
    events = [Events(slot, "weilidai", center, "", "apply", name, "customer", kind, n) for kind, name, n in kinds if n]
    done = (Transactions(slot, "weilidai", center, "", "customer", good),)
    version = store.resume(center).version
    store.commit(Batch(center, version, (Read(at_s * 1000, True),), at_s * 1000, tuple(events), done))


def of(fresh: Get, slo: str) -> Any:
    return fresh(f"/api/v1/budget?slo={slo}")["budgets"][0]


def test_what_was_spent_is_exact_in_events_seconds_and_per_cent(store: Store, room: Any, fresh: Get) -> None:
    now_s = room.clock.now_ms() // 1000
    page(store, now_s - 10, 399_996, 0)
    page(store, now_s - 5, 2, 2)
    found = of(fresh, "weilidai-availability")
    assert (found["good"], found["bad"], found["total"]) == (399_998, 2, 400_000)
    assert (found["allowed_events"], found["remaining_events"], found["availability"]) == ("4.00", "2.00", "99.99950")
    assert (found["allowed_seconds"], found["spent_seconds"], found["spent_percent"]) == ("25.92", "12.96", "50.00")
    assert (found["without_exclusions"], found["exhausted_at"]) == (None, None)
    cliff = found["tiers"][0]
    assert (cliff["tier"], cliff["factor"], cliff["state"]) == ("cliff", "864", "inactive")
    assert (cliff["long"]["bad"], cliff["long"]["total"], cliff["long"]["above"]) == (2, 400_000, False)
    assert cliff["long"]["burn_rate"] == "0.50"
    assert [row["bad"] for row in found["burn_down"]["rows"]] == [2]
    assert of(fresh, "bank-availability")["bad"] == 2


def test_while_it_burns_its_end_is_foretold(store: Store, room: Any, fresh: Get) -> None:
    """100,000 events allow one bad; a rate of ten in the last minute ends it at once."""
    now_s = room.clock.now_ms() // 1000
    page(store, now_s - 3600, 10_000_000, 0)
    page(store, now_s - 5, 0, 10)
    room.fire()
    found = of(fresh, "weilidai-availability")
    assert found["remaining_events"] == "90.00"
    assert found["exhausted_at"] == "2026-11-18T11:16:00.000Z"  # 90 left, 10 a minute
    assert found["tiers"][0]["long"]["above"] is True


def test_announced_maintenance_is_left_out_and_stands_beside(store: Store, room: Any, fresh: Get) -> None:
    """Of the burn-down too."""
    now_s = room.clock.now_ms() // 1000
    from_s = now_s - now_s % 60 - 120
    window = Maintenance("m", "rack", "CHG", "li", (), ("dc3",), from_s, from_s + 60, 0)
    store.write(announce(window, (from_s - 60) * 1000))
    page(store, from_s + 31, 0, 50)
    page(store, from_s + 91, 1000, 1)
    page(store, from_s + 31, 500, 0, "dc4")
    found = of(fresh, "weilidai-availability")
    assert (found["good"], found["bad"], found["excludes_maintenance"]) == (1500, 1, True)
    assert (found["without_exclusions"]["bad"], found["without_exclusions"]["total"]) == (51, 1551)
    assert sum(row["bad"] for row in found["burn_down"]["rows"]) == 1
    assert sum(row["total"] for row in found["burn_down"]["rows"]) == 1501


def test_all_objectives_come_without_a_name_and_a_wrong_one_is_named(fresh: Get) -> None:
    found = fresh("/api/v1/budget")["budgets"]
    assert found[0]["slo"] == "bank-availability"
    assert len(found) > 10
    assert (found[0]["allowed_events"], found[0]["remaining_percent"], found[0]["availability"]) == (None, None, None)
    assert fresh("/api/v1/budget?slo=x", 404)["error"].startswith("slo: no objective 'x'; known: bank-availability")
