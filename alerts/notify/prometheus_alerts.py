"""What a Prometheus posts to an Alertmanager (POST /api/v2/alerts), so that existing rules show on the same wall.

Pure: text in, alerts or every defect out; alerts become documents of kind ``external_alert``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from hashlib import blake2b
from typing import Any

from alerts.model import Severity
from alerts.notify.errors import BadPosted
from alerts.notify.news import text_of
from store.journal import Document

KIND = "external_alert"
MOST_ALERTS = 10_000
MOST_BYTES = 16_000_000
MOST_DEFECTS = 20
MOST_TEXT = 10_000
"""Characters of one label or annotation."""
MOST_NAME = 200
RESOLVE_AFTER_MS = 300_000
"""An alert without an end is over so long after it was last posted, as in Alertmanager (resolve_timeout: 5m)."""
_SEVERITIES = {
    "critical": Severity.CALL,
    "call": Severity.CALL,
    "page": Severity.PAGE,
    "error": Severity.PAGE,
    "warning": Severity.TICKET,
    "ticket": Severity.TICKET,
}
_INSTANT = re.compile(r"(\d{4}-\d\d-\d\d)[Tt](\d\d:\d\d:\d\d)(\.\d+)?([Zz]|[+-]\d\d:\d\d)")
_UNSET = "0001-01-01T00:00:00"
"""How Go begins an instant that was not set; amtool writes milliseconds behind it."""


@dataclass(frozen=True, slots=True)
class ExternalAlert:
    """One alert of somebody else's rules. ``id`` follows from its labels. ``ends_ms``: when it is over unless it is
    posted again; ``resolved``: it was over when it was posted. ``link``: where its rule is. ``ack``: who has it
    (``by``, ``at_ms``, ``note``); it ends with the alert. ``silenced_by``: id of what hides it now, never stored."""

    labels: Mapping[str, str]
    annotations: Mapping[str, str]
    starts_ms: int
    ends_ms: int
    resolved: bool
    link: str = ""
    ack: Mapping[str, Any] | None = None
    silenced_by: str = ""

    @property
    def id(self) -> str:
        """Digest of the labels: the same alert has the same id at each post."""
        return blake2b(text_of(dict(self.labels)).encode(), digest_size=12).hexdigest()

    @property
    def name(self) -> str:
        """Label alertname; without one, which relabelling may take away, all labels."""
        return (
            self.labels.get("alertname")
            or ", ".join(f"{label}={text}" for label, text in self.labels.items())[:MOST_NAME]
        )

    @property
    def severity(self) -> Severity:
        """What its label ``severity`` means here; a notice when it says nothing that is known."""
        return _SEVERITIES.get(self.labels.get("severity", "").lower(), Severity.NOTICE)

    def firing(self, now_ms: int) -> bool:
        """Whether it fires now: nobody ended it and it was posted lately enough."""
        return now_ms < self.ends_ms

    def document(self, known: Document | None) -> Document:
        """As it is stored, after what is stored of it; the earliest begin of one firing and who has it are kept."""
        before = ExternalAlert.of(known) if known is not None and known.open else None
        goes_on = before is not None and before.firing(self.starts_ms) and not self.resolved
        return self._document(known, self._began_ms(known), before.ack if before is not None and goes_on else None)

    def taken(self, known: Document, ack: Mapping[str, Any] | None) -> Document:
        """As it is stored once somebody has it, or (None) gave it back."""
        return self._document(known, self.starts_ms, ack)

    def _document(self, known: Document | None, began_ms: int, ack: Mapping[str, Any] | None) -> Document:
        content = {
            "labels": dict(self.labels),
            "annotations": dict(self.annotations),
            "starts_ms": began_ms,
            "ends_ms": self.ends_ms,
            "resolved": self.resolved,
            "link": self.link,
            **({"ack": dict(ack)} if ack else {}),
        }
        version = known.version if known else 0
        return Document(KIND, self.id, version, began_ms, not self.resolved, text_of(content))

    def _began_ms(self, known: Document | None) -> int:
        if known is None or not known.open:
            return self.starts_ms
        before = ExternalAlert.of(known)
        return min(before.starts_ms, self.starts_ms) if before.firing(self.starts_ms) else self.starts_ms

    @classmethod
    def of(cls, document: Document) -> ExternalAlert:
        """The reverse of ``document``."""
        return cls(**json.loads(document.body))


def parse_posted(body: bytes, now_ms: int) -> list[ExternalAlert]:
    """Alerts of one post; the newest word on an alert counts. Raises BadPosted with one line per defect, and then
    nothing of the post is to be used."""
    given = _list_of(body)
    defects: list[str] = []
    alerts: dict[str, ExternalAlert] = {}
    for number, each in enumerate(given):
        found = list(_defects(each))
        if found:
            defects += [f"alert {number}: {defect}" for defect in found]
            continue
        alert = _alert(each, now_ms)
        alerts[alert.id] = alert
    if defects:
        more = len(defects) - MOST_DEFECTS
        raise BadPosted((*defects[:MOST_DEFECTS], *((f"and {more} more",) if more > 0 else ())))
    return list(alerts.values())


def expired(documents: Iterable[Document], now_ms: int) -> list[Document]:
    """Stored alerts that nobody ended and nobody posts any more, as documents that end them."""
    found = ((ExternalAlert.of(document), document) for document in documents if document.open)
    return [replace(alert, resolved=True).document(known) for alert, known in found if not alert.firing(now_ms)]


def _list_of(body: bytes) -> list[Any]:
    if len(body) > MOST_BYTES:
        raise BadPosted((f"the body has {len(body)} bytes; post at most {MOST_BYTES}",))
    try:
        given = json.loads(body, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise BadPosted((f"the body is not JSON: {error}; post a list of alerts",)) from error
    if not isinstance(given, list):
        raise BadPosted((f"the body is {_kind(given)}; post a list of alerts: [{{...}}]",))
    if len(given) > MOST_ALERTS:
        raise BadPosted((f"{len(given)} alerts in one post; post at most {MOST_ALERTS}",))
    return given


def _no_constant(text: str) -> Any:
    raise ValueError(f"{text} is no JSON value")


def _defects(given: Any) -> Iterator[str]:
    if not isinstance(given, dict):
        yield f"is {_kind(given)}; an alert is an object with labels"
        return
    yield from _label_defects(given.get("labels"))
    if "annotations" in given:
        yield from _text_defects("annotations", given["annotations"] or {})
    for name in ("startsAt", "endsAt"):
        if name in given and (defect := _instant_defect(given[name])):
            yield f"{name} {defect}"
    link = given.get("generatorURL", "")
    if not isinstance(link, str) or len(link) > MOST_TEXT:
        yield f"generatorURL is {_kind(link)}; write an address of at most {MOST_TEXT} characters"
    yield from _order_defects(given)


def _order_defects(given: Mapping[str, Any]) -> Iterator[str]:
    begin, end = given.get("startsAt", ""), given.get("endsAt", "")
    if not (_given(begin) and _given(end)) or _instant_defect(begin) or _instant_defect(end):
        return
    if _milliseconds(end) < _milliseconds(begin):
        yield f"endsAt {end} is before startsAt {begin}"


def _label_defects(labels: Any) -> Iterator[str]:
    """Names may be any text, as Prometheus 3 and Alertmanager have them: one odd label must not keep a whole post
    from the wall."""
    if not isinstance(labels, dict) or not any(labels.values()):
        yield "labels are missing; an alert has at least alertname"
        return
    yield from _text_defects("labels", labels)
    for name in labels:
        if not name or "\0" in name or len(name) > MOST_NAME or not _encodable(name):
            yield f"labels: {name[:80]!r} is no label name; write 1 to {MOST_NAME} characters"


def _text_defects(where: str, texts: Any) -> Iterator[str]:
    if not isinstance(texts, dict):
        yield f"{where} is {_kind(texts)}; write an object of texts"
        return
    for name, text in texts.items():
        if not isinstance(text, str):
            yield f"{where}: {name[:80]} is {_kind(text)}; write a text"
        elif len(text) > MOST_TEXT or "\0" in text or not _encodable(text):
            yield f"{where}: {name[:80]} is longer than {MOST_TEXT} characters or holds what is no text"


def _encodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _instant_defect(given: Any) -> str:
    if not _given(given):
        return ""
    if not isinstance(given, str):
        return f"is {_kind(given)}; write an instant as 2026-11-21T22:40:00Z"
    try:
        _milliseconds(given)
    except (ValueError, OverflowError):
        return f"{given[:40]!r} is no instant; write one as 2026-11-21T22:40:00Z"
    return ""


def _given(instant: Any) -> bool:
    return instant not in (None, "") and not (isinstance(instant, str) and instant.startswith(_UNSET))


def _milliseconds(text: str) -> int:
    """Exact; what is finer than a millisecond is cut off. Raises ValueError."""
    found = _INSTANT.fullmatch(text)
    if found is None:
        raise ValueError(text)
    day, clock, fraction, zone = found.groups()
    whole = datetime.fromisoformat(f"{day}T{clock}{'+00:00' if zone in 'Zz' else zone}").astimezone(UTC)
    seconds = int((whole - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds())
    return seconds * 1000 + int(((fraction or ".0")[1:] + "000")[:3])


def _alert(given: Mapping[str, Any], now_ms: int) -> ExternalAlert:
    """As Alertmanager reads it: no begin means now, an empty label none, no end five minutes from now."""
    begin, end = given.get("startsAt"), given.get("endsAt")
    ends_ms = _milliseconds(end) if end and _given(end) else None
    starts_ms = _milliseconds(begin) if begin and _given(begin) else min(now_ms, now_ms if ends_ms is None else ends_ms)
    return ExternalAlert(
        labels={name: text for name, text in given["labels"].items() if text},
        annotations=dict(given.get("annotations") or {}),
        starts_ms=starts_ms,
        ends_ms=now_ms + RESOLVE_AFTER_MS if ends_ms is None else ends_ms,
        resolved=ends_ms is not None and ends_ms <= now_ms,
        link=given.get("generatorURL", ""),
    )


_KINDS = {dict: "an object", list: "a list", str: "a text", bool: "true or false", type(None): "null"}


def _kind(given: Any) -> str:
    return _KINDS.get(type(given), "a number")
