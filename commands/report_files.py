"""Reports as files, made to order for whoever sends them."""

from __future__ import annotations

import time
from datetime import timedelta

from commands.errors import CommandError, refusing
from commands.options import Configuration
from commands.version import VERSION
from dashboard.reporting.bank import Bank
from dashboard.reporting.kinds import REFUSED, kind_named
from dashboard.reporting.making import drawn, file_name
from reports.availability.period import Period, days, period_of
from reports.costs.policy import CostPolicy
from reports.delivery.errors import CannotMake
from reports.delivery.model import Made, Make, Order
from reports.delivery.period import Unit
from reports.paper.html import html
from settings import SettingsError, costs_path, load_costs, load_tenants
from store.port import Store

_CALENDAR = {Unit.MONTH, Unit.QUARTER, Unit.YEAR}


def bank_of(chosen: Configuration) -> Bank:
    """What every report of a configuration has in common. Raises CommandError."""
    with refusing(SettingsError):
        tenants = load_tenants(chosen.path)
    return Bank(
        chosen.catalog,
        VERSION,
        chosen.settings.demo,
        tenants,
        cost_policy(chosen),
        chosen.settings.capacity.policy(),
        chosen.kinds,
    )


def cost_policy(chosen: Configuration) -> CostPolicy:
    """What a configuration decided about costs. Raises CommandError."""
    with refusing(SettingsError):
        return load_costs(costs_path(chosen.path, chosen.settings), chosen.catalog)


def maker(chosen: Configuration, store: Store) -> Make:
    """Makes a report in the language and formats of an order."""

    def make(order: Order) -> Made:
        try:
            kind, bank = kind_named(order.kind), bank_of(chosen)
            with store.reading() as reader:
                period = _period(order, chosen.catalog.zone)
                made = kind.make(reader, bank, period, order.products, time.time_ns() // 1_000_000)
            laid = kind.lay(made, order.language)
            files = tuple(
                (file_name(made, format_, order.language), drawn(made, format_, order.language))
                for format_ in order.formats
            )
        except (*REFUSED, CommandError) as error:
            raise CannotMake(str(error)) from error
        headline = f"{laid.title} {laid.subtitle}: {laid.verdict.value}"
        marks = "".join(f"[{mark}] " for mark in laid.marks)
        known = kind.headline(made).availability
        share = f", {known} %" if known is not None else ""
        return Made(laid.title, laid.verdict.value, laid.summary, html(laid), files, f"{marks}{headline}{share}")

    return make


def _period(order: Order, zone: str) -> Period:
    if order.period.unit in _CALENDAR:
        return period_of(order.period.name, zone)
    return days(order.period.first.isoformat(), (order.period.last + timedelta(days=1)).isoformat(), zone)
