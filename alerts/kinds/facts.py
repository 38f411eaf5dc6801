"""What all kinds judge one tick from, gathered through one reader: everything in it is true of one instant."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from alerts.kinds.budget import Spending
from alerts.kinds.capacity import AskRoom
from alerts.kinds.forecast import Forecast, read_forecast
from alerts.kinds.pipeline import Operations
from alerts.kinds.policy import KindPolicy, SyntheticPolicy
from alerts.kinds.quality import Pair, ProductSeries, SourceQuality
from alerts.kinds.reads import HourOfReads, read_hours
from alerts.kinds.seldom import Seldom
from alerts.kinds.series import SeriesMemory
from alerts.kinds.sight import Moment, Watched, present, watched
from alerts.kinds.spending import read_spendings
from alerts.kinds.synthetic import Probed, since_ms
from alerts.kinds.unreachable import is_refused
from alerts.kinds.volume import Volume, bank_of, is_low, observed_window, unobserved
from alerts.model import Level as AlertLevel
from alerts.model import Subject
from alerts.policy import Slo
from alerts.sliced.model import SlicedSlo
from slo.windows import DAY_S, HOUR_S, MINUTE_S, SHANGHAI
from store.port import Reader
from store.probes import ProbeKey, ProbeResult
from store.quality import FOLDED, KNOWN, SKEW, VANISHED, milliseconds_of, product_of
from store.reasons import REFUSED, cause
from store.records import Level, Retention, Scope, Span


@dataclass(frozen=True, slots=True)
class Estate:
    """What is watched. ``sources`` and ``probes``: those of the configuration, None for all that are registered;
    a server's id stands for all of its instances. ``retention`` None: nobody prunes. ``history``: what the
    simulated past is meant to fill. ``sliced``: objectives by slices of time, and composites."""

    products: tuple[str, ...]
    slos: tuple[Slo, ...] = ()
    zone: str = SHANGHAI
    retention: Retention | None = None
    sources: frozenset[str] | None = None
    probes: frozenset[ProbeKey] | None = None
    history: Span | None = None
    room: AskRoom | None = None
    sliced: tuple[SlicedSlo, ...] = ()


@dataclass(frozen=True, slots=True)
class KindFacts:
    """Facts of one tick; see the modules of the kinds for each of them."""

    moment: Moment
    sources: tuple[Watched, ...]
    cells: Mapping[str, frozenset[str]]
    refusals: Mapping[str, int]
    volumes: tuple[Volume, ...]
    probes: tuple[Probed, ...]
    spendings: tuple[Spending, ...]
    qualities: tuple[SourceQuality, ...]
    pairs: tuple[Pair, ...]
    slots_overdue: bool | None
    operations: Operations


class Gathering:
    """Gathers facts tick by tick and remembers what it need not ask again. For one thread."""

    def __init__(self, policy: KindPolicy, estate: Estate, started_ms: int) -> None:
        """``started_ms``: when evaluation began."""
        self._policy = policy
        self._estate = estate
        self._started_ms = started_ms
        self._cells = Seldom(60, 7, read_cells)
        self._forecast = Seldom(60, 17, lambda reader, at: read_forecast(reader, at, policy.volume, estate.zone))
        self._spendings = Seldom(
            60, 27, lambda reader, at: read_spendings(reader, at, estate.slos, estate.zone, estate.history)
        )
        self._hours = Seldom(60, 37, lambda reader, at: read_hours(reader, at, started_ms))
        self._overdue = Seldom(60, 47, self._slots_overdue)
        self._told = Seldom(10, 3, lambda reader, _: read_told(reader))
        self._series = SeriesMemory()
        self._results: dict[ProbeKey, tuple[int, tuple[ProbeResult, ...]]] = {}
        self._levels: dict[str, Fraction] = {}
        self._levels_of: Forecast | None = None
        self._low: frozenset[str] = frozenset()

    def gather(
        self,
        reader: Reader,
        now_ms: int,
        operations: Operations,
        pairs: Sequence[Pair] = (),
        maintenance: Iterable[Subject] = (),
    ) -> KindFacts:
        """Facts at ``now_ms``; ``maintenance``: what is being worked on now."""
        moment = Moment(now_ms, self._started_ms, self._policy.silence, operations.reading_on)
        sources = watched(reader.sources(), moment, self._estate.sources)
        cells = self._cells.at(reader, now_ms)
        self._series.seen(reader, present(sources), now_ms)
        return KindFacts(
            moment=moment,
            sources=sources,
            cells=cells,
            refusals=self._refusals(reader, sources, now_ms),
            volumes=self._volumes(reader, sources, cells, now_ms, maintenance),
            probes=self._probed(reader, now_ms, self._policy.synthetic),
            spendings=self._spendings.at(reader, now_ms),
            qualities=self._qualities(reader, sources, now_ms),
            pairs=tuple(pairs),
            slots_overdue=self._overdue.at(reader, now_ms),
            operations=operations,
        )

    def _refusals(self, reader: Reader, sources: Iterable[Watched], now_ms: int) -> dict[str, int]:
        """Refused reads in a row, asked only where a policy wants several."""
        most = self._policy.unreachable.refused_reads
        if most == 1:
            return {}
        found = {}
        for each in sources:
            if is_refused(each.status):
                begin_ms = now_ms - self._policy.silence.silent_after_ms((most + 1) * each.status.source.interval_ms)
                found[each.id] = _refused_last([r.reason for r in reader.reads(each.id, begin_ms, now_ms + 1)])
        return found

    def _volumes(
        self,
        reader: Reader,
        sources: Sequence[Watched],
        cells: Mapping[str, frozenset[str]],
        now_ms: int,
        maintenance: Iterable[Subject],
    ) -> tuple[Volume, ...]:
        """Of every product and of the bank; none while no source is seen."""
        policy = self._policy.volume
        window = observed_window(sources, policy)
        forecast = self._forecast.at(reader, now_ms)
        if window is None or not forecast.weeks:
            return ()
        self._take_levels(forecast)
        totals = reader.totals(Scope.PRODUCT, window.from_s, window.to_s)
        actual = {unit.product: counts.transactions for unit, counts in totals.items()}
        lost, blurred = unobserved(sources, reader.gaps(window.from_s * 1000, now_ms), window)
        found = []
        for product in self._estate.products:
            usual = forecast.expected(product, window)
            expected = None if usual is None else usual * self._levels.get(product, 1)
            serving = cells.get(product, lost | blurred)
            seen = actual.get(product, 0)
            found.append(Volume(product, window, seen, expected, bool(lost & serving), bool(blurred & serving)))
        self._low = frozenset(volume.product for volume in found if is_low(volume, policy))
        resting = {subject.product for subject in maintenance if subject.level is AlertLevel.PRODUCT}
        bank = bank_of(found, resting)
        return tuple(found) if bank is None else (*found, bank)

    def _take_levels(self, forecast: Forecast) -> None:
        """With a new forecast; what is low keeps the level from before, which the trouble did not lower."""
        if forecast is self._levels_of:
            return
        self._levels_of = forecast
        kept = {product: level for product, level in self._levels.items() if product in self._low}
        fresh = {product: forecast.level(product, self._policy.volume) for product in self._estate.products}
        self._levels = {**fresh, **kept}

    def _probed(self, reader: Reader, now_ms: int, policy: SyntheticPolicy) -> tuple[Probed, ...]:
        """Probes with their last runs, asked again when there is a newer one."""
        known, probes = self._estate.probes, reader.probes()
        found = []
        for status in probes.statuses():
            key = status.probe.key
            newest_ms = status.last.at_ms if status.last is not None else 0
            kept = self._results.get(key)
            if kept is None or kept[0] != newest_ms:
                begin_ms = since_ms(status.probe, now_ms, policy)
                kept = (newest_ms, tuple(probes.results(key, begin_ms, now_ms + 1)) if newest_ms > begin_ms else ())
                self._results[key] = kept
            left = known is not None and key not in known
            found.append(Probed(status.probe, kept[1], status.tls_expires_s, left))
        return tuple(found)

    def _qualities(self, reader: Reader, sources: Sequence[Watched], now_ms: int) -> tuple[SourceQuality, ...]:
        told = self._told.at(reader, now_ms)
        hours = self._hours.at(reader, now_ms)
        return tuple(self._quality(each, told.get(each.id, {}), hours) for each in sources)

    def _quality(
        self, each: Watched, told: Mapping[tuple[str, str], tuple[str, int]], hours: Mapping[str, HourOfReads]
    ) -> SourceQuality:
        skew, skew_at_ms = told.get((SKEW, ""), ("", 0))
        folded, _ = told.get((FOLDED, ""), ("", 0))
        hour = hours.get(each.id)
        return SourceQuality(
            watched=each,
            most_series=self._series.most(each.id),
            skew_ms=milliseconds_of(skew) if skew else None,
            skew_at_ms=skew_at_ms,
            folded=int(folded) if folded else None,
            products=_product_series(told),
            observed=None if hour is None else hour.accepted,
            expected=None if hour is None else hour.due,
        )

    def _slots_overdue(self, reader: Reader, now_ms: int) -> bool | None:
        """Whether slots are there that pruning should have taken long ago; one minute of them says it."""
        retention = self._estate.retention
        kept_s = None if retention is None else retention.seconds.get(Level.SLOT)
        if kept_s is None:
            return None
        end_s = now_ms // 1000 - kept_s - self._policy.pipeline.prune_seconds
        return bool(reader.timeline(Level.SLOT, Scope.BANK, end_s - MINUTE_S, end_s))


def read_cells(reader: Reader, now_ms: int) -> dict[str, frozenset[str]]:
    """Data centers by product that had events within a day."""
    now_s = now_ms // 1000 // HOUR_S * HOUR_S
    found: dict[str, set[str]] = {}
    for unit in reader.totals(Scope.CELL, now_s - DAY_S, now_s + HOUR_S):
        found.setdefault(unit.product, set()).add(unit.data_center)
    return {product: frozenset(centers) for product, centers in found.items()}


def read_told(reader: Reader) -> dict[str, dict[tuple[str, str], tuple[str, int]]]:
    """What collectors told of quality: source -> (name, labels) -> value and when."""
    names = (SKEW, FOLDED, VANISHED, KNOWN)
    found: dict[str, dict[tuple[str, str], tuple[str, int]]] = {}
    for gauge in reader.gauges():
        if gauge.name in names:
            found.setdefault(gauge.source, {})[gauge.name, gauge.labels] = (gauge.value, gauge.at_ms)
    return found


def _product_series(told: Mapping[tuple[str, str], tuple[str, int]]) -> dict[str, ProductSeries]:
    found = {}
    for (name, labels), (value, at_ms) in told.items():
        if name == VANISHED and (KNOWN, labels) in told:
            found[product_of(labels)] = ProductSeries(int(told[KNOWN, labels][0]), int(value), at_ms)
    return found


def _refused_last(found: Sequence[str]) -> int:
    """How many reasons from the newest back say refused."""
    number = 0
    for reason in reversed(found):
        if cause(reason) != REFUSED:
            break
        number += 1
    return number
