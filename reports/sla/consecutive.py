"""Five failures in a row (EBA/GL/2018/07, guideline 2.4 c), from counts per slice.

The rule: an interface is down when five consecutive requests are not replied to within a total of 30 seconds, from the
first of the five until the next request that succeeds. Every bad event counts as not replied to, an error at once too.

Counts do not tell the order inside a slice, so downtime has bounds:

- **certain**: in a run of slices without any good event all failures are consecutive. Five of them within 30 seconds
  are there when a slice (or several of 30 seconds together) holds five, or when so many are in a longer slice that some
  30 seconds of it must hold five. Down from the end of the slice in which the first of the five lies.
- **possible**: failures at the end of one slice, all of the next ones that had no good event, and those at the begin of
  the next one that had some may be consecutive. Down from the begin of the first until the end of the last. Time in
  which nobody looked may be down, and may hold a success.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from reports.sla.model import Slice
from slo.downtime import union
from slo.windows import Window

FAILURES = 5
WITHIN_SECONDS = 30


@dataclass(frozen=True, slots=True)
class Bounds:
    """Windows that were certainly down, and those that may have been (they include the certain ones)."""

    certain: tuple[Window, ...]
    possible: tuple[Window, ...]


def down(slices: Iterable[Slice], unseen: Iterable[Window], until_s: int) -> Bounds:
    """Downtime of slices that are oldest first and disjoint; what is left out had no events. An outage that nothing
    ended lasts until ``until_s``."""
    holes = union(unseen)
    eventful = [each for each in slices if each.good or each.bad]
    certain = [window for run in _runs(eventful, holes) for window in _certain(run, until_s)]
    possible = [window for run in _possible_runs(eventful) for window in _possible(run, until_s)]
    return Bounds(union(certain), union([*possible, *holes]))


@dataclass(frozen=True, slots=True)
class _Run:
    """Slices with failures that follow each other. ``ended_s``: when the next success came at the earliest, and
    ``over_s`` at the latest; None: it did not come."""

    failing: Sequence[Slice]
    ended_s: int | None
    over_s: int | None


def _runs(slices: Sequence[Slice], holes: Sequence[Window]) -> Iterator[_Run]:
    """Runs without any good event; a hole ends one, for a success may be in it."""
    failing: list[Slice] = []
    at = 0
    for each in slices:
        while at < len(holes) and holes[at].from_s < each.at_s + each.seconds:
            if failing:
                yield _Run(failing, holes[at].from_s, None)
                failing = []
            at += 1
        if each.good:
            if failing:
                yield _Run(failing, each.at_s, None)
            failing = []
        elif not _inside_a_hole(each, holes, at):
            failing.append(each)
    if failing:
        yield _Run(failing, holes[at].from_s if at < len(holes) else None, None)


def _inside_a_hole(each: Slice, holes: Sequence[Window], at: int) -> bool:
    """Whether the last hole that begins before the slice ends reaches into it: then a success may be there too."""
    return at > 0 and holes[at - 1].to_s > each.at_s


def _certain(run: _Run, until_s: int) -> Iterator[Window]:
    """From the latest that the first of the five can have come until the earliest that a success can."""
    begin_s = _certainly_down_from(run.failing)
    end_s = until_s if run.ended_s is None else run.ended_s
    if begin_s is not None and begin_s < end_s:
        yield Window(begin_s, end_s)


def _certainly_down_from(failing: Sequence[Slice]) -> int | None:
    for first, each in enumerate(failing):
        held, here = 0, first
        while here < len(failing) and _end(failing[here]) - each.at_s <= WITHIN_SECONDS:
            held += failing[here].bad
            here += 1
        if held >= FAILURES or each.bad > (FAILURES - 1) * -(-each.seconds // WITHIN_SECONDS):
            return _end(each)
    return None


def _possible_runs(slices: Sequence[Slice]) -> Iterator[_Run]:
    """Slices whose failures can be consecutive: one with failures, those without good events after it, and the next
    one with good events, where the success comes at the end of it at the latest."""
    run: list[Slice] = []
    for each in slices:
        if each.good:
            last = [each] if each.bad else []
            if run or last:
                yield _Run([*run, *last], None, _end(each))
            run = last
        else:
            run = [*run, each] if run else [each]
    if run:
        yield _Run(run, None, None)


def _possible(run: _Run, until_s: int) -> Iterator[Window]:
    """From the earliest that the first of five within 30 seconds can have come."""
    held, last = 0, -1
    for first, each in enumerate(run.failing):
        while last + 1 < len(run.failing) and _within(each, run.failing[last + 1]):
            last += 1
            held += run.failing[last].bad
        if held >= FAILURES:
            # The end of what comes from a last slice with good events is the end of that slice.
            yield Window(run.failing[first].at_s, until_s if run.over_s is None else run.over_s)
            return
        held -= each.bad


def _within(first: Slice, later: Slice) -> bool:
    """Whether something at the end of one slice can be within 30 seconds of something at the begin of a later one."""
    return later.at_s - _end(first) < WITHIN_SECONDS


def _end(each: Slice) -> int:
    return each.at_s + each.seconds
