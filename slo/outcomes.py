"""Which outcomes are good, bad or not an event of the objective: a versioned table, data of the operator."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass


class Kind(enum.IntEnum):
    """What an outcome means for the objective."""

    GOOD = 0
    BAD = 1
    IGNORED = 2


@dataclass(frozen=True, slots=True)
class OutcomeTable:
    """Outcome name -> kind; a name that is not in the table counts as bad until somebody maps it."""

    version: str
    kinds: Mapping[str, Kind]

    def kind(self, outcome: str) -> Kind:
        """Kind of one outcome; unmapped outcomes are bad: unknown until reconciled (definitions.md section 1)."""
        return self.kinds.get(outcome, Kind.BAD)
