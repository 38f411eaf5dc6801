"""What is known of a load run without its distributions: a line of the list, a band on the curve, a proof."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from reports.load_runs.shape import Fixed, Result, milliseconds
from slo.capacity import Proof, Tie


@dataclass(frozen=True, slots=True)
class LoadRun:
    """``held_seconds`` and ``held_per_second``: the highest mean rate of so many seconds on end; None when the run was
    shorter. ``searched``: it was a capacity search, which says itself what it proved. ``lower_bound`` and
    ``upper_bound``: of the availability in per cent. ``digest``: of the file as it came; ``received_from``: who
    sent it."""

    id: str
    started_ms: int
    ended_ms: int
    verdict: str
    invalid_codes: tuple[str, ...]
    profile: str
    rate_per_second: str | None
    requests: int
    failures: int
    target: str
    confidence: str
    lower_bound: str | None
    upper_bound: str | None
    build: str
    service_build: str | None
    data_centers: int | None
    deadline_ms: int
    host: str
    held_seconds: int
    held_per_second: int | None
    searched: bool
    received_ms: int
    received_from: str
    digest: str

    @property
    def proof(self) -> Proof | None:
        """What the run says of capacity; None when it says nothing: invalid, undecided, or too short."""
        if self.verdict == "invalid":
            return None
        kept = self.searched or self.verdict == "proven"
        rate = self.held_per_second if kept else self._mean_rate
        if rate is None or not (kept or self.verdict == "refuted"):
            return None
        tie = Tie(self.service_build, self.data_centers, self.deadline_ms, self.target)
        return Proof(self.id, self.ended_ms, rate, tie, kept)

    @property
    def _mean_rate(self) -> int:
        return self.requests * 1000 // max(1, self.ended_ms - self.started_ms)


def load_run(result: Result, *, held_seconds: int, received_ms: int, received_from: str, digest: str) -> LoadRun:
    """The line of a result."""
    asked, overall = result.configuration, result.counts.overall
    bounds = _whole(result.fixed_length.verdicts)
    return LoadRun(
        id=result.run_id,
        started_ms=milliseconds(result.started_at),
        ended_ms=milliseconds(result.ended_at),
        verdict=result.verdict,
        invalid_codes=tuple(reason.code for reason in result.invalid_reasons),
        profile=asked.profile,
        rate_per_second=asked.rate_per_second,
        requests=overall.requests,
        failures=overall.failures,
        target=result.claims.availability,
        confidence=result.claims.confidence,
        lower_bound=bounds.lower_bound if bounds else None,
        upper_bound=bounds.upper_bound if bounds else None,
        build=result.build,
        service_build=result.service_build,
        data_centers=result.data_centers,
        deadline_ms=asked.deadline_ms,
        host=asked.host,
        held_seconds=held_seconds,
        held_per_second=_held(result, held_seconds),
        searched=result.capacity is not None,
        received_ms=received_ms,
        received_from=received_from,
        digest=digest,
    )


def _whole(verdicts: Sequence[Fixed]) -> Fixed | None:
    return next((v for v in verdicts if v.product is None and v.step is None and v.limit_microseconds is None), None)


def _held(result: Result, seconds: int) -> int | None:
    """Of a capacity search what it proved, when it held it for so long; of another run the busiest stretch."""
    searched = result.capacity
    if searched is None:
        return held_rate([row[1] for row in result.seconds], seconds)
    if searched.proven_per_second is None or (searched.held_seconds or 0) < seconds:
        return None
    return int(Fraction(searched.proven_per_second))


def held_rate(requests_per_second: Sequence[int], seconds: int) -> int | None:
    """The highest mean rate of so many seconds on end, truncated; None when there are not so many. The first and the
    last second are left out: a run begins and ends somewhere inside them."""
    whole = requests_per_second[1:-1]
    if len(whole) < seconds:
        return None
    total = best = sum(whole[:seconds])
    for later, earlier in zip(whole[seconds:], whole, strict=False):
        total += later - earlier
        best = max(best, total)
    return best // seconds
