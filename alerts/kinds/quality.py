"""Figures that cannot be trusted: more good than total, series that vanished, clocks that differ, reads that are
missing, a process read twice, names beyond the limits. Tickets: nobody is hurt yet, but the counts may be wrong."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from alerts.kinds.policy import QualityPolicy
from alerts.kinds.sight import Sight, Watched
from alerts.model import AlertKey, Condition, Evidence, Level, Reading, Severity, Subject
from slo.formatting import percent
from slo.states import completeness
from store import reasons
from store.quality import SKEW_HOLDS_MS, seconds_text

PAIR = "good-over-total"
SERIES = "series-vanished"
SKEWED = "clock-skew"
INCOMPLETE = "completeness"
TWICE = "duplicate-target"
FOLDED_NAMES = "folded-names"


@dataclass(frozen=True, slots=True)
class Pair:
    """Good and total of one objective over one stretch, from a source that tells them apart; None: not known."""

    slo: str
    subject: Subject
    good: int | None
    total: int | None


@dataclass(frozen=True, slots=True)
class ProductSeries:
    """Counters of one product at one source: known ones, those not shown any more, and since when that is so."""

    known: int
    absent: int
    since_ms: int


@dataclass(frozen=True, slots=True)
class SourceQuality:
    """What is known of one source's data; None: not known. ``most_series``: the most samples that its pages of the
    last day held. ``skew_at_ms``: when ``skew_ms`` was told. ``observed`` and ``expected``: reads of the last hour."""

    watched: Watched
    most_series: int | None = None
    skew_ms: int | None = None
    skew_at_ms: int = 0
    folded: int | None = None
    products: Mapping[str, ProductSeries] = field(default_factory=dict)
    observed: int | None = None
    expected: int | None = None


def readings(sources: Iterable[SourceQuality], now_ms: int, policy: QualityPolicy) -> list[Reading]:
    """Of every source, and of every product of it whose counters were ever away."""
    found = []
    for source in sources:
        found += [
            _series(source, policy),
            *(_product(source, product, series, now_ms, policy) for product, series in source.products.items()),
            _skew(source, now_ms, policy),
            _completeness(source, policy),
            _duplicate(source),
            _folded(source),
        ]
    return found


def pair_readings(pairs: Iterable[Pair]) -> list[Reading]:
    """Of every objective whose good and total are counted apart: more good than total is a wrong query."""
    return [_pair(pair) for pair in pairs]


def _pair(pair: Pair) -> Reading:
    key = AlertKey(PAIR, pair.subject, pair.slo)
    if pair.good is None or pair.total is None:
        return Reading(key, Condition.UNKNOWN, Severity.TICKET)
    values = (("good", str(pair.good)), ("total", str(pair.total)))
    return _said(key, pair.good > pair.total, values)


def _key(source: SourceQuality, rule: str, product: str = "") -> AlertKey:
    place = source.watched.status.source
    return AlertKey(rule, Subject(Level.SOURCE, product, place.data_center, other=place.id))


def _said(key: AlertKey, true: bool, values: Sequence[tuple[str, str]]) -> Reading:
    condition = Condition.TRUE if true else Condition.FALSE
    return Reading(key, condition, Severity.TICKET, Evidence(values=tuple(values)) if true else Evidence())


def _unsaid(source: SourceQuality, key: AlertKey) -> Reading:
    """Not known; of a source that has left, over."""
    over = source.watched.sight is Sight.LEFT
    return Reading(key, Condition.FALSE if over else Condition.UNKNOWN, Severity.TICKET)


def _answers(source: SourceQuality) -> bool:
    """Whether the newest read brought a page and is recent."""
    read = source.watched.status.last_read
    return source.watched.sight is Sight.SEEN and read is not None and read.collected


def _series(source: SourceQuality, policy: QualityPolicy) -> Reading:
    key = _key(source, SERIES)
    read = source.watched.status.last_read
    if read is None or not _answers(source) or not source.most_series or not read.samples:
        return _unsaid(source, key)
    lost = source.most_series - read.samples
    values = (("samples", str(read.samples)), ("most_of_the_day", str(source.most_series)))
    return _said(key, Fraction(lost, source.most_series) >= policy.lost_share, values)


def _product(source: SourceQuality, product: str, series: ProductSeries, now_ms: int, policy: QualityPolicy) -> Reading:
    key = _key(source, SERIES, product)
    if not _answers(source) or not series.known:
        return _unsaid(source, key)
    if series.absent < series.known:
        return _said(key, False, ())
    if now_ms - series.since_ms < policy.hold_ms:
        return _unsaid(source, key)
    return _said(key, True, (("product", product), ("lost_series", str(series.absent))))


def _skew(source: SourceQuality, now_ms: int, policy: QualityPolicy) -> Reading:
    key = _key(source, SKEWED)
    known = source.skew_ms is not None and now_ms - source.skew_at_ms <= SKEW_HOLDS_MS
    if source.skew_ms is None or not known or source.watched.sight is Sight.LEFT:
        return _unsaid(source, key)
    return _said(key, abs(source.skew_ms) > policy.skew_ms, (("skew_seconds", seconds_text(source.skew_ms)),))


def _completeness(source: SourceQuality, policy: QualityPolicy) -> Reading:
    key = _key(source, INCOMPLETE)
    if source.observed is None or source.expected is None or source.watched.sight is Sight.LEFT:
        return _unsaid(source, key)
    share = completeness(source.observed, source.expected)
    if share is None:
        return _unsaid(source, key)
    values = (("completeness_percent", percent(share, 2)), ("missed", str(source.expected - source.observed)))
    return _said(key, share < policy.completeness, values)


def _duplicate(source: SourceQuality) -> Reading:
    key = _key(source, TWICE)
    read = source.watched.status.last_read
    if read is not None and reasons.cause(read.reason) == reasons.DUPLICATE and source.watched.sight is not Sight.LEFT:
        return _said(key, True, (("reason", read.reason),))
    return _said(key, False, ()) if _answers(source) else _unsaid(source, key)


def _folded(source: SourceQuality) -> Reading:
    key = _key(source, FOLDED_NAMES)
    if source.folded is None or source.watched.sight is Sight.LEFT:
        return _unsaid(source, key)
    return _said(key, source.folded > 0, (("folded_series", str(source.folded)),))
