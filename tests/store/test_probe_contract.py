"""What every store promises of synthetic probes: apart from events, counted once, MISSING never written."""

from __future__ import annotations

import pytest

from slo.states import SliceState
from store.errors import UnknownProbe
from store.port import Store
from store.probes import Probe, ProbeCounts, ProbeKey, ProbeResult, slices
from store.records import Level, Retention, Scope

NOON_S = 1_795_320_000
"""A whole hour."""
HERE = Probe("login", "east", "weilidai", "dc1", 1000)
KEY = HERE.key
GOOD, BAD, INVALID = SliceState.GOOD, SliceState.BAD, SliceState.INVALID_PROBE


def found(at_s: float, state: SliceState = GOOD, key: ProbeKey = KEY, **more: int) -> ProbeResult:
    """A result at so many seconds after noon."""
    return ProbeResult(key, int((NOON_S + at_s) * 1000), state, "" if state is GOOD else "why: so", **more)


@pytest.fixture
def probed(store: Store) -> Store:
    """A store that knows one probe."""
    store.register_probe(HERE, 5)
    return store


def test_a_result_is_counted_at_every_level(probed: Store) -> None:
    """Minutes, hours and days, each state by itself."""
    assert probed.record_probes([found(0), found(1, BAD), found(2, INVALID), found(61)]) == 4
    with probed.reading() as reader:
        probes = reader.probes()
        first, second = ProbeCounts(1, 1, 1), ProbeCounts(1)
        minutes = probes.timeline(Level.MINUTE, KEY, NOON_S, NOON_S + 120)
        assert minutes == [(NOON_S, first), (NOON_S + 60, second)]
        assert probes.timeline(Level.HOUR, KEY, NOON_S, NOON_S + 1) == [(NOON_S, first + second)]
        assert [runs for _, runs in probes.timeline(Level.DAY, KEY, 0, NOON_S + 1)] == [first + second]
        assert probes.totals(NOON_S + 10, NOON_S + 20) == {KEY: first}
        assert probes.totals(0, NOON_S + 10**6) == {KEY: first + second}
        assert probes.totals(NOON_S + 3600, NOON_S + 7200) == {}


def test_a_repeated_result_changes_nothing(probed: Store) -> None:
    """Two probers of one vantage point count nothing twice: the first one's word stays."""
    assert probed.record_probes([found(0), found(0, BAD)]) == 1
    assert probed.record_probes([found(0, BAD), found(1)]) == 1
    with probed.reading() as reader:
        assert reader.probes().totals(NOON_S, NOON_S + 60) == {KEY: ProbeCounts(good=2)}
        assert [r.state for r in reader.probes().results(KEY, 0, 10**14)] == [GOOD, GOOD]


def test_vantage_points_are_told_apart(probed: Store) -> None:
    """The same probe from another place is another row everywhere."""
    west = Probe("login", "west", "weilidai", "dc1", 2000)
    probed.register_probe(west, 6)
    probed.record_probes([found(0), found(0, BAD, west.key)])
    with probed.reading() as reader:
        totals = reader.probes().totals(NOON_S, NOON_S + 60)
        assert totals == {KEY: ProbeCounts(good=1), west.key: ProbeCounts(bad=1)}
        assert [status.probe for status in reader.probes().statuses()] == [HERE, west]


def test_the_newest_result_and_certificate_are_kept(probed: Store) -> None:
    """An older result that comes late, and a handshake that failed, do not hide what is known."""
    probed.record_probes([found(5, GOOD, tls_expires_s=77, duration_ms=12)])
    probed.record_probes([found(6, BAD), found(4, INVALID, tls_expires_s=66)])
    with probed.reading() as reader:
        (status,) = reader.probes().statuses()
    assert status.last == found(6, BAD)
    assert (status.tls_expires_s, status.registered_ms) == (77, 5)


def test_registering_again_updates_what_is_probed(probed: Store) -> None:
    """And keeps what was found."""
    probed.record_probes([found(0)])
    probed.register_probe(Probe("login", "east", "weyedai", "", 5000), 99)
    with probed.reading() as reader:
        (status,) = reader.probes().statuses()
    assert status.probe == Probe("login", "east", "weyedai", "", 5000)
    assert (status.registered_ms, status.last) == (5, found(0))


def test_an_unknown_probe_is_refused_whole(probed: Store) -> None:
    """Nothing of the call is written."""
    with pytest.raises(UnknownProbe, match="probe 'login' from vantage 'moon'"):
        probed.record_probes([found(0), found(0, GOOD, ProbeKey("login", "moon"))])
    with probed.reading() as reader:
        assert reader.probes().results(KEY, 0, 10**14) == []


def test_missing_cannot_be_written(probed: Store) -> None:
    """A slice without a run is missing by having no row."""
    with pytest.raises(ValueError, match="missing"):
        probed.record_probes([found(0, SliceState.MISSING)])
    probed.record_probes([found(0), found(2, BAD)])
    with probed.reading() as reader:
        results = reader.probes().results(KEY, NOON_S * 1000, NOON_S * 1000 + 4000)
    states = [state for _, state in slices(results, NOON_S * 1000, NOON_S * 1000 + 4000, 1000)]
    assert states == [GOOD, SliceState.MISSING, BAD, SliceState.MISSING]
    assert ProbeCounts(good=1, bad=1).missing(4) == 2


def test_probes_are_never_events(probed: Store) -> None:
    """No scope, no source, no observed read knows of them."""
    probed.record_probes([found(0), found(1, BAD)])
    with probed.reading() as reader:
        assert [reader.totals(scope, 0, NOON_S + 86400) for scope in Scope] == [{}] * len(Scope)
        assert reader.sources() == []
        assert reader.observed(0, NOON_S + 86400) == {}


def test_every_change_moves_the_version(probed: Store) -> None:
    """And what changes nothing does not."""
    versions = []
    for results in ([found(0)], [found(0)], [found(1)]):
        probed.record_probes(results)
        with probed.reading() as reader:
            versions.append(reader.version())
    assert versions[0] == versions[1] < versions[2]


def test_results_leave_with_the_slots_and_counts_with_their_level(probed: Store) -> None:
    """In small steps; days stay."""
    probed.record_probes([found(n, BAD) for n in range(10)])
    keep = Retention({Level.SLOT: 60, Level.MINUTE: 86400, Level.HOUR: None, Level.DAY: None})
    assert probed.prune(keep, NOON_S + 65, most_rows=3) == 3
    with probed.reading() as reader:
        assert next(r.at_ms for r in reader.probes().results(KEY, 0, 10**14)) == (NOON_S + 3) * 1000
    assert probed.prune(keep, NOON_S + 65) == 2
    assert probed.prune(keep, NOON_S + 3 * 86400) == 5 + 1
    with probed.reading() as reader:
        assert reader.probes().timeline(Level.MINUTE, KEY, 0, NOON_S * 2) == []
        assert reader.probes().timeline(Level.HOUR, KEY, 0, NOON_S * 2) == [(NOON_S, ProbeCounts(bad=10))]
        assert reader.probes().statuses()[0].last == found(9, BAD)
