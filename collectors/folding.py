"""A limit to how many different things one source can name, without losing a single count.

A label that holds a customer number would make a unit of the store out of every customer. Values beyond the limit are
renamed to ``__other__``: their events are counted there, good or bad as they really were, and go into every sum above.
Names that the operator wrote down himself (products of the catalog, outcomes of the table) are never folded.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from collectors.mapping import (
    DIMENSIONS,
    AccountLeaf,
    CostLeaf,
    GaugeLeaf,
    Leaf,
    Limits,
    RequestLeaf,
    Role,
    TransactionLeaf,
)
from slo.outcomes import Kind

LOG = logging.getLogger(__name__)
OTHER = "__other__"
TOO_MANY = "series"
"""What a leaf is counted under that was folded for the number of series, not for one of its values."""
_ROLES: Mapping[type[Leaf], Role] = {
    RequestLeaf: Role.REQUESTS,
    TransactionLeaf: Role.TRANSACTIONS,
    CostLeaf: Role.COST,
    AccountLeaf: Role.ACCOUNTS,
}
_FREE = frozenset({"dcn", "step"})
"""Dimensions that are given up when there are too many series although each dimension keeps its limit."""


class Meaning(NamedTuple):
    """What one series counts, as it is stored, and what its events mean: of its own outcome, also when folded."""

    leaf: Leaf | None
    kind: Kind | None = None


class Folding:
    """What one source has named so far. ``folded``: dimension -> series that were folded in it."""

    def __init__(self, source: str, limits: Limits, known: Mapping[str, frozenset[str]]) -> None:
        """``known``: dimension -> values that are never folded."""
        self.folded: Counter[str] = Counter()
        self._source = source
        self._limits = limits
        self._known = known
        self._values: dict[str, set[str]] = {}
        self._leaves: dict[type[Leaf], set[Leaf]] = {}
        self._told: set[str] = set()

    def stored(self, leaf: Leaf) -> Leaf | None:
        """The leaf under which a series new to this source is stored; None for a gauge beyond the limit."""
        if isinstance(leaf, GaugeLeaf):
            return leaf if self._has_room(f"gauge {leaf.name}", leaf.labels) else None
        dimensions = DIMENSIONS[_ROLES[type(leaf)]]
        limited = dict(zip(dimensions, leaf, strict=True))
        for dimension, value in limited.items():
            if value and not self._has_room(dimension, value):
                limited[dimension] = OTHER
        folded = type(leaf)(**limited)
        return folded if self._is_room_for(folded) else self._reduced(folded, limited)

    def keep_only(self, leaves: Iterable[Leaf]) -> None:
        """Frees the room of everything that none of these leaves names."""
        self._values.clear()
        self._leaves.clear()
        for leaf in leaves:
            self._leaves.setdefault(type(leaf), set()).add(leaf)
            if isinstance(leaf, GaugeLeaf):
                self._values.setdefault(f"gauge {leaf.name}", set()).add(leaf.labels)
                continue
            for dimension, value in zip(DIMENSIONS[_ROLES[type(leaf)]], leaf, strict=True):
                if value not in ("", OTHER) and value not in self._known.get(dimension, ()):
                    self._values.setdefault(dimension, set()).add(value)

    def _has_room(self, dimension: str, value: str) -> bool:
        if value in self._known.get(dimension, ()):
            return True
        values = self._values.setdefault(dimension, set())
        if value not in values and len(values) >= self._limits.values_per_dimension:
            self._count(dimension, f"more than {self._limits.values_per_dimension} values")
            return False
        values.add(value)
        return True

    def _is_room_for(self, leaf: Leaf) -> bool:
        leaves = self._leaves.setdefault(type(leaf), set())
        if leaf not in leaves and len(leaves) >= self._limits.series_per_metric:
            return False
        leaves.add(leaf)
        return True

    def _reduced(self, leaf: Leaf, values: Mapping[str, str]) -> Leaf:
        self._count(TOO_MANY, f"more than {self._limits.series_per_metric} different series of one kind")
        return type(leaf)(**{name: OTHER if name in _FREE and value else value for name, value in values.items()})

    def _count(self, dimension: str, why: str) -> None:
        self.folded[dimension] += 1
        if dimension not in self._told:
            self._told.add(dimension)
            LOG.warning("source %s: %s: %s; the rest is counted as %s", self._source, dimension, why, OTHER)
