"""Canned answers of the two endpoints of docs/snapshot.md, to be changed while a browser looks."""

from __future__ import annotations

import json
import threading
import time
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

import flask
import yaml

from slo.catalog import Catalog, DataCenter, Product
from slo.objective import Objective
from slo.outcomes import OutcomeTable

CATALOG_FILE = Path(__file__).parents[3] / "config" / "catalog.yaml"
MORNING_MS = 1_795_231_219_250  # 2026-11-21T03:20:19.250Z, 11:20:19 in Shanghai
OBJECTIVE = Objective(Fraction(99_999, 100_000), "99.999")


def read_catalog() -> Catalog:
    """The catalog that ships with the product."""
    with CATALOG_FILE.open(encoding="utf-8") as file:
        raw = yaml.safe_load(file)
    products = tuple(Product(item["id"], item["names"], OBJECTIVE) for item in raw["products"])
    centers = tuple(DataCenter(item["id"], item["names"]) for item in raw["data_centers"])
    return Catalog("1", products, centers, OutcomeTable("1", {}), OBJECTIVE, raw["time_zone"])


def availability(good: int, bad: int, text: str | None, verdict: str) -> dict[str, Any]:
    """AVAILABILITY of docs/snapshot.md; the text is what the server would have truncated."""
    return {
        "good": good,
        "bad": bad,
        "total": good + bad,
        "missing_estimate": 0,
        "availability": text,
        "low": text,
        "high": text,
        "target": "99.999",
        "verdict": verdict,
        "completeness": "1",
        "from": "2026-10-22T03:20:00Z",
        "to": "2026-11-21T03:20:00Z",
    }


def calm_snapshot(catalog: Catalog) -> dict[str, Any]:
    """All is well: every product in every data center normal."""
    centers = [center.id for center in catalog.data_centers]
    return {
        "sequence": MORNING_MS,
        "taken_at": "2026-11-21T03:20:19.250Z",
        "taken_at_ms": MORNING_MS,
        "demo": True,
        "build": "0.1.0",
        "time_zone": "Asia/Shanghai",
        "state_seconds": {"short": 3, "long": 60},
        "sources": [
            {
                "id": center,
                "kind": "exposition",
                "data_center": center,
                "age_seconds": 0.4 + index / 10,
                "state": "fresh",
                "reason": "",
            }
            for index, center in enumerate(centers)
        ],
        "bank": calm_bank(),
        "products": [calm_product(product, index, centers) for index, product in enumerate(catalog.products)],
        "data_centers": [{"id": c.id, "name": dict(c.names), "state": "ok"} for c in catalog.data_centers],
        "attention": [],
        "alerts": [],
        "simulated": {"from": "2025-10-17T16:00:00Z", "to": "2026-11-21T03:05:00Z", "progress": "1"},
    }


def calm_bank() -> dict[str, Any]:
    """Headline figures of a good day."""
    return {
        "state": "ok",
        "availability": {
            "rolling_30d": availability(30_211_141_889, 201_234, "99.99933", "met"),
            "today": availability(412_343_555, 2_123, "99.99948", "met"),
        },
        "composite": {
            "pooled": "99.99933",
            "worst": {"id": "identity", "availability": "99.99812"},
            "mean": "99.99921",
        },
        "budget": {
            "window": "rolling_30d",
            "allowed_events": "302113.43",
            "spent_events": 201_234,
            "remaining_events": "100879.43",
            "allowed_seconds": "25.92",
            "remaining_seconds": "8.65",
            "remaining_percent": "33.39",
            "exhausted_at": None,
        },
        "transactions": {
            "today": 412_345_678,
            "provisional": True,
            "per_second": 10_482,
            "record": {"transactions": 1_423_000_000, "day": "2026-11-11", "simulated": True},
        },
        "cost_per_account": {
            "cny": "1.97",
            "from": "2025-11-01",
            "to": "2026-11-01",
            "accounts": "active",
            "simulated": True,
        },
    }


