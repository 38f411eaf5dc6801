"""Small values that tests of kinds are made of: one instant, and sources as the store tells them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from alerts.kinds.policy import SilencePolicy
from alerts.kinds.sight import Moment, Watched, watched
from alerts.model import Condition, Reading, Severity
from store.records import Read, Source, SourceStatus

NOW_MS = 1_795_000_000_000
STARTED_MS = NOW_MS - 3_600_000
MOMENT = Moment(NOW_MS, STARTED_MS, SilencePolicy())
YOUNG = Moment(NOW_MS, NOW_MS - 3_000, SilencePolicy())
REFUSED = "refused: 127.0.0.1:8101: Connection refused"


def status(
    name: str = "dc1",
    *,
    age_ms: int | None = 500,
    reason: str = "",
    read_age_ms: int | None = 500,
    center: str = "",
    kind: str = "exposition",
    interval_ms: int = 1000,
    registered_ms: int = STARTED_MS,
    first_page_ms: int | None = None,
    samples: int = 0,
) -> SourceStatus:
    """A source: age of its last page (None: never one), and what its newest read said ("": a page; age None: none)."""
    read = None if read_age_ms is None else Read(NOW_MS - read_age_ms, not reason, reason, samples=samples)
    watermark_ms = None if age_ms is None else NOW_MS - age_ms
    source = Source(name, kind, center or name.partition("/")[0], interval_ms)
    return SourceStatus(source, registered_ms, 1, watermark_ms, read, first_page_ms)


def seen(statuses: Iterable[SourceStatus], moment: Moment = MOMENT, only: Sequence[str] | None = None) -> list[Watched]:
    """The same as watched sources."""
    return list(watched(statuses, moment, only))


def said(readings: Iterable[Reading]) -> dict[str, Condition]:
    """Id of the alert -> what was said of it."""
    return {reading.key.id: reading.condition for reading in readings}


def true(readings: Iterable[Reading]) -> dict[str, Severity]:
    """What is true, and how much it asks for."""
    return {reading.key.id: reading.severity for reading in readings if reading.condition is Condition.TRUE}
