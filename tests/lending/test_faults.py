from __future__ import annotations

from typing import Any

import pytest

from lending.estate import Estate
from lending.faults import FaultRefused, FaultTable, parsed_fault
from lending.handling import shape_of

DCNS = ("dc1-n01", "dc1-n02")


def table_of(estate: Estate) -> FaultTable:
    steps = [step for product in estate.products for step in product.steps for _ in range(10)]
    return FaultTable(shape_of(estate, "dc1").places, steps, estate.client_deadline_ms)


def add(table: FaultTable, estate: Estate, now_s: float = 0.0, **fields: Any) -> int:
    return table.add(parsed_fault(fields, estate, estate.dcns("dc1")), now_s).id


@pytest.mark.parametrize(
    ("document", "line"),
    [
        ([], "the body must be a JSON object"),
        ({}, "kind: Field required"),
        ({"kind": "flood"}, "kind: "),
        ({"kind": "error_share"}, "share: belongs to error_share and wrong_balance, which need it"),
        ({"kind": "wrong_balance"}, "share: belongs to error_share and wrong_balance"),
        ({"kind": "wrong_balance", "share": 1, "dcn": "dc1-n01"}, "kind: a wrong_balance is of a product"),
        ({"kind": "error_share", "share": 0}, "share: "),
        ({"kind": "error_share", "share": 1.5}, "share: "),
        ({"kind": "error_share", "share": "half"}, "share: "),
        ({"kind": "latency"}, "latency_ms: belongs to latency, which needs it"),
        ({"kind": "latency", "latency_ms": -1}, "latency_ms: "),
        ({"kind": "latency", "latency_ms": 1.5}, "latency_ms: "),
        ({"kind": "latency", "latency_ms": 5, "share": 0.5}, "share: belongs to error_share"),
        ({"kind": "freeze", "seconds": 0}, "seconds: "),
        ({"kind": "freeze", "seconds": float("nan")}, "seconds: "),
        ({"kind": "freeze", "product": "gold"}, "product: there is no 'gold'"),
        ({"kind": "freeze", "product": "weilidai", "step": "face"}, "step: there is no 'face' in weilidai"),
        ({"kind": "freeze", "dcn": "dc2-n01"}, "dcn: there is no 'dc2-n01' in this data center"),
        ({"kind": "crash", "product": "weilidai"}, "kind: a crash is of the whole data center"),
        ({"kind": "reset", "dcn": "dc1-n01"}, "kind: a reset is of the whole data center"),
        ({"kind": "freeze", "where": "here"}, "where: "),
    ],
)
def test_a_fault_that_makes_no_sense_is_refused_in_one_line(estate: Estate, document: object, line: str) -> None:
    with pytest.raises(FaultRefused) as caught:
        parsed_fault(document, estate, DCNS)
    assert str(caught.value).startswith(line)
    assert "\n" not in str(caught.value)


def test_a_fault_holds_where_it_was_asked_for_and_until_its_end(estate: Estate) -> None:
    table = table_of(estate)
    add(table, estate, kind="error_share", share=0.25, product="weilidai", dcn="dc1-n02", seconds=10)
    places = shape_of(estate, "dc1").places
    failing = table.effects(1.0).failing
    assert {places[index].product for index in failing} == {"weilidai"}
    assert {places[index].dcn for index in failing} == {"dc1-n02"}
    assert set(failing.values()) == {0.25}
    assert len(failing) == 5
    assert table.effects(10.0).failing == {}


def test_faults_at_one_place_add_up_like_independent_misfortunes(estate: Estate) -> None:
    table = table_of(estate)
    add(table, estate, kind="error_share", share=0.5)
    second = add(table, estate, kind="error_share", share=0.5, product="risk")
    places = shape_of(estate, "dc1").places
    risk = next(index for index, place in enumerate(places) if place.product == "risk")
    assert table.effects(0.0).failing[risk] == 0.75
    assert table.effects(0.0).failing[0] == 0.5
    assert table.remove(second)
    assert table.effects(0.0).failing[risk] == 0.5
    assert not table.remove(second)


def test_a_delay_fails_those_who_then_wait_beyond_the_deadline(estate: Estate) -> None:
    table = table_of(estate)
    first = add(table, estate, kind="latency", latency_ms=100, product="weilidai")
    mild = table.effects(0.0)
    assert mild.slower_by_ms[0] == 100
    assert mild.failing.get(0, 0.0) < 1e-6
    table.remove(first)
    add(table, estate, kind="latency", latency_ms=2_905, product="weilidai")
    assert 0.4 < table.effects(0.0).failing[0] < 0.6, "the median of this step is 95 ms, the deadline 3,000"
    add(table, estate, kind="latency", latency_ms=3_000, product="weilidai")
    assert table.effects(0.0).failing[0] == 1.0


def test_what_is_frozen_fails_all_its_demand(estate: Estate) -> None:
    table = table_of(estate)
    add(table, estate, kind="freeze", product="identity", seconds=5)
    places = shape_of(estate, "dc1").places
    frozen = {index for index, place in enumerate(places) if place.product == "identity"}
    assert table.effects(0.0).failing == dict.fromkeys(frozen, 1.0)
    assert all(table.frozen(index, 4.9) == (index in frozen) for index in range(len(places)))
    assert not any(table.frozen(index, 5.0) for index in frozen)


def test_all_faults_end_together_when_cleared(estate: Estate) -> None:
    table = table_of(estate)
    add(table, estate, kind="freeze", product="identity")
    add(table, estate, kind="latency", latency_ms=5)
    table.clear()
    assert table.active(0.0) == []
    assert table.effects(0.0).failing == {}
    assert table.effects(0.0).slower_by_ms == {}


def test_a_broken_line_fails_all_demand_of_the_data_center(estate: Estate) -> None:
    table = table_of(estate)
    assert table.line(0.0) is None
    add(table, estate, kind="blackhole", seconds=5)
    add(table, estate, kind="reset", seconds=2)
    assert [table.line(now_s) for now_s in (0.0, 2.0, 5.0)] == ["reset", "blackhole", None]
    add(table, estate, kind="refuse", seconds=5)
    assert set(table.effects(0.0).failing.values()) == {1.0}
