"""Books what maintenance took out, a day after each window, while the store still has its minutes."""

from __future__ import annotations

from alerts.desk.booking import book, due
from alerts.desk.maintenance import between
from slo.windows import DAY_S, Window
from store.journal import Change
from store.port import Reader

BOOK_EVERY_MS = 600_000
LOOK_BACK_S = 35 * DAY_S
"""Minutes are kept for at least as long."""


def next_booking(reader: Reader, zone: str, now_ms: int) -> Change | None:
    """What to write for the oldest window that is due; None when none is."""
    journal, now_s = reader.journal(), now_ms // 1000
    waiting = due(journal, between(journal, Window(now_s - LOOK_BACK_S, now_s)), now_s)
    if not waiting:
        return None
    window = waiting[0]
    others = between(journal, Window(window.from_s, window.to_s))
    return book(reader, window, others, zone, now_ms)