def calm_product(product: Product, index: int, centers: list[str]) -> dict[str, Any]:
    """One product whose share of the traffic falls with its place in the catalog."""
    rate = 4_180 // (index + 1)
    cell = {"state": "ok", "since": "2026-11-21T00:02:00Z", "reason": "", "good": 1_000_000, "bad": 3}
    return {
        "id": product.id,
        "name": dict(product.names),
        "state": "ok",
        "availability": {
            "rolling_30d": availability(1_000_000_000, 6_600, f"99.999{index % 10}4", "met"),
            "today": availability(12_000_000, 36, "99.99970", "met"),
        },
        "per_second": rate,
        "data_centers": {
            center: {**cell, "total": 1_000_003, "per_second": rate // 6 + place * 3}
            for place, center in enumerate(centers)
        },
    }


def busy_curve(minutes: int = 680) -> dict[str, Any]:
    """A day with two humps, twenty unobserved minutes and half of today simulated."""
    shape = [round(10_500 * _hump(minute)) for minute in range(1440)]
    today: list[int | None] = list(shape[:minutes])
    for minute in range(560, min(580, minutes)):
        today[minute] = None
    return {
        "day": "2026-11-21",
        "step_seconds": 60,
        "today": today,
        "yesterday": [value * 94 // 100 for value in shape],
        "last_week": [value * 88 // 100 for value in shape],
        "simulated_until": 300,
    }


def _hump(minute: int) -> float:
    morning = max(0.0, 1 - ((minute - 640) / 330) ** 2)
    evening = max(0.0, 1 - ((minute - 1220) / 260) ** 2)
    return 0.32 + 0.62 * morning + 0.3 * evening


@dataclass
class Estate:
    """What the two endpoints answer; tests change it while the browser looks. ``standing``: readings go on arriving,
    each taken a millisecond before the last, so that every clock that learns from them stands still for pictures."""

    snapshot: dict[str, Any]
    curve: dict[str, Any] = field(default_factory=busy_curve)
    began: float = field(default_factory=time.monotonic)
    advancing: bool = True
    standing: bool = False
    has_data: bool = True
    hanging: threading.Event | None = None
    polls: int = 0

    def register(self, server: flask.Flask) -> None:
        """Adds the two endpoints of docs/snapshot.md."""
        server.add_url_rule("/api/v1/snapshot", "snapshot", self._snapshot)
        server.add_url_rule("/api/v1/curve", "curve", self._curve)

    def _snapshot(self) -> flask.Response:
        self.polls += 1
        hanging = self.hanging
        if hanging is not None:
            hanging.wait(10)
        if not self.has_data:
            return flask.Response('{"error": "no frame yet"}', 503, mimetype="application/json")
        if self.advancing:
            self.snapshot["sequence"] = time.time_ns() // 1_000
            went_ms = -self.polls if self.standing else int(1_000 * (time.monotonic() - self.began))
            self.snapshot["taken_at_ms"] = MORNING_MS + went_ms
        return self._tagged(self.snapshot, f'"{self.snapshot["sequence"]}"')

    def _curve(self) -> flask.Response:
        return self._tagged(self.curve, '"curve"')

    @staticmethod
    def _tagged(answer: dict[str, Any], tag: str) -> flask.Response:
        if flask.request.headers.get("If-None-Match") == tag:
            return flask.Response(status=304, headers={"ETag": tag})
        headers = {"ETag": tag, "Cache-Control": "no-cache"}
        return flask.Response(json.dumps(answer), 200, headers, mimetype="application/json")

    def reset(self, snapshot: dict[str, Any]) -> None:
        """A calm morning again."""
        self.snapshot, self.began, self.polls = snapshot, time.monotonic(), 0
        self.curve = busy_curve()
        self.advancing, self.standing, self.has_data, self.hanging = True, False, True, None

    def release(self) -> None:
        """Lets every request that hangs go on."""
        hanging, self.hanging = self.hanging, None
        if hanging is not None:
            hanging.set()

    def product(self, product: str) -> dict[str, Any]:
        """One product of the snapshot, to be changed in place."""
        return next(item for item in self.snapshot["products"] if item["id"] == product)

    def data_center(self, data_center: str) -> dict[str, Any]:
        """One data center of the snapshot, to be changed in place."""
        return next(item for item in self.snapshot["data_centers"] if item["id"] == data_center)

    def attend(self, product: str | None, data_center: str | None, state: str, since: str, reason: str = "") -> None:
        """Adds one entry to what needs attention."""
        entry = {"product": product, "data_center": data_center, "state": state, "since": since, "reason": reason}
        self.snapshot["attention"].append(entry)

    def product_down(self, product: str) -> None:
        """One product fails everywhere."""
        item = self.product(product)
        item["state"] = "down"
        for cell in item["data_centers"].values():
            cell.update(state="down", bad=81_234, reason="")
        self.attend(product, None, "down", "2026-11-21T03:20:03Z", "")
        self.snapshot["bank"]["state"] = "degraded"

    def data_center_unknown(self, data_center: str) -> None:
        """One data center's source is gone: its whole column is unknown."""
        reason = "refused: 127.0.0.1:9104"
        self.data_center(data_center)["state"] = "unknown"
        for item in self.snapshot["products"]:
            item["state"] = "degraded" if item["state"] == "ok" else item["state"]
            item["data_centers"][data_center].update(state="unknown", reason=reason, per_second=None)
        for source in self.snapshot["sources"]:
            if source["data_center"] == data_center:
                source.update(state="missing", age_seconds=14.2, reason=reason)
        self.attend(None, data_center, "unknown", "2026-11-21T03:19:59Z", reason)

    def bad_month(self) -> None:
        """Nothing is proven, the budget is gone, and today is a record: the longest words of every tile."""
        bank = self.snapshot["bank"]
        for figures in bank["availability"].values():
            figures.update(verdict="not proven", low="41.20000", completeness="0.4121")
        bank["budget"].update(remaining_events="-1234567.89", remaining_seconds="-105.92", remaining_percent="-408.63")
        bank["transactions"].update(today=1_423_000_001)
        for product in self.snapshot["products"]:
            product["availability"]["rolling_30d"].update(verdict="missed")

    def every_state(self) -> None:
        """One cell in each state that is not normal."""
        states = ["degraded", "down", "maintenance", "no_traffic", "unknown"]
        for product, center, state in zip(
            self.snapshot["products"], ["dc1", "dc2", "dc3", "dc4", "dc5"], states, strict=False
        ):
            rate = None if state == "unknown" else product["data_centers"][center]["per_second"]
            product["data_centers"][center].update(state=state, per_second=rate)
            product["state"] = "degraded"
            self.attend(product["id"], center, state, "2026-11-21T03:02:00Z", "")
