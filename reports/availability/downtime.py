"""Minutes that were down, and the worst windows, read without reading every product's minutes of a month.

A minute is down when at least half of its events failed, and at least five of them (``slo.states``): a retry of one
customer at night is no outage. Only days, then hours, then minutes with that many bad events are asked for.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence, Set
from dataclasses import dataclass

from slo.counts import Counts
from slo.windows import DAY_S, HOUR_S, MINUTE_S, Window
from slo.worst import WorstWindow, worst_window
from store.port import Reader
from store.records import Level, Scope

LEAST_BAD = 5
HALF = 2
LENGTHS_S = (MINUTE_S, HOUR_S, DAY_S)


@dataclass(frozen=True, slots=True)
class BankMinutes:
    """The bank's minutes of some days. ``whole``: begins of those days whose minutes add up to the day; of others
    (pruned, or simulated by the hour) nothing can be said minute by minute."""

    slices: Sequence[tuple[int, Counts]]
    days: Sequence[Window]
    whole: frozenset[int]

    @property
    def complete(self) -> bool:
        """Whether every day is."""
        return len(self.whole) == len(self.days)


def bank_minutes(reader: Reader, days: Sequence[Window]) -> BankMinutes:
    """Reads them, newest day first, no further than to the first one that is not whole."""
    slices: list[tuple[int, Counts]] = []
    whole = set()
    for day in reversed(days):
        minutes = [(at_s, c) for at_s, _, c in reader.timeline(Level.MINUTE, Scope.BANK, day.from_s, day.to_s)]
        total = sum(reader.totals(Scope.BANK, day.from_s, day.to_s).values(), Counts())
        if sum((counts for _, counts in minutes), Counts()) != total:
            break
        whole.add(day.from_s)
        slices = minutes + slices
    return BankMinutes(slices, days, frozenset(whole))


def down_minutes(
    reader: Reader, minutes: BankMinutes, holes: Sequence[Window], products: Collection[str]
) -> dict[str, list[Window] | None]:
    """Down minutes by product, and of the bank under the empty name; None where a day that may hold one has no minutes.

    Units that were never down are left out, and so are minutes that ``holes`` reach into: what is counted in them may
    have happened in others.
    """
    found: dict[str, list[Window] | None] = {}
    for scope, units in ((Scope.BANK, {""}), (Scope.PRODUCT, set(products))):
        for product, hours in _failing_hours(reader, scope, minutes, units).items():
            if hours is None:
                found[product] = None
                continue
            down = [each for begin_s in hours for each in _down(reader, scope, product, begin_s)]
            seen = [each for each in down if not _touches(holes, each)]
            if seen:
                found[product] = seen
    return found


def _failing_hours(
    reader: Reader, scope: Scope, minutes: BankMinutes, units: Set[str]
) -> Mapping[str, list[int] | None]:
    """Hours that may hold a down minute, by product; None when one of them lies in a day without minutes."""
    found: dict[str, list[int] | None] = {}
    begins: dict[str, list[int]] = defaultdict(list)
    for day in minutes.days:
        if units <= found.keys():  # nobody can say of any
            break
        failing = reader.timeline(Level.DAY, scope, day.from_s, day.to_s, least_bad=LEAST_BAD)
        if not failing:
            continue
        if day.from_s not in minutes.whole:
            found |= {unit.product: None for _, unit, _ in failing}
            continue
        for at_s, unit, _ in reader.timeline(Level.HOUR, scope, day.from_s, day.to_s, least_bad=LEAST_BAD):
            begins[unit.product].append(at_s)
    return {**begins, **found}


def _down(reader: Reader, scope: Scope, product: str, begin_s: int) -> list[Window]:
    minutes = reader.timeline(Level.MINUTE, scope, begin_s, begin_s + HOUR_S, product=product, least_bad=LEAST_BAD)
    return [Window(at_s, at_s + MINUTE_S) for at_s, _, counts in minutes if HALF * counts.bad >= counts.total]


@dataclass(frozen=True, slots=True)
class Worst:
    """The worst window of one length, sought in steps of ``step_s``."""

    length_s: int
    step_s: int
    window: WorstWindow


def worst_windows(reader: Reader, window: Window, minutes: BankMinutes, holes: Sequence[Window]) -> list[Worst]:
    """The bank's worst minute, hour and day: in steps of minutes where all of the period's are kept, else of hours,
    and between its first event and its last: a window that reaches beyond them holds less than its length.

    ``holes``: stretches inside gaps, whose counts are exact only in sum. Windows without a bad event are left out.
    """
    step_s = MINUTE_S if minutes.complete else HOUR_S
    every = minutes.slices if minutes.complete else _hours(reader, window)
    slices = [(at_s, counts) for at_s, counts in every if not _touches(holes, Window(at_s, at_s + step_s))]
    known = Window(slices[0][0], slices[-1][0] + step_s) if slices else window
    found = []
    for length_s in (each for each in LENGTHS_S if each >= step_s):
        worst = worst_window(slices, slice_s=step_s, length_s=length_s, period=known)
        if worst is not None and worst.counts.bad:
            found.append(Worst(length_s, step_s, worst))
    return found


def _hours(reader: Reader, window: Window) -> list[tuple[int, Counts]]:
    return [(at_s, counts) for at_s, _, counts in reader.timeline(Level.HOUR, Scope.BANK, window.from_s, window.to_s)]


def _touches(holes: Sequence[Window], part: Window) -> bool:
    """Whether a hole, or the second after it (the slot of the page that closed it), lies in a part."""
    return any(hole.from_s < part.to_s and hole.to_s >= part.from_s for hole in holes)
