"""Fills a store through the program of its time, and writes down what that program reads from it.

Runs inside the sources of an older revision (see ``scripts.old_stores``): ``store`` and ``slo`` are theirs, so that
nothing of a fixture was ever touched by the program that is to upgrade it. A room that did not exist yet is left out.

    python -m scripts.old_stores.filling fill|read REVISION ADDRESS
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

from scripts.old_stores.contents import BEGIN_S, DAY_S, PRODUCTS, SOURCES, ZONE, contents
from slo.counts import Counts
from slo.outcomes import Kind
from store.opening import open_store
from store.records import (
    Accounts,
    Batch,
    Cost,
    Events,
    Gap,
    Gauge,
    HistoryChunk,
    Incarnation,
    Level,
    Read,
    Scope,
    Source,
    Span,
    Transactions,
    Unit,
)

SECONDS = 6
OUTCOMES = (("ok", Kind.GOOD, 90), ("timeout", Kind.BAD, 1), ("declined", Kind.GOOD, 7))
DAYS = (0, 1, 13)
SIMULATED_S = BEGIN_S - 3 * DAY_S


def fill(store: object, revision: str) -> None:
    """Everything that a store of this revision could hold, always the same."""
    for since, step in STEPS:
        if since <= revision:
            step(store)


def _counts(store: object) -> None:
    """Some seconds of each of three days of one month, of two sources; counts grow so that no two sums agree."""
    for number, name in enumerate(SOURCES, start=1):
        store.register(Source(name, "exposition", name, 1000), BEGIN_S * 1000)
        version = 0
        for day in DAYS:
            for second in range(SECONDS):
                at_s = BEGIN_S + day * DAY_S + 55 + 2 * second
                version = store.commit(_batch(name, number, version, at_s))


def _batch(name: str, number: int, version: int, at_s: int) -> Batch:
    times = number * 100 + version
    events = [
        Events(at_s, product, name, f"{name}-n01", "apply", outcome, traffic, kind, share * times + index)
        for index, product in enumerate(PRODUCTS)
        for outcome, kind, share in OUTCOMES
        for traffic in ("customer", "load_test")
    ]
    moved = [
        Transactions(at_s, product, name, f"{name}-n01", "customer", times * (index + 3))
        for index, product in enumerate(PRODUCTS)
    ]
    at_ms = at_s * 1000
    return Batch(
        name,
        version,
        (Read(at_ms, True, duration_ms=12, samples=len(events)), Read(at_ms + 1000, False, "no answer within 1 s")),
        at_ms,
        tuple(events),
        tuple(moved),
        costs=(Cost(at_s, "compute", PRODUCTS[0], name, 1001 * number),),
        accounts=(Accounts(at_s, PRODUCTS[0], "open", name, 1_000_000 * number + version),),
        gauges=(Gauge(name, "lending_bad_loan_ratio", '{product="weilidai"}', at_ms, "0.0142"),),
        gaps=(Gap(name, at_ms - 1500, at_ms, version % 2 == 0, "no answer within 1 s"),) if version % 3 == 1 else (),
        incarnations=(Incarnation(name, BEGIN_S * 1000, None, times, BEGIN_S * 1000, at_ms),),
        new_series=(f'lending_requests_total{{n="{version}"}}',),
        state=bytes([number, version]),
    )


def _simulated(store: object) -> None:
    """Two days of the month before, drawn and marked as such."""
    units = (Unit(Scope.BANK), *(Unit(Scope.PRODUCT, product) for product in PRODUCTS))
    levels = ((Level.DAY, DAY_S), (Level.HOUR, 3600))
    counts = {
        (level, at_s, unit): Counts(10**9 + index, 17 + index, 3, 9 * 10**8 + at_s % 1000)
        for index, unit in enumerate(units)
        for level, step_s in levels
        for at_s in range(SIMULATED_S, SIMULATED_S + 2 * DAY_S, step_s)
    }
    store.add_history(HistoryChunk(Span(SIMULATED_S, SIMULATED_S + 2 * DAY_S), counts))


def _leases(store: object) -> None:
    from store.leases import Beat

    store.acquire(SOURCES, "collector@machine-1", Beat("boot-1", 12_345))


def _probes(store: object) -> None:
    from slo.states import SliceState
    from store.probes import Probe, ProbeKey, ProbeResult

    key = ProbeKey("front-door", "shanghai")
    store.register_probe(Probe(*key, PRODUCTS[0], SOURCES[0], 5000), BEGIN_S * 1000)
    found = (SliceState.GOOD, SliceState.BAD, SliceState.INVALID_PROBE)
    results = [
        ProbeResult(key, (BEGIN_S + 5 * n) * 1000, found[n % 3], "" if n % 3 == 0 else "says 503", 40 + n, BEGIN_S)
        for n in range(10)
    ]
    store.record_probes(results)


def _journal(store: object) -> None:
    from store.journal import Change, Document, Entry

    entries = tuple(
        Entry(
            (BEGIN_S + n) * 1000,
            "transition",
            f"alert-{n % 2}",
            "Li Wei" if n else "",
            json.dumps({"n": n, "中": "文"}),
        )
        for n in range(5)
    )
    documents = tuple(
        Document("silence", f"silence-{n}", 0, (BEGIN_S + n) * 1000, n == 0, json.dumps({"why": "drill", "n": n}))
        for n in range(3)
    )
    store.write(Change(entries, documents))


def _ledger(store: object) -> None:
    from store import costs

    line = costs.Line(BEGIN_S, BEGIN_S + DAY_S, BEGIN_S, "aws", "1", "", "usage", "compute", "EC2", "USD", "", "")
    texts = ("0.00000000000000000001", "12.3456789", "20.5")
    if hasattr(costs, "Posting"):
        amounts = costs.Amounts(*map(Decimal, texts))
        store.post([costs.Posting(bytes([n] * 16), 0, n, True, line, amounts) for n in range(1, 4)])
    else:
        store.post([(bytes([n] * 16), 0, n, line.number, *texts) for n in range(1, 4)], {line.number: line})
    store.put_rates([costs.Rate(date(2026, 10, 5), "USD", Decimal("7.1023"))])


def _audit(store: object) -> None:
    from store.audit import audited
    from store.journal import Change

    for n in range(4):
        act = audited((BEGIN_S + n) * 1000, "cli:li@ops", "silence.create", f"silence-{n}", reason="演练", n=n)
        store.write(Change(audit=(act,)))


def _condensed(store: object) -> None:
    while store.condense(BEGIN_S + 60 * DAY_S):
        pass


STEPS: tuple[tuple[str, Callable[[object], None]], ...] = (
    ("0001", _counts),
    ("0001", _simulated),
    ("0002", _leases),
    ("0003", _probes),
    ("0006", _journal),
    ("0008", _ledger),
    ("0010", _audit),
    ("0011", _condensed),
)
"""Since which revision there is a room, and what goes there."""


def main(action: str, revision: str, address: str) -> None:
    """Makes the store, or prints its contents as JSON."""
    store = open_store(address if "://" in address else Path(address), ZONE, upgrade=True)
    if action == "fill":
        fill(store, revision)
    else:
        json.dump(contents(store, revision), sys.stdout, ensure_ascii=False, sort_keys=True)
    store.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
