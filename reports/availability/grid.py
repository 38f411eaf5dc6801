"""Availability of many units over many steps of time: what matrices, heat maps and timelines are drawn from.

The same figures as in a report: counts of a step, what was not seen of it, maintenance taken out. Products are read per
data center only where that changes a figure: where something was lost, or was planned.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from reports.availability.figuring import Figures, Part, Parts, figures, parts_of
from reports.availability.material import Given
from reports.availability.steps import Chosen, Counted, Steps, counted_by_step, events_of, kept_steps
from reports.availability.watching import Watching, watching_of
from slo.counts import Counts
from slo.objective import Objective
from slo.states import SliceState, slice_state
from slo.windows import Window
from store.coverage import Interval, Unseen
from store.port import Reader
from store.records import Scope

NOTHING = Counts()
HALF = Fraction(1, 2)


@dataclass(frozen=True, slots=True)
class Question:
    """``product``, ``data_center``: only these, empty for all. Lines are products; data centers of a chosen product;
    DCNs of a chosen cell; of a chosen data center alone, products in it."""

    steps: Steps
    product: str = ""
    data_center: str = ""
    by: str = "product"

    @property
    def chosen(self) -> Chosen:
        """Units that a line counts."""
        by_cell = Scope.CELL if self.by == "data_center" or self.data_center else Scope.PRODUCT
        return Chosen(Scope.DCN if self.by == "dcn" else by_cell, self.product, self.data_center)


@dataclass(frozen=True, slots=True)
class Cell:
    """One unit over one step; ``figures`` None where counts are no longer kept so finely, and where they contradict
    each other (a part is more than its whole): such a step, and what it is a part of, is unknown."""

    state: SliceState | None
    figures: Figures | None
    contradicts: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """One unit: its objective and a cell per step. ``id`` is empty for the whole of what was asked."""

    id: str
    objective: Objective
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Grid:
    """``until_s``: counts are in up to here. ``as_it_happened``: maintenance touched the steps and was not taken out,
    because it is not written down so finely."""

    question: Question
    until_s: int
    lines: tuple[Line, ...]
    whole: Line
    as_it_happened: bool


@dataclass(frozen=True, slots=True)
class _Making:
    """What every step is made with. ``ids``: of the lines; ``objectives``: theirs."""

    reader: Reader
    watching: Watching
    question: Question
    ids: tuple[str, ...]
    objectives: Mapping[str, Objective]

    @property
    def centers(self) -> list[str]:
        """Data centers that the question is about."""
        return [each for each in self.watching.centers if self.question.data_center in ("", each)]

    def parts(self, part: Window, counted: Counted) -> dict[str, Parts]:
        """What figures are made from, by line."""
        question = self.question
        stretch = Interval(part.from_s * 1000, part.to_s * 1000)
        seen = {center: self.watching.unseen(center, stretch) for center in self.centers}
        if question.by == "dcn":
            return {
                each: _alone(counted.get((question.product, question.data_center, each)), seen) for each in self.ids
            }
        if question.chosen.scope is not Scope.PRODUCT:
            return self._by_cell(part, {(product, center): c for (product, center, _), c in counted.items()})
        plain = not _touched(self.watching.given, part) and not self.watching.imports.inside(part)
        if plain and not any(each.lost_ms for each in seen.values()):
            return {each: _alone(counted.get((each, "", "")), seen) for each in self.ids}
        totals = self.reader.totals(Scope.CELL, part.from_s, part.to_s)
        return self._by_cell(part, {(unit.product, unit.data_center): counts for unit, counts in totals.items()})

    def _by_cell(self, part: Window, counted: Mapping[tuple[str, str], Counts]) -> dict[str, Parts]:
        """Per data center, maintenance taken out."""
        if self.question.by == "product":
            # A data center that only files name belongs to the whole, not to a data center that was chosen.
            centers = self.centers if self.question.data_center else None
            return parts_of(self.watching.cells("", part, counted, self.ids, centers))
        product = self.question.product
        every = {each: self.watching.cells("", part, counted, [product], [each]) for each in self.ids}
        return {center: parts_of(cells)[product] for center, cells in every.items()}


def grid(reader: Reader, given: Given, question: Question, now_ms: int) -> Grid:
    """Every line and its cells, oldest first; ``given``: catalog, and maintenance that touches the steps."""
    steps, chosen = question.steps, question.chosen
    watching, until_s = watching_of(reader, given, steps.window, now_ms)
    counted = counted_by_step(reader, steps, chosen, until_s)
    kept = kept_steps(reader, steps, chosen)
    if question.by == "dcn":
        kept &= _split(reader, question, counted, until_s)
    ids = tuple(_ids(given, watching, question, counted))
    making = _Making(reader, watching, question, ids, _objectives(given, question, ids))
    mine = making.objectives.get(question.product, given.catalog.objective)
    rows: dict[str, list[Cell]] = {each: [] for each in ids}
    whole: list[Cell] = []
    for window in steps.windows():
        part = Window(window.from_s, min(window.to_s, until_s))
        if part.from_s >= part.to_s:
            break
        parts = making.parts(part, counted[window.from_s]) if window.from_s in kept else {}
        length_ms = (part.to_s - part.from_s) * 1000
        for each in ids:
            rows[each].append(_cell([parts[each]] if parts else [], length_ms, making.objectives.get(each, mine)))
        whole.append(_cell(list(parts.values()), length_ms, mine))
    lines = tuple(Line(each, making.objectives.get(each, mine), tuple(rows[each])) for each in ids)
    unsplit = question.by == "dcn" and _touched(given, steps.window)
    return Grid(question, until_s, lines, Line("", mine, tuple(whole)), unsplit)


def over(reader: Reader, given: Given, question: Question, windows: Sequence[Window], now_ms: int) -> list[Cell]:
    """The whole of what a question is about, over any windows that begin with a local day; its steps do not matter."""
    span = Window(min(each.from_s for each in windows), max(each.to_s for each in windows))
    watching, until_s = watching_of(reader, given, span, now_ms)
    found = []
    for window in windows:
        part = Window(window.from_s, max(window.from_s, min(window.to_s, until_s)))
        counted = {0: question.chosen.totals(reader, part.from_s, part.to_s)}
        ids = tuple(_ids(given, watching, question, counted))
        objectives = _objectives(given, question, ids)
        making = _Making(reader, watching, question, ids, objectives)
        parts = list(making.parts(part, counted[0]).values()) if part.from_s < part.to_s else []
        mine = objectives.get(question.product, given.catalog.objective)
        found.append(_cell(parts, (part.to_s - part.from_s) * 1000, mine))
    return found


def _split(reader: Reader, question: Question, counted: Mapping[int, Counted], until_s: int) -> frozenset[int]:
    """Begins of the steps whose DCNs add up to their data center: simulated time is not told apart by DCN."""
    cell = Chosen(Scope.CELL, question.product, question.data_center)
    whole = counted_by_step(reader, question.steps, cell, until_s)
    return frozenset(at_s for at_s, dcns in counted.items() if events_of(dcns) == events_of(whole[at_s]))


def _cell(parts: Sequence[Parts], length_ms: int, objective: Objective) -> Cell:
    if not parts:
        return Cell(None, None)
    if any(_contradict(each) for each in parts):
        return Cell(None, None, contradicts=True)
    found = figures(parts, length_ms, objective)
    view = found.counted
    state = slice_state(
        observed=view.seen,
        excluded=all(_excluded(each, length_ms) for each in parts),
        probe_valid=True,
        counts=view.availability.counts,
        bad_share=HALF,
    )
    return Cell(state, found)


def _contradict(parts: Parts) -> bool:
    sides = (parts.counted,) if parts.whole is parts.counted else (parts.counted, parts.whole)
    return any(counts.contradicts for side in sides for counts in side[0].values())


def _excluded(parts: Parts, length_ms: int) -> bool:
    """Whether all of the step is under maintenance, in every data center."""
    unseen = parts.counted[1].values()
    return parts.planned and bool(unseen) and all(each.excluded_ms >= length_ms for each in unseen)


def _ids(given: Given, watching: Watching, question: Question, counted: Mapping[int, Counted]) -> list[str]:
    if question.by == "dcn":
        return sorted({dcn for cells in counted.values() for _, _, dcn in cells})
    if question.by == "data_center":
        return [each for each in watching.places(question.product) if question.data_center in ("", each)]
    seen = sorted({product for cells in counted.values() for product, _, _ in cells})
    return [each for each in dict.fromkeys([*watching.products, *seen]) if question.product in ("", each)]


def _objectives(given: Given, question: Question, ids: Sequence[str]) -> dict[str, Objective]:
    """Of each line: data centers and DCNs have their product's."""
    own = {each.id: each.objective for each in given.catalog.products}
    if question.by == "product":
        return own
    mine = own.get(question.product, given.catalog.objective)
    return {question.product: mine} | dict.fromkeys(ids, mine)


def _alone(counts: Counts | None, seen: Mapping[str, Unseen]) -> Parts:
    """Nothing planned, and nothing lost or all in one data center: then it does not matter which of them counted."""
    part: Part = ({next(iter(seen), ""): counts or NOTHING}, seen)
    return Parts(part, part, planned=False)


def _touched(given: Given, part: Window) -> bool:
    """Whether maintenance reaches into a stretch."""
    return any(each.from_s < part.to_s and each.to_s > part.from_s for each in given.windows)
