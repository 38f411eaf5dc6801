"""From the estate to the screen: every event counted once, whatever dies on the way."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from store.opening import open_store

ZONE = "Asia/Shanghai"
GOOD = {"ok", "business_reject"}
BAD = {"system_error"}
DAY_S, EAST_OF_GREENWICH_S = 86_400, 8 * 3_600
CHANCES = 3
"""The last pages have 4.5 s; a machine that is busy with other things gets more than one chance."""


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
    return counted(cells)


def counted(cells: Counter[tuple[str, str, str]]) -> Counter[tuple[str, str, str]]:
    """What a wall shows of them: good and bad that happened."""
    return Counter({key: events for key, events in cells.items() if key[2] != "ignored" and events})


def kinds(cells: Counter[tuple[str, str, str]]) -> Counter[str]:
    """Events of each kind."""
    found: Counter[str] = Counter()
    for (_, _, kind), events in cells.items():
        found[kind] += events
    return found


def not_at_midnight() -> None:
    """The wall shows counts of today: a day in Shanghai that ends meanwhile would begin them anew."""
    left_s = DAY_S - (time.time() + EAST_OF_GREENWICH_S) % DAY_S
    if left_s < 120:
        time.sleep(left_s + 1)


def is_enough(found: Counter[str]) -> bool:
    """Whether a comparison says something."""
    return found["bad"] > 0 and found["good"] + found["bad"] > 10_000


def test_the_wall_shows_exactly_what_happened_and_a_clean_end_leaves_nothing_unobserved(
    start: Callable[..., Any], journey: Any
) -> None:
    """Estate -> page -> collector -> store -> snapshot, compared with the truth to the event. Then Ctrl-C in the middle
    of a second of full demand: the collector reads what each data center counted last."""
    not_at_midnight()
    demo = start("--no-history")
    demo.until_read()
    first = next(iter(demo.truth_urls().values()))
    journey.fetch(f"{first}/faults", {"kind": "error_share", "share": 0.2, "seconds": 3})
    journey.until(lambda: is_enough(kinds(true_cells(demo, journey))), 60, "enough happened and some of it failed")
    for url in demo.truth_urls().values():
        journey.fetch(f"{url}/demand", {"paused": True})
    journey.until(lambda: shown_cells(demo) == counted(true_cells(demo, journey)), 60, "snapshot equals truth")
    assert is_enough(kinds(shown_cells(demo)))
    for url in demo.truth_urls().values():
        journey.fetch(f"{url}/demand", {"paused": False})
    unobserved = -1
    for _ in range(CHANCES):
        time.sleep(1.5)  # full demand, wherever in a second that is
        assert journey.end(demo) == 0
        demo = start("--no-history", data=demo.data)
        demo.until_read()
        found = json.loads(demo.command("reconcile", "--json").stdout)
        assert found["difference"] == 0
        assert len({row["data_center"] for row in found["rows"]}) == 6
        before, unobserved = max(unobserved, 0), found["unobserved"]
        if unobserved == before:
            return
    pytest.fail(f"a clean end left something unobserved each time: {unobserved} events")
