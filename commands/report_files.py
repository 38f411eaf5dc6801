"""Reports as files: written whole or not at all, and made to order for whoever sends them."""

from __future__ import annotations

import os
import time
from datetime import timedelta
from pathlib import Path
from tempfile import NamedTemporaryFile

from commands.errors import CommandError
from commands.options import Configuration
from commands.version import VERSION
from dashboard.reporting.making import Bank, drawn, file_name, report
from reports.availability.errors import AvailabilityReportError
from reports.availability.period import Period, days, period_of
from reports.availability.printing.laying import paper
from reports.delivery.errors import CannotMake
from reports.delivery.model import Made, Make, Order
from reports.delivery.period import Unit
from reports.paper.errors import PaperError
from reports.paper.html import html
from settings import load_tenants
from store.port import Store

_CALENDAR = {Unit.MONTH, Unit.QUARTER, Unit.YEAR}


def bank_of(chosen: Configuration) -> Bank:
    """What every report of a configuration has in common."""
    return Bank(chosen.catalog, VERSION, chosen.settings.demo, load_tenants(chosen.path))


def written_whole(path: Path, content: bytes) -> None:
    """Replaces a file in one step; a reader never sees half of it. Raises CommandError for a folder that is not there,
    OSError for what the system refuses."""
    if not path.parent.is_dir():
        raise CommandError(f"-o {path}: there is no folder {path.parent}; make it first")
    with NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as draft:
        try:
            draft.write(content)
            draft.close()
            os.chmod(draft.name, 0o644)
            os.replace(draft.name, path)
        except OSError:
            Path(draft.name).unlink(missing_ok=True)
            raise


def maker(chosen: Configuration, store: Store) -> Make:
    """Makes a report in the language and formats of an order."""

    def make(order: Order) -> Made:
        try:
            with store.reading() as reader:
                period = _period(order, chosen.catalog.zone)
                now_ms = time.time_ns() // 1_000_000
                made = report(reader, bank_of(chosen), period, now_ms, kind=order.kind, products=order.products)
            laid = paper(made, order.language)
            files = tuple(
                (file_name(made, format_, order.language), drawn(made, format_, order.language))
                for format_ in order.formats
            )
        except (AvailabilityReportError, PaperError) as error:
            raise CannotMake(str(error)) from error
        headline = f"{laid.title} {laid.subtitle}: {laid.verdict.value}"
        marks = "".join(f"[{mark}] " for mark in laid.marks)
        share = f", {made.bank.availability} %" if made.bank.availability is not None else ""
        return Made(laid.title, laid.verdict.value, laid.summary, html(laid), files, f"{marks}{headline}{share}")

    return make


def _period(order: Order, zone: str) -> Period:
    if order.period.unit in _CALENDAR:
        return period_of(order.period.name, zone)
    return days(order.period.first.isoformat(), (order.period.last + timedelta(days=1)).isoformat(), zone)
