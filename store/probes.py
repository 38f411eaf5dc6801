"""Synthetic probes as the store keeps them: apart from events, in tables of their own, never added to any count of
requests. A slice that nobody probed has no row: MISSING is what the store does not hold, it is never written."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from slo.states import SliceState
from store.records import Level

MS_PER_DAY = 86_400_000

STORED_STATES = (SliceState.GOOD, SliceState.BAD, SliceState.INVALID_PROBE)
"""What a probe that ran can have found."""

PROBE_LEVELS = (Level.MINUTE, Level.HOUR, Level.DAY)
"""Levels at which states are counted; single results are kept as long as slots."""


@dataclass(frozen=True, slots=True)
class Probe:
    """One probe from one vantage point: both names together are its identity."""

    id: str
    vantage: str
    product: str
    data_center: str
    interval_ms: int

    @property
    def key(self) -> ProbeKey:
        """Its identity."""
        return ProbeKey(self.id, self.vantage)


class ProbeKey(NamedTuple):
    """Which probe, from where."""

    id: str
    vantage: str


@dataclass(frozen=True, slots=True)
class ProbeResult:
    """What one run found. ``at_ms``: the scheduled time; ``tls_expires_s``: when the certificate that was shown ends,
    None without TLS or without a handshake that succeeded."""

    key: ProbeKey
    at_ms: int
    state: SliceState
    reason: str = ""
    duration_ms: int = 0
    tls_expires_s: int | None = None


@dataclass(frozen=True, slots=True)
class ProbeStatus:
    """A probe and its newest result. ``tls_expires_s``: of the newest handshake that succeeded, whenever that was."""

    probe: Probe
    registered_ms: int
    last: ProbeResult | None
    tls_expires_s: int | None


@dataclass(frozen=True, slots=True)
class ProbeCounts:
    """Runs by what they found."""

    good: int = 0
    bad: int = 0
    invalid_probe: int = 0

    @property
    def observed(self) -> int:
        """Runs that took place."""
        return self.good + self.bad + self.invalid_probe

    def missing(self, expected: int) -> int:
        """Runs that did not take place, of so many expected."""
        return max(0, expected - self.observed)

    def __add__(self, other: ProbeCounts) -> ProbeCounts:
        return ProbeCounts(self.good + other.good, self.bad + other.bad, self.invalid_probe + other.invalid_probe)


def counted(results: Iterable[ProbeResult]) -> ProbeCounts:
    """Results by their state. Raises ValueError for a state that no run can find."""
    states = [result.state for result in results]
    if strangers := set(states) - set(STORED_STATES):
        raise ValueError(f"a probe that ran cannot have found {sorted(state.value for state in strangers)}")
    return ProbeCounts(*(states.count(state) for state in STORED_STATES))


def slices(results: Sequence[ProbeResult], from_ms: int, to_ms: int, interval_ms: int) -> list[tuple[int, SliceState]]:
    """Begin and state of every slice of ``[from_ms, to_ms)`` that begins at a whole interval; MISSING where no probe
    ran."""
    found = {result.at_ms - result.at_ms % interval_ms: result.state for result in results}
    first_ms = from_ms + -from_ms % interval_ms
    return [(at_ms, found.get(at_ms, SliceState.MISSING)) for at_ms in range(first_ms, to_ms, interval_ms)]


def tls_days_left(expires_s: int | None, now_ms: int) -> int | None:
    """Whole days until a certificate ends, below 0 when it has; None when its end is not known."""
    return None if expires_s is None else (expires_s * 1000 - now_ms) // MS_PER_DAY


class ProbeReader(Protocol):
    """What is known of probes, true of the instant of the reader that it came from."""

    def statuses(self) -> list[ProbeStatus]:
        """Every registered probe with its newest result, in order of registration."""

    def results(self, key: ProbeKey, from_ms: int, to_ms: int) -> list[ProbeResult]:
        """Results of one probe in ``[from_ms, to_ms)``, oldest first, as long as they are retained."""

    def totals(self, from_s: int, to_s: int) -> dict[ProbeKey, ProbeCounts]:
        """Runs per probe in ``[from_s, to_s)`` (edges taken outwards to whole minutes), probes without any left out."""

    def timeline(self, level: Level, key: ProbeKey, from_s: int, to_s: int) -> list[tuple[int, ProbeCounts]]:
        """Slices of a minute, hour or day that begin in ``[from_s, to_s)`` and hold runs of one probe, oldest first."""


class ProbeStore(Protocol):
    """Where a prober puts what it found."""

    def register_probe(self, probe: Probe, now_ms: int) -> None:
        """Makes a probe known, or updates what it probes and how often; keeps its results."""

    def record_probes(self, results: Sequence[ProbeResult]) -> int:
        """Adds results in one transaction and returns how many were new: a result whose probe and time are there
        already changes nothing, so that two probers of one vantage point count nothing twice.

        Raises UnknownProbe (nothing written) when one was never registered.
        """

    def reading(self) -> AbstractContextManager[HasProbes]:
        """A consistent view, for use in one thread."""


class HasProbes(Protocol):
    """A reader that tells of probes."""

    def probes(self) -> ProbeReader:
        """What is known of probes."""
