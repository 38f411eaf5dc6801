"""Whether anybody evaluates alerts: what every screen shows before it shows that all is quiet."""

from __future__ import annotations

from alerts.evaluating.evaluation import SAVE_EVERY_MS
from alerts.evaluating.memory import read
from alerts.incidents.view import utc
from dashboard.api.asking import Asked
from dashboard.api.route import Content, Read, Write
from dashboard.api.setting import ApiSetting
from store.port import Reader

LIMIT_MS = 3 * SAVE_EVERY_MS
"""An engine that has written nothing for so long does not evaluate: it writes at least every SAVE_EVERY_MS."""
BEHIND_LIMIT_MS = 30_000
"""An engine that judges data this old does not see what happens now."""


def life(setting: ApiSetting, reader: Reader, asked: Asked) -> Content:
    """Ages are null while nobody ever evaluated."""
    del asked
    now_ms = setting.now_ms()
    kept = read(reader.journal())
    known = kept.version > 0
    return {
        "now": utc(now_ms),
        "evaluated_at": utc(kept.saved_ms) if known else None,
        "evaluated_data_until": utc(kept.evaluated_ms),
        "age_ms": max(0, now_ms - kept.saved_ms) if known else None,
        "limit_ms": LIMIT_MS,
        "behind_ms": None if kept.evaluated_ms is None else max(0, now_ms - kept.evaluated_ms),
        "behind_limit_ms": BEHIND_LIMIT_MS,
    }


ROUTES: tuple[Read | Write, ...] = (
    Read(
        "/api/v1/alerting",
        "When alerts were last evaluated and how old the data were; beyond the limits nobody may believe a quiet list",
        life,
    ),
)
