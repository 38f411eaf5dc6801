"""How many series a source's pages usually hold: the most of the last day, so that a loss is a loss until it is made
good or a day has passed."""

from __future__ import annotations

from collections.abc import Iterable

from alerts.kinds.sight import Watched
from store.port import Reader

HOUR_MS = 3_600_000
HOURS = 24
_SAMPLED_HOURS = 3
_READS = 3


class SeriesMemory:
    """Most samples per hour of every source; what was before the start is sampled from the store."""

    def __init__(self) -> None:
        self._hours: dict[str, dict[int, int]] = {}

    def seen(self, reader: Reader, sources: Iterable[Watched], now_ms: int) -> None:
        """Takes note of the newest page of every source."""
        for each in sources:
            hours = self._hours.get(each.id)
            if hours is None:
                hours = self._hours[each.id] = _sampled(reader, each, now_ms)
            read = each.status.last_read
            if read is not None and read.collected:
                hour = read.at_ms // HOUR_MS
                if read.samples > hours.get(hour, 0):
                    hours[hour] = read.samples
            if len(hours) > HOURS + 1:
                self._hours[each.id] = {hour: most for hour, most in hours.items() if hour >= now_ms // HOUR_MS - HOURS}

    def most(self, source: str) -> int | None:
        """The most samples of one page in the last day; None before the first page."""
        return max(self._hours.get(source, {}).values(), default=None)


def _sampled(reader: Reader, each: Watched, now_ms: int) -> dict[int, int]:
    """A few reads of every third hour of the last day."""
    found: dict[int, int] = {}
    width_ms = _READS * each.status.source.interval_ms
    for back in range(0, HOURS, _SAMPLED_HOURS):
        at_ms = now_ms - back * HOUR_MS
        for read in reader.reads(each.id, at_ms - width_ms, at_ms):
            hour = read.at_ms // HOUR_MS
            found[hour] = max(found.get(hour, 0), read.samples)
    return found
