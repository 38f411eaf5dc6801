"""What the core refuses, by cause.

SloError
|- BadObjective      a target that is not a percentage in [0, 100)
|- NegativeCounter   a cumulative counter below 0
|- BadPeriod         a month, quarter, year or number of months that no calendar has
|- UnknownZone       a time zone that this machine has no rules for
|- BadSlice          a slice of time with more good events than events
|- UnevenSlices      parts of a composite that are not cut into the same slices
|- PeriodTooFar      a repeating window that ends outside of the calendar
|- NoWeight          an amount that nothing says how to divide
`- BadAllocation     a ledger or a driver that cannot be allocated
   |- NegativeIdle   more was used than there is capacity
   |- NegativeUse    a product that used less than nothing
   |- UnknownDriver  a ledger line that names a driver which nobody defined
   |- TwoWays        a ledger line that is both direct and shared
   `- SameName       two ledger lines, or two drivers, of one name
"""

from __future__ import annotations


class SloError(Exception):
    """Anything the exact core refuses."""


class BadObjective(SloError):
    """A target that cannot be an objective."""

    def __init__(self, text: str) -> None:
        super().__init__(
            f"objective {text!r} is not a percentage from 0 up to, not including, 100"
            " with at most 18 decimals; write 99.999"
        )


class NegativeCounter(SloError):
    """A cumulative counter that counted below nothing: the exporter is wrong, no increase can be taken."""

    def __init__(self, value: int, at_ms: int) -> None:
        super().__init__(f"counter value {value} at {at_ms} ms is negative; a cumulative counter starts at 0")


class BadPeriod(SloError):
    """A calendar period that does not exist."""

    def __init__(self, what: str, found: int, least: int, most: int) -> None:
        super().__init__(f"{what} {found} is not between {least} and {most}")


class UnknownZone(SloError):
    """A time zone without rules."""

    def __init__(self, zone: str) -> None:
        super().__init__(f"time zone {zone!r} is not known here; write Asia/Shanghai, or install the tzdata package")


class BadSlice(SloError):
    """A slice of time with more good events than events, or fewer than none."""

    def __init__(self, good: object, total: object) -> None:
        super().__init__(f"a slice has {good} good of {total} events; good lies between 0 and total")


class UnevenSlices(SloError):
    """Parts of a composite that are not cut into the same slices."""

    def __init__(self, numbers: object) -> None:
        super().__init__(f"the parts of a composite have {numbers} slices; cut all into the same ones")


class PeriodTooFar(SloError):
    """A repeating window that ends outside of the calendar."""

    def __init__(self, length: str, start: object) -> None:
        super().__init__(f"a window of {length} from {start} ends outside of the years 1 to 9999; make it shorter")


class NoWeight(SloError):
    """An amount that cannot be divided: all weights are 0, or one is negative."""

    def __init__(self, fen: int) -> None:
        super().__init__(f"{fen} fen cannot be divided: weights must not be negative, and not all 0")


class BadAllocation(SloError):
    """A ledger or a driver that cannot be allocated: the data are wrong, nothing is clamped or dropped."""


class NegativeIdle(BadAllocation):
    """More of a driver was used than there is capacity."""

    def __init__(self, driver: str, used: object, capacity: object, unit: str) -> None:
        super().__init__(
            f"driver {driver}: {used} {unit} used of a capacity of {capacity}; idle would be negative:"
            " correct the capacity or the use"
        )


class NegativeUse(BadAllocation):
    """A product that used less than nothing of a driver."""

    def __init__(self, driver: str, product: str, used: object) -> None:
        super().__init__(f"driver {driver}, product {product}: use is {used}; it must not be negative")


class UnknownDriver(BadAllocation):
    """A ledger line that names a driver which nobody defined."""

    def __init__(self, line: str, driver: str, known: str) -> None:
        super().__init__(f"ledger line {line}: driver {driver!r} is not defined; known are: {known}")


class TwoWays(BadAllocation):
    """A ledger line that is both direct and shared."""

    def __init__(self, line: str, product: str, driver: str) -> None:
        super().__init__(
            f"ledger line {line} is direct to {product!r} and shared by {driver!r};"
            " name a product or a driver, not both"
        )


class SameName(BadAllocation):
    """Two things of one name: which of them is meant?"""

    def __init__(self, what: str, name: str) -> None:
        super().__init__(f"{what} {name!r} is there twice; names must be unique")
