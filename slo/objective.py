"""Objectives, parsed from text so that 99.999 is exactly 99999/100000."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction

from slo.counts import Counts
from slo.errors import BadObjective

# Plain ASCII decimals only: no sign, no exponent, no comma, no digits of other scripts. The bound on the decimals keeps
# every later product of integers small.
_PERCENTAGE = re.compile(r"(?:0|[1-9][0-9]?)(?:\.[0-9]{1,18})?")


@dataclass(frozen=True, slots=True)
class Objective:
    """A target share of good events. ``text`` is the target in per cent as it was written ("99.999")."""

    target: Fraction
    text: str

    @classmethod
    def parse(cls, text: str) -> Objective:
        """Reads a percentage in [0, 100). Raises BadObjective naming the text and the fix."""
        trimmed = text.strip()
        if _PERCENTAGE.fullmatch(trimmed) is None:
            raise BadObjective(text)
        return cls(Fraction(trimmed) / 100, trimmed)

    def breached(self, counts: Counts) -> bool:
        """Whether bad events exceed the allowed share, by integers: ``bad * d > total * (d - n)``."""
        n, d = self.target.numerator, self.target.denominator
        return counts.bad * d > counts.total * (d - n)
