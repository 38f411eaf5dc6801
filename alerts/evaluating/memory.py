"""The engine's state as a document of the journal (kind ``engine``), and what a new process begins with."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from alerts.desk.records import Alert as DeskAlert
from alerts.engine import STATE_VERSION, Engine
from alerts.errors import BadEngineState
from alerts.lifecycle import Alert, Timing
from alerts.model import AlertState
from alerts.policy import Slo
from alerts.sliced.model import SlicedSlo
from store.journal import Document, JournalReader

log = logging.getLogger(__name__)
KIND = "engine"


@dataclass(frozen=True, slots=True)
class Kept:
    """The engine's document as it was read. ``evaluated_ms``: data up to here were judged, None before the first
    tick; ``saved_ms``: when that was written, at most ``evaluation.SAVE_EVERY_MS`` ago while somebody evaluates."""

    version: int = 0
    saved_ms: int = 0
    evaluated_ms: int | None = None
    body: str = ""


def read(journal: JournalReader) -> Kept:
    """What was written last; a version of 0 when nothing was. Also for screens: is anybody evaluating?"""
    found = journal.document(KIND, KIND)
    if found is None:
        return Kept()
    try:
        evaluated_s = json.loads(found.body).get("evaluated_s")
    except (ValueError, AttributeError):
        evaluated_s = None
    evaluated_ms = evaluated_s * 1000 if isinstance(evaluated_s, int) else None
    return Kept(found.version, found.at_ms, evaluated_ms, found.body)


def document(engine: Engine, version: int, now_ms: int) -> Document:
    """What is written; follows ``version``."""
    body = json.dumps(engine.document(), ensure_ascii=False, separators=(",", ":"))
    return Document(KIND, KIND, version, now_ms, True, body)


def restored(slos: Sequence[Slo], kept: Kept, alerts: Iterable[DeskAlert], sliced: Sequence[SlicedSlo] = ()) -> Engine:
    """An engine that goes on. Without a state that can be read it takes over what the desk says is firing, for an alert
    that the engine does not know would never be closed."""
    engine = _engine(slos, sliced)
    try:
        engine.restore(json.loads(kept.body) if kept.body else _without_state(alerts))
    except (BadEngineState, ValueError) as error:
        log.warning("the engine begins anew: %s", error)
        engine = _engine(slos, sliced)
        engine.restore(_without_state(alerts))
    return engine


def _engine(slos: Sequence[Slo], sliced: Sequence[SlicedSlo]) -> Engine:
    timings: dict[str | tuple[str, str], Timing] = {}
    for slo in sliced:
        timings.update(slo.timings())
    return Engine(slos, timings=timings, others=[slo.id for slo in sliced])


def _without_state(alerts: Iterable[DeskAlert]) -> dict[str, Any]:
    known = [_as_engine_has_it(each).document() for each in alerts if each.firing]
    return {"version": STATE_VERSION, "evaluated_s": None, "alerts": known, "blamed": {}, "stretches": {}}


def _as_engine_has_it(alert: DeskAlert) -> Alert:
    return Alert(alert.key, AlertState.FIRING, alert.severity, alert.since_ms, bad_from_ms=alert.evidence.bad_from_ms)
