"""Alerts of objectives by slices: judged when a minute closes, the same readings until the next one does."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from fractions import Fraction
from functools import partial
from typing import NamedTuple

from alerts.model import AlertKey, Condition, Evidence, Reading, Severity
from alerts.sliced.book import Kind, SliceBook
from alerts.sliced.burning import Burn, kinds
from alerts.sliced.history import History
from alerts.sliced.model import SlicedRule, SlicedSlo
from slo.formatting import ratio, truncated
from store.port import Reader


class SlicedJudge:
    """For one thread. ``sources``: ids of the configuration; None for all that are registered."""

    def __init__(self, slos: Iterable[SlicedSlo], sources: Collection[str] | None = None) -> None:
        self._slos = tuple(slos)
        self._book = SliceBook(sources)
        self._histories = [History(slo) for slo in self._slos]
        self._closed_s: int | None = None
        self._readings: list[Reading] = []

    def readings(self, reader: Reader, now_ms: int, *, started_ms: int = 0) -> list[Reading]:
        """Of every objective and rule, as of the last minute that closed. ``started_ms``: when evaluation began; of
        look-backs that begin before it nobody misses data, for the collectors may not have been there either."""
        if not self._slos:
            return []
        closed_s = self._book.closed_s(reader, now_ms)
        if closed_s != self._closed_s:
            self._closed_s, self._readings = closed_s, self._judged(reader, closed_s, -(-started_ms // 1000))
        return self._readings

    def _judged(self, reader: Reader, closed_s: int, started_s: int) -> list[Reading]:
        wanted: dict[Kind, int] = {}
        for slo in self._slos:
            for kind in kinds(slo):
                wanted[kind] = max(wanted.get(kind, 0), slo.longest_seconds)
        cuts = self._book.slices(reader, wanted, closed_s)
        for history in self._histories:
            history.update(cuts, history.slo.longest_seconds)
        return [reading for history in self._histories for reading in readings_of(history, started_s)]


class Judgement(NamedTuple):
    """What one rule says, and on asking, what it saw."""

    key: AlertKey
    condition: Condition
    severity: Severity
    evidence: Callable[[], Evidence]


def readings_of(history: History, started_s: int = 0) -> list[Reading]:
    """Of one objective, as of the end of its last slice; ``started_s``: since when it is evaluated."""
    return [Reading(key, said, severity, seen()) for key, said, severity, seen in judgements(history, started_s)]


def judgements(history: History, started_s: int = 0) -> Iterator[Judgement]:
    """The same, where mostly nobody asks what was seen."""
    slo = history.slo
    for rule in slo.rules:
        long, short = history.burn(rule.tier.long_seconds), history.burn(rule.tier.short_seconds)
        if rule.breaching:
            key = AlertKey(slo.alert_name(rule.tier.name), slo.subject, slo.id)
            condition = burn_condition(slo, rule, long, short)
            evidence = partial(_evidence, slo, rule, history, long, short)
            yield Judgement(key, condition, rule.tier.severity, evidence)
        if rule.no_data:
            whole = history.end_s - rule.tier.long_seconds >= started_s
            yield _no_data(slo, rule, long, whole=whole)


def burn_condition(slo: SlicedSlo, rule: SlicedRule, long: Burn, short: Burn) -> Condition:
    """True when both windows burn at the factor, with bad events enough; with too few it is unknown. False needs a
    slice in the short window that was judged and was not all bad."""
    factor = rule.tier.factor(slo.period_seconds)
    if _exceeds(rule, long, factor) and _exceeds(rule, short, factor):
        return Condition.TRUE if long.bad_events >= slo.floor_events else Condition.UNKNOWN
    return Condition.FALSE if short.bad < short.total else Condition.UNKNOWN


def _exceeds(rule: SlicedRule, burn: Burn, factor: Fraction) -> bool:
    return burn.burn_rate is not None and rule.exceeded(burn.burn_rate, factor)


def _no_data(slo: SlicedSlo, rule: SlicedRule, long: Burn, *, whole: bool) -> Judgement:
    """True when nobody saw anything of the long window; false as soon as somebody did; all excluded says nothing.
    ``whole``: we have been there for as long."""
    key = AlertKey(slo.alert_name(rule.no_data_name), slo.subject, slo.id)
    if long.blind and whole:
        values = (("window_seconds", str(rule.tier.long_seconds)), ("missing", truncated(long.unseen, 0)))
        return Judgement(key, Condition.TRUE, rule.tier.severity, partial(Evidence, values=values))
    return Judgement(key, Condition.FALSE if long.seen else Condition.UNKNOWN, rule.tier.severity, Evidence)


def _evidence(slo: SlicedSlo, rule: SlicedRule, history: History, long: Burn, short: Burn) -> Evidence:
    stretch = history.stretch(rule.tier.long_seconds, rule.tier.short_seconds)
    values = (
        ("method", str(slo.method)),
        ("slice_seconds", str(slo.slice_seconds)),
        ("factor", truncated(rule.tier.factor(slo.period_seconds), 2)),
        ("burn_long", _text(long.burn_rate)),
        ("burn_short", _text(short.burn_rate)),
        ("bad", truncated(long.bad, 2)),
        ("judged", truncated(long.total, 0)),
        ("missing", truncated(long.unseen, 0)),
        ("excluded", str(long.excluded)),
    )
    return Evidence(
        budget_spent=_budget_spent(slo, rule, long),
        bad_from_ms=None if stretch is None else stretch[0] * 1000,
        bad_to_ms=None if stretch is None else stretch[1] * 1000,
        values=values,
    )


def _budget_spent(slo: SlicedSlo, rule: SlicedRule, long: Burn) -> str:
    """Share of the period's budget that the long window spent, at its pace."""
    if long.burn_rate is None:
        return ""
    return ratio(long.burn_rate * rule.tier.long_seconds / slo.period_seconds, 4)


def _text(rate: Fraction | None) -> str:
    return "" if rate is None else truncated(rate, 2)
