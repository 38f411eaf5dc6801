"""Notices that no channel takes: the ledger says so, for a page that nobody got must not look like a sent one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from alerts.desk.notice import Notice
from alerts.notify.delivery import Delivery, Status
from alerts.notify.news import News
from alerts.notify.outlet import Outlet

NOBODY = "nobody"
NO_CHANNELS = "no channel is configured; the section notify names whom to tell"
NO_TAKER = "no channel takes this; look at severity, levels, products and roles of the channels in the section notify"


def unheard(notices: Iterable[Notice], outlets: Sequence[Outlet], now_ms: int) -> list[Delivery]:
    """One settled delivery, to channel ``nobody``, for each notice that people should get and no channel takes."""
    people = [outlet for outlet in outlets if not outlet.automation]
    reason = NO_TAKER if people else NO_CHANNELS
    return [
        Delivery(
            id=f"{NOBODY}/{notice.id}",
            channel=NOBODY,
            news=News(notice),
            queued_ms=now_ms,
            status=Status.SUPPRESSED,
            last_error=reason,
            settled_ms=now_ms,
        )
        for notice in notices
        if not any(outlet.wants.takes(notice) for outlet in people)
    ]
