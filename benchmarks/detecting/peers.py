"""A real Prometheus with the exported rules and a real Alertmanager, at one pace each, on the same estate."""

from __future__ import annotations

import contextlib
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import yaml

from benchmarks.bank.children import answers, child, free_port, owned_folder
from benchmarks.detecting.demo import ROOT
from benchmarks.detecting.door import Door, Ring

TIERS = frozenset({"cliff", "fast", "medium", "slow", "leak"})


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


def rang(rings: list[Ring], pace: Pace, product: str, center: str) -> float | None:
    """When the door first heard of burning in a product's data center at this pace, on the wall clock."""
    for ring in rings:
        if ring.path == f"/{pace.name}" and any(_is_of(alert, product, center) for alert in ring.content["alerts"]):
            return ring.at_s
    return None


def _is_of(alert: dict[str, dict[str, str]], product: str, center: str) -> bool:
    labels = alert["labels"]
    place = (labels.get("product"), labels.get("data_center"))
    return place == (product, center) and labels.get("tier") in TIERS and str(alert["status"]) == "firing"


def _export(data: Path, home: Path, pace: Pace) -> None:
    line = [sys.executable, str(ROOT / "app.py"), "rules", "export", "-o", str(home / "rules"), "--data", str(data)]
    subprocess.run([*line, "--scrape-interval", str(pace.scrape)], check=True, stdout=subprocess.DEVNULL)


@contextmanager
def _alertmanager(home: Path, door_url: str, pace: Pace) -> Iterator[str]:
    route = {"receiver": "door", "group_by": ["product", "data_center"], "group_wait": f"{pace.group_wait}s"}
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
    targets = [url.removeprefix("http://") for url in centers.values()]
    every = {"scrape_interval": f"{pace.scrape}s", "scrape_timeout": f"{min(pace.scrape, 10)}s"}
    config = {
        "global": {**every, "evaluation_interval": f"{pace.evaluate}s"},
        "rule_files": [f"{home}/rules/*.rules.yml"],
        "alerting": {"alertmanagers": [{"static_configs": [{"targets": [alertmanager]}]}]},
        "scrape_configs": [{"job_name": "lending", "static_configs": [{"targets": targets}]}],
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
