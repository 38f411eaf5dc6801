"""Banks of one month, drawn from a seed: whatever a report may meet, written into a store as collectors write it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from random import Random

from alerts.desk.booking import book, due
from alerts.desk.maintenance import Maintenance, announce, between
from reports.availability.material import ReportedChange, ReportedIncident
from reports.availability.period import Period, month
from slo.catalog import Catalog, DataCenter, Product
from slo.counts import Counts
from slo.objective import Objective
from slo.outcomes import Kind, OutcomeTable
from slo.windows import DAY_S, HOUR_S, MINUTE_S, SHANGHAI, Window, day_of, day_start, day_window
from store.port import Store
from store.records import (
    Batch,
    Events,
    Gap,
    HistoryChunk,
    Incarnation,
    Level,
    Read,
    Scope,
    Source,
    Span,
    Transactions,
    Unit,
)

TARGETS = ("99.999", "99.99", "99.95", "99.9", "90")
ZONES = (SHANGHAI, SHANGHAI, SHANGHAI, "America/New_York", "Asia/Kolkata")
STRANGER = "=stranger"
"""A product that only counts name, and that a spreadsheet would take for a formula."""


@dataclass(frozen=True)
class Happened:
    """Events of one product in one data center in one second."""

    at_s: int
    product: str
    center: str
    good: int
    bad: int
    begun: int


@dataclass
class Bank:
    """One month: what was written, and what really happened."""

    catalog: Catalog
    period: Period
    now_ms: int
    happened: list[Happened] = field(default_factory=list)
    windows: list[Maintenance] = field(default_factory=list)
    incidents: list[ReportedIncident] = field(default_factory=list)
    changes: list[ReportedChange] = field(default_factory=list)


def written(store: Store, seed: int) -> Bank:
    """The month of a seed; the store must be empty and of the zone that ``zone_of`` tells."""
    random = Random(seed)
    period = month(f"{random.randint(2024, 2026)}-{random.randint(1, 12):02d}", zone_of(seed))
    window = period.window
    now_s = window.to_s + 3 * DAY_S
    if random.random() < 0.25:
        now_s = random.randrange(window.from_s + HOUR_S, window.to_s)
    bank = Bank(_catalog(random, period.zone), period, now_s * 1000)
    past_s = _simulated(store, bank, random) if random.random() < 0.4 else window.from_s - 20 * DAY_S
    for center in bank.catalog.data_centers:
        _center(store, bank, random, center.id, past_s)
    _maintenance(store, bank, random)
    bank.incidents = [_incident(random, number, window) for number in range(random.choice((0, 1, 2, 7, 30)))]
    return bank


def zone_of(seed: int) -> str:
    """The time zone of a seed's bank."""
    return ZONES[seed % len(ZONES)]


def _catalog(random: Random, zone: str) -> Catalog:
    products = [f"p{number}" for number in range(1, random.randint(2, 4))]
    centers = [f"dc{number}" for number in range(1, random.randint(2, 4))]
    return Catalog(
        version="1",
        products=tuple(Product(p, {"en": p, "zh": p}, Objective.parse(random.choice(TARGETS))) for p in products),
        data_centers=tuple(DataCenter(c, {"en": c, "zh": c}) for c in centers),
        outcomes=OutcomeTable("1", {"ok": Kind.GOOD, "system_error": Kind.BAD}),
        objective=Objective.parse(random.choice(TARGETS)),
        zone=zone,
    )


def _counts(random: Random) -> Counts:
    """Mostly no failure; sometimes some, sometimes hardly anything but."""
    good = random.randrange(10 ** random.randint(1, 7))
    bad = random.choice((0, 0, 0, random.randrange(4), random.randrange(100), good + random.randrange(20)))
    return Counts(good, bad, random.randrange(3), random.randrange(good + 1))


def _products(bank: Bank, random: Random) -> list[str]:
    """Those that run in one data center: not all of them everywhere, some nowhere."""
    known = [each.id for each in bank.catalog.products] + ([STRANGER] if random.random() < 0.2 else [])
    return [each for each in known if random.random() < 0.8]


