"""Faults of the line, seen by a caller."""

from __future__ import annotations

import time
from typing import Any

import pytest

SECONDS = 2.0


@pytest.mark.parametrize(
    ("kind", "seen"),
    [
        ("blackhole", TimeoutError),
        ("reset", ConnectionResetError),
        ("refuse", ConnectionRefusedError),
    ],
)
def test_a_broken_line_shows_as_its_kind_and_heals_by_itself(dc1: Any, kind: str, seen: type[Exception]) -> None:
    assert dc1.post("/faults", {"kind": kind, "seconds": SECONDS}).status == 201
    time.sleep(0.1)
    with pytest.raises(seen):
        dc1.get("/healthz", timeout_s=0.2)
    time.sleep(SECONDS)
    assert dc1.get("/healthz").status == 200
    assert dc1.request("weilidai/apply", f"after-{kind}", customer_id="lucky-9").status == 201


def test_a_refusing_data_center_ends_when_asked(city: Any) -> None:
    city.start_books()
    child = city.start("dc2")
    child.post("/faults", {"kind": "refuse", "seconds": 60})
    time.sleep(0.1)
    child.process.terminate()
    assert child.process.wait(60) == 0
