"""What a store holds, as JSON that two programs can compare. Works with the port of every revision since the first."""

from __future__ import annotations

import dataclasses
import enum
from collections.abc import Iterator, Mapping
from typing import Any

ZONE = "Asia/Shanghai"
DAY_S = 86_400
BEGIN_S = 1_791_129_600
"""2026-10-05 00:00 in Shanghai."""
PRODUCTS = ("weilidai", "weyedai", "joint_clearing")
SOURCES = ("dc1", "dc2")
FROM_S, TO_S = BEGIN_S - 30 * DAY_S, BEGIN_S + 40 * DAY_S


def contents(store: Any, revision: str) -> dict[str, Any]:
    """Every table of ``revision`` through the port of a store: table name to rows."""
    from store.records import Level, Scope

    with store.reading() as reader:
        found = {
            f"totals {scope.name} {traffic}": reader.totals(scope, FROM_S, TO_S, traffic=traffic)
            for scope in Scope
            for traffic in ("customer", "load_test")
        }
        found |= {
            f"timeline {level.name} {scope.name}": reader.timeline(level, scope, FROM_S, TO_S)
            for level in Level
            for scope in Scope
            if (level, scope) != (Level.SLOT, Scope.STEP)
        }
        found |= _of_sources(reader) | _of_rooms(reader, revision, Scope)
    if revision >= "0002":
        found["leases"] = store.leases()
    found["resume"] = {name: store.resume(name) for name in SOURCES}
    return {name: plain(value) for name, value in found.items()}


def _of_sources(reader: Any) -> dict[str, Any]:
    span_ms = FROM_S * 1000, TO_S * 1000
    return {
        "sources": reader.sources(),
        "observed": reader.observed(FROM_S, TO_S),
        "gaps": reader.gaps(*span_ms),
        "simulated": reader.simulated(),
        "incarnations": {name: reader.incarnations(name) for name in SOURCES},
        "reads": {name: reader.reads(name, *span_ms) for name in SOURCES},
        "costs": reader.costs(FROM_S, TO_S),
        "accounts": reader.accounts(FROM_S, TO_S),
        "gauges": reader.gauges(),
        "record day": reader.record_day(TO_S),
    }


def _of_rooms(reader: Any, revision: str, scopes: Any) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if revision >= "0003":
        found["probes"] = reader.probes().statuses()
        found["probe totals"] = reader.probes().totals(FROM_S, TO_S)
    if revision >= "0005":
        found |= {f"peaks {s.name}": reader.daily_peaks(s, FROM_S, TO_S) for s in (scopes.BANK, scopes.PRODUCT)}
    if revision >= "0006":
        found["journal"] = reader.journal().entries()
        found["documents"] = reader.journal().documents("silence")
    if revision >= "0008":
        found["ledger"] = reader.ledger(FROM_S, TO_S)
        found["rates"] = reader.rates()
    if revision >= "0010":
        found["audit"] = reader.audit().rows()
    return found


def plain(value: Any) -> Any:
    """A value as JSON: records by the names of their fields, enumerations by name, the rest as text."""
    if isinstance(value, enum.Enum):
        return value.name
    if value is None or isinstance(value, bool | str | int):
        return value
    if fields := _fields(value):
        return {name: plain(getattr(value, name)) for name in fields}
    if isinstance(value, Mapping):
        return sorted(([plain(key), plain(each)] for key, each in value.items()), key=repr)
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    return value.hex() if isinstance(value, bytes) else str(value)


def _fields(value: Any) -> tuple[str, ...]:
    if dataclasses.is_dataclass(value):
        return tuple(field.name for field in dataclasses.fields(value))
    return getattr(value, "_fields", ())


def lacking(expected: Any, found: Any, where: str = "store") -> Iterator[str]:
    """Each place in which something is not as it was. A field that came since is no difference."""
    if isinstance(expected, dict) and isinstance(found, dict):
        for name, value in expected.items():
            yield from lacking(value, found.get(name, "nothing"), f"{where}, {name}")
    elif isinstance(expected, list) and isinstance(found, list) and len(expected) == len(found):
        for number, pair in enumerate(zip(expected, found, strict=True)):
            yield from lacking(*pair, f"{where}[{number}]")
    elif expected != found:
        yield f"{where}: was {expected!r:.200}, is {found!r:.200}"
