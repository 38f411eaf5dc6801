"""Objectives by slices of time, and composites, as rules: what a slice counted is recorded once, at the first
evaluation after it ended; windows add up slices, so that between two ends nothing changes.

Slices end with whole multiples of their length since 1970, late by the phase of the evaluations, less than one
interval. How many evaluations of a slice saw anything says how much of it nobody saw: it is judged as the live judge
judges one that was seen in part (``alerts.sliced.cutting``).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from alerts.model import Level
from alerts.rules.metrics import quoted
from alerts.rules.recording import Rule
from alerts.rules.shape import LEAST_SCRAPES, Names, duration, range_within
from alerts.sliced.model import SlicedPart, SlicedSlo
from slo.budgeting import Method


def slices_told(slo: SlicedSlo, scrape_seconds: int) -> bool:
    """Whether scrapes so far apart make up its slices."""
    return slo.slice_seconds % scrape_seconds == 0 and slo.slice_seconds >= LEAST_SCRAPES * scrape_seconds


def windows_of(slo: SlicedSlo) -> set[int]:
    """Seconds of every window that its tiers look at, in whole slices."""
    return {_whole(slo, each) for rule in slo.rules for each in (rule.tier.long_seconds, rule.tier.short_seconds)}


def levels_of(slos: Iterable[SlicedSlo]) -> set[Level]:
    """Levels at which their parts are counted."""
    return {Level.PRODUCT if part.product else Level.BANK for slo in slos for part in slo.parts}


@dataclass(frozen=True, slots=True)
class SliceNames:
    """Names of recorded series, and selectors of those of one objective (and of one part of it)."""

    names: Names

    def of_part(self, what: str, slo: SlicedSlo, part: str = "", over: str = "slice") -> str:
        """``what``: ``total``, ``bad``, ``looks`` (evaluations that saw something), ``hidden`` (estimated events that
        nobody saw), ``missed``, ``unseen``."""
        return f"{self.part_name(what, over)}{_matchers(slo, part)}"

    def part_name(self, what: str, over: str = "slice") -> str:
        """Recorded per part. ``over``: one slice, or ``slices1h`` for all of a window."""
        return f"slo_part:{self.names.base}{'' if what == 'total' else f'_{what}'}:{over}"

    def whole(self, what: str, slo: SlicedSlo, over: str = "slice") -> str:
        """``what``: ``missed``, ``judged``, ``burn``, of all parts together."""
        return f"{self.whole_name(what, over)}{_matchers(slo)}"

    def whole_name(self, what: str, over: str = "slice") -> str:
        """Recorded per objective."""
        return f"slo:{self.names.base}_{what}:{over}"


def over(window_s: int) -> str:
    """The operation of sums over a window of slices."""
    return f"slices{duration(window_s)}"


def whole_window(slo: SlicedSlo, seconds: int) -> str:
    """The operation of the window that a tier looks at."""
    return over(_whole(slo, seconds))


def slice_rules(slos: Sequence[SlicedSlo], names: Names, scrape_seconds: int) -> Iterator[Rule]:
    """Everything that the alerts read, in the order in which it must be evaluated."""
    made = SliceNames(names)
    for slo in slos:
        for number, part in enumerate(slo.parts, start=1):
            yield from _part_rules(slo, part, str(number), made, scrape_seconds)
        if slo.method is not Method.OCCURRENCES:
            yield _together(slo, made)
    yield from _window_rules(slos, made)
    for slo in slos:
        if slo.method is Method.OCCURRENCES:
            yield from (_burn_rule(slo, window_s, made) for window_s in sorted(windows_of(slo)))


def _part_rules(slo: SlicedSlo, part: SlicedPart, number: str, made: SliceNames, scrape_s: int) -> Iterator[Rule]:
    level = Level.PRODUCT if part.product else Level.BANK
    of, inside = (f"{{product={quoted(part.product)}}}" if part.product else ""), range_within(slo.slice_seconds)
    ended = f"and on () (vector(time()) % {slo.slice_seconds} < {scrape_s})"
    total, bad = made.names.total(level, made.names.interval), made.names.bad(level, made.names.interval)
    labels = (("slo", slo.id), ("part", number))

    def rule(what: str, expression: str) -> Rule:
        return Rule(expression, record=made.part_name(what), labels=labels)

    yield rule("total", f"sum(sum_over_time({total}{of}[{inside}]))\n{ended}")
    yield rule("bad", f"sum(sum_over_time({bad}{of}[{inside}]))\n{ended}")
    yield rule("looks", f"sum(count_over_time({total}{of}[{inside}]))\n{ended}")
    if slo.method is Method.OCCURRENCES:
        return
    looks, counted = slo.slice_seconds // scrape_s, made.of_part("total", slo, number)
    seen = made.of_part("looks", slo, number)
    if slo.method is Method.TIMESLICES:
        yield rule("hidden", f"ceil({counted} * ({looks} - {seen}) / {seen})")
        yield rule("missed", _missed(slo, part.slice_target, number, made))
    else:
        yield rule("missed", f"{made.of_part('bad', slo, number)} / ({counted} > 0)\nand\n2 * {seen} >= {looks}")
    if slo.composite:
        judged, idle = made.of_part("missed", slo, number), f"({counted} == 0 and {seen} >= {looks})"
        yield rule("unseen", f"vector(1)\n{ended}\nunless on () {judged}\nunless on () {idle}")


def _missed(slo: SlicedSlo, target: Fraction, number: str, made: SliceNames) -> str:
    """0 or 1 where what nobody saw cannot change it."""
    total, bad, hidden = (made.of_part(what, slo, number) for what in ("total", "bad", "hidden"))
    good, whole = f"({total} - {bad})", f"{target.numerator} * ({total} + {hidden})"
    return (
        f"0 * ({total} > 0)\nand\n{target.denominator} * {good} >= {whole}\n"
        f"or\n1 + 0 * {total}\nand\n{target.denominator} * ({good} + {hidden}) < {whole}"
    )


def _together(slo: SlicedSlo, made: SliceNames) -> Rule:
    """A slice is missed as far as any part missed it; unjudged when one did not see it and the rest is not missed."""
    every = f"sum by (slo) ({made.of_part('missed', slo)})"
    expression = every
    if slo.composite:
        unseen = f"max by (slo) ({made.of_part('unseen', slo)})"
        expression = f"clamp_max({every}, 1)\nunless\n({unseen} and {every} < 1)"
    return Rule(expression, record=made.whole_name("missed"), labels=(("slo", slo.id),))


def _window_rules(slos: Sequence[SlicedSlo], made: SliceNames) -> Iterator[Rule]:
    weighed = [slo for slo in slos if slo.method is Method.OCCURRENCES]
    sliced = [slo for slo in slos if slo.method is not Method.OCCURRENCES]
    for what, of in (("total", weighed), ("bad", slos)):
        for window_s in sorted({each for slo in of for each in windows_of(slo)}):
            expression = f"sum_over_time({made.part_name(what)}[{range_within(window_s)}])"
            yield Rule(expression, record=made.part_name(what, over(window_s)))
    for window_s in sorted({each for slo in sliced for each in windows_of(slo)}):
        slices = f"{made.whole_name('missed')}[{range_within(window_s)}]"
        yield Rule(f"sum_over_time({slices})", record=made.whole_name("missed", over(window_s)))
        yield Rule(f"count_over_time({slices})", record=made.whole_name("judged", over(window_s)))


def _burn_rule(slo: SlicedSlo, window_s: int, made: SliceNames) -> Rule:
    """Burn rates of the parts that have events, by their weights."""
    rates, weights = [], []
    for number, part in enumerate(slo.parts, start=1):
        total, bad = (made.of_part(what, slo, str(number), over(window_s)) for what in ("total", "bad"))
        share = part.weight / (1 - part.objective.target)
        rates.append(f"{share.numerator} * {bad} / ({share.denominator} * ({total} > 0))")
        weights.append(f"{part.weight.numerator} * ({total} > bool 0) / {part.weight.denominator}")
    rate, weight = (f"sum by (slo) (\n  {f'{chr(10)}  or{chr(10)}  '.join(each)}\n)" for each in (rates, weights))
    return Rule(f"{rate}\n/\n({weight} > 0)", record=made.whole_name("burn", over(window_s)), labels=(("slo", slo.id),))


def _matchers(slo: SlicedSlo, part: str = "") -> str:
    more = f", part={quoted(part)}" if part else ""
    return f"{{slo={quoted(slo.id)}{more}}}"


def _whole(slo: SlicedSlo, seconds: int) -> int:
    return max(1, seconds // slo.slice_seconds) * slo.slice_seconds
