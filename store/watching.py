"""Who looked at a data center, since when, and where the gaps are: what every completeness is counted from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from store.coverage import Watch
from store.port import Reader
from store.records import Gap, SourceStatus


def by_data_center(ids: Sequence[str], statuses: Sequence[SourceStatus]) -> dict[str, list[SourceStatus]]:
    """Sources per data center: the configured ones in their order, then any that only a source names."""
    centers: dict[str, list[SourceStatus]] = {center: [] for center in ids}
    for status in statuses:
        centers.setdefault(status.source.data_center, []).append(status)
    return centers


def gaps_of(statuses: Sequence[SourceStatus], gaps: Sequence[Gap]) -> tuple[Gap, ...]:
    """The gaps of some sources."""
    ids = {s.source.id for s in statuses}
    return tuple(g for g in gaps if g.source in ids)


def first_read_ms(reader: Reader, status: SourceStatus) -> int:
    """When a source was read first; its registration when it never said which process it was."""
    lives = reader.incarnations(status.source.id)
    return min((life.first_read_ms for life in lives), default=status.registered_ms)


def watched_until(
    reader: Reader, groups: Mapping[str, Sequence[SourceStatus]], gaps: Sequence[Gap], until_ms: int, late_ms: int
) -> dict[str, Watch | None]:
    """Per data center: None when none of its sources was ever read.

    A source whose newest page is older than ``late_ms`` before ``until_ms`` went missing: nobody looked since.
    """
    watches: dict[str, Watch | None] = {}
    for center, statuses in groups.items():
        read = [(s, s.watermark_ms) for s in statuses if s.watermark_ms is not None]
        if not read:
            watches[center] = None
            continue
        missing = [mark for _, mark in read if mark < until_ms - late_ms]
        begin_ms = min(first_read_ms(reader, status) for status, _ in read)
        watches[center] = Watch(begin_ms, min([until_ms, *missing]), gaps_of([s for s, _ in read], gaps))
    return watches
