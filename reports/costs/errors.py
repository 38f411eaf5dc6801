"""What can be wrong with a question about costs."""

from __future__ import annotations


class CostReportError(Exception):
    """One line that says what, where and how to fix it."""


class NotMonths(CostReportError):
    """A period that is no calendar month."""

    def __init__(self, key: str) -> None:
        super().__init__(f"costs of {key}: costs are closed by the month; name one with --month YYYY-MM")


class NotBegun(CostReportError):
    """A month that lies ahead."""

    def __init__(self, key: str) -> None:
        super().__init__(f"costs of {key}: the month has not begun")


class NotComparable(CostReportError):
    """A bridge with a month whose cost or accounts are not known."""

    def __init__(self, key: str, why: str) -> None:
        super().__init__(f"bridge: {key} cannot be compared: {why}")


class NotExported(CostReportError):
    """Months that hold nothing to export."""


class NotSupposed(CostReportError):
    """A change that cannot be supposed."""


class OfTheWholeBank(CostReportError):
    """A cost report that is asked for of some products."""

    def __init__(self, product: str) -> None:
        super().__init__(f"costs of product {product[:80]!r}: costs are of the whole bank; leave products out")
