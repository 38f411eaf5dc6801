"""What a failure cost, counted from the store: each event once, whatever levels the alerts spoke of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from alerts.incidents.model import Figures, Incident, Spent
from alerts.model import Level, Subject
from slo.budget import Budget
from slo.counts import Counts
from slo.objective import Objective
from store.port import Reader
from store.records import Scope, Source, Unit
from store.slices import outward_minutes

LATE_INTERVALS = 3
"""A source that has been silent for so many intervals is not merely between two reads."""


@dataclass(frozen=True, slots=True)
class Promise:
    """What was promised over which window."""

    objective: Objective
    window_seconds: int


@dataclass(frozen=True, slots=True)
class Watched:
    """``bank`` and ``products``: what was promised; ``slots_seconds``: for how long seconds are kept."""

    bank: Promise
    products: Mapping[str, Promise]
    slots_seconds: int


def figures(reader: Reader, incident: Incident, now_ms: int, watched: Watched) -> Figures:
    """Failed events of the affected areas from the begin of impact to the restoration (to now while it lasts)."""
    from_s, to_s = incident.begin_ms // 1000, -(-(incident.restored_ms or now_ms) // 1000)
    coarse = from_s < now_ms // 1000 - watched.slots_seconds
    if coarse:
        from_s, to_s = outward_minutes(from_s, to_s)
    units = _affected(reader, incident, from_s, to_s)
    hit = {unit: counts for unit, counts in units.items() if _is_hit(unit, counts, watched)}
    return Figures(
        from_s=from_s,
        to_s=to_s,
        failed=sum(counts.bad for counts in units.values()),
        total=sum(counts.total for counts in units.values()),
        complete=_is_complete(reader, incident, from_s * 1000, to_s * 1000),
        whole_minutes=coarse,
        products=_names((unit.product for unit in hit), (subject.product for subject in incident.subjects)),
        data_centers=_names((unit.data_center for unit in hit), (each.data_center for each in incident.subjects)),
        dcns=_names((unit.dcn for unit in hit), (subject.dcn for subject in incident.subjects)),
        spent=tuple(_spent(reader, units, to_s, watched)),
    )


def budget_of(spent: Spent) -> Budget:
    """The budget that the failures were taken from: allowed, and what is left if nothing else had failed."""
    counts = Counts(good=spent.total_events - spent.failed, bad=spent.failed)
    return Budget(Objective.parse(spent.target), counts, spent.window_seconds)


def spent_seconds(spent: Spent) -> Fraction | None:
    """The same as seconds of full outage: failed / total x window; None without traffic."""
    return Fraction(spent.failed * spent.window_seconds, spent.total_events) if spent.total_events else None


def spent_share(spent: Spent) -> Fraction | None:
    """Of the whole window's budget; above 1 when overspent, None without traffic."""
    allowed = budget_of(spent).allowed_events
    return spent.failed / allowed if allowed else None


def _affected(reader: Reader, incident: Incident, from_s: int, to_s: int) -> dict[Unit, Counts]:
    """Cells inside the areas, and DCNs of cells that are not."""
    cells = {
        unit: counts
        for unit, counts in reader.totals(Scope.CELL, from_s, to_s).items()
        if any(_holds(area, unit) for area in incident.areas)
    }
    if not any(area.level is Level.DCN for area in incident.areas):
        return cells
    nodes = reader.totals(Scope.DCN, from_s, to_s).items()
    counted = {(unit.product, unit.data_center) for unit in cells}
    alone = {
        unit: counts
        for unit, counts in nodes
        if (unit.product, unit.data_center) not in counted and any(_holds(area, unit) for area in incident.areas)
    }
    return cells | alone


def _holds(area: Subject, unit: Unit) -> bool:
    if area.level in (Level.SOURCE, Level.PROBE, Level.PIPELINE):
        return False
    level = Level.DCN if unit.scope is Scope.DCN else Level.CELL
    subject = Subject(level, unit.product, unit.data_center, unit.dcn)
    return area == subject or area.holds(subject)


def _is_hit(unit: Unit, counts: Counts, watched: Watched) -> bool:
    """Whether a unit failed more than its objective allows; a whole bank's background is nobody's failure."""
    return watched.products.get(unit.product, watched.bank).objective.breached(counts)


def _names(*parts: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted({name for part in parts for name in part if name}))


def _spent(reader: Reader, units: Mapping[Unit, Counts], to_s: int, watched: Watched) -> Iterable[Spent]:
    """Of the bank's budget, then of each product's that lost any event."""
    failed: dict[str, int] = {"": 0}
    for unit, counts in units.items():
        for product in ("", unit.product):
            failed[product] = failed.get(product, 0) + counts.bad
    for product in sorted(failed):
        promise = watched.products.get(product, watched.bank) if product else watched.bank
        if failed[product] or not product:
            total = _window_total(reader, product, to_s, promise.window_seconds)
            yield Spent(product, promise.objective.text, failed[product], total, promise.window_seconds)


def _window_total(reader: Reader, product: str, to_s: int, window_seconds: int) -> int:
    unit = Unit(Scope.PRODUCT, product) if product else Unit(Scope.BANK)
    # Edges on whole minutes: seconds of a month ago are not kept, and a minute of a month moves no budget.
    from_s, to_s = outward_minutes(to_s - window_seconds, to_s)
    return reader.totals(unit.scope, from_s, to_s).get(unit, Counts()).total


def _is_complete(reader: Reader, incident: Incident, from_ms: int, to_ms: int) -> bool:
    """Whether every source that could have told was read throughout."""
    places = {area.data_center for area in incident.areas}
    concerned = [each for each in reader.sources() if _concerns(each.source, places)]
    if any(each.watermark_ms is None or _silent(each.source, each.watermark_ms, to_ms) for each in concerned):
        return False
    names = {each.source.id for each in concerned}
    return not any(gap.source in names and not gap.exact for gap in reader.gaps(from_ms, to_ms))


def _concerns(source: Source, places: set[str]) -> bool:
    return not source.data_center or "" in places or source.data_center in places


def _silent(source: Source, watermark_ms: int, to_ms: int) -> bool:
    return watermark_ms + LATE_INTERVALS * source.interval_ms < to_ms
