"""What screens of costs are drawn from: read once in a while, shared by all viewers.

Thirteen months take a second to read; what costs are does not change by the second.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable

from reports.availability.period import Period
from reports.costs.gathering import Desk, gather
from reports.costs.material import Material
from reports.costs.policy import NO_POLICY
from slo.catalog import Catalog
from store.port import Reader

KEPT_SECONDS = 20.0
MOST_KEPT = 4


class CostBooks:
    """Material of the months that were asked for last. ``desk``: None for a bank that decided nothing about costs."""

    def __init__(self, desk: Desk | None = None, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._desk = desk
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._kept: OrderedDict[str, tuple[float, Material]] = OrderedDict()

    def desk(self, catalog: Catalog) -> Desk:
        """What every cost report of the bank has in common."""
        return self._desk or Desk(catalog, NO_POLICY)

    def material(self, reader: Reader, catalog: Catalog, period: Period, now_s: int) -> Material:
        """At most 20 s old. Raises CostReportError, BadAllocation."""
        with self._lock:
            read_at, known = self._kept.pop(period.key, (0.0, None))
            if known is None or self._monotonic() - read_at > KEPT_SECONDS:
                read_at, known = self._monotonic(), gather(reader, self.desk(catalog), period, now_s)
            self._kept[period.key] = read_at, known
            if len(self._kept) > MOST_KEPT:
                self._kept.popitem(last=False)
            return known
