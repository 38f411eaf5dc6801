"""Blast radius: which part of the bank failed together, and whether another alert speaks of the same failure.

The failing parts form a table of products by data centers. One failure is a **line** of it: a data center (several
products in one data center), a product (one product in several data centers), or a single cell, which becomes a line by
a sibling. A cell of another line is another failure, even where the lines cross. Parents fire because of their parts:
a product's or the bank's alert goes to the incident of its parts and widens nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from alerts.incidents.model import Incident, Member
from alerts.model import Level, Subject

BANK = Subject(Level.BANK)
_LEAVES = (Level.CELL, Level.DCN)
_LINES = (Level.PRODUCT, Level.DATA_CENTER)
INSIDE = 3
"""Kinship of an alert that speaks of a part of what an incident already speaks of."""


class Cell(NamedTuple):
    """One product in one data center."""

    product: str
    data_center: str


def area_of(subject: Subject) -> Subject:
    """The part of the bank that a subject speaks of; a source or probe that names neither product nor data center
    stands for itself."""
    _, product, data_center, dcn, _ = subject
    if product and data_center:
        return Subject(Level.DCN if dcn else Level.CELL, product, data_center, dcn)
    if product:
        return Subject(Level.PRODUCT, product)
    if data_center:
        return Subject(Level.DATA_CENTER, data_center=data_center)
    return subject


def areas_of(members: Iterable[Member]) -> tuple[Subject, ...]:
    """What failed, as few areas as explain it, none inside another; at least one for at least one member."""
    fired: dict[Subject, int] = {}
    for member in members:
        area = area_of(member.key.subject)
        fired[area] = min(fired.get(area, member.fired_ms), member.fired_ms)
    leaves = [area for area in fired if area.level in _LEAVES]
    parts: dict[str, list[Subject]] = {}
    for leaf in leaves:
        parts.setdefault(leaf.product, []).append(leaf)
    lines = [area for area in fired if area.level in _LINES and not _is_consequence(area, parts, fired)]
    below = [leaf for leaf in leaves if not any(line.holds(leaf) for line in lines)]
    if len([line for line in lines if _is_bare(line, parts)]) >= _WHOLE_BANK:
        return (BANK,)
    found = [*lines, *_lines_of(below)]
    return tuple(found) or tuple(area for area in fired if area.level not in _LEAVES)


def _is_consequence(line: Subject, parts_of: Mapping[str, Sequence[Subject]], fired: dict[Subject, int]) -> bool:
    """Whether a product fired because one data center of it did, which crossed no later than the product. ``parts_of``:
    leaves that fired, by product."""
    if line.level is not Level.PRODUCT:
        return False
    parts = parts_of.get(line.product, ())
    places = {leaf.data_center for leaf in parts}
    return len(places) == 1 and min(fired[leaf] for leaf in parts) <= fired[line]


def _is_bare(line: Subject, products: Collection[str]) -> bool:
    """Whether a product fired and nothing says where: nobody sees any of it, or too few come to its door.
    ``products``: those of which parts fired."""
    return line.level is Level.PRODUCT and line.product not in products


def _lines_of(leaves: Sequence[Subject]) -> list[Subject]:
    if all(leaf.level is Level.DCN for leaf in leaves):
        return list(leaves) if len(leaves) < _WHOLE_BANK else _of_lines(leaves)
    return _of_lines(leaves)


def _of_lines(leaves: Sequence[Subject]) -> list[Subject]:
    lines = clusters(leaves)
    if len([line for line in lines if len(_cells(line)) > 1]) >= _WHOLE_BANK:
        return [BANK]
    return [_hull(line) for line in lines]


_WHOLE_BANK = 3
"""So many lines that cross are not a coincidence of failures but one of the bank as a whole."""


def _cells(leaves: Iterable[Subject]) -> set[Cell]:
    return {Cell(leaf.product, leaf.data_center) for leaf in leaves}


def _hull(line: Sequence[Subject]) -> Subject:
    """The smallest area that holds a line's leaves."""
    cells = _cells(line)
    if len(cells) == 1:
        (cell,) = cells
        return line[0] if len(line) == 1 else Subject(Level.CELL, *cell)
    products, places = {cell.product for cell in cells}, {cell.data_center for cell in cells}
    if len(places) == 1:
        return Subject(Level.DATA_CENTER, data_center=places.pop())
    return Subject(Level.PRODUCT, products.pop())


