"""From the store to the facts of the next tick: what is new since the last, how far each data center was seen, and the
past again when it changed.

- A source books what it read since its last page into slots from that page on; so slots are read again from the least
  previous watermark of all sources that moved. What is read of a slot is all that is known of it.
- After an absence the engine's state says up to where it had judged: the rest is told slot by slot, by minutes where
  slots are not kept any more, a stretch at a time (``Facts.more``), and what is found there is marked as replayed.
- Data that come later than sums can be altered, and holes that were healed, make all sums be built anew.
- What announced maintenance takes out of the figures is in none of it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from alerts.desk.maintenance import Maintenance, between
from alerts.facts import Facts, Piece, Sight, Told
from alerts.newest import Newest
from alerts.past import pieces, told_by_minutes
from alerts.planned import pieces_without, told_without
from alerts.sights import MS_PER_S, sights, slot_end
from alerts.windows import LATE_S
from slo.windows import MINUTE_S, Window
from store.port import Reader
from store.records import Level, SourceStatus

SLOTS_KEPT_S = 2 * 3600
AHEAD_S = 2
"""How far a source's clock may be ahead of ours; its slots wait for as long as it is more."""
STRETCH_S = 60
STRETCH_OF_MINUTES_S = 3600
ABSENT_S = 10
"""From so much on, what is behind counts as replayed."""
LONGEST_ABSENCE_S = 7 * 86400
REBUILD_EVERY_S = 30
LOOK_BACK_EVERY_S = 10


class _Look(NamedTuple):
    """What a tick sees first. ``reach_s``: end of the newest slot; ``slots_from_s``: slots are kept from here on."""

    reader: Reader
    statuses: Sequence[SourceStatus]
    now_ms: int
    reach_s: int
    slots_from_s: int


