"""Two stores side by side: does a restored one hold what the one that it was copied from holds?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from slo.counts import Counts
from store.port import Reader
from store.records import Level, Scope, Unit

RESTING_S = 60
"""What is younger may still be on its way: pages of one minute come from several sources."""


@dataclass(frozen=True, slots=True)
class Compared:
    """One thing that both hold: how many units or rows, and its sum in either."""

    what: str
    rows: int
    restored: int
    present: int

    @property
    def difference(self) -> int:
        """0 when both agree."""
        return self.present - self.restored


def settled_until_s(restored: Reader) -> int:
    """The last whole minute of which a copy holds everything; 0 while it holds nothing."""
    newest_ms = max((each.watermark_ms for each in restored.sources() if each.watermark_ms is not None), default=0)
    return max(0, newest_ms // 1000 - RESTING_S) // 60 * 60


def compare(restored: Reader, present: Reader) -> Iterator[Compared]:
    """Good and bad events of every unit up to the minute that the copy has whole, requests in histograms up to the hour
    before, and the audit log up to the copy's newest row."""
    until_s = settled_until_s(restored)
    for scope in (Scope.BANK, Scope.PRODUCT, Scope.CELL, Scope.DCN):
        mine, theirs = restored.totals(scope, 0, until_s), present.totals(scope, 0, until_s)
        sums = _kinds(theirs)
        for name, restored_sum in _kinds(mine).items():
            yield Compared(f"{scope.name.lower()} {name}", len(mine), restored_sum, sums[name])
        differing = sum(mine.get(unit) != theirs.get(unit) for unit in mine.keys() | theirs.keys())
        yield Compared(f"{scope.name.lower()} units that differ", len(mine), 0, differing)
    yield _histograms(restored, present, max(0, until_s // 3600 * 3600 - 3600))
    yield _logs(restored, present)


def _kinds(totals: Mapping[Unit, Counts]) -> dict[str, int]:
    values = totals.values()
    return {"good": sum(each.good for each in values), "bad": sum(each.bad for each in values)}


def _histograms(restored: Reader, present: Reader, until_s: int) -> Compared:
    """Hours rather than minutes, for a minute of histograms comes with the first page after it."""
    products = sorted({unit.product for unit in present.totals(Scope.PRODUCT, 0, until_s)})
    rows = mine = theirs = 0
    for product in products:
        kept = restored.latency(Level.HOUR, 0, until_s, product=product)
        rows += len(kept)
        mine += sum(sum(each.counts) for each in kept)
        theirs += sum(sum(each.counts) for each in present.latency(Level.HOUR, 0, until_s, product=product))
    return Compared("requests in histograms", rows, mine, theirs)


def _logs(restored: Reader, present: Reader) -> Compared:
    """The copy's newest row of the audit log is in the present one, with the digest of all before it."""
    head = restored.audit().head()
    rows = present.audit().rows(after=head.number - 1, before=head.number + 1) if head.number else []
    agrees = not head.number or [row.digest for row in rows] == [head.digest]
    return Compared("audit log rows", head.number, head.number, head.number if agrees else 0)
