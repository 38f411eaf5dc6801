"""Objectives, parsed from text so that 99.999 is exactly 99999/100000."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from slo.counts import Counts


@dataclass(frozen=True, slots=True)
class Objective:
    """A target share of good events. ``text`` is the target in per cent as it was written ("99.999")."""

    target: Fraction
    text: str

    @classmethod
    def parse(cls, text: str) -> Objective:
        """Reads a percentage in [0, 100). Raises BadObjective naming the text and the fix."""
        raise NotImplementedError

    def breached(self, counts: Counts) -> bool:
        """Whether bad events exceed the allowed share, by integers: ``bad * d > total * (d - n)``."""
        raise NotImplementedError
