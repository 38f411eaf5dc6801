"""What metrics of a Prometheus say that something costs by the hour (OpenCost's ``node_total_hourly_cost``), as charges
of local days: rate x the time in which it was observed.

A sample speaks until the next one, at most ``hold_ms``; what nobody observed is not charged, and counted. Each series
has one charge a day, named by its labels and numbered by how long it was observed: reading a day again changes nothing
unless more of it is known, and a server that has forgotten a part of it takes nothing back.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

from collectors.costs.charge import About, Charge, Period
from collectors.costs.defects import Finding
from collectors.costs.focus.cells import amount
from collectors.costs.hourly import HourlyRate
from collectors.costs.identity import name_of
from collectors.costs.lines import LineBook
from collectors.prometheus.client import PrometheusClient, Series, selector
from collectors.prometheus.errors import TooMuch
from slo.windows import DAY_S, HOUR_S, Window, day_of, day_start, month_window
from store.costs import Amounts, ChargeRow, Line, money_text

HOUR_MS = HOUR_S * 1000
_LEAST_SLICE_MS = 60_000
_PLACES = 12
_DIGEST_BYTES = 16


@dataclass(frozen=True, slots=True)
class MeteredDay:
    """One metric on one local day, until its end or now. ``observed_ms``: of the series that was observed longest, of
    ``asked_ms``; ``refused``: samples that are no price, with the first of them."""

    rate: HourlyRate
    day: str
    charges: tuple[Charge, ...]
    cost: Decimal
    observed_ms: int
    asked_ms: int
    refused: int = 0
    example: str = ""


def days_of(from_s: int, to_s: int, zone: str) -> Iterator[Window]:
    """Local days of a stretch, the first whole, the last cut at its end."""
    begin_s = day_start(from_s, zone)
    while begin_s < to_s:
        end_s = day_start(begin_s + DAY_S * 3 // 2, zone)
        yield Window(begin_s, min(end_s, to_s))
        begin_s = end_s


def read_day(client: PrometheusClient, rate: HourlyRate, day: Window, zone: str) -> MeteredDay:
    """What a day, or the part of one that has passed, cost by one metric. Raises PrometheusError."""
    from_ms, to_ms = day.from_s * 1000, day.to_s * 1000
    accruals: dict[str, _Accrual] = {}
    # A sample from just before midnight speaks for the first minutes; the last one of all ends with the day.
    for found in _slices(client, rate, from_ms - rate.hold_ms, to_ms):
        for series in found:
            key = json.dumps(dict(series.labels), sort_keys=True)
            accrual = accruals.setdefault(key, _Accrual(series.labels, Window(from_ms, to_ms), rate.hold_ms))
            accrual.take(series)
    for each in accruals.values():
        each.end()
    known = sorted((key, each) for key, each in accruals.items() if each.observed_ms)
    period = _period(day, zone)
    prefix = f"{rate.id}/{day_of(day.from_s, zone)}/"
    charges = [_charge(rate, row, prefix + key, each, period) for row, (key, each) in enumerate(known, start=1)]
    cost = sum((charge.amounts.effective or Decimal(0) for charge in charges), Decimal(0))
    refused = [each for each in accruals.values() if each.refused]
    return MeteredDay(
        rate,
        day_of(day.from_s, zone).isoformat(),
        tuple(charges),
        cost,
        max((each.observed_ms for _, each in known), default=0),
        to_ms - from_ms,
        sum(each.refused for each in refused),
        refused[0].example if refused else "",
    )


def rows_of(days: Sequence[MeteredDay], zone: str) -> tuple[list[ChargeRow], dict[int, Line]]:
    """Charges for ``store.post``, and their lines."""
    book = LineBook(zone)
    rows: list[ChargeRow] = []
    for charge in (each for day in days for each in day.charges):
        billed, effective, listed = map(money_text, charge.amounts)
        rows.append((name_of(charge), 0, charge.revision, book.number(charge), billed, effective, listed))
    return sorted(rows), book.lines


@dataclass(slots=True)
class _Accrual:
    """One series as its samples come, oldest first. ``cost``: in its currency; milliseconds by the hour until asked."""

    labels: Mapping[str, str]
    window_ms: Window
    hold_ms: int
    observed_ms: int = 0
    refused: int = 0
    example: str = ""
    _sum: Fraction = Fraction(0)
    _last: tuple[int, Decimal] | None = None

    @property
    def cost(self) -> Decimal:
        """Rounded to 12 places, halves to even."""
        scaled = round(self._sum / HOUR_MS * 10**_PLACES)
        return Decimal(scaled).scaleb(-_PLACES)

    def take(self, series: Series) -> None:
        """Takes the next samples; one that is no price ends the one before it and speaks for nothing."""
        for at_ms, text in zip(series.times_ms, series.values, strict=True):
            self._close(at_ms)
            price = amount(self.labels["__name__"], text)
            if isinstance(price, Finding) or price < 0:
                self.refused += 1
                self.example = self.example or f"{text!r} at {at_ms} ms is no price"
            else:
                self._last = (at_ms, price)

    def end(self) -> None:
        """No more samples come."""
        self._close(self.window_ms.to_s)

    def _close(self, until_ms: int) -> None:
        if self._last is None:
            return
        at_ms, price = self._last
        begin_ms = max(at_ms, self.window_ms.from_s)
        lasted_ms = min(until_ms, at_ms + self.hold_ms, self.window_ms.to_s) - begin_ms
        if lasted_ms > 0:
            self._sum += Fraction(price) * lasted_ms
            self.observed_ms += lasted_ms
        self._last = None


def _slices(client: PrometheusClient, rate: HourlyRate, from_ms: int, to_ms: int) -> Iterator[list[Series]]:
    """Samples hour by hour; a question that is too big for the server is halved."""
    asked = selector([rate.metric], rate.where)
    edges = [*range(from_ms - 1, to_ms - 1, HOUR_MS), to_ms - 1]
    waiting = list(pairwise(edges))[::-1]
    while waiting:
        begin_ms, end_ms = waiting.pop()
        try:
            yield client.samples(asked, begin_ms, end_ms)
        except TooMuch:
            if end_ms - begin_ms <= _LEAST_SLICE_MS:
                raise
            middle_ms = (begin_ms + end_ms) // 2
            waiting += [(middle_ms, end_ms), (begin_ms, middle_ms)]


def _period(day: Window, zone: str) -> Period:
    """The whole local day, also while it goes on: what is known of it later belongs to the same line."""
    local = day_of(day.from_s, zone)
    month = month_window(local.year, local.month, zone)
    return Period(day.from_s, day_start(day.from_s + DAY_S * 3 // 2, zone), month.from_s, month.to_s)


def _charge(rate: HourlyRate, row: int, id_: str, accrual: _Accrual, period: Period) -> Charge:
    said = {dimension: accrual.labels.get(label, "") for dimension, label in rate.labels.items()}
    about = About(
        rate.provider, rate.source, said.get("sub_account", ""), rate.currency, "usage", False, rate.category,
        said.get("service", "") or rate.metric, said.get("product", ""), said.get("data_center", ""),
    )  # fmt: skip
    digest = hashlib.blake2b(f"{id_}/{accrual.cost}".encode(), digest_size=_DIGEST_BYTES).digest()
    amounts = Amounts(Decimal(0), accrual.cost, accrual.cost)
    return Charge(row, amounts, period, about, id_, accrual.observed_ms, digest)
