"""What a collector itself says of the quality of its data, as gauges in the store beside those of the source."""

from __future__ import annotations

from typing import NamedTuple

from collectors import absence
from collectors.absence import Vanished
from collectors.page import Page
from store.quality import FOLDED, SKEW, seconds_text
from store.records import Gauge

_STEADY_MS = 50
_AGAIN_AFTER_MS = 60_000


class Told(NamedTuple):
    """What the store was told last: skew and when, folded series, vanished ones (None: not known, tell them)."""

    skew_ms: int | None = None
    skew_at_ms: int = 0
    folded: int | None = 0
    vanished: tuple[Vanished, ...] | None = ()


NOTHING_TOLD = Told()


def told_before(state: bytes | None) -> Told:
    """What a collector that goes on from a stored state may assume."""
    return NOTHING_TOLD if state is None else NOTHING_TOLD._replace(folded=None, vanished=None)


def told_now(
    before: Told, source: str, page: Page, folded: int, vanished: tuple[Vanished, ...] | None = None
) -> tuple[Told, tuple[Gauge, ...]]:
    """What to remember and to store with this page: a skew that moved or is a minute old, a number that changed.

    ``vanished``: None when the page shows the same counters as the one before.
    """
    gauges = []
    now = before
    if page.skew_ms is not None and _is_news(before, page.skew_ms, page.at_ms):
        now = now._replace(skew_ms=page.skew_ms, skew_at_ms=page.at_ms)
        gauges.append(Gauge(source, SKEW, "", page.at_ms, seconds_text(page.skew_ms)))
    if folded != before.folded:
        now = now._replace(folded=folded)
        gauges.append(Gauge(source, FOLDED, "", page.at_ms, str(folded)))
    if vanished is not None:
        gauges += absence.gauges(source, page.at_ms, before.vanished, vanished)
        now = now._replace(vanished=vanished)
    return now, tuple(gauges)


def _is_news(before: Told, skew_ms: int, at_ms: int) -> bool:
    if before.skew_ms is None or not 0 <= at_ms - before.skew_at_ms < _AGAIN_AFTER_MS:
        return True
    return abs(skew_ms - before.skew_ms) >= _STEADY_MS