def _simulated(store: Store, bank: Bank, random: Random) -> int:
    """Simulated days, by the day alone or by hour too, from the month before until some day of this one; its end."""
    window, zone = bank.period.window, bank.period.zone
    end_s = day_start(random.randrange(window.from_s, min(window.to_s, bank.now_ms // 1000)), zone)
    counts: dict[tuple[Level, int, Unit], Counts] = {}
    by_hour = random.random() < 0.5
    at_s = begin_s = day_start(window.from_s - 20 * DAY_S, zone)
    while at_s < end_s:
        for product in bank.catalog.products:
            for center in bank.catalog.data_centers:
                _day(bank, counts, (at_s, product.id, center.id), _counts(random), by_hour=by_hour)
        at_s = day_window(day_of(at_s, zone), zone).to_s
    if begin_s < end_s:
        store.add_history(HistoryChunk(Span(begin_s, end_s), counts))
    return end_s


def _day(
    bank: Bank,
    counts: dict[tuple[Level, int, Unit], Counts],
    place: tuple[int, str, str],
    each: Counts,
    *,
    by_hour: bool,
) -> None:
    at_s, product, center = place
    bank.happened.append(Happened(at_s, product, center, each.good, each.bad, each.transactions))
    units = (Unit(Scope.BANK), Unit(Scope.PRODUCT, product), Unit(Scope.CELL, product, center))
    levels = [(Level.DAY, at_s)] + ([(Level.HOUR, at_s - at_s % HOUR_S)] if by_hour and not at_s % HOUR_S else [])
    for level, begin_s in levels:
        for unit in units:
            counts[level, begin_s, unit] = counts.get((level, begin_s, unit), Counts()) + each


def _center(store: Store, bank: Bank, random: Random, center: str, past_s: int) -> None:
    """One or two sources; a center may begin inside the month, be cut off before its end, or never be read."""
    if random.random() < 0.1:
        store.register(Source(center, "exposition", center, 1000), past_s * 1000)
        return
    end_s = bank.now_ms // 1000
    begin_s = past_s if random.random() < 0.7 else random.randrange(past_s, end_s)
    if random.random() < 0.1:
        end_s = random.randrange(begin_s + 1, end_s + 1)
    products = _products(bank, random)
    names = [center] if random.random() < 0.6 else [f"{center}a", f"{center}b"]
    for number, name in enumerate(names):
        mine = [product for at, product in enumerate(products) if at % len(names) == number]
        _source(store, bank, random, Source(name, "exposition", center, 1000), (mine, Window(begin_s, end_s)))


def _source(store: Store, bank: Bank, random: Random, source: Source, serves: tuple[list[str], Window]) -> None:
    products, window = serves
    store.register(source, window.from_s * 1000)
    happened = [each for product in products for each in _happened(random, product, source.data_center, window)]
    bank.happened.extend(happened)
    gaps = tuple(_gaps(random, source.id, window))
    begin_ms, end_ms = window.from_s * 1000, window.to_s * 1000
    reset_ms = random.randrange(begin_ms, end_ms)
    lives = (
        Incarnation(source.id, begin_ms, 0, 0, begin_ms, reset_ms),
        Incarnation(source.id, reset_ms, 0, 0, reset_ms, end_ms),
    )
    reads = (Read(begin_ms, True), Read(end_ms, True, resets=1))
    version = store.resume(source.id).version
    events = tuple(row for each in happened for row in _events(each))
    begun = tuple(Transactions(e.at_s, e.product, e.center, "", "customer", e.begun) for e in happened if e.begun)
    store.commit(Batch(source.id, version, reads, end_ms, events, begun, gaps=gaps, incarnations=lives))


def _happened(random: Random, product: str, center: str, window: Window) -> Iterator[Happened]:
    """Some seconds of some days; after an outage the next minutes are down as well."""
    at_s = window.from_s
    while (at_s := at_s + random.randrange(1, 3 * DAY_S)) < window.to_s:
        counts = _counts(random)
        yield Happened(at_s, product, center, counts.good, counts.bad, counts.transactions)
        while counts.bad > counts.good and random.random() < 0.7 and at_s + MINUTE_S < window.to_s:
            at_s += MINUTE_S
            yield Happened(at_s, product, center, random.randrange(3), 5, 0)


def _events(each: Happened) -> Iterator[Events]:
    for kind, number in ((Kind.GOOD, each.good), (Kind.BAD, each.bad)):
        if number:
            yield Events(each.at_s, each.product, each.center, "", "draw", kind.name.lower(), "customer", kind, number)


def _gaps(random: Random, source: str, window: Window) -> Iterator[Gap]:
    """Disjoint, from milliseconds to days, half of them lost (a reset, when they are short)."""
    at_ms, end_ms = window.from_s * 1000, window.to_s * 1000
    for _ in range(random.choice((0, 0, 1, 4))):
        begin_ms = random.randrange(at_ms, end_ms)
        at_ms = begin_ms + random.choice((1, 999, 26_000, 3_600_000, 100_000_000))
        if at_ms >= end_ms:
            return
        yield Gap(source, begin_ms, at_ms, random.random() < 0.5, "away")


def _maintenance(store: Store, bank: Bank, random: Random) -> None:
    """Overlapping windows, some of everything, some across midnight; those that are over long enough may be booked."""
    begin_s = max(bank.period.window.from_s, max((s.to_s for s in _spans(store)), default=0))
    end_s = bank.period.window.to_s
    for number in range(random.choice((0, 1, 3, 6)) if begin_s < end_s else 0):
        from_s = random.randrange(begin_s, end_s) // MINUTE_S * MINUTE_S + MINUTE_S
        length = random.choice((60, 3600, 8 * HOUR_S, 30 * HOUR_S, 12 * DAY_S))
        products, centers = _named(bank, random)
        window = Maintenance(f"m{number}", "=Upgrade", "why", "who", products, centers, from_s, from_s + length, 0)
        change = announce(window, (from_s - random.randrange(60, DAY_S)) * 1000)
        store.write(change)
    with store.reading() as reader:
        bank.windows = between(reader.journal(), bank.period.window)
        over = [each for each in due(reader.journal(), bank.windows, bank.now_ms // 1000) if random.random() < 0.5]
        booked = [book(reader, each, bank.windows, bank.period.zone, bank.now_ms) for each in over]
    for each in booked:
        store.write(each)


def _spans(store: Store) -> list[Span]:
    with store.reading() as reader:
        return list(reader.simulated())


def _named(bank: Bank, random: Random) -> tuple[tuple[str, ...], tuple[str, ...]]:
    products = tuple(each.id for each in bank.catalog.products if random.random() < 0.6)
    centers = tuple(each.id for each in bank.catalog.data_centers if random.random() < 0.6)
    kind = random.random()
    if kind < 0.3 and products:
        return products, ()
    if kind < 0.5 or not (products or centers):
        return (), tuple(each.id for each in bank.catalog.data_centers)
    return products, centers


def _incident(random: Random, number: int, window: Window) -> ReportedIncident:
    begin_ms = random.randrange((window.from_s - 3 * DAY_S) * 1000, window.to_s * 1000)
    detected = begin_ms + random.randrange(100_000)
    acknowledged = detected + random.randrange(1_000_000)
    restored = acknowledged + random.randrange(20_000_000)
    made = ReportedIncident(
        id=f"INC-{number}",
        title={"en": "-2+3", "zh": "＝故障"},
        severity=random.choice(("call", "page", "ticket")),
        state="closed",
        products=("p1",),
        data_centers=("dc1",),
        begin_ms=begin_ms,
        impact_start_ms=random.choice((begin_ms, begin_ms, None)),
        detected_ms=random.choice((detected, None)),
        acknowledged_ms=random.choice((acknowledged, None)),
        restored_ms=random.choice((restored, restored, None)),
        failed=random.choice((None, 0, 12345)),
        failed_complete=True,
    )
    return replace(made, state="open") if made.restored_ms is None else made


def truth(bank: Bank, until_s: int) -> dict[str, tuple[int, int, int]]:
    """What the objective must see of each product: good, bad, transactions, event by event."""
    found: defaultdict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
    for each in bank.happened:
        if not bank.period.window.from_s <= each.at_s < until_s:
            continue
        if any(w.from_s <= each.at_s < w.to_s and w.names(each.product, each.center) for w in bank.windows):
            continue
        for place, number in enumerate((each.good, each.bad, each.begun)):
            found[each.product][place] += number
    return {product: (good, bad, begun) for product, (good, bad, begun) in found.items()}
