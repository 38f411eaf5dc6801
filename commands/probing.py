"""Probes of a configuration: which of them this process runs, and what they find right now."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from collectors.errors import BadTarget
from collectors.probes.prober import Prober
from collectors.probes.target import Target, Vantage
from commands.errors import CommandError, refusing
from commands.options import Configuration
from commands.signs import Sign, error, ok
from configuration.probes import ProbeSettings
from slo.states import SliceState
from store.memory import MemoryStore
from store.probes import ProbeResult, ProbeStore, tls_days_left

FEW_DAYS_LEFT = 14
"""A certificate that ends sooner is named by `check`."""


def prober(chosen: Configuration, store: ProbeStore, vantages: Collection[str] = ()) -> Prober:
    """Runs the probes of the named vantage points, or of all. Raises CommandError."""
    with refusing(BadTarget):
        return Prober(targets(chosen, vantages), store)


def targets(chosen: Configuration, vantages: Collection[str] = ()) -> list[Target]:
    """Probes of the named vantage points, or of all. Raises CommandError for a name that no probe has."""
    probes = chosen.settings.probes
    known = {probe.vantage for probe in probes}
    if strangers := sorted(set(vantages) - known):
        choice = ", ".join(sorted(known)) or "none"
        raise CommandError(f"--vantage {strangers[0]}: no probe of {chosen.path} runs from there; known: {choice}")
    return [_target(chosen, probe) for probe in probes if not vantages or probe.vantage in vantages]


def _target(chosen: Configuration, probe: ProbeSettings) -> Target:
    places = {place.id: place for place in chosen.settings.vantages}
    place = places.get(probe.vantage)
    source, proxy = (place.source_address or "", place.proxy or "") if place else ("", "")
    return Target(
        probe.probe(),
        probe.url,
        Vantage(probe.vantage, source, proxy),
        expect_status=probe.expect_status,
        expect_text=probe.expect_text,
        limit_ms=probe.limit_ms,
        ca_file=str(chosen.path.parent / probe.ca_file) if probe.ca_file else "",
    )


def probe_signs(chosen: Configuration, now_ms: int) -> Iterator[Sign]:
    """Runs every probe once, stored nowhere."""
    return (_judged(result, now_ms) for result in prober(chosen, MemoryStore()).run_once())


def _judged(result: ProbeResult, now_ms: int) -> Sign:
    name = f"probe {result.key.id} from {result.key.vantage}"
    if result.state is not SliceState.GOOD:
        return error("probe", f"{name}: {result.state.value.replace('_', ' ')}: {result.reason}")
    left = tls_days_left(result.tls_expires_s, now_ms)
    if left is not None and left < FEW_DAYS_LEFT:
        return error("probe", f"{name}: its certificate ends in {left} days")
    ends = "" if left is None else f", certificate ends in {left} days"
    return ok("probe", f"{name}: {result.duration_ms} ms{ends}")


def outcome(result: ProbeResult) -> str:
    """One line for `collect --once`."""
    return f"good in {result.duration_ms} ms" if result.state is SliceState.GOOD else result.reason
