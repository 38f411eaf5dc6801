"""What collectors say of the quality of their sources' data, read back from their gauges."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from collectors.clocks import skew_note
from collectors.folding import OTHER
from dashboard.sources import SourceView
from store.quality import FOLDED, LARGEST_SKEW_MS, SKEW, SKEW_HOLDS_MS, milliseconds_of
from store.records import Gauge


@dataclass(frozen=True, slots=True)
class Quality:
    """Of one source: its clock against ours (None: not known), and how many series were counted as one."""

    skew_ms: int | None = None
    folded: int = 0

    @property
    def notes(self) -> tuple[str, ...]:
        """What people should know, one clear line each."""
        notes = []
        if self.skew_ms is not None and abs(self.skew_ms) > LARGEST_SKEW_MS:
            notes.append(skew_note(self.skew_ms))
        if self.folded:
            notes.append(f"{self.folded} series beyond the limits are counted as {OTHER}")
        return tuple(notes)


UNTOLD = Quality()


def quality_of(gauges: Iterable[Gauge], now_ms: int) -> dict[str, Quality]:
    """Quality per source; sources of which nothing is said are left out."""
    found: dict[str, Quality] = {}
    for gauge in gauges:
        before = found.get(gauge.source, UNTOLD)
        if gauge.name == SKEW and now_ms - gauge.at_ms <= SKEW_HOLDS_MS:
            found[gauge.source] = replace(before, skew_ms=milliseconds_of(gauge.value))
        elif gauge.name == FOLDED:
            found[gauge.source] = replace(before, folded=int(gauge.value))
    return found


def with_quality(view: SourceView, known: Mapping[str, Quality]) -> SourceView:
    """A source as shown, with what is known of its quality."""
    quality = known.get(view.id)
    return view if quality is None else replace(view, skew_ms=quality.skew_ms, notes=quality.notes)
