"""What OpenCost says that workloads in a cluster cost: the answer of its allocation API, saved as a file.

    curl -o september.json 'http://opencost:9003/allocation/compute?window=2026-09-01T00:00:00Z,2026-10-01T00:00:00Z&
        aggregate=cluster,namespace&step=1d&accumulate=false&includeIdle=true'

Each allocation (a workload in a window) is a charge, each of its components (cpu, ram, storage ...) a part of it. An
allocation is computed from prices, so that it costs and nothing of it is invoiced. Asked again later for the same
window OpenCost may say something else; what is imported later replaces. The document names no currency.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from collectors.costs.charge import NO_REVISION, About, Charge, Period
from collectors.costs.defects import Defect, Finding, Tally
from collectors.costs.errors import NotCosts, UnreadableFile
from collectors.costs.focus.cells import amount, can_be_kept, instant
from collectors.costs.focus.shared import DATA_CENTER_TAGS, PRODUCT_TAGS, tagged
from collectors.costs.sources import whole_text
from slo.windows import month_window
from store.costs import EXACT, Amounts

PROVIDER = "OpenCost"
MOST_BYTES = 8 << 20
"""Of one document: a month of days of a hundred namespaces. Read whole, which takes ten times as much memory."""
COMPONENTS = {
    "cpu": ("cpuCost", "cpuCostAdjustment"),
    "ram": ("ramCost", "ramCostAdjustment"),
    "gpu": ("gpuCost", "gpuCostAdjustment"),
    "storage": ("pvCost", "pvCostAdjustment"),
    "network": ("networkCost", "networkCostAdjustment"),
    "load_balancer": ("loadBalancerCost", "loadBalancerCostAdjustment"),
    "shared": ("sharedCost",),
    "external": ("externalCost",),
}
ROUNDING = Decimal("0.0001")
"""OpenCost rounds each component to a hundred-thousandth."""
_DIGEST_BYTES = 16


class _Refused(Exception):
    """An allocation that is no charge; the finding says why."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.example)
        self.finding = finding


@dataclass(frozen=True, slots=True)
class Cluster:
    """How a document is read: the currency of its prices, the zone whose months its charges are billed in."""

    currency: str
    zone: str


def read_document(path: Path, encoding: str) -> list[Mapping[str, Any]]:
    """Sets of allocations by name, one for each step; numbers are the text that they are written as. Raises
    UnreadableFile, NotCosts, OSError."""
    try:
        found = json.loads(whole_text(path, encoding, MOST_BYTES), parse_float=str, parse_int=str, parse_constant=str)
    except (ValueError, RecursionError) as error:
        raise UnreadableFile(path, f"no JSON: {str(error)[:120]}") from error
    sets = found.get("data") if isinstance(found, dict) else None
    if not isinstance(sets, list) or not all(isinstance(each, dict) or each is None for each in sets):
        raise NotCosts(path, "JSON, but no answer of OpenCost's /allocation/compute: a list 'data' of sets by name")
    return [each for each in sets if each]


