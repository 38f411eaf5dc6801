"""Probes of the in-memory twin: the whole probe port over plain dicts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from store.errors import UnknownProbe
from store.probes import PROBE_LEVELS, Probe, ProbeCounts, ProbeKey, ProbeResult, ProbeStatus, counted
from store.records import Level, Retention, Scope
from store.slices import slice_start, stretches


@dataclass(slots=True)
class ProbeShelf:
    """Everything that is known of probes. ``counts``: (level, begin of the slice, probe) -> runs."""

    statuses: dict[ProbeKey, ProbeStatus] = field(default_factory=dict)
    found: dict[tuple[int, ProbeKey], ProbeResult] = field(default_factory=dict)
    counts: defaultdict[tuple[Level, int, ProbeKey], ProbeCounts] = field(
        default_factory=lambda: defaultdict(ProbeCounts)
    )

    def copy(self) -> ProbeShelf:
        """Another shelf with the same contents."""
        return ProbeShelf(dict(self.statuses), dict(self.found), self.counts.copy())

    def register(self, probe: Probe, now_ms: int) -> None:
        """Makes a probe known, or updates it."""
        known = self.statuses.get(probe.key)
        self.statuses[probe.key] = (
            ProbeStatus(probe, now_ms, None, None) if known is None else replace(known, probe=probe)
        )

    def record(self, results: Sequence[ProbeResult], zone: str) -> int:
        """Adds what is new; all or nothing."""
        counted(results)
        for result in results:
            if result.key not in self.statuses:
                raise UnknownProbe(*result.key)
        new = {(r.at_ms, r.key): r for r in reversed(results) if (r.at_ms, r.key) not in self.found}
        for result in sorted(new.values(), key=lambda each: each.at_ms):
            self._add(result, zone)
        return len(new)

    def _add(self, result: ProbeResult, zone: str) -> None:
        self.found[result.at_ms, result.key] = result
        for level in PROBE_LEVELS:
            self.counts[level, slice_start(level, result.at_ms // 1000, zone), result.key] += counted([result])
        known = self.statuses[result.key]
        if known.last is None or result.at_ms > known.last.at_ms:
            expires_s = known.tls_expires_s if result.tls_expires_s is None else result.tls_expires_s
            self.statuses[result.key] = replace(known, last=result, tls_expires_s=expires_s)

    def prune(self, retention: Retention, now_s: int, zone: str, most_rows: int) -> int:
        """Drops at most so many rows that are past retention; returns how many went."""
        kept_s = retention.seconds.get(Level.SLOT)
        past = sorted(key for key in self.found if kept_s is not None and key[0] < (now_s - kept_s) * 1000)[:most_rows]
        for key in past:
            del self.found[key]
        old = [key for key in sorted(self.counts) if _is_past(key[0], key[1], retention, now_s, zone)]
        for each in old[: most_rows - len(past)]:
            del self.counts[each]
        return len(past) + len(old[: most_rows - len(past)])


def _is_past(level: Level, at_s: int, retention: Retention, now_s: int, zone: str) -> bool:
    kept_s = retention.seconds.get(level)
    return kept_s is not None and at_s < slice_start(level, now_s - kept_s, zone)


class MemoryProbeReader:
    """What is known of probes (see ``store.probes.ProbeReader``)."""

    def __init__(self, shelf: ProbeShelf, zone: str) -> None:
        self._shelf = shelf
        self._zone = zone

    def statuses(self) -> list[ProbeStatus]:
        """Every registered probe with its newest result, in order of registration."""
        return list(self._shelf.statuses.values())

    def results(self, key: ProbeKey, from_ms: int, to_ms: int) -> list[ProbeResult]:
        """Results of one probe in ``[from_ms, to_ms)``, oldest first."""
        mine = [r for r in self._shelf.found.values() if r.key == key and from_ms <= r.at_ms < to_ms]
        return sorted(mine, key=lambda result: result.at_ms)

    def totals(self, from_s: int, to_s: int) -> dict[ProbeKey, ProbeCounts]:
        """Runs per probe (edges taken outwards to whole minutes), probes without any left out."""
        sums: defaultdict[ProbeKey, list[int]] = defaultdict(lambda: [0, 0, 0])
        for stretch in stretches(Scope.STEP, from_s, to_s, self._zone):
            for (level, at_s, key), counts in self._shelf.counts.items():
                if level is stretch.level and stretch.from_s <= at_s < stretch.to_s:
                    runs = (counts.good, counts.bad, counts.invalid_probe)
                    sums[key] = [before + stretch.sign * n for before, n in zip(sums[key], runs, strict=True)]
        return {key: ProbeCounts(*sums[key]) for key in self._shelf.statuses if any(sums.get(key, ()))}

    def timeline(self, level: Level, key: ProbeKey, from_s: int, to_s: int) -> list[tuple[int, ProbeCounts]]:
        """Slices of one level that hold runs of one probe, oldest first."""
        found = [
            (at_s, counts)
            for (of_level, at_s, of_key), counts in self._shelf.counts.items()
            if of_level is level and of_key == key and from_s <= at_s < to_s
        ]
        return sorted(found, key=lambda each: each[0])