class Feed:
    """Makes the facts of each tick, for one engine, in one thread.

    ``lengths_s``: the engine's windows; ``slots_kept_s``: the retention of slots; ``resume_s``: up to where a restored
    engine had judged, None to begin at the present.
    """

    def __init__(
        self, lengths_s: Sequence[int], *, slots_kept_s: int = SLOTS_KEPT_S, resume_s: int | None = None
    ) -> None:
        self._lengths_s = tuple(lengths_s)
        self._slots_kept_s = slots_kept_s
        self._resume_s = resume_s
        self._until_s: int | None = None
        self._replay_s = 0
        self._watermarks: dict[str, int] = {}
        self._newest = Newest()
        self._holes = _Holes(max(self._lengths_s))
        self._stale = False
        self._rebuilt_s = 0

    def read(self, reader: Reader, now_ms: int) -> Facts:
        """What the engine must know now; call again at once while the facts say that there is more."""
        look = self._look(reader, now_ms)
        if self._until_s is None:
            return self._begin(look)
        before_s = self._until_s
        first_s = min(before_s, self._moved_from(look.statuses))
        changed = self._holes.healed(reader, before_s, now_ms)
        self._stale = self._stale or changed or first_s < before_s - LATE_S
        due = now_ms // MS_PER_S >= self._rebuilt_s + REBUILD_EVERY_S and look.reach_s - before_s <= ABSENT_S
        if self._stale and due:
            return self._anew(look, look.reach_s)
        if before_s < look.slots_from_s and look.reach_s - before_s > MINUTE_S:
            return self._by_minutes(look, before_s)
        return self._by_slots(look, before_s, max(first_s, before_s - LATE_S))

    def _look(self, reader: Reader, now_ms: int) -> _Look:
        statuses = reader.sources()
        reach_s = max(_reach(statuses, now_ms), self._until_s or self._resume_s or 0)
        return _Look(reader, statuses, now_ms, reach_s, now_ms // MS_PER_S - self._slots_kept_s + MINUTE_S)

    def _begin(self, look: _Look) -> Facts:
        start_s = look.reach_s
        if self._resume_s is not None:
            start_s = max(self._resume_s, look.reach_s - LONGEST_ABSENCE_S)
            if start_s < look.slots_from_s:
                start_s -= start_s % MINUTE_S
        if look.reach_s - start_s > ABSENT_S:
            self._replay_s = look.reach_s
        self._moved_from(look.statuses)
        self._holes.healed(look.reader, start_s, look.now_ms)
        return self._anew(look, start_s)

    def _anew(self, look: _Look, at_s: int) -> Facts:
        """All sums built anew as of an instant, which is judged."""
        self._stale, self._rebuilt_s, self._until_s = False, look.now_ms // MS_PER_S, at_s
        self._newest.forget()
        found = pieces(look.reader, self._lengths_s, at_s, look.slots_from_s)
        windows = _planned(look.reader, at_s - 2 * max(self._lengths_s), at_s)
        base: list[Piece] = pieces_without(look.reader, found, windows)
        return self._facts(look, [], sights(look.statuses), base=base)

    def _by_minutes(self, look: _Look, before_s: int) -> Facts:
        until_s = min(before_s + STRETCH_OF_MINUTES_S, look.reach_s - look.reach_s % MINUTE_S)
        self._until_s = until_s
        minutes = told_by_minutes(look.reader, before_s, until_s)
        windows = _planned(look.reader, before_s, until_s)
        rows = told_without(look.reader, minutes, windows, Level.MINUTE)
        return self._facts(look, rows, self._sights(look, before_s), step_s=MINUTE_S)

    def _by_slots(self, look: _Look, before_s: int, first_s: int) -> Facts:
        self._until_s = until_s = min(before_s + STRETCH_S, look.reach_s)
        slots = self._newest.told(look.reader, first_s, until_s) if first_s < until_s else []
        rows = told_without(look.reader, slots, _planned(look.reader, first_s, until_s) if slots else ())
        return self._facts(look, rows, self._sights(look, before_s))

    def _facts(
        self,
        look: _Look,
        rows: Sequence[Told],
        seen: Mapping[str, Sight],
        *,
        step_s: int = 1,
        base: Sequence[Piece] | None = None,
    ) -> Facts:
        until_s = self._until_s or 0
        more = until_s < look.reach_s
        return Facts(until_s, look.now_ms, rows, step_s, base, seen, self._replay_s, more)

    def _sights(self, look: _Look, before_s: int) -> Mapping[str, Sight]:
        """With gaps only when a long stretch is judged at once: at the newest slots sources' watermarks say it."""
        until_s = self._until_s or 0
        if until_s - before_s <= ABSENT_S:
            return sights(look.statuses)
        return sights(look.statuses, look.reader.gaps(before_s * MS_PER_S, until_s * MS_PER_S))

    def _moved_from(self, statuses: Sequence[SourceStatus]) -> int:
        """Begin of the first slot into which sources that moved may have booked something; far ahead when none did."""
        first_s = [slot_end(2**62)]
        for status in statuses:
            watermark_ms, name = status.watermark_ms, status.source.id
            if watermark_ms is None or self._watermarks.get(name) == watermark_ms:
                continue
            since_ms = self._watermarks.get(name, status.first_page_ms or watermark_ms)
            first_s.append(slot_end(since_ms) - 1)
            self._watermarks[name] = watermark_ms
        return min(first_s)


class _Holes:
    """Notices that holes of the past were filled: a gap went or shrank, or a source's first page became an earlier."""

    def __init__(self, longest_s: int) -> None:
        self._longest_s = longest_s
        self._version = -1
        self._looked_ms = 0
        self._gaps: dict[tuple[str, int], int] = {}
        self._first_pages: dict[str, int] = {}

    def healed(self, reader: Reader, until_s: int, now_ms: int) -> bool:
        """Whether any was filled since the last look; looks at most every ten seconds."""
        version = reader.version()
        if version == self._version or now_ms - self._looked_ms < LOOK_BACK_EVERY_S * MS_PER_S:
            return False
        self._version, self._looked_ms = version, now_ms
        from_ms = (until_s - self._longest_s) * MS_PER_S
        gaps = {(gap.source, gap.from_ms): gap.to_ms for gap in reader.gaps(from_ms, now_ms)}
        first_pages = {s.source.id: s.first_page_ms for s in reader.sources() if s.first_page_ms is not None}
        filled = any(to_ms > from_ms and gaps.get(key, 0) < to_ms for key, to_ms in self._gaps.items())
        earlier = any(at_ms < self._first_pages.get(name, at_ms) for name, at_ms in first_pages.items())
        self._gaps, self._first_pages = gaps, first_pages
        return filled or earlier


def _planned(reader: Reader, from_s: int, to_s: int) -> list[Maintenance]:
    return between(reader.journal(), Window(from_s, to_s))


def _reach(statuses: Sequence[SourceStatus], now_ms: int) -> int:
    """End of the newest slot of all sources, but not far ahead of our clock; without any page yet a moment ago."""
    now_s = slot_end(now_ms)
    ends = [slot_end(status.watermark_ms) for status in statuses if status.watermark_ms is not None]
    return min(max(ends, default=now_s - 1), now_s + AHEAD_S)