class OpenCostReader:
    """Reads the allocations of one document. ``rows``: how many there were, ``left_out``: of which nothing counts."""

    def __init__(self, cluster: Cluster) -> None:
        self.rows = self.left_out = 0
        self._cluster = cluster
        self._tally = Tally()

    def charges(self, sets: list[Mapping[str, Any]]) -> Iterator[Charge]:
        """The parts of every allocation that can be read; what cannot is among the defects."""
        for each in sets:
            for name, allocation in each.items():
                self.rows += 1
                try:
                    found = list(self._parts(name, allocation))
                except _Refused as refused:
                    self.left_out += 1
                    self._tally.add(refused.finding, self.rows)
                    continue
                yield from found

    def defects(self) -> list[Defect]:
        """What is odd about the document."""
        return self._tally.defects()

    def _parts(self, name: str, allocation: object) -> Iterator[Charge]:
        if not isinstance(allocation, dict):
            raise _Refused(Finding("allocation_unreadable", "", f"{name} is no object", left_out=True))
        properties = _object(allocation, "properties")
        if not all(map(can_be_kept, (name, *_texts(properties), *_texts(_object(properties, "labels"))))):
            raise _Refused(Finding("allocation_unreadable", "", f"{name!a}: letters that no text has", left_out=True))
        period = self._period(name, allocation)
        costs = {component: _cost(name, allocation, fields) for component, fields in COMPONENTS.items()}
        self._check_total(name, allocation, costs)
        id_ = "/".join((name, str(period.from_s), str(period.to_s)))
        digest = _digest(id_, properties, costs)
        for part, (component, cost) in enumerate(costs.items()):
            if cost or part == 0:
                about = _about(name, component, properties, self._cluster.currency)
                yield Charge(
                    self.rows, Amounts(Decimal(0), cost, cost), period, about, id_, NO_REVISION, digest, part=part
                )

    def _period(self, name: str, allocation: Mapping[str, Any]) -> Period:
        """The window that was asked for, else the time in which the workload ran."""
        said = _object(allocation, "window") or allocation
        times = [instant(column, _text(said, column)) for column in ("start", "end")]
        for finding in (each for _, findings in times for each in findings):
            self._tally.add(finding, self.rows)
        (from_s, _), (to_s, _) = times
        if from_s is None or to_s is None or to_s <= from_s:
            raise _Refused(Finding("period_unknown", "", f"{name}: no window with a start and a later end", True))
        local = datetime.fromtimestamp(from_s, ZoneInfo(self._cluster.zone))
        month = month_window(local.year, local.month, self._cluster.zone)
        return Period(from_s, to_s, month.from_s, month.to_s)

    def _check_total(self, name: str, allocation: Mapping[str, Any], costs: Mapping[str, Decimal]) -> None:
        total = amount("totalCost", _text(allocation, "totalCost"))
        if isinstance(total, Finding):
            self._tally.add(Finding(total.rule, "totalCost", f"{name}: {total.example}"), self.rows)
            return
        added = sum(costs.values(), Decimal(0))
        if abs(EXACT.subtract(added, total)) > ROUNDING:
            example = f"{name}: components add up to {added}, its total is {total}; components count"
            self._tally.add(Finding("total_differs", "totalCost", example), self.rows)


def _about(name: str, component: str, properties: Mapping[str, Any], currency: str) -> About:
    labels = {key.casefold(): _text(_object(properties, "labels"), key) for key in _object(properties, "labels")}
    return About(
        PROVIDER, _text(properties, "cluster"), _text(properties, "namespace") or name, currency, "usage", False,
        component, name, tagged(labels, PRODUCT_TAGS), tagged(labels, DATA_CENTER_TAGS),
    )  # fmt: skip


def _cost(name: str, allocation: Mapping[str, Any], fields: tuple[str, ...]) -> Decimal:
    """A component with its later adjustment; a field that is not there costs nothing, as OpenCost leaves zeros out."""
    cost = Decimal(0)
    for field in fields:
        if allocation.get(field) is not None:
            value = amount(field, _text(allocation, field))
            if isinstance(value, Finding):
                raise _Refused(Finding("cost_unreadable", field, f"{name}: {value.example}", left_out=True))
            cost = EXACT.add(cost, value)
    return cost


def _object(said: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    found = said.get(key)
    return found if isinstance(found, dict) else {}


def _text(said: Mapping[str, Any], key: str) -> str:
    found = said.get(key)
    return found if isinstance(found, str) else ""


def _texts(said: Mapping[str, Any]) -> list[str]:
    return [each for each in said.values() if isinstance(each, str)]


def _digest(id_: str, properties: Mapping[str, Any], costs: Mapping[str, Decimal]) -> bytes:
    said = json.dumps([id_, properties, {name: str(cost) for name, cost in costs.items()}], sort_keys=True)
    return hashlib.blake2b(said.encode("utf-8", "surrogatepass"), digest_size=_DIGEST_BYTES).digest()
