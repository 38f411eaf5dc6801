"""What was paid in advance, and how it is used up: the specification's amortization, recomputed.

A commitment's purchase is billed and has no effective cost; the usage that it covers has effective cost and is not
billed, and what of it nobody used is a row of its own (status Unused). So for each commitment, over its whole life,
effective cost of Used and Unused = billed cost of purchases. An hour of a purchase costs billed / hours of its period.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

from collectors.costs.charge import Charge
from slo.windows import HOUR_S
from store.costs import EXACT

MOST = 10_000


@dataclass(slots=True)
class Commitment:
    """One commitment discount in one file. ``purchased``: billed cost of its purchases; ``used``, ``unused``: effective
    cost of usage; ``per_hours``: what an hour of each purchase costs whose period is known."""

    id: str
    currency: str
    purchased: Decimal = Decimal(0)
    used: Decimal = Decimal(0)
    unused: Decimal = Decimal(0)
    per_hours: set[Fraction] = field(default_factory=set)

    @property
    def per_hour(self) -> Fraction | None:
        """What an hour costs; None when purchases differ, or none has a period."""
        return next(iter(self.per_hours)) if len(self.per_hours) == 1 else None

    @property
    def remainder(self) -> Decimal:
        """Purchased, and neither used nor lost in this file; 0 when the file holds the commitment's whole life."""
        return EXACT.subtract(self.purchased, EXACT.add(self.used, self.unused))


class Commitments:
    """Adds up the commitments of a file."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], Commitment] = {}

    def look(self, charge: Charge) -> None:
        """Adds one charge of a commitment; beyond 10,000 commitments new ones are not followed."""
        key = (charge.commitment, charge.about.currency)
        known = self._known.get(key)
        if known is None:
            if len(self._known) >= MOST:
                return
            known = self._known[key] = Commitment(*key)
        billed, effective, _ = charge.amounts
        if charge.about.kind == "purchase":
            known.purchased = EXACT.add(known.purchased, billed or Decimal(0))
            known.per_hours |= _per_hour(charge)
        elif charge.about.unused:
            known.unused = EXACT.add(known.unused, effective or Decimal(0))
        else:
            known.used = EXACT.add(known.used, effective or Decimal(0))

    def take(self, other: Commitments) -> None:
        """Adds what another one found in other rows of the same file."""
        for key, each in other._known.items():
            known = self._known.setdefault(key, Commitment(*key))
            known.purchased = EXACT.add(known.purchased, each.purchased)
            known.used = EXACT.add(known.used, each.used)
            known.unused = EXACT.add(known.unused, each.unused)
            known.per_hours |= each.per_hours

    def found(self) -> list[Commitment]:
        """Every commitment, by id."""
        return [self._known[key] for key in sorted(self._known)]


def _per_hour(charge: Charge) -> set[Fraction]:
    seconds = charge.period.to_s - charge.period.from_s
    if seconds <= 0 or charge.amounts.billed is None:
        return set()
    return {Fraction(charge.amounts.billed) * HOUR_S / seconds}
