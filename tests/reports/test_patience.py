"""The collector of garbage waits while somebody asks it to, and no longer."""

from __future__ import annotations

import gc

import pytest

from reports.patience import MANY_OBJECTS, patient_collector


def test_the_collector_waits_until_the_last_one_ends() -> None:
    before = gc.get_threshold()
    first, second = patient_collector(), patient_collector()
    first.__enter__()
    second.__enter__()
    first.__exit__(None, None, None)
    assert gc.get_threshold()[0] == MANY_OBJECTS
    second.__exit__(None, None, None)
    assert gc.get_threshold() == before


def test_a_failure_puts_the_thresholds_back() -> None:
    before = gc.get_threshold()
    with pytest.raises(ValueError, match="broken"), patient_collector():
        raise ValueError("broken")
    assert gc.get_threshold() == before
