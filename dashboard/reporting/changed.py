"""Recorded changes of a period, as reports take them."""

from __future__ import annotations

from collections.abc import Sequence

from reports.availability.material import ReportedChange
from reports.availability.period import Period
from reports.changes.recording import recorded
from store.journal import JournalReader


def changes_of(journal: JournalReader, period: Period, products: Sequence[str] = ()) -> list[ReportedChange]:
    """Oldest first. ``products``: only of these (and those that concern all of them); empty for all."""
    found = recorded(journal, period.window.from_s * 1000, period.window.to_s * 1000)
    return [
        ReportedChange(each.at_ms, each.title, each.actor, each.products)
        for each in found
        if not products or not each.products or set(products) & set(each.products)
    ]
