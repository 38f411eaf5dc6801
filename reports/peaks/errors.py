"""What can go wrong when peaks are reported.

PeakReportError
├── UnknownProduct
└── ManyProducts
"""

from __future__ import annotations

from collections.abc import Sequence


class PeakReportError(Exception):
    """A report of peaks that cannot be made."""


class UnknownProduct(PeakReportError):
    """A product that the catalog does not have."""

    def __init__(self, product: str, known: Sequence[str]) -> None:
        super().__init__(f"report peaks: no product {product[:100]!r} in the catalog; known: {', '.join(known)}")


class ManyProducts(PeakReportError):
    """A report of peaks that is asked for of several products."""

    def __init__(self, products: Sequence[str]) -> None:
        super().__init__(f"peaks of {len(products)} products: name one, or none for the whole bank")
