"""What /metrics says of the store and of whoever evaluates, in every process on the store."""

from __future__ import annotations

from typing import Any

import pytest
from prometheus_client.registry import CollectorRegistry

from alerts.evaluating import memory
from dashboard.evaluation_metrics import EvaluationCollector
from slo.windows import SHANGHAI
from store.errors import StoreUnavailable
from store.memory import MemoryStore

NOW_MS = 1_795_276_800_000


def figures(store: Any) -> dict[str, float]:
    """Every sample by its name."""
    registry = CollectorRegistry()
    registry.register(EvaluationCollector(store, lambda: NOW_MS))
    return {sample.name: sample.value for family in registry.collect() for sample in family.samples}


def test_before_anybody_evaluated_there_is_no_age() -> None:
    """Unknown is left out, not 0."""
    assert figures(MemoryStore(SHANGHAI)) == {"control_center_store_answers": 1}


def test_ages_are_those_of_the_engines_last_writing(monkeypatch: pytest.MonkeyPatch) -> None:
    """By whichever process, also one that is gone."""
    kept = memory.Kept(version=3, saved_ms=NOW_MS - 4000, evaluated_ms=NOW_MS - 6500)
    monkeypatch.setattr("dashboard.evaluation_metrics.read", lambda journal: kept)
    assert figures(MemoryStore(SHANGHAI)) == {
        "control_center_store_answers": 1,
        "control_center_evaluated_age_seconds": 4.0,
        "control_center_evaluated_behind_seconds": 6.5,
    }


def test_a_store_that_is_away_is_a_figure_and_no_failure() -> None:
    """The scrape goes on: everything else is still told."""

    class Away:
        def reading(self) -> None:
            raise StoreUnavailable("center", "is away")

    assert figures(Away()) == {"control_center_store_answers": 0}
