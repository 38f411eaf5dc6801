"""What is odd about charges that could be read: rules of the specification that money depends on."""

from __future__ import annotations

from dataclasses import dataclass

from collectors.costs.charge import Charge
from collectors.costs.defects import Finding, Tally

LEAST_WHOLE = 5
"""So many effective costs must be whole before it is no accident."""


@dataclass(slots=True)
class _Rounding:
    """One provider's effective costs: how many are whole and not 0, where the first; whether any amount has a part."""

    whole: int = 0
    first_row: int = 0
    example: str = ""
    effective_has_parts: bool = False
    billed_has_parts: bool = False


class Judge:
    """Looks at charges one after the other."""

    def __init__(self, tally: Tally) -> None:
        self._tally = tally
        self._roundings: dict[str, _Rounding] = {}

    def look(self, charge: Charge) -> None:
        """Counts what is odd about one charge."""
        billed, effective, _ = charge.amounts
        if billed is None or effective is None:
            return
        about = charge.about
        if about.kind == "usage":
            if (billed < 0 or effective < 0) and not about.correction:
                self._add(charge, "usage_negative", f"billed {billed}, effective {effective}, and no Correction")
        elif about.kind == "credit" and billed != effective:
            self._add(charge, "credit_costs_differ", f"billed {billed}, effective {effective}")
        elif about.kind == "purchase" and charge.commitment and effective:
            self._add(charge, "purchase_effective", f"effective {effective} of a commitment's purchase, which is 0")
        self._round(charge)

    def take(self, other: Judge) -> None:
        """Adds what another one saw in other rows of the same file."""
        for provider, each in other._roundings.items():
            seen = self._roundings.setdefault(provider, _Rounding())
            seen.whole += each.whole
            seen.effective_has_parts |= each.effective_has_parts
            seen.billed_has_parts |= each.billed_has_parts
            if each.first_row and (not seen.first_row or each.first_row < seen.first_row):
                seen.first_row, seen.example = each.first_row, each.example

    def close(self) -> None:
        """Counts what only all rows together show. At the end."""
        for provider, seen in sorted(self._roundings.items()):
            if seen.billed_has_parts and not seen.effective_has_parts and seen.whole >= LEAST_WHOLE:
                example = f"all of {provider or '(no provider)'} are whole, such as {seen.example}; billed ones are not"
                self._tally.add(Finding("effective_whole", "EffectiveCost", example), seen.first_row, seen.whole)

    def _round(self, charge: Charge) -> None:
        seen = self._roundings.get(charge.about.provider)
        if seen is None:
            seen = self._roundings[charge.about.provider] = _Rounding()
        if seen.effective_has_parts:
            return
        billed, effective, _ = charge.amounts
        if billed and not seen.billed_has_parts:
            seen.billed_has_parts = billed != billed.to_integral_value()
        if not effective:
            return
        if effective != effective.to_integral_value():
            seen.effective_has_parts = True
            return
        seen.whole += 1
        if not seen.first_row:
            seen.first_row, seen.example = charge.row, str(effective)

    def _add(self, charge: Charge, rule: str, example: str) -> None:
        self._tally.add(Finding(rule, "EffectiveCost", example), charge.row)
