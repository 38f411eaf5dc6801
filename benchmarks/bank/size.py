"""How big the bank is, and what happened in every minute of it: formulas, so that every store holds the same."""

from __future__ import annotations

from dataclasses import dataclass

from store.records import Scope, Unit

DAY_S = 86400
MINUTES_A_DAY = 1440
FIRST_S = 1_795_276_800 - 30 * DAY_S  # a midnight in Shanghai, 30 days before 2026-11-22
DATA_CENTERS = 6

GOOD = "400 + (m * 31 + c * 17) % 701"
BAD = "CASE WHEN (m * 7919 + c * 104729) % 5003 = 0 THEN 1 ELSE 0 END"
TRANSACTIONS = "100 + (m * 37 + c * 13) % 401"
"""Counts of cell ``c`` in the ``m``-th minute: the same integers in SQL here and in ``happened`` below."""


@dataclass(frozen=True, slots=True)
class Size:
    """Services (each in six data centers) and days."""

    services: int
    days: int

    @property
    def cells(self) -> int:
        """Services times data centers."""
        return self.services * DATA_CENTERS

    @property
    def minutes(self) -> int:
        """Minutes of the whole time."""
        return self.days * MINUTES_A_DAY

    @property
    def rows(self) -> int:
        """Minutes of cells."""
        return self.cells * self.minutes

    @property
    def to_s(self) -> int:
        """End of the last day."""
        return FIRST_S + self.days * DAY_S

    @property
    def name(self) -> str:
        """For the folder that holds it."""
        return f"{self.services}x{DATA_CENTERS}x{self.days}d"


def service(number: int) -> str:
    """Name of a service."""
    return f"service_{number:03d}"


def data_center(number: int) -> str:
    """Name of a data center."""
    return f"dc{number + 1}"


def cell(number: int) -> Unit:
    """Unit of the cell ``c`` of the formulas."""
    return Unit(Scope.CELL, service(number // DATA_CENTERS), data_center(number % DATA_CENTERS))


def happened(minute: int, number: int) -> tuple[int, int, int]:
    """Good, bad, transactions of a cell in a minute."""
    good = 400 + (minute * 31 + number * 17) % 701
    bad = int((minute * 7919 + number * 104729) % 5003 == 0)
    return good, bad, 100 + (minute * 37 + number * 13) % 401
