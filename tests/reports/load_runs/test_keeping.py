"""A run is kept once, is found again whole, and proves a capacity for as long as it may."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from reports.load_runs.errors import OtherResult
from reports.load_runs.keeping import find, keep, listed, result_of
from reports.load_runs.model import held_rate
from reports.load_runs.policy import SHIPPED, CapacityPolicy
from reports.peaks.capacity import capacity_json, read_capacity
from slo.capacity import DAY_MS
from slo.windows import SHANGHAI
from store.memory import MemoryStore

NOW_MS = 1_795_231_219_250  # 2026-11-21T03:20:19.250Z
Raw = Callable[..., bytes]


@pytest.fixture
def store() -> MemoryStore:
    """An empty store."""
    return MemoryStore(SHANGHAI)


def bring(store: MemoryStore, content: bytes, now_ms: int = NOW_MS, policy: CapacityPolicy = SHIPPED) -> bool:
    """Keeps a result; whether anything was written."""
    with store.reading() as reader:
        change, _ = keep(content, reader.journal(), now_ms, "test", policy)
    if change.documents:
        store.write(change)
    return bool(change.documents)


def capacity(
    store: MemoryStore, now_ms: int = NOW_MS, data_centers: int = 2, policy: CapacityPolicy = SHIPPED
) -> dict[str, Any]:
    """The document at an instant."""
    with store.reading() as reader:
        return capacity_json(read_capacity(reader, now_ms, SHANGHAI, data_centers, policy))


def test_a_run_is_kept_once(store: MemoryStore, raw: Raw) -> None:
    """The order of fields does not make it another one."""
    assert bring(store, raw())
    again = json.dumps(dict(reversed(json.loads(raw()).items()))).encode()
    assert not bring(store, again)
    with store.reading() as reader:
        assert [run.id for run in listed(reader.journal())] == ["r1"]
        assert result_of(reader.journal(), "r1") == json.loads(raw())
        assert len(reader.journal().entries(kind="load_run")) == 1


def test_another_result_with_a_known_id_is_refused(store: MemoryStore, raw: Raw) -> None:
    bring(store, raw())
    with pytest.raises(OtherResult, match="r1"):
        bring(store, raw("r1", 324_001))


def test_an_unknown_run_is_not_found(store: MemoryStore) -> None:
    with store.reading() as reader:
        assert find(reader.journal(), "r9") is None
        assert result_of(reader.journal(), "r9") is None


def test_the_held_rate_is_the_busiest_stretch_without_the_ragged_ends() -> None:
    assert held_rate([900, 100, 200, 300, 900], 2) == 250
    assert held_rate([900, 100, 200, 300, 900], 3) == 200
    assert held_rate([900, 100, 900], 2) is None
    assert held_rate([], 1) is None


def test_a_proven_run_proves_its_rate_for_ninety_days(store: MemoryStore, raw: Raw) -> None:
    bring(store, raw())
    found = capacity(store)
    assert (found["proven_per_second"], found["state"]) == (4_500, "current")
    assert found["expires_at"] == "2027-02-19T03:01:12.000Z"
    assert found["tied_to"] == {
        "run_id": "r1", "build": "1.4.2", "data_centers": 2, "deadline_ms": 1000, "target": "99.999",
    }  # fmt: skip
    assert capacity(store, NOW_MS + 90 * DAY_MS)["state"] == "expired"
    assert capacity(store, data_centers=3)["state"] == "other_data_centers"


def test_what_is_not_known_is_null_and_has_a_reason(store: MemoryStore) -> None:
    found = capacity(store)
    assert {name for name, value in found.items() if value is None} >= set(found["reasons"])
    assert "no load run" in found["reasons"]["proven_per_second"]
    assert "28 days" in found["reasons"]["forecast_p95_per_second"]


@pytest.mark.parametrize(("requests", "failures"), [(50_000, 0), (324_000, 40)])
def test_a_run_that_is_not_proven_proves_no_capacity(
    store: MemoryStore, raw: Raw, requests: int, failures: int
) -> None:
    bring(store, raw("r1", requests, failures))
    assert capacity(store)["proven_per_second"] is None


def test_a_run_that_was_too_short_proves_no_capacity(store: MemoryStore, raw: Raw) -> None:
    bring(store, raw(seconds=61))
    assert capacity(store)["proven_per_second"] is None


def test_a_capacity_search_says_itself_what_it_proved(store: MemoryStore, raw: Raw) -> None:
    bring(store, raw(capacity={"proven_per_second": "3100", "held_seconds": 120, "confidence": "95", "trials": []}))
    assert capacity(store)["proven_per_second"] == 3_100


def test_a_later_run_that_is_refuted_at_a_lower_rate_contradicts(store: MemoryStore, raw: Raw) -> None:
    bring(store, raw())
    bring(store, raw("r2", 200_000, 40, ended_at="2026-11-21T03:10:00.000Z"))
    found = capacity(store)
    assert (found["state"], found["contradicted_by"], found["headroom"]) == ("contradicted", "r2", None)


def test_how_long_a_rate_must_be_held_is_configured(store: MemoryStore, raw: Raw) -> None:
    """A run too short for a minute proves what it held for half of one."""
    half = CapacityPolicy(held_seconds=30)
    bring(store, raw(seconds=61), policy=half)
    assert capacity(store, policy=half)["proven_per_second"] == 5_311
    assert capacity(store, policy=half)["held_seconds"] == 30


def test_a_run_that_was_held_for_less_than_is_asked_now_proves_nothing_but_refutes(
    store: MemoryStore, raw: Raw
) -> None:
    longer = CapacityPolicy(held_seconds=90)
    bring(store, raw())
    assert capacity(store, policy=longer)["proven_per_second"] is None
    assert "held a rate for 90 s" in capacity(store, policy=longer)["reasons"]["proven_per_second"]
    searched = {"proven_per_second": "4700", "held_seconds": 120, "confidence": "95", "trials": []}
    bring(store, raw("r2", capacity=searched), policy=longer)
    assert capacity(store, policy=longer)["proven_per_second"] == 4_700
    bring(store, raw("r3", 200_000, 40, ended_at="2026-11-21T03:10:00.000Z"))
    assert capacity(store, policy=longer)["contradicted_by"] == "r3"


def test_how_long_a_proof_holds_is_configured(store: MemoryStore, raw: Raw) -> None:
    bring(store, raw())
    weeks = CapacityPolicy(expires_days=14)
    assert capacity(store, NOW_MS + 13 * DAY_MS, policy=weeks)["state"] == "current"
    expired = capacity(store, NOW_MS + 14 * DAY_MS, policy=weeks)
    assert (expired["state"], expired["expires_days"]) == ("expired", 14)
    assert expired["expires_at"] == "2026-12-05T03:01:12.000Z"
