"""Who bears a ledger: direct + shared + idle + unallocated = ledger, to the fen (definitions.md section 8).

A line is direct to a product, shared by a driver (CPU-seconds, GB-days, calls, postings, share of peak), or neither.
A shared line is divided by what each product used; when the driver's capacity is known, what nobody used is idle: kept
apart, or borne by the products by their use when the driver says so. A driver that nobody used or nobody measured sends
its lines to unallocated, each with its reason. Credits (negative lines) are divided like charges.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

from slo.errors import NegativeIdle, NegativeUse, SameName, TwoWays, UnknownDriver
from slo.money import Key, split

NOBODY = ""
"""Product of what no product bears; data center of what is not of one."""
Amount = int | Fraction
"""Of a driver's unit; exact, so that use and capacity compare as they are."""
_USED, _UNUSED = 0, 1


class Part(enum.Enum):
    """What a share of the ledger is."""

    DIRECT = "direct"
    SHARED = "shared"
    IDLE = "idle"
    UNALLOCATED = "unallocated"


class Reason(enum.Enum):
    """Why an amount is unallocated; NONE for all other parts."""

    NONE = ""
    NO_DRIVER = "no_driver"
    NOT_USED = "not_used"
    NOT_MEASURED = "not_measured"


@dataclass(frozen=True, slots=True)
class LedgerLine:
    """One amount of a ledger; ``fen`` is negative for a credit. Of ``product`` and ``driver`` at most one is filled."""

    name: str
    category: str
    fen: int
    product: str = NOBODY
    driver: str = NOBODY
    data_center: str = NOBODY


@dataclass(frozen=True, slots=True)
class Driver:
    """What products used in the period, in ``unit``; None when nobody measured it.

    ``capacity``: what was paid for, in the same unit; None when that is not known, and all is divided by use.
    ``data_center``: a driver of one data center goes before the general one of its name. ``shares_idle``: products bear
    the idle part by their use, as their ``idle``; otherwise nobody bears it.
    """

    name: str
    unit: str
    used: Mapping[str, Amount] | None
    capacity: Amount | None = None
    data_center: str = NOBODY
    shares_idle: bool = False

    @property
    def method(self) -> str:
        """How it divides, for print: ``cpu-seconds: by use, idle apart, largest remainder``."""
        idle = "idle not known" if self.capacity is None else "idle by use" if self.shares_idle else "idle apart"
        return f"{self.name}: by use in {self.unit}, {idle}, largest remainder"


class Share(NamedTuple):
    """A part of one ledger line. ``product`` is NOBODY where no product bears it; ``driver`` NOBODY unless divided."""

    line: str
    category: str
    data_center: str
    product: str
    part: Part
    driver: str
    fen: int
    reason: Reason = Reason.NONE


@dataclass(frozen=True, slots=True)
class Parts:
    """Fen by part; ``total`` is the ledger of whatever was summed."""

    direct: int = 0
    shared: int = 0
    idle: int = 0
    unallocated: int = 0

    @property
    def total(self) -> int:
        """All four."""
        return self.direct + self.shared + self.idle + self.unallocated


def allocate(ledger: Iterable[LedgerLine], drivers: Iterable[Driver]) -> list[Share]:
    """Shares of every line, in the ledger's order, products by name; shares of nothing are left out.

    The shares of a line add up to it. Raises BadAllocation.
    """
    known = _by_place(drivers)
    lines = list(ledger)
    _refuse_twice("ledger line", [line.name for line in lines])
    return [share for line in lines for share in _of_line(line, known)]


def totals(shares: Iterable[Share]) -> Parts:
    """All shares by part."""
    return summed(shares, lambda share: NOBODY).get(NOBODY, Parts())


def summed(shares: Iterable[Share], key: Callable[[Share], Key]) -> dict[Key, Parts]:
    """Parts by product, category, data center or whatever ``key`` takes of a share; sorted by it."""
    fen: dict[Key, dict[str, int]] = {}
    for share in shares:
        parts = fen.setdefault(key(share), {part.value: 0 for part in Part})
        parts[share.part.value] += share.fen
    return {each: Parts(**fen[each]) for each in sorted(fen)}


def _by_place(drivers: Iterable[Driver]) -> dict[tuple[str, str], Driver]:
    """Checked drivers by name and data center."""
    listed = list(drivers)
    _refuse_twice("driver", [f"{each.name}@{each.data_center}".rstrip("@") for each in listed])
    for driver in listed:
        _refuse_negative(driver)
    return {(driver.name, driver.data_center): driver for driver in listed}


def _refuse_negative(driver: Driver) -> None:
    used = driver.used or {}
    for product, amount in sorted(used.items()):
        if amount < 0:
            raise NegativeUse(driver.name, product, amount)
    if driver.capacity is not None and driver.used is not None and sum(used.values()) > driver.capacity:
        raise NegativeIdle(driver.name, sum(used.values()), driver.capacity, driver.unit)


def _refuse_twice(what: str, names: Sequence[str]) -> None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise SameName(what, name)
        seen.add(name)


def _of_line(line: LedgerLine, drivers: Mapping[tuple[str, str], Driver]) -> list[Share]:
    if line.product and line.driver:
        raise TwoWays(line.name, line.product, line.driver)
    if line.product:
        return [_share(line, line.product, Part.DIRECT, line.fen)]
    if not line.driver:
        return [_unallocated(line, Reason.NO_DRIVER)]
    driver = drivers.get((line.driver, line.data_center)) or drivers.get((line.driver, NOBODY))
    if driver is None:
        known = sorted({name for name, _ in drivers})
        raise UnknownDriver(line.name, line.driver, ", ".join(known) or "none")
    if driver.used is None:
        return [_unallocated(line, Reason.NOT_MEASURED)]
    if not any(driver.used.values()):
        return [_unallocated(line, Reason.NOT_USED)]
    return [share for share in _divided(line, driver, driver.used) if share.fen]


def _divided(line: LedgerLine, driver: Driver, used: Mapping[str, Amount]) -> list[Share]:
    """A line by use; of what was not used either one share, or one of each product."""
    unused = 0 if driver.capacity is None else driver.capacity - sum(used.values())
    by_use: dict[tuple[int, str], Amount] = {(_USED, product): amount for product, amount in used.items()}
    fen = split(line.fen, {**by_use, (_UNUSED, NOBODY): unused})
    idle_fen = fen.pop((_UNUSED, NOBODY))
    idle = split(idle_fen, used) if driver.shares_idle else {NOBODY: idle_fen}
    shared = [_share(line, product, Part.SHARED, amount) for (_, product), amount in sorted(fen.items())]
    return shared + [_share(line, product, Part.IDLE, amount) for product, amount in sorted(idle.items())]


def _share(line: LedgerLine, product: str, part: Part, fen: int) -> Share:
    return Share(line.name, line.category, line.data_center, product, part, line.driver, fen)


def _unallocated(line: LedgerLine, reason: Reason) -> Share:
    return Share(line.name, line.category, line.data_center, NOBODY, Part.UNALLOCATED, line.driver, line.fen, reason)