def clusters(leaves: Iterable[Subject]) -> list[list[Subject]]:
    """Leaves as few lines: the longest line first, of equally long ones a data center's, then by name."""
    left = list(dict.fromkeys(leaves))
    found = []
    while left:
        level, name = _longest(_cells(left))
        line = [leaf for leaf in left if name == (leaf.data_center if level is Level.DATA_CENTER else leaf.product)]
        found.append(line)
        taken = set(line)
        left = [leaf for leaf in left if leaf not in taken]
    return found


def _longest(cells: Collection[Cell]) -> tuple[Level, str]:
    lengths: dict[tuple[Level, str], int] = {}
    for product, data_center in cells:
        for line in ((Level.DATA_CENTER, data_center), (Level.PRODUCT, product)):
            lengths[line] = lengths.get(line, 0) + 1
    return min(lengths, key=lambda line: (-lengths[line], line[0] is not Level.DATA_CENTER, line[1]))


def kinship(incident: Incident, subject: Subject) -> int:
    """How surely an alert of ``subject`` belongs to an incident that goes on: 0 not at all, ``INSIDE`` at most."""
    area = area_of(subject)
    if area in incident.areas:
        return INSIDE
    if area == BANK:
        return 1  # whatever fails, the bank's alert is its consequence
    return max(_kinship(incident, known, area) for known in incident.areas)


def _kinship(incident: Incident, known: Subject, area: Subject) -> int:
    if area.level not in (*_LEAVES, *_LINES) or known.level not in (*_LEAVES, *_LINES, Level.BANK):
        return 0
    if known.level is Level.BANK and all(subject.level is Level.BANK for subject in incident.subjects):
        return 2  # the first part that fires says where
    if known.holds(area):
        return INSIDE
    if area.level in _LEAVES:
        return _sibling(known, area)
    if area.level is Level.DATA_CENTER:
        return 2 if area.holds(known) else 0
    return 2 if any(area.holds(area_of(subject)) for subject in incident.subjects) else 0


def _sibling(known: Subject, leaf: Subject) -> int:
    """A leaf beside a leaf: of the same cell, or of the same data center or product."""
    if known.level not in _LEAVES:
        return 0
    same = (known.product == leaf.product, known.data_center == leaf.data_center)
    return sum(same)


def _products(incident: Incident) -> set[str]:
    return {leaf.product for leaf in _leaves(incident)}


def crossing(incidents: Sequence[Incident]) -> list[Incident]:
    """Incidents that together are one failure of the bank: at least three lines that share products or data centers,
    or three products of which nothing says where they fail."""
    if len(incidents) < _WHOLE_BANK:
        return []
    parts = {each.id: _products(each) for each in incidents}
    bare = [each for each in incidents if any(_is_bare(area, parts[each.id]) for area in each.areas)]
    if len(bare) >= _WHOLE_BANK:
        return bare
    lines = {each.id: _wide(each) for each in incidents}
    wide = [each for each in incidents if len(lines[each.id]) > 1]
    for first in wide:
        joined, grown = {first.id}, True
        while grown:
            near = {e.id for e in wide if e.id not in joined and any(_touch(lines[e.id], lines[j]) for j in joined)}
            joined, grown = joined | near, bool(near)
        if len(joined) >= _WHOLE_BANK:
            return [each for each in incidents if each.id in joined]
    return []


def _wide(incident: Incident) -> set[Cell]:
    """Cells of the alerts that page."""
    return _cells(_leaves(incident))


def _leaves(incident: Incident) -> list[Subject]:
    """Parts of data centers that page."""
    areas = (area_of(member.key.subject) for member in incident.paging)
    return [area for area in areas if area.level in _LEAVES]


def _touch(some: set[Cell], others: set[Cell]) -> bool:
    products, places = {cell.product for cell in some}, {cell.data_center for cell in some}
    return any(cell.product in products or cell.data_center in places for cell in others)
