"""Two runs side by side: failures by step and latencies, each with the test that says whether it is noise."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from slo.comparing import Gap, fisher, holm, smirnov

Json = Mapping[str, Any]

LEVEL = 0.01
"""So rarely, at most, a comparison of two runs of the same service finds any difference at all (Holm's correction,
failures and latencies apart)."""
SMALL_DISTANCE = Fraction(5, 100)
"""Between distributions: fewer than five of a hundred requests are affected. With some hundred thousand requests any
two runs differ beyond chance; not every difference matters."""
QUANTILES = ("p50", "p90", "p99", "p99_9", "p99_99", "max")


class Finding(enum.Enum):
    """What a comparison says."""

    NOISE = "noise"
    SMALL = "small"
    DIFFERENT = "different"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class FailureRow:
    """Failures of one scope in both runs; ``p_value`` is corrected for how many rows there are."""

    product: str | None
    step: str | None
    failures: tuple[int, int]
    requests: tuple[int, int]
    p_value: float
    finding: Finding


@dataclass(frozen=True, slots=True)
class LatencyRow:
    """Corrected latencies of one scope in both runs. ``gap``: None when one of them has no requests."""

    product: str | None
    step: str | None
    quantiles: Mapping[str, tuple[int | None, int | None]]
    gap: Gap | None
    p_value: float | None
    finding: Finding


@dataclass(frozen=True, slots=True)
class Comparison:
    """The whole first, then steps by name. ``cautions``: codes of what makes the comparison weaker than it looks."""

    failures: tuple[FailureRow, ...]
    latencies: tuple[LatencyRow, ...]
    cautions: tuple[str, ...]


def compare(first: Json, second: Json) -> Comparison:
    """Compares two results as they were kept."""
    return Comparison(_failures(first, second), _latencies(first, second), tuple(_cautions(first, second)))


def _failures(first: Json, second: Json) -> tuple[FailureRow, ...]:
    ours, theirs = _counts(first), _counts(second)
    scopes = [scope for scope in ours if scope in theirs]
    raw = [float(fisher(*ours[scope], *theirs[scope])) for scope in scopes]
    return tuple(
        FailureRow(
            *scope,
            failures=(ours[scope][0], theirs[scope][0]),
            requests=(ours[scope][1], theirs[scope][1]),
            p_value=chance,
            finding=Finding.DIFFERENT if chance < LEVEL else Finding.NOISE,
        )
        for scope, chance in zip(scopes, holm(raw), strict=True)
    )


def _counts(result: Json) -> dict[tuple[str | None, str | None], tuple[int, int]]:
    """Failures and requests by product and step, the whole first."""
    counts = result["counts"]
    whole = {(None, None): (counts["overall"]["failures"], counts["overall"]["requests"])}
    return whole | {(s["product"], s["step"]): (s["failures"], s["requests"]) for s in counts["steps"]}


def _latencies(first: Json, second: Json) -> tuple[LatencyRow, ...]:
    ours, theirs = _distributions(first), _distributions(second)
    scopes = [scope for scope in ours if scope in theirs]
    gaps = [smirnov(_rows(ours[scope]), _rows(theirs[scope])) for scope in scopes]
    corrected = iter(holm([gap.p_value for gap in gaps if gap is not None]))
    return tuple(
        _latency(scope, ours[scope], theirs[scope], gap, None if gap is None else next(corrected))
        for scope, gap in zip(scopes, gaps, strict=True)
    )


def _latency(
    scope: tuple[str | None, str | None], first: Json, second: Json, gap: Gap | None, chance: float | None
) -> LatencyRow:
    quantiles = {name: (first[name], second[name]) for name in QUANTILES}
    return LatencyRow(*scope, quantiles=quantiles, gap=gap, p_value=chance, finding=_finding(gap, chance))


def _finding(gap: Gap | None, chance: float | None) -> Finding:
    if gap is None or chance is None:
        return Finding.UNKNOWN
    if chance >= LEVEL:
        return Finding.NOISE
    return Finding.SMALL if abs(gap.distance) < SMALL_DISTANCE else Finding.DIFFERENT


def _distributions(result: Json) -> dict[tuple[str | None, str | None], Json]:
    latency = result["latency"]
    whole: dict[tuple[str | None, str | None], Json] = {(None, None): latency["overall"]["corrected"]}
    return whole | {(each["product"], each["step"]): each["corrected"] for each in latency["steps"]}


def _rows(distribution: Json) -> list[tuple[int, int]]:
    return [(bound, count) for bound, count in distribution["buckets"]]


def _cautions(first: Json, second: Json) -> Iterable[str]:
    asked, other = first["configuration"], second["configuration"]
    if "invalid" in (first["verdict"], second["verdict"]):
        yield "invalid"
    if (asked["profile"], asked["rate_per_second"]) != (other["profile"], other["rate_per_second"]):
        yield "other_load"
    if asked["deadline_ms"] != other["deadline_ms"]:
        yield "other_deadline"
    if first["machine"]["hostname"] != second["machine"]["hostname"]:
        yield "other_machine"
    if first["data_centers"] != second["data_centers"]:
        yield "other_data_centers"
    yield "dependent"
