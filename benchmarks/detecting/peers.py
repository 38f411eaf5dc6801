"""A real Prometheus with the exported rules and a real Alertmanager, at one pace each, on the same estate."""

from __future__ import annotations

import contextlib
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import yaml

from benchmarks.bank.children import answers, child, free_port, owned_folder
from benchmarks.detecting.demo import ROOT
from benchmarks.detecting.door import Door, Ring

TIERS = frozenset({"cliff", "fast", "medium", "slow", "leak"})
UNREACHABLE = "Unreachable"
"""Alert of a target that does not answer: the exported rules speak of budgets alone."""
WARM_S = 65
"""A rule over a minute needs one."""
FIRES_WITHIN_S = 40
"""The same data center fails again three seconds later."""
PRODUCT = "weilidai"
"""Of whose burning peers are asked; it does not fail in the table."""


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds between scrapes, between evaluations, and that the Alertmanager waits for the rest of a group."""

    scrape: int
    evaluate: int
    group_wait: int

    @property
    def name(self) -> str:
        """As people write it."""
        return f"{self.scrape}/{self.evaluate}/{self.group_wait}"

    @property
    def settles_s(self) -> int:
        """So long after a failure it may still tell of it."""
        return 2 * self.scrape + self.evaluate + self.group_wait + 2


PACES = (Pace(15, 15, 30), Pace(5, 5, 5), Pace(1, 1, 0))


@contextmanager
def beside(folder: Path, centers: Mapping[str, str], data: Path, door: Door, pace: Pace) -> Iterator[None]:
    """Prometheus and Alertmanager for as long as the block lasts. Each product and data center is a group of its own,
    so that none waits for another one's ``group_interval``."""
    home = owned_folder(folder / f"every-{pace.scrape}-s")
    _export(data, home, pace)
    with contextlib.ExitStack() as stack:
        told = stack.enter_context(_alertmanager(home, f"{door.url}/{pace.name}", pace))
        stack.enter_context(_prometheus(home, centers, told, pace))
        yield


def rang(rings: list[Ring], pace: Pace, killed: bool, center: str, began_s: float) -> float | None:
    """When the door first heard at this pace of a data center's failure, on the wall clock: that it is away, or that
    a product of it burns. What fired before the failure, or too late to be of it, is of another one."""
    for ring in rings:
        if ring.path != f"/{pace.name}":
            continue
        for alert in ring.content["alerts"]:
            fired_s = datetime.fromisoformat(alert["startsAt"][:19] + "+00:00").timestamp()
            if _is_of(alert, killed, center) and began_s - 1 <= fired_s <= began_s + FIRES_WITHIN_S:
                return ring.at_s
    return None


def _is_of(alert: dict[str, Any], killed: bool, center: str) -> bool:
    labels = alert["labels"]
    if alert["status"] != "firing":
        return False
    if killed:
        return (labels["alertname"], labels.get("place")) == (UNREACHABLE, center)
    return (labels.get("product"), labels.get("data_center")) == (PRODUCT, center) and labels.get("tier") in TIERS


def _export(data: Path, home: Path, pace: Pace) -> None:
    line = [sys.executable, str(ROOT / "app.py"), "rules", "export", "-o", str(home / "rules"), "--data", str(data)]
    subprocess.run([*line, "--scrape-interval", str(pace.scrape)], check=True, stdout=subprocess.DEVNULL)
    away = {"alert": UNREACHABLE, "expr": 'up{job="lending"} == 0'}
    group = {"name": "reach", "rules": [away]}
    (home / "rules" / "reach.rules.yml").write_text(yaml.safe_dump({"groups": [group]}))


@contextmanager
def _alertmanager(home: Path, door_url: str, pace: Pace) -> Iterator[str]:
    route = {"receiver": "door", "group_by": ["product", "data_center", "place"], "group_wait": f"{pace.group_wait}s"}
    route |= {"group_interval": "1s", "repeat_interval": "1h"}
    receiver = {"name": "door", "webhook_configs": [{"url": door_url, "send_resolved": False, "max_alerts": 0}]}
    (home / "alertmanager.yml").write_text(yaml.safe_dump({"route": route, "receivers": [receiver]}))
    address = f"127.0.0.1:{free_port()}"
    command = [_program("prometheus-alertmanager"), f"--config.file={home}/alertmanager.yml"]
    command += [f"--storage.path={home}/alertmanager", "--cluster.listen-address=", f"--web.listen-address={address}"]
    with child(command, lambda: answers(f"http://{address}/-/ready"), home / "alertmanager.log"):
        yield address


@contextmanager
def _prometheus(home: Path, centers: Mapping[str, str], alertmanager: str, pace: Pace) -> Iterator[None]:
    targets = [
        {"targets": [url.removeprefix("http://")], "labels": {"place": center}} for center, url in centers.items()
    ]
    every = {"scrape_interval": f"{pace.scrape}s", "scrape_timeout": f"{min(pace.scrape, 10)}s"}
    config = {
        "global": {**every, "evaluation_interval": f"{pace.evaluate}s"},
        "rule_files": [f"{home}/rules/*.rules.yml"],
        "alerting": {"alertmanagers": [{"static_configs": [{"targets": [alertmanager]}]}]},
        "scrape_configs": [{"job_name": "lending", "static_configs": targets}],
    }
    (home / "prometheus.yml").write_text(yaml.safe_dump(config))
    address = f"127.0.0.1:{free_port()}"
    command = [_program("prometheus"), f"--config.file={home}/prometheus.yml"]
    command += [f"--storage.tsdb.path={home}/tsdb", f"--web.listen-address={address}"]
    with child(command, lambda: answers(f"http://{address}/-/ready"), home / "prometheus.log"):
        yield


def _program(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        raise SystemExit(f"{name} is missing; install the Debian package of that name")
    return found
