"""The ledger of each month: what accrued in metrics and what was imported, each category from one of the two.

A category that has both in a month counts the origin that it prefers; the other is left out, and listed. What a month
lacks (days, amounts, rates) makes it not known; nothing is taken as 0.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from reports.costs.policy import CostPolicy, Origin
from slo.allocation import NOBODY, LedgerLine
from slo.money import FEN_PER_CNY, whole
from slo.windows import Window, day_of, day_start
from store.costs import LedgerLine as Charges
from store.port import Reader
from store.rates import Rates
from store.records import CostSum

UNKNOWN_EFFECTIVE, UNKNOWN_BILLED, NO_RATE = "effective_missing", "billed_missing", "rate_missing"
DAYS_MISSING, NOTHING = "days_missing", "nothing_known"


@dataclass(frozen=True, slots=True)
class Month:
    """A calendar month. ``until_s``: its end, or now while it is not over; ``days``: midnights that began before."""

    key: str
    window: Window
    until_s: int
    days: tuple[int, ...]

    @property
    def closed(self) -> bool:
        """Whether it is over."""
        return self.until_s >= self.window.to_s


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a month's ledger. ``line.fen`` is the effective cost, ``billed_fen`` the cash view."""

    line: LedgerLine
    billed_fen: int
    origin: Origin
    provider: str
    service: str


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a month is not known, or what else is odd. ``count``: charges or days."""

    rule: str
    text: str
    count: int


@dataclass(frozen=True, slots=True)
class LeftOut:
    """What a category has from the origin that does not count."""

    category: str
    counted: Origin
    fen: int


@dataclass(frozen=True)
class MonthLedger:
    """Everything that a month cost. ``problems`` speak of the effective cost, ``billed_problems`` of the cash view."""

    month: Month
    entries: tuple[Entry, ...]
    left_out: tuple[LeftOut, ...]
    problems: tuple[Problem, ...]
    billed_problems: tuple[Problem, ...]

    @cached_property
    def known_fen(self) -> int:
        """What is known of the effective cost."""
        return sum(each.line.fen for each in self.entries)

    @property
    def fen(self) -> int | None:
        """Effective cost; None when part of it is not known."""
        return None if self.problems else self.known_fen

    @property
    def billed_fen(self) -> int | None:
        """The cash view; None when part of it is not known."""
        return None if self.billed_problems else sum(each.billed_fen for each in self.entries)

    @property
    def lines(self) -> list[LedgerLine]:
        """For ``slo.allocation``."""
        return [each.line for each in self.entries]


def month_ledger(reader: Reader, policy: CostPolicy, month: Month, rates: Rates, zone: str) -> MonthLedger:
    """The ledger of one month."""
    sums = reader.cost_sums(month.window.from_s, month.until_s)
    charges = reader.ledger(month.window.from_s, month.until_s)
    accrued, (imported, problems, billed_problems) = _accrued(policy, sums), _imported(policy, charges, rates, zone)
    entries, left_out = _one_origin(policy, [*accrued, *imported])
    counted = {each.service for each in entries if each.origin is Origin.METRICS}
    missing = _missing(sums, charges, month) or _paused(reader, sums, month, counted, zone)
    return MonthLedger(month, tuple(entries), tuple(left_out), (*missing, *problems), (*missing, *billed_problems))


def _missing(sums: Sequence[CostSum], charges: Sequence[Charges], month: Month) -> tuple[Problem, ...]:
    """Counters that did not accrue on each day say nothing of the rest."""
    if not sums and not charges:
        return (Problem(NOTHING, "neither metrics nor imported charges", 0),)
    seen = max((each.days for each in sums), default=len(month.days))
    if seen < len(month.days):
        return (Problem(DAYS_MISSING, f"metrics on {seen} of {len(month.days)} days", len(month.days) - seen),)
    return ()


def _paused(reader: Reader, sums: Sequence[CostSum], month: Month, counted: set[str], zone: str) -> tuple[Problem, ...]:
    """A cost that accrued until the month began accrues in it on each day, else some of it is not known: nothing tells
    one that came to its end from a counter that nobody could read. Of a month that goes on its last day only began."""
    needed = len(month.days) - (not month.closed)
    days: dict[str, int] = {}
    for each in sums:
        days[each.category] = max(days.get(each.category, 0), each.days)
    short = {name for name in counted if days[name] < needed}
    if not short:
        return ()
    before = reader.cost_sums(day_start(month.window.from_s - 1, zone), month.window.from_s)
    return tuple(
        Problem(DAYS_MISSING, f"metrics of {name} on {days[name]} of {len(month.days)} days", needed - days[name])
        for name in sorted(short & {each.category for each in before})
    )


def _accrued(policy: CostPolicy, sums: Iterable[CostSum]) -> list[Entry]:
    found: dict[tuple[str, ...], int] = {}
    for each in sums:
        place = (policy.category_of_metric(each.category), each.category, each.product, each.data_center)
        found[place] = found.get(place, 0) + each.fen
    return [
        _entry((category, "", name, *place), fen, fen, Origin.METRICS)
        for (category, name, *place), fen in sorted(found.items())
    ]


_Sums = dict[tuple[str, ...], Fraction]
_Lacking = dict[tuple[str, str], tuple[str, int]]
"""By rule and currency (or provider): what is said of the first charge, and how many there are."""


def _imported(
    policy: CostPolicy, charges: Iterable[Charges], rates: Rates, zone: str
) -> tuple[list[Entry], list[Problem], list[Problem]]:
    """Charges in whole fen that add up to the rounded sum of all; what lacks an amount or a rate is a problem."""
    effective: _Sums = {}
    billed: _Sums = {}
    lacking: _Lacking = {}
    for line, total in charges:
        key = (policy.category_of_line(line), line.provider, line.service, line.product, line.data_center)
        day = day_of(line.from_s, zone)
        rate = rates.rate(line.currency, day)
        if rate is None:
            code = line.currency or "an unknown currency"
            _count(lacking, (NO_RATE, code), f"no rate of {code} for {day}", total.charges)
            continue
        effective[key] = effective.get(key, Fraction(0)) + Fraction(total.effective) * rate * FEN_PER_CNY
        billed[key] = billed.get(key, Fraction(0)) + Fraction(total.billed) * rate * FEN_PER_CNY
        who = line.provider
        _count(lacking, (UNKNOWN_EFFECTIVE, who), f"{who}: no effective cost", total.effective_unknown)
        _count(lacking, (UNKNOWN_BILLED, who), f"{who}: no billed cost", total.billed_unknown)
    fen, billed_fen = whole(effective), whole(billed)
    entries = [_entry(key, fen[key], billed_fen[key], Origin.IMPORTED) for key in sorted(fen)]
    problems = [Problem(rule, text, count) for (rule, _), (text, count) in sorted(lacking.items())]
    return (
        entries,
        [each for each in problems if each.rule != UNKNOWN_BILLED],
        [each for each in problems if each.rule != UNKNOWN_EFFECTIVE],
    )


def _count(lacking: _Lacking, key: tuple[str, str], text: str, charges: int) -> None:
    if charges:
        first, before = lacking.get(key, (text, 0))
        lacking[key] = first, before + charges


def _entry(place: Sequence[str], fen: int, billed_fen: int, origin: Origin) -> Entry:
    category, provider, service, product, data_center = place
    name = "|".join((origin.value, category, provider, service, product, data_center))
    return Entry(
        LedgerLine(name, category, fen, product or NOBODY, NOBODY, data_center), billed_fen, origin, provider, service
    )


def _one_origin(policy: CostPolicy, entries: Iterable[Entry]) -> tuple[list[Entry], list[LeftOut]]:
    """What counts, each category from one origin, with its driver; and what is left out."""
    by_category: dict[str, dict[Origin, list[Entry]]] = {}
    for each in entries:
        by_category.setdefault(each.line.category, {}).setdefault(each.origin, []).append(each)
    counted: list[Entry] = []
    left_out: list[LeftOut] = []
    for name in sorted(by_category):
        origins, category = by_category[name], policy.category(name)
        chosen = category.prefer if category.prefer in origins else next(iter(origins))
        counted += [_driven(each, category.driver) for each in origins.pop(chosen)]
        left_out += [LeftOut(name, chosen, sum(each.line.fen for each in rest)) for rest in origins.values()]
    return counted, left_out


def _driven(entry: Entry, driver: str) -> Entry:
    line = entry.line
    if line.product or not driver:
        return entry
    driven = LedgerLine(line.name, line.category, line.fen, NOBODY, driver, line.data_center)
    return Entry(driven, entry.billed_fen, entry.origin, entry.provider, entry.service)
