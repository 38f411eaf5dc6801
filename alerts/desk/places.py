"""Where alerts are, for quick answers to who holds whom: each subject as a place, its ancestors by blanking parts."""

from __future__ import annotations

from functools import lru_cache
from itertools import product
from typing import NamedTuple

from alerts.model import Level, Subject

APART = (Level.SOURCE, Level.PROBE, Level.PIPELINE)
"""Levels that hold nothing, and that the bank's alert does not explain."""


class Place(NamedTuple):
    """Where something is; what does not apply is empty. All empty: the bank."""

    product: str
    data_center: str
    dcn: str
    other: str = ""


BANK = Place("", "", "")


@lru_cache(maxsize=65_536)
def place_of(subject: Subject) -> Place:
    """Place of a subject; sources, probes and parts of the pipeline never share one with what is served there."""
    other = f"{subject.level.value}/{subject.other}" if subject.level in APART else subject.other
    return Place(subject.product, subject.data_center, subject.dcn, other)


@lru_cache(maxsize=65_536)
def above(subject: Subject) -> tuple[Place, ...]:
    """Places that hold a subject, without its own: every way to leave parts of it out. What stands apart is not held by
    the bank as a whole."""
    place = place_of(subject)
    found = {Place(*parts) for parts in product(*(("", part) if part else ("",) for part in place))}
    found.discard(place)
    if subject.level in APART:
        found.discard(BANK)
        found = {each for each in found if not each.other}
    return tuple(sorted(found))


def joined(one: Subject, other: Subject) -> Subject:
    """The narrowest subject that has both in it, by product, data center and DCN."""
    if one == other:
        return one
    same_center = one.data_center == other.data_center
    center = one.data_center if same_center else ""
    dcn = one.dcn if same_center and one.dcn == other.dcn else ""
    return located(one.product if one.product == other.product else "", center, dcn)


def located(product_id: str, data_center: str, dcn: str) -> Subject:
    """The subject at a place where something is served."""
    if dcn:
        level = Level.DCN
    elif product_id and data_center:
        level = Level.CELL
    elif product_id:
        level = Level.PRODUCT
    else:
        level = Level.DATA_CENTER if data_center else Level.BANK
    return Subject(level, product_id, data_center, dcn)
