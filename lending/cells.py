"""A cell: the smallest place in the estate that counts events. Demand is drawn, and truth is kept, per cell."""

from __future__ import annotations

from typing import NamedTuple


class Cell(NamedTuple):
    """One (product, step, DCN) of one data center, in the order of the estate file.

    ``weight``: expected events here per transaction of the whole bank. The shares are of those events: refused for a
    business reason, failed, given up by the client; the rest is ok.
    """

    product: str
    step: str
    dcn: str
    weight: float
    reject_share: float
    error_share: float
    abort_share: float
