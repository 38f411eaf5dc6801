"""From the estate to the screen: every event counted once, whatever dies on the way."""

from __future__ import annotations

import json
import os
import signal
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

from store.opening import open_store

ZONE = "Asia/Shanghai"
GOOD = {"ok", "business_reject"}
BAD = {"system_error"}
START_WITHIN_S = 60
"""Patience with a machine that does other things too; a quiet one takes some seconds."""


def all_fresh(demo: Any) -> bool:
    """Whether every data center is being read."""
    sources = demo.get("/api/v1/snapshot")["sources"]
    return len(sources) == 6 and all(source["state"] == "fresh" for source in sources)


def column(demo: Any, data_center: str) -> set[str]:
    """States of one data center's cells on the wall."""
    products = demo.get("/api/v1/snapshot")["products"]
    return {product["data_centers"][data_center]["state"] for product in products}


def true_cells(demo: Any, journey: Any) -> Counter[tuple[str, str, str]]:
    """(product, data center, kind) -> events that really happened since the first page was read."""
    store = open_store(demo.data / "store.sqlite", ZONE, read_only=True)
    with store.reading() as reader:
        lives = [life for status in reader.sources() for life in reader.incarnations(status.source.id)]
    store.close()
    firsts = {life.source: life.first_mark for life in lives}
    cells: Counter[tuple[str, str, str]] = Counter()
    for data_center, url in demo.truth_urls().items():
        sequence = journey.fetch(f"{url}/truth")["sequence"]
        happened = journey.fetch(f"{url}/truth?after={firsts[data_center]}&through={sequence}")
        for row in happened["counts"]:
            kind = "good" if row["outcome"] in GOOD else "bad" if row["outcome"] in BAD else "ignored"
            if row["traffic"] == "customer":
                cells[row["product"], data_center, kind] += row["events"]
    return cells


def shown_cells(demo: Any) -> Counter[tuple[str, str, str]]:
    """The same as the snapshot shows it."""
    cells: Counter[tuple[str, str, str]] = Counter()
    for product in demo.get("/api/v1/snapshot")["products"]:
        for data_center, cell in product["data_centers"].items():
            cells[product["id"], data_center, "good"] = cell["good"]
            cells[product["id"], data_center, "bad"] = cell["bad"]
    return cells


def test_the_wall_shows_exactly_what_happened(start: Callable[..., Any], journey: Any) -> None:
    """Estate -> page -> collector -> store -> snapshot, compared with the truth to the event."""
    demo = start("--no-history")
    journey.until(lambda: all_fresh(demo), START_WITHIN_S, "all sources fresh")
    first = next(iter(demo.truth_urls().values()))
    journey.fetch(f"{first}/faults", {"kind": "error_share", "share": 0.2, "seconds": 3})
    time.sleep(4)
    for url in demo.truth_urls().values():
        journey.fetch(f"{url}/demand", {"paused": True})
    time.sleep(2.5)
    truth = true_cells(demo, journey)
    expected = {key: events for key, events in truth.items() if key[2] != "ignored" and events}
    assert sum(expected.values()) > 10_000
    assert any(kind == "bad" for _, _, kind in expected)
    journey.until(lambda: {k: v for k, v in shown_cells(demo).items() if v} == expected, 5, "snapshot equals truth")


def test_a_killed_data_center_turns_unknown_and_comes_back(start: Callable[..., Any], journey: Any) -> None:
    """MISSING is not BAD: a dead data center is unknown, a failing one is down, and both recover."""
    demo = start("--no-history")
    journey.until(lambda: all_fresh(demo) and column(demo, "dc3") <= {"ok"}, 90, "all well")
    os.kill(demo.part("--data-center", "dc3").pid, signal.SIGKILL)
    journey.until(lambda: column(demo, "dc3") == {"unknown"}, 5, "the killed data center is unknown")
    assert "unknown" not in column(demo, "dc4")
    journey.until(lambda: column(demo, "dc3") <= {"ok", "no_traffic"}, 30, "recovered after its restart")
    url = demo.truth_urls()["dc5"]
    journey.fetch(f"{url}/faults", {"kind": "error_share", "share": 1, "seconds": 20, "product": "weilidai"})
    journey.until(lambda: "down" in column(demo, "dc5"), 6, "the failing product is down in its data center")
    assert "unknown" not in column(demo, "dc5")


def test_nothing_is_lost_or_counted_twice_through_kills_and_a_freeze(start: Callable[..., Any], journey: Any) -> None:
    """kill -9 of data centers and collector, one freeze: the difference is 0, the unobserved is named."""
    demo = start("--no-history")
    journey.until(lambda: all_fresh(demo), START_WITHIN_S, "all sources fresh")
    time.sleep(2)
    for data_center in ("dc1", "dc2"):
        os.kill(demo.part("--data-center", data_center).pid, signal.SIGKILL)
        os.kill(demo.part("collect").pid, signal.SIGKILL)
        time.sleep(3)
    frozen = demo.part("--data-center", "dc6")
    frozen.suspend()
    time.sleep(4)
    frozen.resume()
    journey.until(lambda: all_fresh(demo), START_WITHIN_S, "all sources fresh again")
    time.sleep(2)
    run = demo.command("reconcile", "--json")
    found = json.loads(run.stdout)
    assert run.returncode == 0, run.stdout[:2000]
    assert found["difference"] == 0
    assert found["unobserved"] > 0
    assert {row["data_center"] for row in found["rows"]} == set(demo.truth_urls())


def test_a_clean_end_leaves_nothing_unobserved(start: Callable[..., Any], journey: Any) -> None:
    """Ctrl-C in the middle of a second of full demand: the collector reads what each data center counted last."""
    demo = start("--no-history")
    journey.until(lambda: all_fresh(demo), START_WITHIN_S, "all sources fresh")
    time.sleep(1.5)
    assert journey.end(demo) == 0
    again = start("--no-history", data=demo.data)
    journey.until(lambda: all_fresh(again), START_WITHIN_S, "all sources fresh again")
    found = json.loads(again.command("reconcile", "--json").stdout)
    assert (found["difference"], found["unobserved"]) == (0, 0)
    assert len({row["data_center"] for row in found["rows"]}) == 6
