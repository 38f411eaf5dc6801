"""From the estate to the screen: every event counted once, whatever dies on the way."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

from store.opening import open_store

ZONE = "Asia/Shanghai"
GOOD = {"ok", "business_reject"}
BAD = {"system_error"}


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


def test_the_wall_shows_exactly_what_happened_and_a_clean_end_leaves_nothing_unobserved(
    start: Callable[..., Any], journey: Any
) -> None:
    """Estate -> page -> collector -> store -> snapshot, compared with the truth to the event. Then Ctrl-C in the middle
    of a second of full demand: the collector reads what each data center counted last."""
    demo = start("--no-history")
    demo.until_read()
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
    for url in demo.truth_urls().values():
        journey.fetch(f"{url}/demand", {"paused": False})
    time.sleep(1.5)
    assert journey.end(demo) == 0
    again = start("--no-history", data=demo.data)
    again.until_read()
    found = json.loads(again.command("reconcile", "--json").stdout)
    assert (found["difference"], found["unobserved"]) == (0, 0)
    assert len({row["data_center"] for row in found["rows"]}) == 6
