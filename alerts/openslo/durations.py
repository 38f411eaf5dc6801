"""OpenSLO's duration-shorthand: a positive whole number and one of m h d w M Q Y. There are no seconds."""

from __future__ import annotations

import re
from dataclasses import dataclass

_SHORTHAND = re.compile(r"([0-9]{1,6})([mhdwMQY])")
_NOMINAL_SECONDS = {
    "m": 60,
    "h": 3600,
    "d": 86400,
    "w": 7 * 86400,
    "M": 30 * 86400,
    "Q": 90 * 86400,
    "Y": 365 * 86400,
}
UNITS = "m (minutes), h, d, w, M (months), Q or Y"
_CALENDAR_UNITS = "MQY"


@dataclass(frozen=True, slots=True)
class Duration:
    """``count`` of ``unit`` (m h d w M Q Y)."""

    count: int
    unit: str

    @classmethod
    def parse(cls, text: str) -> Duration | None:
        """Reads shorthand such as 4w; None when the text is none."""
        found = _SHORTHAND.fullmatch(text)
        return cls(int(found[1]), found[2]) if found else None

    @property
    def seconds(self) -> int:
        """Length; a month counts as 30 days, a quarter as 90, a year as 365: what factors and budgets scale by."""
        return self.count * _NOMINAL_SECONDS[self.unit]

    @property
    def fixed(self) -> bool:
        """Whether it is always equally long (not months, quarters, years)."""
        return self.unit not in _CALENDAR_UNITS

    def __str__(self) -> str:
        return f"{self.count}{self.unit}"
