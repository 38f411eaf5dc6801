"""Whether a source is seen: what its stored status says at one instant, before any rule speaks."""

from __future__ import annotations

import enum
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from alerts.kinds.policy import SilencePolicy
from store.leases import lease_name
from store.records import SourceStatus

PROMETHEUS = "prometheus"
EXPOSITION = "exposition"
_READ_KINDS = (EXPOSITION, PROMETHEUS)
NEVER_SEEN_FACTOR = 3
"""Six services that begin at once on a slow machine need longer than one that is restarted."""


class Sight(enum.Enum):
    """``SEEN``: an accepted page is recent enough. ``SILENT``: none for too long. ``STARTING``: not seen alive since
    it, or we, started a moment ago, or its very first page is as young. ``LEFT``: not configured any more, or an
    instance that is gone for good."""

    SEEN = "seen"
    SILENT = "silent"
    STARTING = "starting"
    LEFT = "left"


@dataclass(frozen=True, slots=True)
class Watched:
    """One source and how it is seen."""

    status: SourceStatus
    sight: Sight

    @property
    def id(self) -> str:
        """Its id."""
        return self.status.source.id


@dataclass(frozen=True, slots=True)
class Moment:
    """When is judged, since when there is a judge, and what counts as silence.

    ``reading_on``: leases of collectors that were at work before there was a judge and have been since.
    """

    now_ms: int
    started_ms: int
    silence: SilencePolicy
    reading_on: frozenset[str] = frozenset()

    @property
    def is_young(self) -> bool:
        """Whether everything may still be starting."""
        return self.now_ms - self.started_ms < self.silence.starting_ms

    def is_recent(self, at_ms: int, interval_ms: int) -> bool:
        """Whether something that happens once per interval is not overdue, when it happened last at ``at_ms``."""
        return self.now_ms - at_ms <= self.silence.silent_after_ms(interval_ms)

    def is_starting(self, status: SourceStatus) -> bool:
        """Whether a source was not seen alive since it, or we, started less than ``starting_ms`` ago; one that was
        never seen may take longer."""
        if status.watermark_ms is not None and status.watermark_ms >= self._alive_from_ms(status):
            return False
        most_ms = self.silence.starting_ms * (NEVER_SEEN_FACTOR if status.watermark_ms is None else 1)
        return self.now_ms - max(status.registered_ms, self.started_ms) < most_ms

    def _alive_from_ms(self, status: SourceStatus) -> int:
        """From when on a page shows that a source is not starting: since there is a judge, or a moment before when
        the same collector saw both that page and what became of the source since."""
        read = status.last_read
        if lease_name(status.source.id) not in self.reading_on or read is None or read.at_ms < self.started_ms:
            return self.started_ms
        return self.started_ms - self.silence.silent_after_ms(status.source.interval_ms)

    def is_new(self, status: SourceStatus) -> bool:
        """Whether its first page ever is so recent that what follows may still falter."""
        return status.first_page_ms is not None and self.now_ms - status.first_page_ms < self.silence.starting_ms


def watched(
    statuses: Iterable[SourceStatus], moment: Moment, configured: Collection[str] | None = None
) -> tuple[Watched, ...]:
    """Every source that pages are read from. ``configured``: ids of the configuration, a server's for all of its
    instances; None when whoever is registered counts."""
    read = [status for status in statuses if status.source.kind in _READ_KINDS]
    seen = [Watched(status, _sight(status, moment, configured)) for status in read]
    alive = {lease_name(each.id) for each in seen if each.sight is Sight.SEEN}
    return tuple(_or_left(each, alive, moment) for each in seen)


def _sight(status: SourceStatus, moment: Moment, configured: Collection[str] | None) -> Sight:
    if configured is not None and lease_name(status.source.id) not in configured:
        return Sight.LEFT
    if moment.is_recent(last_sign_ms(status), status.source.interval_ms):
        return Sight.STARTING if status.watermark_ms is None else Sight.SEEN
    return Sight.STARTING if moment.is_starting(status) or moment.is_new(status) else Sight.SILENT


def last_sign_ms(status: SourceStatus) -> int:
    """Last accepted page, else the registration."""
    return status.registered_ms if status.watermark_ms is None else status.watermark_ms


def _or_left(each: Watched, alive: Collection[str], moment: Moment) -> Watched:
    """An instance that a server has not shown for long, while it shows others, was replaced."""
    is_instance = each.status.source.kind == PROMETHEUS and "/" in each.id
    if each.sight is not Sight.SILENT or not is_instance or lease_name(each.id) not in alive:
        return each
    gone = moment.now_ms - last_sign_ms(each.status) > moment.silence.left_ms
    return Watched(each.status, Sight.LEFT) if gone else each


def by_data_center(sources: Sequence[Watched]) -> Mapping[str, list[Watched]]:
    """Sources of each data center, in order."""
    centers: dict[str, list[Watched]] = {}
    for each in sources:
        centers.setdefault(each.status.source.data_center, []).append(each)
    return centers


def present(sources: Iterable[Watched]) -> list[Watched]:
    """Sources that have not left."""
    return [each for each in sources if each.sight is not Sight.LEFT]


def seconds_since(at_ms: int, now_ms: int) -> str:
    """Whole seconds as text; clocks that disagree count as zero."""
    return str(max(0, now_ms - at_ms) // 1000)
