"""Our own probes fail from several places, and certificates that end soon.

A run that could not tell anything (INVALID_PROBE) or did not take place is unknown: it neither fails nor heals.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from alerts.kinds.policy import SyntheticPolicy
from alerts.model import AlertKey, Condition, Evidence, Level, Reading, Severity, Subject
from slo.states import SliceState
from store.probes import Probe, ProbeKey, ProbeResult, tls_days_left

RULE = "synthetic"
CERTIFICATE = "certificate"


@dataclass(frozen=True, slots=True)
class Probed:
    """One probe from one place: its results of the last intervals, any order; ``tls_expires_s``: end of the newest
    accepted certificate, None when not known; ``left``: not configured any more."""

    probe: Probe
    results: tuple[ProbeResult, ...] = ()
    tls_expires_s: int | None = None
    left: bool = False


def since_ms(probe: Probe, now_ms: int, policy: SyntheticPolicy) -> int:
    """Runs after this instant are recent: one interval more than runs, for the newest one is still under way."""
    return now_ms - (policy.of + 1) * probe.interval_ms


def readings(probes: Iterable[Probed], now_ms: int, policy: SyntheticPolicy) -> list[Reading]:
    """Of every probe, over all of its vantage points."""
    places: dict[str, list[Probed]] = {}
    for probed in probes:
        places.setdefault(probed.probe.id, []).append(probed)
    found = []
    for group in places.values():
        found.append(_synthetic(group, now_ms, policy))
        found += _certificate(group, now_ms, policy)
    return found


def _subject(group: Sequence[Probed]) -> Subject:
    probe = group[0].probe
    return Subject(Level.PROBE, probe.product, probe.data_center, other=probe.id)


def _synthetic(group: Sequence[Probed], now_ms: int, policy: SyntheticPolicy) -> Reading:
    key = AlertKey(RULE, _subject(group))
    active = [probed for probed in group if not probed.left]
    said = {probed.probe.key: _fails(probed, now_ms, policy) for probed in active}
    needed = min(policy.vantages, max(1, len(active)))
    # From one place alone it may be the prober's own network: worth a look, not somebody's night.
    severity = Severity.PAGE if needed == policy.vantages else Severity.TICKET
    failing = [place for place, condition in said.items() if condition is Condition.TRUE]
    if len(failing) >= needed:
        return Reading(key, Condition.TRUE, severity, _evidence(active, failing, now_ms, policy))
    unsure = sum(condition is Condition.UNKNOWN for condition in said.values())
    condition = Condition.UNKNOWN if len(failing) + unsure >= needed else Condition.FALSE
    return Reading(key, condition, severity)


def _recent(probed: Probed, now_ms: int, policy: SyntheticPolicy) -> list[ProbeResult]:
    begin_ms = since_ms(probed.probe, now_ms, policy)
    ordered = sorted(probed.results, key=lambda result: result.at_ms)
    return [result for result in ordered if begin_ms < result.at_ms <= now_ms][-policy.of :]


def _fails(probed: Probed, now_ms: int, policy: SyntheticPolicy) -> Condition:
    """Of one place: enough failures; not enough even if every unknown run had failed; else unknown."""
    states = Counter(result.state for result in _recent(probed, now_ms, policy))
    bad, good = states[SliceState.BAD], states[SliceState.GOOD]
    if bad >= policy.failures:
        return Condition.TRUE
    return Condition.FALSE if policy.of - good < policy.failures else Condition.UNKNOWN


def _evidence(
    active: Sequence[Probed], failing: Collection[ProbeKey], now_ms: int, policy: SyntheticPolicy
) -> Evidence:
    bad = [
        result
        for probed in active
        if probed.probe.key in failing
        for result in _recent(probed, now_ms, policy)
        if result.state is SliceState.BAD
    ]
    newest = max(bad, key=lambda result: result.at_ms)
    return Evidence(
        bad_from_ms=min(result.at_ms for result in bad),
        bad_to_ms=newest.at_ms,
        values=(("vantages", ", ".join(sorted(place.vantage for place in failing))), ("reason", newest.reason)),
    )


def _certificate(group: Sequence[Probed], now_ms: int, policy: SyntheticPolicy) -> list[Reading]:
    """Nothing for probes without TLS. The certificate that ends first speaks for all places."""
    key = AlertKey(CERTIFICATE, _subject(group))
    ends = [probed.tls_expires_s for probed in group if not probed.left and probed.tls_expires_s is not None]
    if not ends:
        gone = all(probed.left for probed in group)
        return [Reading(key, Condition.FALSE, Severity.TICKET)] if gone else []
    days = tls_days_left(min(ends), now_ms)
    if days is None or days >= policy.tls_days:
        return [Reading(key, Condition.FALSE, Severity.TICKET)]
    return [Reading(key, Condition.TRUE, Severity.TICKET, Evidence(values=(("days_left", str(days)),)))]
