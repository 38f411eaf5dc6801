"""What can be wrong with a question for a report. AvailabilityReportError is the base; the text is the whole line."""

from __future__ import annotations


class AvailabilityReportError(Exception):
    """Base of this room's errors."""


class BadPeriodText(AvailabilityReportError):
    """A period that cannot be read. Texts: "2026-10", "2026-Q4", "2026", or two days."""

    def __init__(self, what: str, text: str, fix: str) -> None:
        super().__init__(f"{what} {text[:80]!r}: {fix}")


class UnknownProduct(AvailabilityReportError):
    """A product that neither the catalog nor the counts know."""

    def __init__(self, product: str, known: str) -> None:
        super().__init__(f"product {product[:80]!r}: not in the catalog; known: {known}")


class NothingYet(AvailabilityReportError):
    """A period that has not begun."""

    def __init__(self, key: str, begins: str) -> None:
        super().__init__(f"period {key}: begins {begins}; choose one that has begun")


class UnknownFigure(AvailabilityReportError):
    """A figure's id that this report does not hold."""

    def __init__(self, figure: str, known: str) -> None:
        super().__init__(f"figure {figure[:120]!r}: not in this report; {known}")
