"""Probes on the wall: what they say now, or that nobody asked."""

from __future__ import annotations

import pytest

from dashboard.probes import ProbeView, probe_view
from dashboard.render import probe_json
from slo.states import SliceState
from store.probes import Probe, ProbeResult, ProbeStatus

NOW_MS = 1_795_320_000_000
PROBE = Probe("front", "east", "weilidai", "dc1", 1000)
DAY_S = 86_400


def view(
    age_ms: int, state: SliceState = SliceState.GOOD, expires_s: int | None = None, every_ms: int = 1000
) -> ProbeView:
    """A probe whose newest run is so old."""
    probe = Probe("front", "east", "weilidai", "dc1", every_ms)
    last = ProbeResult(probe.key, NOW_MS - age_ms, state, "" if state is SliceState.GOOD else "dns: bank.invalid")
    return probe_view(ProbeStatus(probe, 0, last, expires_s), NOW_MS)


@pytest.mark.parametrize("state", [SliceState.GOOD, SliceState.BAD, SliceState.INVALID_PROBE])
def test_a_recent_run_speaks(state: SliceState) -> None:
    """With its reason."""
    assert (view(900, state).state, bool(view(900, state).reason)) == (state, state is not SliceState.GOOD)


def test_an_old_run_says_nothing_of_now() -> None:
    """Three intervals, at least five seconds: then the state is missing, not what it was."""
    assert view(5_000).state is SliceState.GOOD
    assert (view(5_001).state, view(65_500).reason) == (SliceState.MISSING, "not probed for 65 s")
    assert view(29_000, every_ms=10_000).state is SliceState.GOOD


def test_a_probe_that_never_ran_is_missing() -> None:
    """Not good."""
    assert probe_view(ProbeStatus(PROBE, 0, None, None), NOW_MS).state is SliceState.MISSING


def test_days_of_a_certificate_are_whole() -> None:
    """A certificate that ended counts below zero."""
    assert view(0, expires_s=NOW_MS // 1000 + 3 * DAY_S - 1).tls_days_left == 2
    assert view(0, expires_s=NOW_MS // 1000 - 1).tls_days_left == -1
    assert view(0).tls_days_left is None


def test_as_json() -> None:
    """As docs/snapshot.md says; what is not known is null."""
    assert probe_json(view(1_250, SliceState.INVALID_PROBE)) == {
        "id": "front",
        "vantage": "east",
        "product": "weilidai",
        "data_center": "dc1",
        "state": "invalid_probe",
        "age_seconds": 1.2,
        "tls_days_left": None,
        "reason": "dns: bank.invalid",
    }
