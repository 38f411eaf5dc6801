"""Maintenance windows: one object both takes time out of the availability and silences.

A window is announced before it begins, names what it covers, and ends when it says: what lasts longer counts, and
fires. It can be cancelled or shortened, never made longer, never moved into the past. Its edges are whole minutes, for
that is how long exact counts of a past second are kept.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from alerts.desk.errors import MaintenanceRefused
from alerts.model import Level, Subject
from slo.downtime import union
from slo.windows import MINUTE_S, Window
from store.journal import Change, Document, Entry, JournalReader

KIND = "maintenance"
MOST_DAYS = 31
MOST_WINDOWS = 100_000
_DAY_S = 86_400
SILENT_LEVELS = (Level.SOURCE, Level.PROBE)


@dataclass(frozen=True, slots=True)
class Maintenance:
    """Planned work in ``[from_s, to_s)``. No products: every product of the named data centers; no data centers: all of
    the named products'. ``version``: of the stored document, 0 before it is written."""

    id: str
    title: str
    reason: str
    owner: str
    products: tuple[str, ...]
    data_centers: tuple[str, ...]
    from_s: int
    to_s: int
    announced_ms: int
    cancelled: bool = False
    version: int = 0

    def names(self, product: str, data_center: str) -> bool:
        """Whether it speaks of one product in one data center."""
        return (not self.products or product in self.products) and (
            not self.data_centers or data_center in self.data_centers
        )

    def holds(self, at_ms: int) -> bool:
        """Whether an instant lies inside."""
        return self.from_s * 1000 <= at_ms < self.to_s * 1000

    def subjects(self) -> list[Subject]:
        """What is named: products, data centers, or products in data centers."""
        if not self.products:
            return [Subject(Level.DATA_CENTER, data_center=center) for center in self.data_centers]
        if not self.data_centers:
            return [Subject(Level.PRODUCT, product) for product in self.products]
        return [Subject(Level.CELL, product, center) for product in self.products for center in self.data_centers]

    def covers(self, subject: Subject) -> bool:
        """Whether all that an alert speaks of lies inside what is named; a part of it is not enough."""
        if subject.level in (Level.BANK, Level.PIPELINE):
            return False
        if subject.level in SILENT_LEVELS and not (subject.product or subject.data_center):
            return False
        product_fits = not self.products or subject.product in self.products
        return product_fits and (not self.data_centers or subject.data_center in self.data_centers)


def announce(window: Maintenance, now_ms: int) -> Change:
    """What is written for a new window. Raises MaintenanceRefused."""
    _refuse_unfit(window, now_ms)
    announced = replace(window, announced_ms=now_ms, cancelled=False)
    return _change(announced, "announced", window.owner, now_ms)


def cancel(window: Maintenance, actor: str, now_ms: int) -> Change:
    """What is written to call a window off: before it begins all of it, later its rest. Raises MaintenanceRefused."""
    _refuse_over(window, now_ms)
    if now_ms < window.from_s * 1000:
        return _change(replace(window, to_s=window.from_s, cancelled=True), "cancelled", actor, now_ms)
    ended_s = min(-(-now_ms // (MINUTE_S * 1000)) * MINUTE_S, window.to_s)
    return _change(replace(window, to_s=ended_s), "ended", actor, now_ms)


def shorten(window: Maintenance, to_s: int, actor: str, now_ms: int) -> Change:
    """What is written to let a window end sooner, though not before now. Raises MaintenanceRefused."""
    _refuse_over(window, now_ms)
    if to_s % MINUTE_S:
        raise MaintenanceRefused(f"{window.id} must end on a whole minute")
    if to_s >= window.to_s:
        raise MaintenanceRefused(f"{window.id} can only become shorter; announce another window for more time")
    if to_s * 1000 < now_ms or to_s <= window.from_s:
        raise MaintenanceRefused(f"{window.id} cannot end in the past or before it begins; cancel it instead")
    return _change(replace(window, to_s=to_s), "shortened", actor, now_ms)


def excluded(windows: Iterable[Maintenance], product: str, data_center: str, within: Window) -> tuple[Window, ...]:
    """Seconds of one product in one data center that do not count, as disjoint half-open windows, oldest first."""
    return union(
        Window(max(each.from_s, within.from_s), min(each.to_s, within.to_s))
        for each in windows
        if each.names(product, data_center)
    )


def between(journal: JournalReader, within: Window) -> list[Maintenance]:
    """Every window that touches a stretch of time, over or to come, oldest first; cancelled ones are empty and left
    out."""
    earliest_ms = (within.from_s - MOST_DAYS * _DAY_S) * 1000
    documents = journal.documents(KIND, from_ms=earliest_ms, to_ms=within.to_s * 1000, most=MOST_WINDOWS)
    found = [decode(each) for each in documents]
    return [each for each in found if each.from_s < each.to_s and each.to_s > within.from_s]


def encode(window: Maintenance) -> str:
    """A window as the body of its document."""
    body = {
        "title": window.title,
        "reason": window.reason,
        "owner": window.owner,
        "products": window.products,
        "data_centers": window.data_centers,
        "from_s": window.from_s,
        "to_s": window.to_s,
        "announced_ms": window.announced_ms,
        "cancelled": window.cancelled,
    }
    return json.dumps(body, ensure_ascii=False)


def decode(document: Document) -> Maintenance:
    """A window from its document."""
    body: dict[str, Any] = json.loads(document.body)
    products, centers = tuple(body.pop("products")), tuple(body.pop("data_centers"))
    return Maintenance(id=document.id, products=products, data_centers=centers, version=document.version, **body)


def _change(window: Maintenance, did: str, actor: str, now_ms: int) -> Change:
    body = encode(window)
    entry = Entry(now_ms, KIND, window.id, actor, json.dumps({"did": did, **json.loads(body)}, ensure_ascii=False))
    open_still = not window.cancelled and now_ms < window.to_s * 1000
    document = Document(KIND, window.id, window.version, window.from_s * 1000, open_still, body)
    return Change((entry,), (document,))


def _refuse_over(window: Maintenance, now_ms: int) -> None:
    if window.cancelled or now_ms >= window.to_s * 1000:
        raise MaintenanceRefused(f"{window.id} is over; what it left out stays as it is")


def _refuse_unfit(window: Maintenance, now_ms: int) -> None:
    for name, value in (("title", window.title), ("reason", window.reason), ("owner", window.owner)):
        if not value.strip():
            raise MaintenanceRefused(f"{name} is empty")
    if not window.products and not window.data_centers:
        raise MaintenanceRefused("name the products or the data centers that it is for")
    if window.from_s % MINUTE_S or window.to_s % MINUTE_S:
        raise MaintenanceRefused("begin and end must be whole minutes, for so exact are counts kept")
    if window.from_s >= window.to_s:
        raise MaintenanceRefused("it ends before it begins; give an end after its begin")
    if window.to_s - window.from_s > MOST_DAYS * _DAY_S:
        raise MaintenanceRefused(f"it is longer than {MOST_DAYS} days; give an earlier end")
    if window.from_s * 1000 <= now_ms:
        raise MaintenanceRefused("it began already; announce a window before it begins, what is past counts")
